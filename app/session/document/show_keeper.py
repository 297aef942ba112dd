"""The file of the open show, kept equal to the document; with its log and its pictures."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.show import Show
from app.session.document.document import Document
from app.storage.event_rows import NO_END
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.show_file import ShowFile, write_copy
from app.storage.show_pictures import make_picture
from app.storage.show_writer import WriteReport
from app.storage.working_files import WorkingFile, WorkingFiles

log = logging.getLogger(__name__)

Post = Callable[[Callable[[], None]], None]


class ShowKeeper:
    """Every change goes to the show's file by itself, or to a working file that begins with the first change of a show without one.

    `post` runs something on the thread that all methods are called on.
    """

    def __init__(self, document: Document, working: WorkingFiles, clock: Clock, *, notify: Callable[[Notice], None], post: Post) -> None:
        self.logged: Signal[[ShowEvent]] = Signal()
        self.file: ShowFile | None = None
        self._own: WorkingFile | None = None  # the working file, while the show has no other
        self._lock: FileLock | None = None  # of the show's own file
        self._document = document
        self._working = working
        self._clock = clock
        self._notify = notify
        self._post = post
        self._told = ""  # the code of the failure that was told last
        self._waiting: list[tuple[EventKind, int, dict[str, Any]]] = []  # for the log of a file that could not be made yet
        document.show_changed.connect(self.put)

    @property
    def own_file(self) -> ShowFile | None:
        """The user's file, None while the show has none."""
        return self.file if self._own is None else None

    # One file after the other -----------------------------------------------------------------------------------------------

    def install(self, file: ShowFile, *, own: WorkingFile | None = None, lock: FileLock | None = None) -> None:
        """Keep this file from now on, with what waited for one; `own` when it is a working file, `lock` when it is the user's."""
        self.file, self._own, self._lock = file, own, lock
        file.reported.connect(lambda written: self._post(lambda: self._on_written(file, written)))
        waiting, self._waiting = self._waiting, []
        for kind, at_ms, data in waiting:
            self.logged.emit(file.log(kind, at_ms, data))

    def begin(self) -> None:
        """Give a show without a file a working file, with all that it has by now."""
        try:
            own = self._working.take()
        except StorageError as error:
            self._tell_once(error)
            return
        self.install(ShowFile.create(own.path, self._document.show), own=own)

    def leave(self, *, keep_work: bool = False, rescue: bool = True, aside: Callable[[Path], None] | None = None) -> None:
        """Let go of the file; a working file is removed unless `keep_work` leaves it to the next desk, or `aside` moves it elsewhere.

        What could not be written to the user's file is put into a working file, to be offered at the next start; without `rescue` it
        was saved elsewhere.
        """
        file, own, lock = self.file, self._own, self._lock
        self.file = self._own = self._lock = None
        self._told = ""
        if rescue:
            self._waiting = []
        if file is None:
            return
        if own is None and rescue:
            self._rescue_unwritten(file)
        worth_keeping = self._document.modified or file.last_seq > 0 or bool(file.show.products)
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
            self.tell(error)

    def _rescue_unwritten(self, file: ShowFile) -> None:
        try:
            file.flush()
        except StorageError as error:
            self.tell(error)
            try:
                rescue = self._working.take()
                write_copy(file, file.show, rescue.path)
                rescue.let_go()
            except StorageError as worse:
                self.tell(worse)

    # Writing ----------------------------------------------------------------------------------------------------------------

    def put(self, show: Show) -> None:
        """This is the show now."""
        if self.file is not None:
            self.file.put(show)
        elif self._document.modified:
            self.begin()

    def save(self) -> bool:
        """Have everything in the user's file; on failure a notice says why."""
        if self.file is None or self._document.path is None:
            return False
        try:
            self.file.flush()
        except StorageError as error:
            self._document.mark_unwritten()
            self.tell(error)
            return False
        self._document.mark_saved(self._document.path)
        return True

    async def kept(self) -> bool:
        """Wait until everything done so far is on the drive; False when it could not be written (a notice tells).

        Where no file could be made, it is tried again.
        """
        if self.file is None and self._lacks_file():
            self.begin()
        if self.file is None:
            return not self._lacks_file()
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def tell(error: StorageError | None) -> None:
            self._post(lambda: None if done.done() else done.set_result(error is None))

        self.file.when_written(tell)
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
        if self._told:
            self._told = ""
            self._notify(Notice(Severity.INFO, "show_file.written_again", {"path": str(file.path)}, subject=str(file.path)))

    # The log and the pictures -----------------------------------------------------------------------------------------------

    def log(self, kind: EventKind, **data: Any) -> None:
        """Append to the show's log; `logged` tells of it at once, `kept` when it is on the drive. It waits while no file can be made."""
        at_ms = self._clock.wall_ns() // NS_PER_MS
        if (file := self._begun()) is not None:
            self.logged.emit(file.log(kind, at_ms, data))
        else:
            self._waiting.append((kind, at_ms, data))

    def last_seq(self) -> int:
        """The number of the log's newest event, 0 before the first."""
        return self.file.last_seq if self.file is not None else 0

    def events(self, kinds: Collection[EventKind] | None = None, after: int = 0, upto: int = NO_END) -> tuple[ShowEvent, ...]:
        """The log behind number `after`, up to `upto`, what was just appended included; a file that cannot be read has none, and a
        notice tells."""
        try:
            return self.file.events(kinds, after, upto) if self.file is not None else ()
        except StorageError as error:
            self.tell(error)
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
            return self.file.picture(picture_id) if self.file is not None else None
        return None

    def media_type(self, picture_id: str) -> str:
        """A picture's media type, "" when the show has no such picture."""
        with contextlib.suppress(StorageError):
            return self.file.media_type(picture_id) if self.file is not None else ""
        return ""

    def _begun(self) -> ShowFile | None:
        if self.file is None:
            self.begin()
        return self.file

    # Words ------------------------------------------------------------------------------------------------------------------

    def tell(self, error: AppError, severity: Severity = Severity.ERROR) -> None:
        """Tell the user of a file's failure."""
        path: Value = error.data.get("path", "")
        self._notify(Notice(severity, error.code, error.data, subject=str(path)))

    def _tell_once(self, error: StorageError) -> None:
        if self._told != error.code:
            self._told = error.code
            self.tell(error)
