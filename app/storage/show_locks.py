"""Which shows of this user are open: one desk at a time writes a file."""

import hashlib
import os
from pathlib import Path

from app.storage.files import StorageError
from app.storage.lock import FileLock


class ShowLocks:
    """Locks in `folder`, one for each show that was ever open; they stay there, a few empty files, until the folder is cleared."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, path: Path) -> FileLock:
        """Hold the show for this desk; raises StorageError "show_file.in_use" when another desk does."""
        name = hashlib.sha256(os.path.normcase(os.path.realpath(path)).encode()).hexdigest()[:20]
        lock = FileLock(self._folder / f"show-{name}.lock")
        if not lock.acquire():
            raise StorageError("show_file.in_use", path=str(path))
        return lock
