"""Opening, saving, recovering and restoring shows."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from app.domain.clock import Clock
from app.domain.errors import AppError, Value
from app.domain.notice import Notice, Severity
from app.domain.project import Project
from app.domain.show import Show
from app.domain.signal import Signal
from app.session.document import Document, same_content, show_with_project
from app.session.show_keeper import Post, ShowKeeper
from app.storage.database import is_database
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.paths import Paths
from app.storage.recents import Recents
from app.storage.salvage import Salvaged, salvage
from app.storage.show_backups import DAY_S, Backup, ShowBackups
from app.storage.show_file import SUFFIX, ShowFile, copy_closed, write_copy
from app.storage.show_formats import convert, converted
from app.storage.show_locks import ShowLocks
from app.storage.unsaved_shows import UnsavedShows
from app.storage.working_files import RecoveredShow, WorkingFiles

log = logging.getLogger(__name__)

LOOK_S = 60.0
EVERY_S = 600.0
# Nothing is wrong with the file itself.
SOUND = frozenset({"show_file.in_use", "show_file.newer", "show_file.not_a_show", "show_file.busy"})


def is_text(path: Path) -> bool:
    """Whether this is a file that can be read, and no database."""
    try:
        return not is_database(path)
    except StorageError:
        return False


def is_damaged(path: Path, error: AppError) -> bool:
    """Whether a show file did not open because something in it is wrong."""
    return not error.code.startswith("file.") and error.code not in SOUND and path.exists() and not is_text(path)


class ShowFiles:
    """Which show is open, and where it comes from. Nothing here raises for a broken or missing file: a notice tells, and the result says
    whether it worked.

    `post` runs something on the thread that all methods are called on.
    """

    def __init__(
        self,
        *,
        document: Document,
        keeper: ShowKeeper,
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
        self.leaving: Signal[[]] = Signal()  # another show takes the place of the open one, whose log can still be written
        self.made_here = True  # False: the open show began with a file, which may be anybody's
        self._document = document
        self._recents = Recents(paths.recents)
        self._unsaved = UnsavedShows(paths.unsaved)
        self._working = working
        self._locks = ShowLocks(paths.runtime)
        self._new_show = new_show
        self._notify = notify
        self._post = post
        self._keeper = keeper
        self._backups = ShowBackups(paths.backups, clock)
        self._backed_up: tuple[ShowFile | None, int] = (None, 0)  # the file that was copied last, and how often it had changed by then

    @property
    def identity(self) -> str:
        """By what the show's file is known again, "" while it has none."""
        return self._keeper.file.identity if self._keeper.file is not None else ""

    # Life -----------------------------------------------------------------------------------------------------------------

    @property
    def last(self) -> Path | None:
        """The user's own file that was open last."""
        return next((path for path in self.recent if not self._unsaved.holds(path)), None)

    def is_unsaved(self, path: Path) -> bool:
        """Whether a recent show has no file of the user's."""
        return self._unsaved.holds(path)

    def start(self) -> None:
        """Look for what a desk that crashed left behind."""
        self.recent = self._recents.paths()
        try:
            self.recovered = next(iter(self._working.abandoned()), None)
        except StorageError as error:
            self._keeper.tell(error)

    def close(self, *, keep_work: bool) -> None:
        """Write what is left and let go. `keep_work` leaves a show without a file to be found by the next desk."""
        self._keeper.leave(keep_work=keep_work)

    # Shows ----------------------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin a new show."""
        self.begin_with(self._new_show())

    def begin_with(self, show: Show, pictures: Iterable[bytes] = ()) -> None:
        """Begin with a show that is filled already, and of which nothing is the user's work yet."""
        self._leave()
        self.made_here = True
        self._document.replace_all(show, path=None)
        for picture in pictures:
            self._keeper.add_picture(picture)
        self.opened.emit()

    def open(self, path: Path) -> bool:
        """Open a show; on failure the document stays and a notice says why."""
        path = path.absolute()
        if path == self._document.path and self._keeper.save():
            self._show(self._document.show, path)
            return True
        if self._unsaved.holds(path):
            return self._open_unsaved(path)
        lock: FileLock | None = None
        try:
            lock = self._locks.take(path)
            kept = converted(path)
            opened = ShowFile.open(path)
        except AppError as error:
            if lock is not None:
                lock.release()
            return self._open_otherwise(path, error)
        self._leave()
        self._keeper.install(opened, lock=lock)
        self.recent = self._recents.add(path)
        self._show(opened.show, path)
        if kept is not None:
            self._notify(Notice(Severity.INFO, "show_file.converted", {"path": str(path), "kept": str(kept)}, subject=str(path)))
        if not opened.can_be_written:
            self._notify(Notice(Severity.WARNING, "show_file.read_only", {"path": str(path)}, subject=str(path)))
        elif self._backups.due(path, DAY_S):
            self._back_up(opened)
        return True

    def open_copy(self, path: Path) -> bool:
        """Open a copy of a show file that is left alone, as a show without a file of its own; on failure a notice says why."""
        return self._open_made(lambda target: copy_closed(path, target), path.stem)

    def backups(self) -> tuple[Backup, ...]:
        """The copies that were made of the open show, the newest first."""
        return self._backups.of(self._document.path) if self._document.path is not None else ()

    def restore(self, backup: Backup) -> bool:
        """Open a backup as a show without a file, under the name of the show; the show's file stays as it is."""
        return self._open_made(lambda target: copy_closed(backup.path, target), backup.show)

    async def look_after(self, every_s: Callable[[], float] = lambda: EVERY_S) -> None:
        """Copy the open show that often while it changes."""
        while True:
            await asyncio.sleep(LOOK_S)
            file = self._keeper.own_file
            if file is not None and (file, file.commits) != self._backed_up and self._backups.due(file.path, every_s()):
                self._back_up(file)

    def save(self) -> bool:
        """Have everything in the show's file and say so; on failure a notice says why."""
        if self._document.path is None or not self._keeper.save():
            return False
        path = str(self._document.path)
        self._notify(Notice(Severity.INFO, "show_file.saved", {"path": path}, subject=path))
        return True

    def save_as(self, path: Path) -> bool:
        """Copy everything there and go on there, under a name with our suffix ("Show 1.5" has none); on failure a notice says why."""
        target = path.absolute()
        if target.suffix.lower() != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        if target == self._document.path:
            return self._keeper.save()
        lock: FileLock | None = None
        try:
            lock = self._locks.take(target)
            whole = write_copy(self._keeper.file, self._document.show, target)
            opened = ShowFile.open(target, self._document.show)
        except AppError as error:
            if lock is not None:
                lock.release()
            self._keeper.tell(error)
            return False
        self._keeper.leave(rescue=False)
        self._keeper.install(opened, lock=lock)
        self.recent = self._recents.add(target)
        self._document.mark_saved(target)
        if not whole:
            self._notify(Notice(Severity.WARNING, "show_file.copied_partly", {"path": str(target)}, subject=str(target)))
        return True

    def accept_recovery(self) -> None:
        """The recovered work becomes the document, still without a file of its own."""
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
            self._keeper.tell(error)
            return
        self._leave()
        self._keeper.install(opened, own=own)
        self._show(opened.show, None, base=self._new_show())

    def discard_recovery(self) -> None:
        """The recovered work is given up."""
        if self.recovered is not None:
            self._working.discard(self.recovered)
            self.recovered = None
            self._document.changed.emit()

    def take_over_running(self, project: Project) -> None:
        """Show what a running engine shows: as the work that the last desk left of the same, else in the open show when that has the
        same name, else as a show without a file. Recovered work of another show stays on offer."""
        recovered = self.recovered
        if recovered is not None and same_content(recovered.project, project):
            self.accept_recovery()
        path, open_now = self._document.path, self._document.project
        if same_content(open_now, project) or (path is not None and open_now.name == project.name):
            show = show_with_project(self._document.show, project)
            self._show(show, path, base=None if path is not None else self._new_show())
        else:
            self._keeper.leave()
            self._show(Show(project), None, base=self._new_show())
        self._keeper.put(self._document.show)

    def _leave(self) -> None:
        """Another show comes: one without a file of the user's stays among the recent ones."""
        self.leaving.emit()
        self._keeper.leave(aside=self._put_aside)

    def _put_aside(self, working: Path) -> None:
        self.recent = self._recents.add(self._unsaved.put(working, self._document.title))

    def _open_unsaved(self, path: Path) -> bool:
        if not self._open_made(lambda target: copy_closed(path, target), ""):
            return False
        self._unsaved.remove(path)
        self.recent = self._recents.remove(path)
        return True

    def _open_made(self, make: Callable[[Path], None], title: str) -> bool:
        """Fill a working file with a show and go on in it; `title` "" = under its own."""
        try:
            own = self._working.take()
            try:
                make(own.path)
                opened = ShowFile.open(own.path)
            except AppError:
                own.remove()
                raise
        except AppError as error:
            self._keeper.tell(error)
            return False
        self._leave()
        self._keeper.install(opened, own=own)
        show = show_with_project(opened.show, replace(opened.show.project, name=title or opened.show.project.name))
        self._show(show, None, base=self._new_show())
        self._keeper.put(show)
        return True

    def _open_otherwise(self, path: Path, error: AppError) -> bool:
        """What is left when a show does not open as itself: a text show whose folder cannot be written as a copy, a damaged one as
        what can be read of it."""
        if (
            error.code in ("file.denied", "file.full")
            and path.exists()
            and self._open_made(lambda target: convert(path, target), path.stem)
        ):
            self._notify(Notice(Severity.WARNING, "show_file.read_only", {"path": str(path)}, subject=str(path)))
            return True
        self._keeper.tell(error, Severity.WARNING if error.code == "show_file.in_use" else Severity.ERROR)
        return is_damaged(path, error) and self._salvage(path)

    def _salvage(self, path: Path) -> bool:
        """Open what can be read of a damaged file as a show without a file."""
        found: list[Salvaged] = []

        def read(target: Path) -> None:
            salvaged = salvage(path, target, lambda: self._new_show().project)
            if salvaged is None:
                raise StorageError("show_file.lost", path=str(path))
            found.append(salvaged)

        if not self._open_made(read, path.stem):
            return False
        data: dict[str, Value] = {"path": str(path), "things": found[0].things, "events": found[0].events, "pictures": found[0].pictures}
        self._notify(Notice(Severity.WARNING, "show_file.salvaged", data, subject=str(path)))
        return True

    def _back_up(self, file: ShowFile) -> None:
        self._backed_up = (file, file.commits)
        self._backups.begin(file, lambda error: self._post(lambda: self._on_backed_up(error)))

    def _on_backed_up(self, error: StorageError | None) -> None:
        if error is not None:
            self._notify(Notice(Severity.WARNING, "show_file.no_backup", {"reason": str(error), **error.data}, subject="backup"))

    def _show(self, show: Show, path: Path | None, *, base: Show | None = None) -> None:
        self.made_here = False
        self._document.replace_all(show, path=path, saved=base)
        self.opened.emit()
