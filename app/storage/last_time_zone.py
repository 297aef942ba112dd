"""The time zone in which this PC was seen last, so that a start elsewhere can be told."""

from pathlib import Path

from app.domain.base.plain_text import is_plain
from app.storage.files import StorageError, read_file, write_file

MAX_NAME = 64  # the longest zone's has 32


class LastTimeZone:
    """One line in a file of the state folder. Neither reading nor writing fails: it is a convenience."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """The zone's key; "" = none was noted."""
        try:
            found = read_file(self._path).decode("utf-8").strip()
            return found if len(found) <= MAX_NAME and is_plain(found) else ""
        except (StorageError, UnicodeError):
            return ""

    def write(self, zone: str) -> bool:
        """Note it; False when that is not possible."""
        try:
            write_file(self._path, f"{zone}\n".encode())
        except StorageError:
            return False
        return True
