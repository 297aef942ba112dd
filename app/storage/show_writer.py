"""The thread that writes changes to a show file: one transaction at a time, always the newest state."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.event import ShowEvent
from app.domain.show import Show
from app.storage import event_rows, show_pictures
from app.storage.database import as_storage_errors, checkpoint, file_identity
from app.storage.files import StorageError
from app.storage.show_pictures import Picture
from app.storage.show_rows import NO_POSITIONS, RowPositions, write_changes

log = logging.getLogger(__name__)

THREAD_NAME = "show-file"
RETRY_S = 5.0  # a full or missing drive is retried at this interval
GAP_S = 0.02  # a drag changes the show 60 times a second; more commits than this only wear the drive

T = TypeVar("T")
IDLE_S = 1.0  # after this long without changes, checkpoint into the one file, for anyone who copies it while it is open
Job = Callable[[sqlite3.Connection], None]
OnWritten = Callable[[StorageError | None], None]


@dataclass(frozen=True, slots=True)
class WriteReport:
    """The result of one attempt: what the file has now, and the error, None = success."""

    show: Show | None
    error: StorageError | None


@dataclass(slots=True)
class _Task:
    """A submitted job and its result."""

    job: Job
    told: OnWritten | None = None
    done: bool = False
    error: StorageError | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    ticket: int
    show: Show
    events: tuple[ShowEvent, ...]
    pictures: tuple[Picture, ...]
    tasks: tuple[_Task, ...]
    closing: bool


class ShowWriter:
    """Owns the only writing connection. All methods can be called on any thread; `report` is called on the writer's.

    Without a `connection`, the thread calls `connect`, repeatedly while it fails. Nothing is dropped before it is written.
    """

    def __init__(
        self,
        path: Path,
        connect: Callable[[], sqlite3.Connection],
        *,
        wanted: Show,
        written: Show | None = None,
        places: RowPositions = NO_POSITIONS,
        connection: sqlite3.Connection | None = None,
        report: Callable[[WriteReport], None],
    ) -> None:
        self._path = path
        self._connect = connect
        self._report = report
        self._connection = connection
        self._identity = file_identity(path) if connection is not None else None
        self._data_version = _data_version(connection) if connection is not None else 0
        self._wanted = wanted
        self._written = written
        self._places = places
        self._events: list[ShowEvent] = []
        self._pictures: dict[str, Picture] = {}
        self._tasks: list[_Task] = []
        self._waiting: list[tuple[int, OnWritten]] = []
        self._asked = self._done = self._failed = 0
        self._commits = 0
        self._scattered = False  # whether the write-ahead log has changes that the file lacks
        self._error: StorageError | None = None
        self._closing = self._ended = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        """Start writing; at once if nothing has been written yet."""
        if self._written is None:
            self._asked += 1
        self._thread.start()

    # What is to be written ------------------------------------------------------------------------------------------------

    def put(self, show: Show) -> None:
        """Set the current show."""
        with self._news:
            if show is not self._wanted:
                self._wanted = show
                self._ask()

    def append(self, event: ShowEvent) -> None:
        """Write this event too."""
        with self._news:
            self._events.append(event)
            self._ask()

    def add_picture(self, picture: Picture) -> None:
        """Store this picture too."""
        with self._news:
            self._pictures[picture.id] = picture
            self._ask()

    def run(self, job: Job) -> None:
        """Run a job on the writer's connection, after queued changes and outside a transaction; raises StorageError."""
        task = self.submit(job)
        with self._news:
            self._news.wait_for(lambda: task.done)
        if task.error is not None:
            raise task.error

    def submit(self, job: Job, told: OnWritten | None = None) -> "_Task":
        """As `run`, without waiting; `told` is called on the writer's thread afterwards."""
        task = _Task(job, told)
        with self._news:
            if not self._ended:
                self._tasks.append(task)
                self._ask()
                return task
        self._give_up(task)
        return task

    def _give_up(self, task: _Task) -> None:
        task.done, task.error = True, self._closed()
        if task.told is not None:
            task.told(task.error)

    def pending_events(self) -> tuple[ShowEvent, ...]:
        """Events that may not be in the file yet."""
        with self._news:
            return tuple(self._events)

    def pending_picture(self, picture_id: str) -> Picture | None:
        """A picture that may not be in the file yet."""
        with self._news:
            return self._pictures.get(picture_id)

    def pending_pictures(self) -> tuple[Picture, ...]:
        """All pictures that may not be in the file yet."""
        with self._news:
            return tuple(self._pictures.values())

    @property
    def show(self) -> Show:
        """What was put last."""
        return self._wanted

    @property
    def written(self) -> Show | None:
        """The show in the file; None = nothing yet."""
        return self._written

    @property
    def places(self) -> RowPositions:
        """The row positions of `written`; only valid inside jobs, which run between writes."""
        return self._places

    @property
    def commits(self) -> int:
        """The number of changes written."""
        return self._commits

    @property
    def connected(self) -> bool:
        """Whether the file could be opened for writing."""
        return self._connection is not None

    @property
    def error(self) -> StorageError | None:
        """Why the last attempt failed; None = it succeeded."""
        return self._error

    # Waiting --------------------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Wait until everything put so far is on the drive; raises StorageError if it cannot be written."""
        with self._news:
            mine = self._ask()
            self._news.wait_for(lambda: self._done >= mine or self._failed >= mine or self._ended)
            if self._done < mine:
                raise self._error or self._closed()

    def when_written(self, told: OnWritten) -> None:
        """Call `told` on the writer's thread after the next attempt that includes everything put so far; None = written."""
        with self._news:
            if not self._ended:
                self._waiting.append((self._ask(), told))
                return
        told(self._closed())

    def close(self) -> StorageError | None:
        """Write what is left, checkpoint into a single file and end the thread. Returns the error if that failed."""
        with self._news:
            self._closing = True
            self._ask()
        if self._thread.is_alive():
            self._thread.join()
        return self._error

    def _closed(self) -> StorageError:
        return StorageError("show_file.closed", path=str(self._path))

    # The thread -----------------------------------------------------------------------------------------------------------

    def _ask(self) -> int:
        self._asked += 1
        self._news.notify_all()
        return self._asked

    def _due(self) -> bool:
        return self._asked > max(self._done, self._failed)

    def _run(self) -> None:
        try:
            self._write_on()
        finally:  # whatever ended the thread, wake everyone who waits
            with self._news:
                self._ended = True
                if self._done < self._asked and self._error is None:
                    self._error = self._closed()
                late = tuple(self._tasks)
                self._tasks.clear()
                for task in late:
                    self._give_up(task)
                self._news.notify_all()
            self._disconnect()

    def _write_on(self) -> None:
        while True:
            batch = self._next()
            self._settle(batch, self._attempt(self._write, batch))
            self._work_off(batch.tasks)
            if batch.closing:
                return
            with self._news:
                self._news.wait_for(lambda: self._closing, GAP_S)

    def _settle(self, batch: _Batch, error: StorageError | None) -> None:
        with self._news:
            self._error = error
            if error is None:
                self._done = batch.ticket
                self._written = batch.show
                del self._events[: len(batch.events)]
                for picture in batch.pictures:
                    self._pictures.pop(picture.id, None)
            else:
                self._failed = batch.ticket
            told = [one for ticket, one in self._waiting if ticket <= batch.ticket]
            self._waiting = [(ticket, one) for ticket, one in self._waiting if ticket > batch.ticket]
            self._news.notify_all()
        self._report(WriteReport(batch.show if error is None else self._written, error))
        for one in told:
            one(error)

    def _work_off(self, tasks: tuple[_Task, ...]) -> None:
        for task in tasks:
            task.error = self._attempt(self._do, task)
        with self._news:
            del self._tasks[: len(tasks)]
            for task in tasks:
                task.done = True
            self._news.notify_all()
        for task in tasks:
            if task.told is not None:
                task.told(task.error)

    def _next(self) -> _Batch:
        with self._news:
            if self._scattered and not self._news.wait_for(self._due, IDLE_S):
                self._gather()
            self._news.wait_for(self._due, RETRY_S if self._failed > self._done else None)
            pending = tuple(self._events), tuple(self._pictures.values()), tuple(self._tasks)
            return _Batch(self._asked, self._wanted, *pending, closing=self._closing)

    def _gather(self) -> None:
        """Checkpoint the write-ahead log into the file; a reader may defer some of it."""
        self._scattered = False
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):  # the data is safe in the log, and the next write reports a failing drive
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _attempt(self, what: Callable[[T], None], subject: T) -> StorageError | None:
        try:
            with as_storage_errors(self._path):
                what(subject)
        except StorageError as error:
            return error
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:  # a lone surrogate in a text, for example
            return StorageError("show_file.unwritable", path=str(self._path), reason=str(error))
        return None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = self._connect()
            self._identity = file_identity(self._path)
            self._data_version = _data_version(connection)
            self._connection = connection
        return self._connection

    def _do(self, task: _Task) -> None:
        task.job(self._connected())

    def _write(self, batch: _Batch) -> None:
        if batch.show is self._written and not batch.events and not batch.pictures:
            return
        connection = self._connected()
        if file_identity(self._path) != self._identity:
            raise StorageError("show_file.moved", path=str(self._path))
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _data_version(connection) != self._data_version:
                raise StorageError("show_file.changed_elsewhere", path=str(self._path))
            places = write_changes(connection, self._written, batch.show, self._places)
            event_rows.append(connection, batch.events)
            for picture in batch.pictures:
                show_pictures.put(connection, picture)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # SQLite has already rolled back if the drive failed
                connection.execute("ROLLBACK")
            raise
        self._places = places
        self._commits += 1
        self._scattered = True

    def _disconnect(self) -> None:
        if self._connection is None:
            return
        try:
            checkpoint(self._connection)
        except sqlite3.Error as error:  # another process is reading: all is written, but in two files
            log.info("%s keeps its write-ahead log: %s", self._path, error)
        self._connection.close()
        self._connection = None


def _data_version(connection: sqlite3.Connection) -> int:
    """Changes when another connection changes the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
