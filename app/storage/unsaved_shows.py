"""Shows that another one took the place of before they had a file of the user's: kept, so that a wrong key loses none of them."""

import logging
import re
from pathlib import Path

from app.storage.database import remove_database
from app.storage.files import storage_error
from app.storage.show_file import SUFFIX

log = logging.getLogger(__name__)

LIMIT = 12  # as many as the list of recent shows has
NAME_LENGTH = 60
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')  # what one of the systems does not allow in a file's name


class UnsavedShows:
    """One file for each in a folder of its own; the oldest make room."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    def holds(self, path: Path) -> bool:
        """Whether this is one of them."""
        return path.absolute().parent == self._folder

    def put(self, working: Path, title: str) -> Path:
        """Move a closed working file here; its place. Raises StorageError, the file where it was."""
        target = self._free(_UNFIT.sub(" ", title).strip(" .")[:NAME_LENGTH].strip(" .") or "Show")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            working.replace(target)
        except OSError as error:
            raise storage_error(error, target) from error
        self._make_room()
        return target

    def remove(self, path: Path) -> None:
        """It was opened and goes on elsewhere."""
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
