"""How a desk finds a running engine: a file in the runtime folder that only this user can read."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from app.atomic_file import write_atomically
from app.link.messages import LinkError

ENGINE_FILE = "engine.json"
ENGINE_LOCK = "engine.lock"
MAX_BYTES = 64 * 1024
LOCK_TRIES = 50  # another process may hold the lock for a moment to test whether an engine is alive
LOCK_WAIT_S = 0.02


@dataclass(frozen=True, slots=True)
class Registration:
    """A listening process and its address. The key proves that both sides belong to this user. `host_pid` is the process that starts the
    next engine after a crash; 0 = none."""

    pid: int
    address: str
    authkey: bytes = field(repr=False)
    host_pid: int = 0


class Lock(Protocol):
    """Held by one process at a time; the system releases it when that process ends."""

    def acquire(self) -> bool: ...

    def release(self) -> None: ...


def read(runtime: Path) -> Registration | None:
    """The registered engine; None if there is none or the file is broken. Connecting shows whether it is alive."""
    try:
        with (runtime / ENGINE_FILE).open("rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=Registration)
    except (OSError, msgspec.DecodeError, ValueError, RecursionError):
        return None


def write(runtime: Path, registration: Registration) -> None:
    """Register in one step: a reader sees the old file or the new one."""
    write_atomically(runtime / ENGINE_FILE, msgspec.json.encode(registration))


def remove(runtime: Path, registration: Registration) -> None:
    """Remove our own registration, but no other process's."""
    if read(runtime) == registration:
        (runtime / ENGINE_FILE).unlink(missing_ok=True)


def clear(runtime: Path) -> None:
    """Remove the registration of a crashed engine, whose key would be wrong for the next one. Only for the holder of the lock."""
    (runtime / ENGINE_FILE).unlink(missing_ok=True)


def take(lock: Lock) -> None:
    """Become the one engine of this runtime folder; raises LinkError "link.taken"."""
    for _ in range(LOCK_TRIES):
        if lock.acquire():
            return
        time.sleep(LOCK_WAIT_S)
    raise LinkError("link.taken")
