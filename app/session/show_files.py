"""Opening, saving and recovering the document, and keeping its file equal to it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.clock import NS_PER_MS, Clock
from app.domain.errors import AppError, Value
from app.domain.event import EventKind, ShowEvent
from app.domain.notice import Notice, Severity
from app.domain.project import Project
from app.domain.show import Show
from app.domain.signal import Signal
from app.session.document import Document, same_content, show_with_project
from app.storage.database import is_database
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.paths import Paths
from app.storage.pictures import make_picture
from app.storage.recents import Recents
from app.storage.salvage import Salvaged, salvage
from app.storage.show_backups import DAY_S, Backup, ShowBackups
from app.storage.show_file import SUFFIX, ShowFile, copy_closed, write_copy
from app.storage.show_formats import converted
from app.storage.show_locks import ShowLocks
from app.storage.show_writer import Written
from app.storage.working_files import RecoveredShow, WorkingFile, WorkingFiles

log = logging.getLogger(__name__)

LOOK_S = 60.0
EVERY_S = 600.0
# Nothing is wrong with the file itself.
SOUND = frozenset({"show_file.in_use", "show_file.newer", "show_file.not_a_show", "show_file.busy"})
Post = Callable[[Callable[[], None]], None]


def is_damaged(path: Path, error: AppError) -> bool:
    """Whether a show file did not open because something in it is wrong."""
    if error.code.startswith("file.") or error.code in SOUND:
        return False
    try:
        return is_database(path)
    except StorageError:
        return False


class ShowFiles:
    """The document's way to and from the disk. Every change is written by itself: to the show's file, or to a working file while it
    has none. Nothing here raises for a broken or missing file: a notice tells, and the result says whether it worked.

    `post` runs something on the thread that all methods are called on.
    """

    def __init__(
        self,
        *,
        document: Document,
        paths: Paths,
        clock: Clock,
        new_project: Callable[[], Project],
        notify: Callable[[Notice], None],
        post: Post,
    ) -> None:
        self.recent: tuple[Path, ...] = ()
        self.recovered: RecoveredShow | None = None
        self.logged: Signal[[ShowEvent]] = Signal()
        self.opened: Signal[[]] = Signal()
        self._document = document
        self._recents = Recents(paths.recents)
        self._working = WorkingFiles(paths.recovery)
        self._locks = ShowLocks(paths.runtime)
        self._clock = clock
        self._new_project = new_project
        self._notify = notify
        self._post = post
        self._file: ShowFile | None = None
        self._own: WorkingFile | None = None  # the working file, while the show has no other
        self._lock: FileLock | None = None  # of the show's own file
        self._told = ""  # the code of the failure that was told last
        self._backups = ShowBackups(paths.backups, clock)
        self._backed_up = 0  # as many commits as the file had when it was copied last
        document.show_changed.connect(self._on_show_changed)

    # Life -----------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Look for what a desk that crashed left behind."""
        self.recent = self._recents.paths()
        try:
            self.recovered = next(iter(self._working.abandoned()), None)
        except StorageError as error:
            self._tell(error)

    def close(self, *, keep_work: bool) -> None:
        """Write what is left and let go. `keep_work` leaves a show without a file to be found by the next desk."""
        self._leave(keep_work=keep_work)

    # Shows ----------------------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Begin a new show."""
        self._leave(keep_work=False)
        self._show(Show(self._new_project()), None)

    def open(self, path: Path) -> bool:
        """Open a show; on failure the document stays and a notice says why."""
        path = path.absolute()
        if path == self._document.path and self._save():
            self._show(self._document.show, path)
            return True
        lock: FileLock | None = None
        try:
            lock = self._locks.take(path)
            kept = converted(path)
            opened = ShowFile.open(path)
        except AppError as error:
            if lock is not None:
                lock.release()
            self._tell(error, Severity.WARNING if error.code == "show_file.in_use" else Severity.ERROR)
            return is_damaged(path, error) and self._salvage(path)
        self._leave(keep_work=False)
        self._install(opened, lock=lock)
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
            file = self._file
            if file is not None and self._own is None and file.commits > self._backed_up and self._backups.due(file.path, every_s()):
                self._back_up(file)

    def save(self) -> bool:
        """Have everything in the show's file; on failure a notice says why."""
        return self._document.path is not None and self._save()

    def save_as(self, path: Path) -> bool:
        """Copy everything there and go on there, under a name with our suffix ("Show 1.5" has none); on failure a notice says why."""
        target = path.absolute()
        if target.suffix.lower() != SUFFIX:
            target = target.with_name(target.name + SUFFIX)
        if target == self._document.path:
            return self._save()
        lock: FileLock | None = None
        try:
            lock = self._locks.take(target)
            whole = write_copy(self._file, self._document.show, target)
            opened = ShowFile.open(target, self._document.show)
        except AppError as error:
            if lock is not None:
                lock.release()
            self._tell(error)
            return False
        self._leave(keep_work=False, rescue=False)
        self._install(opened, lock=lock)
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
            self._tell(error)
            return
        self._leave(keep_work=False)
        self._install(opened, own=own)
        self._show(opened.show, None, base=Show(self._new_project()))

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
            self._show(show, path, base=None if path is not None else Show(self._new_project()))
        else:
            self._leave(keep_work=False)
            self._show(Show(project), None, base=Show(self._new_project()))
        self._on_show_changed(self._document.show)

    def _open_made(self, make: Callable[[Path], None], title: str) -> bool:
        """Fill a working file with a show and go on in it."""
        try:
            own = self._working.take()
            try:
                make(own.path)
                opened = ShowFile.open(own.path)
            except AppError:
                own.remove()
                raise
        except AppError as error:
            self._tell(error)
            return False
        self._leave(keep_work=False)
        self._install(opened, own=own)
        show = show_with_project(opened.show, replace(opened.show.project, name=title))
        self._show(show, None, base=Show(self._new_project()))
        self._on_show_changed(show)
        return True

    def _salvage(self, path: Path) -> bool:
        """Open what can be read of a damaged file as a show without a file."""
        found: list[Salvaged] = []

        def read(target: Path) -> None:
            salvaged = salvage(path, target, self._new_project)
            if salvaged is None:
                raise StorageError("show_file.lost", path=str(path))
            found.append(salvaged)

        if not self._open_made(read, path.stem):
            return False
        data: dict[str, Value] = {"path": str(path), "things": found[0].things, "events": found[0].events, "pictures": found[0].pictures}
        self._notify(Notice(Severity.WARNING, "show_file.salvaged", data, subject=str(path)))
        return True

    def _back_up(self, file: ShowFile) -> None:
        self._backed_up = file.commits
        self._backups.begin(file, lambda error: self._post(lambda: self._on_backed_up(error)))

    def _on_backed_up(self, error: StorageError | None) -> None:
        if error is not None:
            self._notify(Notice(Severity.WARNING, "show_file.no_backup", {"reason": str(error), **error.data}, subject="backup"))

    # The log and the pictures -----------------------------------------------------------------------------------------------

    def log(self, kind: EventKind, **data: Any) -> None:
        """Append to the show's log; `logged` tells of it at once, `kept` when it is on the drive."""
        if (file := self._begun()) is not None:
            self.logged.emit(file.log(kind, self._clock.wall_ns() // NS_PER_MS, data))

    def events(self, kinds: Collection[EventKind] | None = None, after: int = 0) -> tuple[ShowEvent, ...]:
        """The log behind number `after`, what was just appended included; a file that cannot be read has none, and a notice tells."""
        try:
            return self._file.events(kinds, after) if self._file is not None else ()
        except StorageError as error:
            self._tell(error)
            return ()

    def add_picture(self, content: bytes) -> str:
        """Keep a picture in the show's file; its id. Raises StorageError for what is no picture or too large."""
        picture = make_picture(content, self._clock.wall_ns() // NS_PER_MS)
        if (file := self._begun()) is None:
            raise StorageError("picture.nowhere")
        file.add_picture(picture)
        return picture.id

    def picture(self, picture_id: str) -> bytes | None:
        """A picture's bytes, None when the show has no such picture or its file cannot be read."""
        with contextlib.suppress(StorageError):
            return self._file.picture(picture_id) if self._file is not None else None
        return None

    def media_type(self, picture_id: str) -> str:
        """A picture's media type, "" when the show has no such picture."""
        with contextlib.suppress(StorageError):
            return self._file.media_type(picture_id) if self._file is not None else ""
        return ""

    async def kept(self) -> bool:
        """Wait until everything done so far is on the drive; False when it could not be written (a notice tells)."""
        if self._file is None:
            return True
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def tell(error: StorageError | None) -> None:
            self._post(lambda: None if done.done() else done.set_result(error is None))

        self._file.when_written(tell)
        return await done

    # Keeping in step --------------------------------------------------------------------------------------------------------

    def _on_show_changed(self, show: Show) -> None:
        if self._file is not None:
            self._file.put(show)
        elif self._document.modified:
            self._begin()

    def _begun(self) -> ShowFile | None:
        if self._file is None:
            self._begin()
        return self._file

    def _begin(self) -> None:
        """Give a show without a file a working file."""
        try:
            own = self._working.take()
        except StorageError as error:
            self._tell_once(error)
            return
        self._install(ShowFile.create(own.path, self._document.show), own=own)

    def _install(self, file: ShowFile, *, own: WorkingFile | None = None, lock: FileLock | None = None) -> None:
        self._file, self._own, self._lock = file, own, lock
        self._backed_up = 0
        file.reported.connect(lambda written: self._post(lambda: self._on_written(file, written)))

    def _on_written(self, file: ShowFile, written: Written) -> None:
        if file is not self._file:
            return
        if written.error is not None:
            self._document.mark_unwritten()
            self._tell_once(written.error)
            return
        if self._own is None and written.show is not None:
            self._document.mark_written(written.show)
        if self._told:
            self._told = ""
            self._notify(Notice(Severity.INFO, "show_file.written_again", {"path": str(file.path)}, subject=str(file.path)))

    def _save(self) -> bool:
        file = self._file
        if file is None or self._document.path is None:
            return False
        try:
            file.flush()
        except StorageError as error:
            self._document.mark_unwritten()
            self._tell(error)
            return False
        self._document.mark_saved(self._document.path)
        return True

    def _show(self, show: Show, path: Path | None, *, base: Show | None = None) -> None:
        self._document.replace_all(show, path=path, saved=base)
        self.opened.emit()

    def _leave(self, *, keep_work: bool, rescue: bool = True) -> None:
        """Let go of the file. What could not be written to the user's own is kept as a working file, to be offered at the next start;
        without `rescue` it was saved elsewhere."""
        file, own, lock = self._file, self._own, self._lock
        self._file = self._own = self._lock = None
        self._told = ""
        if file is None:
            return
        if own is None and rescue:
            self._rescue_unwritten(file)
        file.close()
        if own is not None:
            own.let_go() if keep_work else own.remove()
        if lock is not None:
            lock.release()

    def _rescue_unwritten(self, file: ShowFile) -> None:
        try:
            file.flush()
        except StorageError as error:
            self._tell(error)
            try:
                rescue = self._working.take()
                write_copy(file, file.show, rescue.path)
                rescue.let_go()
            except StorageError as worse:
                self._tell(worse)

    def _tell_once(self, error: StorageError) -> None:
        if self._told != error.code:
            self._told = error.code
            self._tell(error)

    def _tell(self, error: AppError, severity: Severity = Severity.ERROR) -> None:
        path: Value = error.data.get("path", "")
        self._notify(Notice(severity, error.code, error.data, subject=str(path)))
