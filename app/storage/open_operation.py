"""One attempt to read a show file: its step limit, cancellation and progress."""

import sqlite3
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

from app.storage.files import StorageError

EVERY_STEPS = 100_000  # SQLite's own instructions, about a millisecond
MAX_STEPS = 2_000_000_000  # checking and reading a log of ten million events needs a tenth of it


class OpenStage(Enum):
    """The progress shown to the user."""

    CHECKING = "checking"
    READING = "reading"
    COPYING = "copying"
    SALVAGING = "salvaging"


OnStage = Callable[[OpenStage], object]


class OpenOperation:
    """Belongs to one file. `cancel` can be called on any thread; `told` is called on the reading one."""

    PAGES: Final = 2000  # 8 MB, copied between two checks for cancellation

    def __init__(self, told: OnStage | None = None, *, max_steps: int = MAX_STEPS) -> None:
        self._told = told
        self._left = max_steps
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Stop as soon as possible."""
        self._cancelled = True

    def listen(self, told: Callable[[str], object]) -> None:
        """Report each stage, by its value, from now on."""
        self._told = lambda stage: told(stage.value)

    def at(self, stage: OpenStage) -> None:
        """Report the current stage."""
        if self._told is not None:
            self._told(stage)

    def watch(self, connection: sqlite3.Connection) -> None:
        """Count the connection's steps from now on. Over the limit, or when cancelled, SQLite stops with SQLITE_INTERRUPT."""
        connection.set_progress_handler(self._count, EVERY_STEPS)

    def release(self, connection: sqlite3.Connection) -> None:
        """Stop counting: the file is open, and further steps are our own."""
        connection.set_progress_handler(None, 0)

    def check(self, path: Path) -> None:
        """Raise StorageError if cancelled; for work between SQL statements."""
        if self._cancelled:
            raise StorageError("show_file.cancelled", path=str(path))

    def _count(self) -> int:
        self._left -= EVERY_STEPS
        return 1 if self._cancelled or self._left < 0 else 0
