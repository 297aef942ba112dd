"""Restricts the process with Landlock (Linux 5.13 and newer), which needs no root rights.

The numbers are from include/uapi/linux/landlock.h.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2
_NO_NEW_PRIVILEGES = 38
_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
_ALL_OF_FIRST = (1 << 13) - 1  # run, write, read, list, remove, make
_FILE_RIGHTS = _READ_FILE | _WRITE_FILE | _TRUNCATE
_SPECIAL = (1 << 6) | (1 << 9) | (1 << 10) | (1 << 11)  # devices, sockets, pipes: never needed
_RUN = 1
_BIND_TCP, _CONNECT_TCP = 1, 2
_SCOPES = 3  # no abstract sockets or signals of other processes
_NET_SINCE, _SCOPES_SINCE = 4, 6
_RIGHTS_SINCE = ((2, 1 << 13), (3, _TRUNCATE), (5, 1 << 15))
DNS = 53


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Path(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


class _Port(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("port", ctypes.c_uint64))


def restrict(*, readable: Sequence[Path], writable: Sequence[Path], ports: Sequence[int]) -> int:
    """Limit this process, while it has one thread, to these paths, forbid running programs and, from version 4 on, other ports. Returns the
    Landlock version, 0 = not available."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(libc.syscall(_CREATE, None, 0, _VERSION))
    if version < 1:
        return 0
    rights = _ALL_OF_FIRST
    for since, more in _RIGHTS_SINCE:
        rights |= more if version >= since else 0
    ruleset = _Ruleset(rights, _BIND_TCP | _CONNECT_TCP if version >= _NET_SINCE else 0, _SCOPES if version >= _SCOPES_SINCE else 0)
    size = 8 if version < _NET_SINCE else 16 if version < _SCOPES_SINCE else 24
    descriptor = int(libc.syscall(_CREATE, ctypes.byref(ruleset), ctypes.c_size_t(size), 0))
    if descriptor < 0:
        return 0
    try:
        for paths, allowed in ((readable, _READ_FILE | _READ_DIR), (writable, rights & ~(_RUN | _SPECIAL))):
            for path in paths:
                _allow(libc, descriptor, path, allowed & rights)
        if version >= _NET_SINCE:
            for port in {*ports, DNS} if ports else ():
                rule = _Port(_CONNECT_TCP, port)
                libc.syscall(_ADD, descriptor, _NET_PORT, ctypes.byref(rule), 0)
        libc.prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
        return version if libc.syscall(_RESTRICT, descriptor, 0) == 0 else 0
    finally:
        os.close(descriptor)


def _allow(libc: ctypes.CDLL, descriptor: int, path: Path, allowed: int) -> None:
    """Allow access to a path, if it exists."""
    try:
        opened = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = _Path(allowed if path.is_dir() else allowed & _FILE_RIGHTS, opened)
        libc.syscall(_ADD, descriptor, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)
