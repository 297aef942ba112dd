"""Remembers the computer's last time zone, so that Tradewind notices a start in another one."""

from pathlib import Path

from app.domain.base.plain_text import is_plain
from app.storage.files import StorageError, read_file, write_file

MAX_NAME = 64  # the longest zone name has 32


class LastTimeZone:
    """One line in a file of the state folder. Reading and writing never raise."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """The zone's key, "" if none is stored."""
        try:
            found = read_file(self._path).decode("utf-8").strip()
            return found if len(found) <= MAX_NAME and is_plain(found) else ""
        except (StorageError, UnicodeError):
            return ""

    def write(self, zone: str) -> bool:
        """Store it; False if that fails."""
        try:
            write_file(self._path, f"{zone}\n".encode())
        except StorageError:
            return False
        return True
