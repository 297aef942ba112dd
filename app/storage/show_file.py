"""One show and the file that it lives in, kept equal by a thread while the show is open."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from app.atomic_file import temporary_path
from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.show import Show
from app.storage import event_rows, show_pictures
from app.storage.consents import read_identity, write_identity
from app.storage.database import (
    COMPANIONS,
    as_storage_errors,
    checkpoint,
    connect,
    connect_read_only,
    make_durable,
    plain_connection,
    remove_database,
)
from app.storage.files import StorageError, replace_file
from app.storage.open_operation import OpenOperation, OpenStage
from app.storage.show_guard import check_schema, check_size, restrict_connection
from app.storage.show_pictures import Picture
from app.storage.show_rows import NO_POSITIONS, RowPositions, read_show, write_changes
from app.storage.show_schema import CURRENT, migrate, read_version
from app.storage.show_writer import Job, OnWritten, ShowWriter, WriteReport

log = logging.getLogger(__name__)

SUFFIX = ".tradewind"
Connect = Callable[[], sqlite3.Connection]


def check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StorageError when SQLite finds the file damaged."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise StorageError("show_file.damaged", path=str(path), reason=str(found[0] if found else "no answer"))


def checked_version(connection: sqlite3.Connection, path: Path, opening: OpenOperation) -> int:
    """The version of a file that is a sound show and nothing else; raises StorageError."""
    opening.at(OpenStage.CHECKING)
    check_size(path)
    version = read_version(connection, path)
    check_schema(connection, path, version)
    check_whole(connection, path)
    return version


def copy_pages(connection: sqlite3.Connection, copy: sqlite3.Connection, path: Path, opening: OpenOperation | None) -> None:
    """Copy a whole database; raises StorageError when nobody waits for it any more."""
    if opening is None:
        connection.backup(copy)
        return
    wanted = opening
    connection.backup(copy, pages=wanted.PAGES, progress=lambda *_: wanted.check(path), sleep=0)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: the show, the places of its rows, the number of its last event, and whether its log says that it is on air."""

    show: Show
    places: RowPositions
    last_seq: int
    on_air: bool


def _content(connection: sqlite3.Connection, path: Path, opening: OpenOperation) -> Content:
    opening.at(OpenStage.READING)
    event_rows.check_log(connection, path)
    show, places = read_show(connection, path)
    return Content(show, places, event_rows.last_seq(connection), event_rows.on_air(connection))


def read_only(path: Path, opening: OpenOperation | None = None) -> Content:
    """What is in a file of this or an older version, which is not changed; raises StorageError."""
    opening = opening or OpenOperation()
    with as_storage_errors(path, opening), contextlib.closing(connect_read_only(path, opening)) as connection:
        version = checked_version(connection, path, opening)
        if version == CURRENT:
            return _content(connection, path, opening)
        with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            connection.backup(copy)
            restrict_connection(copy)
            opening.watch(copy)
            migrate(copy)
            return _content(copy, path, opening)


def connect_current(path: Path, opening: OpenOperation | None = None) -> sqlite3.Connection:
    """A connection to a sound show file, which is brought up to this version first, its older self kept beside it."""
    opening = opening or OpenOperation()
    connection = connect(path, opening)
    try:
        version = checked_version(connection, path, opening)
        if version != CURRENT:
            _keep_version(connection, path, version)
            migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_again(path: Path) -> sqlite3.Connection:
    """A writing connection to a sound show file."""
    opening = OpenOperation()
    connection = connect_current(path, opening)
    try:
        opening.release(connection)
        make_durable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_new(path: Path) -> sqlite3.Connection:
    """A writing connection to a new, empty show file."""
    connection = connect(path, create=True)
    try:
        make_durable(connection)
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _keep_version(connection: sqlite3.Connection, path: Path, version: int) -> None:
    kept = path.with_name(f"{path.stem}.version-{version}.bak")
    with contextlib.closing(sqlite3.connect(kept, isolation_level=None)) as copy:
        connection.backup(copy)


def write_new(path: Path, show: Show) -> None:
    """A show file in one piece under a name that is free; raises sqlite3.Error or OSError."""
    with contextlib.closing(plain_connection(path)) as connection:
        migrate(connection)
        connection.execute("BEGIN IMMEDIATE")
        write_changes(connection, None, show, NO_POSITIONS)
        connection.execute("COMMIT")


class ShowFile:
    """An open show file. Reading is for one thread; `reported` is emitted on the writer's, after each try to write."""

    def __init__(self, path: Path, writer: Callable[[Callable[[WriteReport], None]], ShowWriter], *, last_seq: int = 0) -> None:
        self.path = path
        self.reported: Signal[[WriteReport]] = Signal()
        self._reading: sqlite3.Connection | None = None
        self._reads_written = False  # whether the reading connection knows of a writing one
        self._last_seq = last_seq
        self._known_as = ""
        self._writer = writer(self.reported.emit)
        self._writer.start()

    @classmethod
    def open(cls, path: Path, known: Show | None = None, opening: OpenOperation | None = None) -> "ShowFile":
        """Open a show file of this or an older version; raises StorageError, the file untouched. May be called on a thread of its own.

        A file that can only be read opens too; then every try to write fails until it can be written. When it holds `known`, that very
        object becomes its show.
        """
        connection: sqlite3.Connection | None = None
        opening = opening or OpenOperation()
        try:
            with as_storage_errors(path, opening):
                connection = connect_current(path, opening)
                try:
                    content = _content(connection, path, opening)
                    opening.release(connection)
                    make_durable(connection)
                except BaseException:
                    connection.close()
                    raise
        except StorageError as error:
            if error.code != "file.denied":
                raise
            connection, content = None, read_only(path, opening)
        show = known if known is not None and known == content.show else content.show
        opened = cls(
            path,
            lambda report: ShowWriter(
                path,
                lambda: connect_again(path),
                wanted=show,
                written=show,
                places=content.places,
                connection=connection,
                report=report,
            ),
            last_seq=content.last_seq,
        )
        with contextlib.suppress(StorageError), as_storage_errors(path):
            opened._reader()  # at once: a file that is moved away while it is open can still be read
        return opened

    @classmethod
    def create(cls, path: Path, show: Show) -> "ShowFile":
        """A new file for a show; it is made by the writer, and whether that worked is reported as with any write."""
        return cls(path, lambda report: ShowWriter(path, lambda: connect_new(path), wanted=show, report=report))

    @property
    def show(self) -> Show:
        """What was put last."""
        return self._writer.wanted

    @property
    def written(self) -> Show | None:
        """What the file holds now."""
        return self._writer.written

    @property
    def error(self) -> StorageError | None:
        """Why the last try to write failed; None = it did not."""
        return self._writer.error

    @property
    def can_be_written(self) -> bool:
        """Whether it was opened for writing, or has been written."""
        return self._writer.connected

    # Writing --------------------------------------------------------------------------------------------------------------

    def put(self, show: Show) -> None:
        """This is the show now."""
        self._writer.put(show)

    def log(self, kind: EventKind, at_ms: int, data: Mapping[str, Any]) -> ShowEvent:
        """Append to the log; raises TypeError for data that is not plain."""
        event = ShowEvent(self._last_seq + 1, at_ms, kind, msgspec.to_builtins(dict(data)))
        msgspec.json.encode(event.data)
        self._writer.append(event)
        self._last_seq = event.seq
        return event

    def add_picture(self, picture: Picture) -> None:
        """Keep a picture; one that is there stays."""
        self._writer.add(picture)

    def flush(self) -> None:
        """Return when everything is in the file and on the drive; raises StorageError."""
        self._writer.flush()

    def when_written(self, told: OnWritten) -> None:
        """As `ShowWriter.when_written`."""
        self._writer.when_written(told)

    def run(self, job: Job) -> None:
        """As `ShowWriter.run`."""
        self._writer.run(job)

    def submit(self, job: Job, told: OnWritten) -> None:
        """As `ShowWriter.submit`."""
        self._writer.submit(job, told)

    @property
    def commits(self) -> int:
        """How often the file was changed since it was opened."""
        return self._writer.commits

    def close(self) -> StorageError | None:
        """Write what is left and let go; the file then is one piece. The error when something could not be written."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        return self._writer.close()

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """The number of the newest event, 0 before the first."""
        return self._last_seq

    def events(self, kinds: Collection[EventKind] | None = None, after: int = 0, upto: int = event_rows.NO_END) -> tuple[ShowEvent, ...]:
        """Events behind number `after`, up to `upto`, those just appended included; raises StorageError."""
        pending = self._writer.pending_events()
        found: dict[int, ShowEvent] = {}
        with as_storage_errors(self.path):
            if (connection := self._reader()) is not None:
                found = {event.seq: event for event in event_rows.read(connection, kinds, after, upto)}
        for event in pending:
            if after < event.seq <= upto and (kinds is None or event.kind in kinds):
                found[event.seq] = event
        return tuple(found[seq] for seq in sorted(found))

    def picture(self, picture_id: str) -> bytes | None:
        """A picture's bytes, None when there is no such picture; raises StorageError."""
        if (pending := self._writer.pending_picture(picture_id)) is not None:
            return pending.content
        with as_storage_errors(self.path):
            connection = self._reader()
            return show_pictures.content(connection, picture_id) if connection is not None else None

    def media_type(self, picture_id: str) -> str:
        """A picture's media type, "" when there is no such picture; raises StorageError."""
        if (pending := self._writer.pending_picture(picture_id)) is not None:
            return pending.media_type
        with as_storage_errors(self.path):
            connection = self._reader()
            return show_pictures.media_type(connection, picture_id) if connection is not None else ""

    def _reader(self) -> sqlite3.Connection | None:
        connected = self._writer.connected
        if self._reading is not None and connected and not self._reads_written:
            self._reading.close()  # it was made for a file that nobody could write
            self._reading = None
        if self._reading is None and self._writer.written is not None:
            self._reading = connect_read_only(self.path)
            self._reads_written = connected
        return self._reading

    @property
    def identity(self) -> str:
        """By what the file and its copies are known again, "" when it has nothing of the kind."""
        if not self._known_as:
            with contextlib.suppress(StorageError), as_storage_errors(self.path):
                if (connection := self._reader()) is not None:
                    self._known_as = read_identity(connection)
        return self._known_as

    def identify(self) -> str:
        """As `identity`; one that has none is given one."""
        if not self.identity:
            given = self._known_as = uuid4().hex
            self._writer.submit(lambda connection: write_identity(connection, given))
        return self._known_as

    # Copies ---------------------------------------------------------------------------------------------------------------

    def copy_into(self, temporary: Path, opening: OpenOperation | None = None) -> bool:
        """Fill a file that nobody knows of yet with everything: show, pictures, log. Raises StorageError.

        False: this file itself cannot be read any more, the copy has what is in memory alone.
        """
        held: list[tuple[Show | None, RowPositions]] = []

        def back_up(connection: sqlite3.Connection) -> None:
            with contextlib.closing(plain_connection(temporary)) as copy:
                copy_pages(connection, copy, self.path, opening)
                held.append((self._writer.written, self._writer.places))

        try:
            self._writer.run(back_up)
        except StorageError as error:
            if error.code in ("file.full", "file.denied", "show_file.cancelled"):  # that speaks of the copy, not of what is copied
                raise
            log.warning("%s cannot be copied, its copy begins anew: %s", self.path, error)
            remove_database(temporary)
        old, places = held[0] if held else (None, NO_POSITIONS)
        with contextlib.closing(plain_connection(temporary)) as copy:
            migrate(copy)
            last = event_rows.last_seq(copy)
            copy.execute("BEGIN IMMEDIATE")
            write_changes(copy, old, self._writer.wanted, places)
            event_rows.append(copy, (event for event in self._writer.pending_events() if event.seq > last))
            for picture in self._writer.pending_pictures():
                show_pictures.put(copy, picture)
            copy.execute("COMMIT")
        return bool(held)


def make_way(target: Path) -> None:
    """Leave nothing of a killed program's beside `target` that would be taken for the file that is to stand there; raises OSError."""
    log_file = target.with_name(target.name + "-wal")
    if log_file.exists():
        with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(target)) as connection:
            checkpoint(connection)  # so that what stood there is kept with its last changes
    for companion in COMPANIONS:
        target.with_name(target.name + companion).unlink(missing_ok=True)


def write_copy(file: ShowFile | None, show: Show, target: Path, opening: OpenOperation | None = None) -> bool:
    """Write all of an open show as a new file in one step, what stood there kept as `.bak`; raises StorageError, that untouched.

    Without a file yet, the show alone. False: its own file cannot be read any more, the copy has what is in memory alone.
    """
    temporary = temporary_path(target)
    try:
        with as_storage_errors(target):
            whole = True
            if file is None:
                write_new(temporary, show)
            else:
                whole = file.copy_into(temporary, opening)
            if opening is not None:
                opening.check(target)
            make_way(target)
            replace_file(temporary, target, keep_backup=True)
    except BaseException:
        with contextlib.suppress(OSError):
            remove_database(temporary)
        raise
    return whole


def copy_closed(path: Path, target: Path, opening: OpenOperation | None = None) -> None:
    """Copy a show file of this or an older version to a free name, pictures and log included; raises StorageError."""
    opening = opening or OpenOperation()
    with as_storage_errors(path, opening), contextlib.closing(connect_read_only(path, opening)) as connection:
        checked_version(connection, path, opening)
        opening.at(OpenStage.COPYING)
        with as_storage_errors(target, opening), contextlib.closing(plain_connection(target)) as copy:
            opening.watch(copy)
            copy_pages(connection, copy, path, opening)
            copy.execute("PRAGMA journal_mode = DELETE")
            migrate(copy)
