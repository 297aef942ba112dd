"""One try to read a file: the steps it may take, whether it is still wanted, and how far it is."""

import sqlite3
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final

from app.storage.files import StorageError

EVERY_STEPS = 100_000  # SQLite counts its own instructions: a thousandth of a second or so
MAX_STEPS = 2_000_000_000  # a log of ten million entries takes a tenth of it to check and read


class OpenStage(Enum):
    """What the user is told while he waits."""

    CHECKING = "checking"
    READING = "reading"
    COPYING = "copying"
    SALVAGING = "salvaging"


OnStage = Callable[[OpenStage], object]


class OpenOperation:
    """Belongs to one file. `cancel` may be called from any thread; `told` is called on the one that reads."""

    PAGES: Final = 2000  # copied between two looks at whether it is still wanted: 8 MB

    def __init__(self, told: OnStage | None = None, *, max_steps: int = MAX_STEPS) -> None:
        self._told = told
        self._left = max_steps
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._cancelled = True

    def listen(self, told: Callable[[str], object]) -> None:
        """Tell from now on which stage it is at, by its value."""
        self._told = lambda stage: told(stage.value)

    def at(self, stage: OpenStage) -> None:
        """This is what is done now."""
        if self._told is not None:
            self._told(stage)

    def watch(self, connection: sqlite3.Connection) -> None:
        """From here on the connection's statements are counted, and stopped with SQLITE_INTERRUPT when it is enough."""
        connection.set_progress_handler(self._count, EVERY_STEPS)

    def release(self, connection: sqlite3.Connection) -> None:
        """The file is open: what is done with it now is our own work."""
        connection.set_progress_handler(None, 0)

    def check(self, path: Path) -> None:
        """Between two parts of work that no statement counts; raises StorageError when nobody waits for it any more."""
        if self._cancelled:
            raise StorageError("show_file.cancelled", path=str(path))

    def _count(self) -> int:
        self._left -= EVERY_STEPS
        return 1 if self._cancelled or self._left < 0 else 0
