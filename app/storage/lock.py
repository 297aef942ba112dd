"""A lock that lives exactly as long as the process that holds it."""

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
    """Held by one process at a time, over the file's existence; the system lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    @property
    def held(self) -> bool:
        return self._descriptor >= 0

    def acquire(self) -> bool:
        """Take the lock if nobody has it; True when it is held now. Raises StorageError when the file cannot be made."""
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
        except OSError:  # somebody else has it
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go; the file stays, because another process may be about to lock it. More than once is ignored."""
        if self.held:
            os.close(self._descriptor)
            self._descriptor = -1
