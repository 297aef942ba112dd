"""Restricts a plugin's process with an audit hook.

The hook refuses files, programs and hosts that the manifest does not request. It stops plugins that use Python normally; a malicious one
could bypass it within its own process. Such a plugin is still limited by the process (which has none of the desk's memory and tokens), on
Linux by Landlock (landlock.py), and by resource_limits.py.
"""

import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.plugin.permissions import AllowedHost

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = frozenset(
    {
        "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.startfile/2", "os.system", "pty.spawn",
        "subprocess.Popen", "webbrowser.open", "ctypes.dlopen", "ctypes.dlsym", "os.kill", "os.killpg", "signal.pthread_kill",
        "sys.remote_exec", "_winapi.CreateProcess", "_winapi.OpenProcess", "socket.bind", "socket.sendmsg",
    }
)  # fmt: skip
_READS = frozenset({"os.listdir", "os.scandir", "os.chdir", "glob.glob", "os.walk", "os.fwalk", "os.getxattr", "os.listxattr"})
_CHANGES = frozenset(
    {"os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "os.utime", "os.setxattr", "sqlite3.connect"}
)
_PAIRS = frozenset({"os.rename", "os.link", "os.symlink"})
_CONNECTS = frozenset({"socket.connect", "socket.sendto"})
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})


class NotPermitted(PermissionError):
    """Something that the manifest does not request."""


@dataclass(slots=True)
class AuditSandbox:
    """`readable` and `writable` are folders or files without symbolic links; `hosts` are those in the manifest."""

    readable: Sequence[Path]
    writable: Sequence[Path]
    hosts: Sequence[AllowedHost]
    _ends: set[tuple[str, int]] = field(default_factory=set)
    _can_read: tuple[str, ...] = ()
    _can_write: tuple[str, ...] = ()

    def close(self) -> None:
        """Enter the sandbox; permanent."""
        self._can_write = tuple(os.path.realpath(path) for path in self.writable)
        self._can_read = (*self._can_write, *(os.path.realpath(path) for path in self.readable))
        self._watch_names()
        if (starter := sys.modules.get("_posixsubprocess")) is not None:  # its way of starting programs is not audited
            vars(starter)["fork_exec"] = _refuse_programs
        sys.addaudithook(self._check)

    # Files ----------------------------------------------------------------------------------------------------------------

    def _check(self, event: str, args: tuple[Any, ...]) -> None:
        """Called by Python for each audited event."""
        if event == "open":
            self._check_open(*args[:3])
        elif event in _PROGRAMS:
            raise NotPermitted(f"a plugin may not do this: {event}")
        elif event in _READS:
            self._check_path(args[0], self._can_read)
        elif event in _CHANGES:
            self._check_path(args[0], self._can_write)
        elif event in _PAIRS:
            for path in args[:2]:
                self._check_path(path, self._can_write)
        elif event in _CONNECTS:
            self._check_end(args[1])
        elif event in _LOOK_UPS:
            self._check_name(args[0])

    def _check_open(self, path: object, mode: object, flags: object) -> None:
        writes = bool(flags & _WRITES) if isinstance(flags, int) else isinstance(mode, str) and any(one in mode for one in "wax+")
        self._check_path(path, self._can_write if writes else self._can_read)

    def _check_path(self, path: object, allowed: Sequence[str]) -> None:
        if isinstance(path, int) or path is None:  # an open file; None = the current folder, which is the plugin's own
            return
        if not isinstance(path, str | bytes | os.PathLike):
            raise NotPermitted("a plugin may not open this")
        real = os.path.realpath(os.fsdecode(path))
        if real not in (os.devnull, "/dev/urandom", "/dev/random") and not any(_is_within(real, root) for root in allowed):
            raise NotPermitted(f"plugin.toml does not request {real}")

    # Network --------------------------------------------------------------------------------------------------------------

    def _check_name(self, name: object) -> None:
        text = name.decode("idna") if isinstance(name, bytes) else str(name[0] if isinstance(name, tuple) else name)
        if not any(host.matches(text) for host in self.hosts) and text not in {address for address, _ in self._ends}:
            raise NotPermitted(f"plugin.toml does not request {text}")

    def _check_end(self, end: object) -> None:
        if isinstance(end, tuple) and len(end) >= 2:
            address, port = str(end[0]), end[1]
            if (address, port) in self._ends or any(host.is_address and host.matches(address) and host.port == port for host in self.hosts):
                return
        raise NotPermitted(f"plugin.toml does not request {end!r}")

    def _watch_names(self) -> None:
        """Remember the addresses of allowed names, because a connection only shows its address."""
        look_up: Callable[..., list[Any]] = socket.getaddrinfo

        def getaddrinfo(host: Any, *more: Any, **named: Any) -> list[Any]:
            found = look_up(host, *more, **named)
            text = host.decode("idna") if isinstance(host, bytes) else str(host)
            for one in self.hosts:
                if one.matches(text):
                    self._ends |= {(str(end[4][0]), one.port) for end in found if one.is_address or _is_public(str(end[4][0]))}
            return found

        socket.getaddrinfo = getaddrinfo


def _refuse_programs(*_: object) -> int:
    raise NotPermitted("a plugin may not start programs")


def _is_within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _is_public(address: str) -> bool:
    """Whether it is a public address: a name must not lead to this computer or its local network."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False
