"""A file lock that ends with the process that holds it."""

import os
import sys
from pathlib import Path

from app.atomic_file import PRIVATE
from app.storage.files import storage_error

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FileLock:
    """Held by one process at a time, regardless of whether the file exists; the system releases it when the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    @property
    def held(self) -> bool:
        return self._descriptor >= 0

    def acquire(self) -> bool:
        """Take the lock if it is free; True if we hold it now. Raises StorageError if the file cannot be created."""
        if self.held:
            return True
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as error:
            raise storage_error(error, self.path) from error
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # held by another process
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Release the lock. The file stays, because another process may be about to lock it. Can be called again."""
        if self.held:
            os.close(self._descriptor)
            self._descriptor = -1
