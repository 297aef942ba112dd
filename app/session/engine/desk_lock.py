"""A lock that tells the relay and other desks of the same runtime folder that this desk is running."""

import time
from pathlib import Path
from uuid import uuid4

from app.storage.lock import FileLock

PATTERN = "desk-*.lock"
TRIES = 50  # another desk or the relay may hold our lock for a moment to test it
WAIT_S = 0.01
FRESH_S = 10.0  # a lock file this new may belong to a desk that is about to lock it


class DeskLock:
    """Held from `acquire` to `release`, or until the process ends."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._lock = FileLock(runtime / f"desk-{uuid4().hex}.lock")

    def acquire(self) -> None:
        """Raises StorageError when the folder cannot be written."""
        for _ in range(TRIES):
            if self._lock.acquire():
                return
            time.sleep(WAIT_S)

    def release(self) -> None:
        """More than once is ignored."""
        if self._lock.held:
            self._lock.release()
            self._lock.path.unlink(missing_ok=True)

    def others(self) -> bool:
        """Whether another desk of this runtime folder is running; removes the lock files of dead ones."""
        alive = False
        for path in self._runtime.glob(PATTERN):
            if path == self._lock.path:
                continue
            other = FileLock(path)
            if other.acquire():
                if time.time() - path.stat().st_mtime > FRESH_S:
                    path.unlink(missing_ok=True)
                other.release()
            else:
                alive = True
        return alive
