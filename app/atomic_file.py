"""Writes small files in one step: readers and crashes see the old file or the new one, never half of one."""

import contextlib
import os
from pathlib import Path
from uuid import uuid4

PRIVATE = 0o600
TEMPORARY_SUFFIX = ".saving"


def temporary_path(target: Path) -> Path:
    """A free name in the same folder, so that one rename puts the finished file in place of `target`."""
    return target.with_name(f".{target.name}.{uuid4().hex[:8]}{TEMPORARY_SUFFIX}")


def write_new(path: Path, content: bytes, *, mode: int = PRIVATE, durable: bool = False) -> None:
    """Create a file, `durable` = on the drive when this returns. Raises OSError, also when the file exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def write_atomically(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Replace a file; survives a crash of the process but not a power cut. Raises OSError and then leaves the old file."""
    temporary = temporary_path(path)
    try:
        write_new(temporary, content, mode=mode)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
