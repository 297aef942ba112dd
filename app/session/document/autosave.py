"""Keeps the file of the open show equal to the document."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.show import Show
from app.session.document.document import Document
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.show_file import ShowFile, write_copy
from app.storage.show_writer import WriteReport
from app.storage.working_files import WorkingFile, WorkingFiles

log = logging.getLogger(__name__)

Post = Callable[[Callable[[], None]], None]
Job = Callable[[ShowFile], None]


def file_notice(error: AppError, severity: Severity = Severity.ERROR) -> Notice:
    """The notice for a failure of a file; its subject is the file's path."""
    path: Value = error.data.get("path", "")
    return Notice(severity, error.code, error.data, subject=str(path))


class Autosave:
    """Writes every change to the show's file, or to a working file that is made with the first change of a show without a file.

    `post` runs a function on the thread that calls all methods.
    """

    def __init__(self, document: Document, working: WorkingFiles, *, notify: Callable[[Notice], None], post: Post) -> None:
        self.file: ShowFile | None = None
        self._own: WorkingFile | None = None  # the working file, while the show has no other
        self._lock: FileLock | None = None  # of the show's own file
        self._document = document
        self._working = working
        self._notify = notify
        self._post = post
        self._reported = ""  # the code of the last failure that the user was told about
        self._waiting: list[Job] = []  # for a file that could not be made yet
        document.show_changed.connect(self.put)

    @property
    def own_file(self) -> ShowFile | None:
        """The user's file, None while the show has none."""
        return self.file if self._own is None else None

    # Changing files -----------------------------------------------------------------------------------------------------------

    def install(self, file: ShowFile, *, own: WorkingFile | None = None, lock: FileLock | None = None) -> None:
        """Use this file from now on and run the waiting jobs on it; pass `own` for a working file, `lock` for the user's file."""
        self.file, self._own, self._lock = file, own, lock
        file.reported.connect(lambda written: self._post(lambda: self._on_written(file, written)))
        waiting, self._waiting = self._waiting, []
        for job in waiting:
            job(file)

    def begin(self) -> None:
        """Give a show without a file a working file that holds everything so far."""
        try:
            own = self._working.take()
        except StorageError as error:
            self._tell_once(error)
            return
        self.install(ShowFile.create(own.path, self._document.show), own=own)

    def leave(self, *, keep_work: bool = False, rescue: bool = True, aside: Callable[[Path], None] | None = None) -> None:
        """Close the file; a working file is removed unless `keep_work` leaves it to the next desk or `aside` moves it elsewhere.

        What could not be written to the user's file goes to a working file, which the next start offers; without `rescue` it was saved
        elsewhere.
        """
        file, own, lock = self.file, self._own, self._lock
        self.file = self._own = self._lock = None
        self._reported = ""
        if rescue:
            self._waiting = []
        if file is None:
            return
        if own is None and rescue:
            self._rescue_unwritten(file)
        worth_keeping = self._document.modified or file.last_seq > 0 or bool(file.writer.show.products)
        file.close()
        if own is not None:
            if aside is not None and worth_keeping:
                self._move(own, aside)
            own.let_go() if keep_work else own.remove()
        if lock is not None:
            lock.release()

    def _move(self, own: WorkingFile, aside: Callable[[Path], None]) -> None:
        try:
            aside(own.path)
        except StorageError as error:
            self._notify(file_notice(error))

    def _rescue_unwritten(self, file: ShowFile) -> None:
        try:
            file.writer.flush()
        except StorageError as error:
            self._notify(file_notice(error))
            try:
                rescue = self._working.take()
                write_copy(file, file.writer.show, rescue.path)
                rescue.let_go()
            except StorageError as worse:
                self._notify(file_notice(worse))

    # Writing ----------------------------------------------------------------------------------------------------------------

    def put(self, show: Show) -> None:
        """Write this state of the show."""
        if self.file is not None:
            self.file.writer.put(show)
        elif self._document.modified:
            self.begin()

    def with_file(self, job: Job) -> None:
        """Run a job on the show's file, which is made if necessary; the job waits while no file can be made."""
        if (file := self.file_or_new()) is not None:
            job(file)
        else:
            self._waiting.append(job)

    def file_or_new(self) -> ShowFile | None:
        """The show's file, or a new working file; None when none can be made (a notice says why)."""
        if self.file is None:
            self.begin()
        return self.file

    def save(self) -> bool:
        """Write everything to the user's file now; on failure a notice says why."""
        if self.file is None or self._document.path is None:
            return False
        try:
            self.file.writer.flush()
        except StorageError as error:
            self._document.mark_unwritten()
            self._notify(file_notice(error))
            return False
        self._document.mark_saved(self._document.path)
        return True

    async def wait_written(self) -> bool:
        """Wait until everything so far is on the drive; False when it could not be written (a notice says why).

        When no file could be made before, this tries again.
        """
        if self.file is None and self._lacks_file():
            self.begin()
        if self.file is None:
            return not self._lacks_file()
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def tell(error: StorageError | None) -> None:
            self._post(lambda: None if done.done() else done.set_result(error is None))

        self.file.writer.when_written(tell)
        return await done

    def _lacks_file(self) -> bool:
        return bool(self._waiting) or self._document.modified

    def _on_written(self, file: ShowFile, written: WriteReport) -> None:
        if file is not self.file:
            return
        if written.error is not None:
            self._document.mark_unwritten()
            self._tell_once(written.error)
            return
        if self._own is None and written.show is not None:
            self._document.mark_written(written.show)
        if self._reported:
            self._reported = ""
            self._notify(Notice(Severity.INFO, "show_file.written_again", {"path": str(file.path)}, subject=str(file.path)))

    def _tell_once(self, error: StorageError) -> None:
        if self._reported != error.code:
            self._reported = error.code
            self._notify(file_notice(error))
