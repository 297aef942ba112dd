"""Working files of shows that have no file yet, and recovery of those that crashed desks left."""

import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from app.domain.program.project import Project
from app.domain.show import Show
from app.storage.database import remove_database
from app.storage.files import StorageError, storage_error
from app.storage.lock import FileLock
from app.storage.show_file import read_only

log = logging.getLogger(__name__)

WORK = ".work"
LOCK = ".lock"
UNREADABLE = ".unreadable"


@dataclass(frozen=True, slots=True)
class RecoveredShow:
    """A show left by a desk that ended unexpectedly."""

    file: Path
    show: Show
    kept_at_s: float  # Unix time
    on_air: bool = False  # when its desk ended

    @property
    def project(self) -> Project:
        return self.show.project


@dataclass(frozen=True, slots=True)
class WorkingFile:
    """This desk's working file and the lock that shows that the desk is alive."""

    path: Path
    lock: FileLock

    def remove(self) -> None:
        """Delete it: the show is saved elsewhere or discarded."""
        _remove(self.path)
        self.let_go()

    def let_go(self) -> None:
        """Leave the file, if it exists, for the next desk."""
        if self.lock.held:
            self.lock.release()
        if not self.path.exists():
            _remove_lock(self.lock.path)


class WorkingFiles:
    """The working files of all desks of this user, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self) -> WorkingFile:
        """A new working file; raises StorageError if the folder is not writable."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, self._folder) from error
        taken = WorkingFile(path := self._folder / f"{uuid4().hex}{WORK}", FileLock(path.with_suffix(LOCK)))
        taken.lock.acquire()
        return taken

    def abandoned(self) -> tuple[RecoveredShow, ...]:
        """What crashed desks left, newest first. Unreadable files are renamed."""
        found = [self._read(file) for file in sorted(self._folder.glob(f"*{WORK}"))]
        for lock in self._folder.glob(f"*{LOCK}"):
            if not lock.with_suffix(WORK).exists():
                _if_free(lock, lambda lock=lock: _remove_lock(lock))  # type: ignore[misc]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.kept_at_s, reverse=True))

    def adopt(self, recovered: RecoveredShow) -> WorkingFile:
        """Take it over for this desk; raises StorageError "recovery.taken" if another desk was faster."""
        lock = FileLock(recovered.file.with_suffix(LOCK))
        if not lock.acquire():
            raise StorageError("recovery.taken", path=str(recovered.file))
        if not recovered.file.exists():
            lock.release()
            _remove_lock(lock.path)
            raise StorageError("recovery.taken", path=str(recovered.file))
        return WorkingFile(recovered.file, lock)

    def discard(self, recovered: RecoveredShow) -> None:
        """Delete it, unless another desk has taken it meanwhile."""
        with contextlib.suppress(StorageError):
            self.adopt(recovered).remove()

    def _read(self, file: Path) -> RecoveredShow | None:
        found: list[RecoveredShow] = []

        def read() -> None:
            content = read_only(file)
            found.append(RecoveredShow(file, content.show, _changed_at_s(file), content.on_air))

        try:
            _if_free(file.with_suffix(LOCK), read)
        except StorageError as error:
            aside = file.with_suffix(UNREADABLE)
            log.warning("cannot read the working file %s (%s); keeping it as %s", file, error, aside.name)
            with contextlib.suppress(OSError):  # in a read-only folder it keeps its name
                for companion in ("", "-wal"):
                    if (part := file.with_name(file.name + companion)).exists():
                        part.replace(aside.with_name(aside.name + companion))
        return found[0] if found else None


def _if_free(path: Path, do: Callable[[], None]) -> None:
    """Run `do` while holding the lock, if it is free."""
    lock = FileLock(path)
    if lock.acquire():
        try:
            do()
        finally:
            lock.release()


def _changed_at_s(file: Path) -> float:
    parts = (file, file.with_name(file.name + "-wal"))
    return max(part.stat().st_mtime for part in parts if part.exists())


def _remove(file: Path) -> None:
    try:
        remove_database(file)
    except OSError as error:
        log.warning("cannot remove %s: %s", file, error)


def _remove_lock(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("cannot remove %s: %s", path, error)
