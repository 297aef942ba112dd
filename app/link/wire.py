"""The connection below the messages: addresses, authentication, and disconnecting from another thread."""

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
    """The address a process of this runtime folder listens on. A path too long for a socket is replaced by a short one."""
    if FAMILY == "AF_PIPE":
        return rf"\\.\pipe\tradewind-{name}-{os.getpid()}"
    path = str(runtime / f"{name}.socket")
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    return str(Path(tempfile.mkdtemp(prefix="tradewind-")) / name)  # mkdtemp creates it for this user only


def remove_socket(address: str) -> None:
    """Remove the socket that a killed process left."""
    if FAMILY == "AF_UNIX":
        with contextlib.suppress(FileNotFoundError):
            os.unlink(address)


def hang_up(connection: "Connection") -> None:
    """Shut the connection down, so that a thread blocked on it wakes with an error. The owner still has to close it."""
    if FAMILY != "AF_UNIX":  # readers there poll and see their closing flag
        return
    with contextlib.suppress(OSError):  # already closed by us or the other side
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)


def greet(connection: "Connection", authkey: bytes) -> None:
    """Authenticate a client: the server's half of the mutual challenge. Raises LinkError."""
    try:
        deliver_challenge(connection, authkey)
        answer_challenge(connection, authkey)
    except (AuthenticationError, AssertionError) as error:
        raise LinkError("link.refused") from error
    except (OSError, EOFError) as error:
        raise LinkError("link.closed") from error


def introduce(connection: "Connection", authkey: bytes) -> None:
    """Authenticate to a server: the client's half of the challenge. Raises LinkError."""
    try:
        answer_challenge(connection, authkey)
        deliver_challenge(connection, authkey)
    except (AuthenticationError, AssertionError) as error:
        raise LinkError("link.refused") from error
    except (OSError, EOFError) as error:
        raise LinkError("link.closed") from error
