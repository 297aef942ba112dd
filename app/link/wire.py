"""The connection below the messages: addresses, the handshake, and hanging up from another thread."""

import contextlib
import os
import socket
import sys
import tempfile
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from pathlib import Path

from app.link.messages import LinkError

MAX_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
HANDSHAKE_S = 3.0

if sys.platform == "win32":
    FAMILY = "AF_PIPE"
else:
    FAMILY = "AF_UNIX"


def address_in(runtime: Path, name: str) -> str:
    """Where a process of this runtime folder listens; a path too long for a socket gets a short one of its own."""
    if FAMILY == "AF_PIPE":
        return rf"\\.\pipe\tradewind-{name}-{os.getpid()}"
    path = str(runtime / f"{name}.socket")
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    return str(Path(tempfile.mkdtemp(prefix="tradewind-")) / name)  # mkdtemp makes it for this user alone


def remove_socket(address: str) -> None:
    """Take away what a process that was killed left at its address."""
    if FAMILY == "AF_UNIX":
        with contextlib.suppress(FileNotFoundError):
            os.unlink(address)


def hang_up(connection: "Connection") -> None:
    """End the connection so that a thread blocked in reading or writing it wakes with an error; the owner still closes it."""
    if FAMILY != "AF_UNIX":  # readers there wait by poll and see their closing flag
        return
    with contextlib.suppress(OSError):  # closed already, by us or by the other side
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)


def greet(connection: "Connection", authkey: bytes) -> None:
    """The listening side's half of the mutual proof of the key; raises LinkError."""
    try:
        deliver_challenge(connection, authkey)
        answer_challenge(connection, authkey)
    except (AuthenticationError, AssertionError) as error:
        raise LinkError("link.refused") from error
    except (OSError, EOFError) as error:
        raise LinkError("link.closed") from error


def introduce(connection: "Connection", authkey: bytes) -> None:
    """The connecting side's half; raises LinkError."""
    try:
        answer_challenge(connection, authkey)
        deliver_challenge(connection, authkey)
    except (AuthenticationError, AssertionError) as error:
        raise LinkError("link.refused") from error
    except (OSError, EOFError) as error:
        raise LinkError("link.closed") from error
