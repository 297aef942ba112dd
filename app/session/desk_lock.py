"""The sign that a desk lives, for the relay and for other desks of the same runtime folder."""

from pathlib import Path
from uuid import uuid4

from app.storage.lock import FileLock

PATTERN = "desk-*.lock"


class DeskLock:
    """Held from `acquire` to `release`, or to the end of the process."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._lock = FileLock(runtime / f"desk-{uuid4().hex}.lock")

    def acquire(self) -> None:
        """Raises StorageError when the folder cannot be written."""
        self._lock.acquire()

    def release(self) -> None:
        """More than once is ignored."""
        if self._lock.held:
            self._lock.release()
            self._lock.path.unlink(missing_ok=True)

    def others(self) -> bool:
        """Whether another desk of this runtime folder lives; what dead ones left is cleared away."""
        alive = False
        for path in self._runtime.glob(PATTERN):
            if path == self._lock.path:
                continue
            other = FileLock(path)
            if other.acquire():
                other.release()
                path.unlink(missing_ok=True)
            else:
                alive = True
        return alive
