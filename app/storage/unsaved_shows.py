"""Keeps shows that were replaced before they had a file, so that a mistake does not lose them."""

import logging
import re
from pathlib import Path

from app.storage.database import remove_database
from app.storage.files import storage_error
from app.storage.show_file import SUFFIX

log = logging.getLogger(__name__)

LIMIT = 12  # same as the list of recent shows
NAME_LENGTH = 60
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')  # characters that some system forbids in file names


class UnsavedShows:
    """One file per show in its own folder; the oldest are deleted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def holds(self, path: Path) -> bool:
        """Whether the file is in this folder."""
        return path.absolute().parent == self._folder

    def put(self, working: Path, title: str) -> Path:
        """Move a closed working file here; returns its path. Raises StorageError and then leaves the file."""
        target = self._free(_UNFIT.sub(" ", title).strip(" .")[:NAME_LENGTH].strip(" .") or "Show")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            working.replace(target)
        except OSError as error:
            raise storage_error(error, target) from error
        self._make_room()
        return target

    def remove(self, path: Path) -> None:
        """Delete a show that was opened and saved elsewhere."""
        try:
            remove_database(path)
        except OSError as error:
            log.warning("cannot remove %s: %s", path, error)

    def _free(self, name: str) -> Path:
        number, target = 1, self._folder / f"{name}{SUFFIX}"
        while target.exists():
            number += 1
            target = self._folder / f"{name} ({number}){SUFFIX}"
        return target

    def _make_room(self) -> None:
        found = []
        for path in self._folder.glob(f"*{SUFFIX}"):
            try:
                found.append((path.stat().st_mtime, path))
            except OSError as error:
                log.warning("cannot look at %s: %s", path, error)
        for _, path in sorted(found)[:-LIMIT]:
            self.remove(path)
