"""Opening, saving, recovering and restoring shows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from app.domain.base.clock import Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.project import Project
from app.domain.show import Show
from app.session.document.autosave import Autosave, Post, file_notice
from app.session.document.document import Document, same_content, show_with_project
from app.session.document.show_log import ShowLog
from app.session.document.show_pictures import ShowPictures
from app.storage.database import is_database
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.open_operation import OpenOperation, OpenStage
from app.storage.paths import Paths
from app.storage.recents import Recents
from app.storage.salvage import SalvageResult, salvage
from app.storage.show_backups import DAY_S, Backup, ShowBackups
from app.storage.show_file import SUFFIX, ShowFile, copy_closed, write_copy
from app.storage.show_formats import convert, converted
from app.storage.show_locks import ShowLocks
from app.storage.unsaved_shows import UnsavedShows
from app.storage.working_files import RecoveredShow, WorkingFiles

log = logging.getLogger(__name__)

LOOK_S = 60.0
EVERY_S = 600.0
# These errors do not mean that the file is damaged.
SOUND = frozenset(
    {
        "show_file.in_use", "show_file.newer", "show_file.not_a_show", "show_file.busy", "show_file.too_large", "show_file.cancelled",
        "show_file.one_at_a_time",
    }
)  # fmt: skip

T = TypeVar("T")


class RunWithProgress(Protocol):
    """Runs work on a thread while the window stays responsive, shows the progress of `opening` and lets the user cancel it. Returns and
    raises what the work does. `name` is the file's name for the dialog."""

    def __call__(self, name: str, opening: OpenOperation, work: Callable[[], T]) -> T: ...


def run_directly(name: str, opening: OpenOperation, work: Callable[[], T]) -> T:
    """Without a window the caller waits."""
    del name, opening
    return work()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A show that a thread has opened."""

    file: ShowFile
    kept: Path | None = None  # the text show that it was converted from
    whole: bool = True


def is_text(path: Path) -> bool:
    """Whether this is a readable file that is not a database."""
    try:
        return not is_database(path)
    except StorageError:
        return False


def is_damaged(path: Path, error: AppError) -> bool:
    """Whether a show file did not open because its content is damaged."""
    return not error.code.startswith("file.") and error.code not in SOUND and path.exists() and not is_text(path)


def _still_wanted(file: ShowFile, opening: OpenOperation) -> ShowFile:
    """The file; if the user cancelled meanwhile, closes it and raises StorageError."""
    if opening.cancelled:
        file.close()
    opening.check(file.path)
    return file


def _opened(path: Path, opening: OpenOperation) -> _Opened:
    """Open a show of any format; raises AppError."""
    kept = converted(path)
    return _Opened(_still_wanted(ShowFile.open(path, opening=opening), opening), kept)


def _copied(file: ShowFile | None, show: Show, target: Path, opening: OpenOperation) -> _Opened:
    """Copy an open show to another name and open it there; raises AppError. Once the copy exists, the operation cannot be cancelled."""
    opening.at(OpenStage.COPYING)
    whole = write_copy(file, show, target, opening)
    return _Opened(ShowFile.open(target, show), whole=whole)


class ShowFiles:
    """Opens, saves, recovers and restores shows. Nothing here raises for a broken or missing file: a notice says what failed, and the
    result says whether it worked.

    `post` runs a function on the thread that calls all methods.
    """

    def __init__(
        self,
        *,
        document: Document,
        autosave: Autosave,
        log: ShowLog,
        pictures: ShowPictures,
        working: WorkingFiles,
        paths: Paths,
        clock: Clock,
        new_show: Callable[[], Show],
        notify: Callable[[Notice], None],
        post: Post,
    ) -> None:
        self.recent: tuple[Path, ...] = ()
        self.recovered: RecoveredShow | None = None
        self.opened: Signal[[]] = Signal()
        self.leaving: Signal[[]] = Signal()  # another show is about to replace the open one, whose log can still be written
        self.made_here = True  # False: the open show began with a file, which may come from anyone
        self._document = document
        self._recents = Recents(paths.recents)
        self._unsaved = UnsavedShows(paths.unsaved)
        self._working = working
        self._locks = ShowLocks(paths.runtime)
        self._new_show = new_show
        self._notify = notify
        self._post = post
        self._autosave = autosave
        self._log = log
        self._pictures = pictures
        self._backups = ShowBackups(paths.backups, clock)
        self._run_with_progress: RunWithProgress = run_directly
        self._busy = False
        self._backed_up: tuple[ShowFile | None, int] = (None, 0)  # the file that was backed up last, and its number of commits then

    @property
    def identity(self) -> str:
        """The identity stored in the show's file, "" while it has none."""
        return self._autosave.file.identity if self._autosave.file is not None else ""

    def identify(self) -> str:
        """The identity; a file without one gets one."""
        return self._autosave.file.identify() if self._autosave.file is not None else ""

    # Life -----------------------------------------------------------------------------------------------------------------

    @property
    def last(self) -> Path | None:
        """The user's own file that was open last."""
        return next((path for path in self.recent if not self._unsaved.holds(path)), None)

    def is_unsaved(self, path: Path) -> bool:
        """Whether a recent show has no file of the user's."""
        return self._unsaved.holds(path)

    def start(self) -> None:
        """Look for the work of a desk that crashed."""
        self.recent = self._recents.paths()
        try:
            self.recovered = next(iter(self._working.abandoned()), None)
        except StorageError as error:
            self._notify(file_notice(error))

    def close(self, *, keep_work: bool) -> None:
        """Write everything and close. `keep_work` leaves a show without a file for the next desk to find."""
        self._autosave.leave(keep_work=keep_work)

    def show_progress_with(self, run: RunWithProgress) -> None:
        """Run slow work on large files with this from now on."""
        self._run_with_progress = run

    # Shows ----------------------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Start a new show; the caller has asked about unsaved changes."""
        self.begin_with(self._new_show())

    def begin_with(self, show: Show, pictures: Iterable[bytes] = ()) -> None:
        """Start with a filled show that contains none of the user's work yet; the caller has asked about unsaved changes."""
        self._leave()
        self.made_here = True
        self._document.replace_all(show, path=None)
        for picture in pictures:
            self._pictures.add(picture)
        self.opened.emit()

    def open(self, path: Path) -> bool:
        """Open a show; on failure the document stays and a notice says why. The caller has asked about unsaved changes."""
        path = path.absolute()
        if path == self._document.path and self._autosave.save():
            self._show(self._document.show, path)
            return True
        if self._unsaved.holds(path):
            return self._open_unsaved(path)
        lock: FileLock | None = None
        try:
            lock = self._locks.take(path)
            ready = self._slowly(path, lambda opening: _opened(path, opening))
        except AppError as error:
            if lock is not None:
                lock.release()
            return self._open_otherwise(path, error)
        self._go_on_in(path, ready, lock)
        return True

    def open_at_start(self, path: Path) -> Awaitable[bool]:
        """Like `open`, while the window starts; the result is dropped if the user started something else meanwhile."""
        return self._open_at_start(path.absolute(), self._document.show)

    async def _open_at_start(self, path: Path, before: Show) -> bool:
        if self._unsaved.holds(path) or path == self._document.path:
            return self.open(path)
        lock: FileLock | None = None
        self._busy = True
        try:
            lock = self._locks.take(path)
            ready = await asyncio.to_thread(_opened, path, OpenOperation())
        except AppError as error:
            self._busy = False
            if lock is not None:
                lock.release()
            return self._open_otherwise(path, error)
        self._busy = False
        if self._document.show is not before:
            await asyncio.to_thread(ready.file.close)
            lock.release()
            return False
        self._go_on_in(path, ready, lock)
        return True

    def _go_on_in(self, path: Path, ready: _Opened, lock: FileLock) -> None:
        opened = ready.file
        self._leave()
        self._autosave.install(opened, lock=lock)
        self.recent = self._recents.add(path)
        self._show(opened.writer.show, path)
        if ready.kept is not None:
            self._notify(Notice(Severity.INFO, "show_file.converted", {"path": str(path), "kept": str(ready.kept)}, subject=str(path)))
        if not opened.writer.connected:
            self._notify(Notice(Severity.WARNING, "show_file.read_only", {"path": str(path)}, subject=str(path)))
        elif self._backups.due(path, DAY_S):
            self._back_up(opened)

    def open_copy(self, path: Path) -> bool:
        """Open a copy of a show file as a show without a file; on failure a notice says why."""
        return self._open_made(path, lambda target, opening: copy_closed(path, target, opening), path.stem)

    def backups(self) -> tuple[Backup, ...]:
        """The backups of the open show, the newest first."""
        return self._backups.of(self._document.path) if self._document.path is not None else ()

    def restore(self, backup: Backup) -> bool:
        """Open a backup as a show without a file, under the name of the show; the show's file is not changed."""
        return self._open_made(backup.path, lambda target, opening: copy_closed(backup.path, target, opening), backup.show)

    async def look_after(self, every_s: Callable[[], float] = lambda: EVERY_S) -> None:
        """Back up the open show this often while it changes."""
        while True:
            await asyncio.sleep(LOOK_S)
            file = self._autosave.own_file
            if file is not None and (file, file.writer.commits) != self._backed_up and self._backups.due(file.path, every_s()):
                self._back_up(file)

    def save(self) -> bool:
        """Write everything to the show's file and say so; False without a file (ask for a path and call `save_as`) or, with a notice, on
        failure."""
        if self._document.path is None or not self._autosave.save():
            return False
        path = str(self._document.path)
        self._notify(Notice(Severity.INFO, "show_file.saved", {"path": path}, subject=path))
        return True

    def save_as(self, path: Path) -> bool:
        """Copy the show with its pictures and log to a name with our suffix ("Show 1.5" has none) and continue there; on failure a notice
        says why."""
        target = path.absolute()
        if target.suffix.lower() != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        if target == self._document.path:
            return self._autosave.save()
        lock: FileLock | None = None
        file, show = self._autosave.file, self._document.show
        try:
            lock = self._locks.take(target)
            ready = self._slowly(target, lambda opening: _copied(file, show, target, opening))
        except AppError as error:
            if lock is not None:
                lock.release()
            self._tell(error)
            return False
        self._carry_over(ready.file)
        self._autosave.leave(rescue=False)
        self._autosave.install(ready.file, lock=lock)
        self.recent = self._recents.add(target)
        self._document.mark_saved(target)
        if not ready.whole:
            self._notify(Notice(Severity.WARNING, "show_file.copied_partly", {"path": str(target)}, subject=str(target)))
        return True

    def _carry_over(self, copy: ShowFile) -> None:
        """Add to the copy what happened while it was made: orders come at any time."""
        for event in self._log.events(None, copy.last_seq):
            copy.log(event.kind, event.at_ms, event.data)
        copy.writer.put(self._document.show)

    def accept_recovery(self) -> None:
        """The recovered work becomes the document, still without a file."""
        recovered, self.recovered = self.recovered, None
        if recovered is None:
            return
        try:
            own = self._working.adopt(recovered)
            try:
                opened = ShowFile.open(own.path, recovered.show)
            except StorageError:
                own.let_go()
                raise
        except StorageError as error:
            self._notify(file_notice(error))
            return
        self._leave()
        self._autosave.install(opened, own=own)
        self._show(opened.writer.show, None, base=self._new_show())

    def discard_recovery(self) -> None:
        """Delete the recovered work."""
        if self.recovered is not None:
            self._working.discard(self.recovered)
            self.recovered = None
            self._document.changed.emit()

    def take_over_running(self, project: Project) -> None:
        """Continue with the project of a running engine: in recovered work with the same content, else in the open show if it has the same
        name, else as a show without a file. Recovered work of another show stays available."""
        recovered = self.recovered
        if recovered is not None and same_content(recovered.project, project):
            self.accept_recovery()
        path, open_now = self._document.path, self._document.project
        if same_content(open_now, project) or (path is not None and open_now.name == project.name):
            show = show_with_project(self._document.show, project)
            self._show(show, path, base=None if path is not None else self._new_show())
        else:
            self._autosave.leave()
            self._show(Show(project), None, base=self._new_show())
        self._autosave.put(self._document.show)

    def _leave(self) -> None:
        """Leave the open show; one without a user file stays in the list of recent shows."""
        self.leaving.emit()
        self._autosave.leave(aside=self._put_aside)

    def _put_aside(self, working: Path) -> None:
        self.recent = self._recents.add(self._unsaved.put(working, self._document.title))

    def _open_unsaved(self, path: Path) -> bool:
        if not self._open_made(path, lambda target, opening: copy_closed(path, target, opening), ""):
            return False
        self._unsaved.remove(path)
        self.recent = self._recents.remove(path)
        return True

    def _slowly(self, path: Path, work: Callable[[OpenOperation], T]) -> T:
        """Run slow work on a large file; raises AppError, also when the user cancels or another file is still being opened."""
        if self._busy:
            raise StorageError("show_file.one_at_a_time", path=str(path))
        opening = OpenOperation()
        self._busy = True
        try:
            return self._run_with_progress(path.name, opening, lambda: work(opening))
        finally:
            self._busy = False

    def _tell(self, error: AppError) -> None:
        if error.code != "show_file.cancelled":  # the user knows
            mild = error.code in ("show_file.in_use", "show_file.one_at_a_time")
            self._notify(file_notice(error, Severity.WARNING if mild else Severity.ERROR))

    def _open_made(self, path: Path, make: Callable[[Path, OpenOperation], None], title: str) -> bool:
        """Make a working file from `path` and continue in it; `title` "" = keep the show's name."""

        def work(target: Path, opening: OpenOperation) -> ShowFile:
            make(target, opening)
            return _still_wanted(ShowFile.open(target, opening=opening), opening)

        try:
            own = self._working.take()
            try:
                opened = self._slowly(path, lambda opening: work(own.path, opening))
            except AppError:
                own.remove()
                raise
        except AppError as error:
            self._tell(error)
            return False
        self._leave()
        self._autosave.install(opened, own=own)
        show = show_with_project(opened.writer.show, replace(opened.writer.show.project, name=title or opened.writer.show.project.name))
        self._show(show, None, base=self._new_show())
        self._autosave.put(show)
        return True

    def _open_otherwise(self, path: Path, error: AppError) -> bool:
        """Try another way to open a show: a text show in a read-only folder opens as a copy, a damaged show as what can be read of it."""
        if (
            error.code in ("file.denied", "file.full")
            and path.exists()
            and self._open_made(path, lambda target, _: convert(path, target), path.stem)
        ):
            self._notify(Notice(Severity.WARNING, "show_file.read_only", {"path": str(path)}, subject=str(path)))
            return True
        self._tell(error)
        return is_damaged(path, error) and self._salvage(path)

    def _salvage(self, path: Path) -> bool:
        """Open the readable parts of a damaged file as a show without a file."""
        found: list[SalvageResult] = []

        project = self._new_show().project

        def read(target: Path, opening: OpenOperation) -> None:
            salvaged = salvage(path, target, lambda: project, opening)
            if salvaged is None:
                raise StorageError("show_file.lost", path=str(path))
            found.append(salvaged)

        if not self._open_made(path, read, path.stem):
            return False
        data: dict[str, Value] = {"path": str(path), "things": found[0].things, "events": found[0].events, "pictures": found[0].pictures}
        self._notify(Notice(Severity.WARNING, "show_file.salvaged", data, subject=str(path)))
        return True

    def _back_up(self, file: ShowFile) -> None:
        self._backed_up = (file, file.writer.commits)
        self._backups.begin(file, lambda error: self._post(lambda: self._on_backed_up(error)))

    def _on_backed_up(self, error: StorageError | None) -> None:
        if error is not None:
            self._notify(Notice(Severity.WARNING, "show_file.no_backup", {"reason": str(error), **error.data}, subject="backup"))

    def _show(self, show: Show, path: Path | None, *, base: Show | None = None) -> None:
        self.made_here = False
        self._document.replace_all(show, path=path, saved=base)
        self.opened.emit()
