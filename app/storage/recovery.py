"""Unsaved work, kept while it is unsaved, so that a crash costs seconds of it."""

import contextlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from app.domain.clock import NS_PER_S, Clock
from app.domain.project import Project
from app.storage.files import PRIVATE, StorageError, read_file, storage_error, write_file
from app.storage.lock import FileLock
from app.storage.project_file import decode, encode

log = logging.getLogger(__name__)

_WORK = ".work"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class RecoveredProject:
    """Work that a desk which ended without a word had not saved. `path` is the show's file, None if it never had one."""

    file: Path
    project: Project
    path: Path | None
    kept_at_s: float  # since 1970, UTC


class Recovery:
    """This desk's own kept work, and that of desks that are no more; one file and one lock each in `folder`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._file = folder / f"{uuid4().hex}{_WORK}"
        self._lock = FileLock(self._file.with_suffix(_LOCK))

    def start(self) -> None:
        """Take this desk's place; raises StorageError when the folder cannot be written."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, self._folder) from error
        self._lock.acquire()

    def close(self) -> None:
        """End in order: nothing is left to recover."""
        self.clear()
        if self._lock.held:
            self._lock.release()
            _remove(self._lock.path)

    def keep(self, project: Project, path: Path | None) -> None:
        """Keep this state of unsaved work in place of the last; raises StorageError."""
        header = {"path": str(path) if path else None, "kept_at_s": self._clock.wall_ns() / NS_PER_S}
        write_file(self._file, json.dumps(header, ensure_ascii=False).encode() + b"\n" + encode(project), mode=PRIVATE)

    def clear(self) -> None:
        """All work is saved or given up."""
        _remove(self._file)

    def abandoned(self) -> tuple[RecoveredProject, ...]:
        """What desks that run no more left behind, the newest first. What cannot be read is put aside under another name."""
        found = [self._read(file) for file in sorted(self._folder.glob(f"*{_WORK}")) if file != self._file and _is_ownerless(file)]
        self._remove_idle_locks()
        return tuple(sorted((one for one in found if one), key=lambda one: one.kept_at_s, reverse=True))

    def adopt(self, recovered: RecoveredProject) -> None:
        """Make it this desk's own unsaved work; raises StorageError, and then it stays where it was.

        "recovery.taken": another desk was quicker.
        """
        lock = FileLock(recovered.file.with_suffix(_LOCK))
        if not lock.acquire():
            raise StorageError("recovery.taken", path=str(recovered.file))
        try:
            if not recovered.file.exists():
                _remove(lock.path)
                raise StorageError("recovery.taken", path=str(recovered.file))
            self.keep(recovered.project, recovered.path)
            self.discard(recovered)
        finally:
            lock.release()

    def discard(self, recovered: RecoveredProject) -> None:
        """Give it up."""
        _remove(recovered.file)
        _remove(recovered.file.with_suffix(_LOCK))

    def _read(self, file: Path) -> RecoveredProject | None:
        try:
            header, _, content = read_file(file).partition(b"\n")
            known = json.loads(header)
            path = Path(known["path"]) if known["path"] else None
            return RecoveredProject(file, decode(content, file), path, float(known["kept_at_s"]))
        except (StorageError, ValueError, KeyError, TypeError) as error:
            aside = file.with_suffix(".unreadable")
            log.warning("kept work %s cannot be read (%s); it stays as %s", file, error, aside.name)
            with contextlib.suppress(OSError):  # a folder that cannot be written keeps the name it has
                file.replace(aside)
            return None

    def _remove_idle_locks(self) -> None:
        for lock in self._folder.glob(f"*{_LOCK}"):
            if lock != self._lock.path and not lock.with_suffix(_WORK).exists() and _is_ownerless(lock.with_suffix(_WORK)):
                _remove(lock)


def _is_ownerless(file: Path) -> bool:
    """Whether the desk that kept this work is no more: its lock is free."""
    lock = FileLock(file.with_suffix(_LOCK))
    if not lock.acquire():
        return False
    lock.release()
    return True


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("cannot remove %s: %s", file, error)
