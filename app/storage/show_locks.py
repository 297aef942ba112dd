"""Locks open shows, so that only one desk writes a file."""

import hashlib
import os
from pathlib import Path

from app.storage.files import StorageError
from app.storage.lock import FileLock


class ShowLocks:
    """One lock file in `folder` per show ever opened; the empty files stay."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, path: Path) -> FileLock:
        """Lock the show for this desk; raises StorageError "show_file.in_use" if another desk has it."""
        name = hashlib.sha256(os.path.normcase(os.path.realpath(path)).encode()).hexdigest()[:20]
        lock = FileLock(self._folder / f"show-{name}.lock")
        if not lock.acquire():
            raise StorageError("show_file.in_use", path=str(path))
        return lock
