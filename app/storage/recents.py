"""The list of recently opened shows."""

import json
import logging
from pathlib import Path

from app.storage.files import StorageError, read_file, write_file
from app.storage.parsing import parse_json

log = logging.getLogger(__name__)

LIMIT = 12


class Recents:
    """The paths of the last shows, newest first. If the file cannot be read or written, only the list is lost."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def paths(self) -> tuple[Path, ...]:
        """The shows that still exist."""
        return tuple(path for path in self._remembered() if _is_there(path))

    def add(self, opened: Path) -> tuple[Path, ...]:
        """Put a show first; returns the list."""
        opened = opened.absolute()
        return self._keep((opened, *(path for path in self._remembered() if path != opened))[:LIMIT])

    def remove(self, gone: Path) -> tuple[Path, ...]:
        """Remove a show; returns the list."""
        gone = gone.absolute()
        return self._keep(tuple(path for path in self._remembered() if path != gone))

    def _remembered(self) -> tuple[Path, ...]:
        try:
            listed = parse_json(read_file(self._path).decode())
            if not isinstance(listed, list):
                raise TypeError("expected a list")
            return tuple(Path(path) for path in listed[:LIMIT] if isinstance(path, str) and "\0" not in path)
        except StorageError as error:
            if error.code != "file.missing":
                log.warning("recent shows: %s", error)
        except (ValueError, TypeError) as error:
            log.warning("recent shows: %s is broken: %s", self._path, error)
        return ()

    def _keep(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        try:
            write_file(self._path, json.dumps([str(path) for path in paths], indent=2, ensure_ascii=False).encode())
        except StorageError as error:
            log.warning("recent shows: %s", error)
        return tuple(path for path in paths if _is_there(path))


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or a folder without access
        return False
