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
LOCK_TRIES = 50  # others test the lock for a moment to see whether an engine lives
LOCK_WAIT_S = 0.02


@dataclass(frozen=True, slots=True)
class Registration:
    """Who listens where; the key proves that both sides belong to this user. `host_pid`: the process that starts the next engine when
    this one crashes, 0 = none."""

    pid: int
    address: str
    authkey: bytes = field(repr=False)
    host_pid: int = 0


class Lock(Protocol):
    """Held by one process at a time; let go of by the system when that process ends."""

    def acquire(self) -> bool: ...

    def release(self) -> None: ...


def read(runtime: Path) -> Registration | None:
    """Who is registered; None when nobody is, or the file is broken. Whether it still lives shows in connecting."""
    try:
        with (runtime / ENGINE_FILE).open("rb") as file:
            return msgspec.json.decode(file.read(MAX_BYTES), type=Registration)
    except (OSError, msgspec.DecodeError, ValueError, RecursionError):
        return None


def write(runtime: Path, registration: Registration) -> None:
    """Register in one step: a reader sees the old file or the whole new one."""
    write_atomically(runtime / ENGINE_FILE, msgspec.json.encode(registration))


def remove(runtime: Path, registration: Registration) -> None:
    """Take our own registration away; another's stays."""
    if read(runtime) == registration:
        (runtime / ENGINE_FILE).unlink(missing_ok=True)


def clear(runtime: Path) -> None:
    """Take away what an engine that crashed left, which would send desks to the next one with the wrong key; for the lock's holder."""
    (runtime / ENGINE_FILE).unlink(missing_ok=True)


def take(lock: Lock) -> None:
    """Be the one engine of this runtime folder; raises LinkError "link.taken"."""
    for _ in range(LOCK_TRIES):
        if lock.acquire():
            return
        time.sleep(LOCK_WAIT_S)
    raise LinkError("link.taken")
