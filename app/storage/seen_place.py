"""The time zone in which this PC was seen last, so that a start elsewhere can be told."""

from pathlib import Path

from app.storage.files import StorageError, read_file, write_file


class SeenPlace:
    """One line in a file of the state folder. Neither reading nor writing fails: it is a convenience."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """The zone's key; "" = none was noted."""
        try:
            return read_file(self._path).decode("utf-8").strip()
        except (StorageError, UnicodeError):
            return ""

    def write(self, zone: str) -> bool:
        """Note it; False when that is not possible."""
        try:
            write_file(self._path, f"{zone}\n".encode())
        except StorageError:
            return False
        return True
