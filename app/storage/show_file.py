"""An open show and its file, which a thread keeps up to date."""

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
from app.storage.show_rows import NO_POSITIONS, RowPositions, read_show, write_changes
from app.storage.show_schema import CURRENT, migrate, read_version
from app.storage.show_writer import ShowWriter, WriteReport

log = logging.getLogger(__name__)

SUFFIX = ".tradewind"
Connect = Callable[[], sqlite3.Connection]


def check_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StorageError if SQLite finds the file damaged."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise StorageError("show_file.damaged", path=str(path), reason=str(found[0] if found else "no answer"))


def checked_version(connection: sqlite3.Connection, path: Path, opening: OpenOperation) -> int:
    """The version of a valid show file; raises StorageError for anything else."""
    opening.at(OpenStage.CHECKING)
    check_size(path)
    version = read_version(connection, path)
    check_schema(connection, path, version)
    check_whole(connection, path)
    return version


def copy_pages(connection: sqlite3.Connection, copy: sqlite3.Connection, path: Path, opening: OpenOperation | None) -> None:
    """Copy a whole database; raises StorageError if cancelled."""
    if opening is None:
        connection.backup(copy)
        return
    wanted = opening
    connection.backup(copy, pages=wanted.PAGES, progress=lambda *_: wanted.check(path), sleep=0)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a file: the show, the positions of its rows, the number of its last event, and whether it is on air by its log."""

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
    """Read a file of this or an older version without changing it; raises StorageError."""
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
    """A connection to a valid show file. An older version is migrated first and a copy of it is kept."""
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
    """A writable connection to a valid show file."""
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
    """A writable connection to a new, empty show file."""
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
    """Write a single-file show under a free name; raises sqlite3.Error or OSError."""
    with contextlib.closing(plain_connection(path)) as connection:
        migrate(connection)
        connection.execute("BEGIN IMMEDIATE")
        write_changes(connection, None, show, NO_POSITIONS)
        connection.execute("COMMIT")


class ShowFile:
    """An open show file. Read it on one thread. `reported` is emitted on the writer's thread after each attempt to write.

    `writer` takes changes of the show, pictures and jobs.
    """

    def __init__(self, path: Path, writer: Callable[[Callable[[WriteReport], None]], ShowWriter], *, last_seq: int = 0) -> None:
        self.path = path
        self.reported: Signal[[WriteReport]] = Signal()
        self._reading: sqlite3.Connection | None = None
        self._reads_written = False  # whether the reading connection was opened while a writing one existed
        self._last_seq = last_seq
        self._known_as = ""
        self.writer = writer(self.reported.emit)
        self.writer.start()

    @classmethod
    def open(cls, path: Path, known: Show | None = None, opening: OpenOperation | None = None) -> "ShowFile":
        """Open a show file of this or an older version. Raises StorageError and then leaves the file alone. Usable on any thread.

        A read-only file opens too; writing then fails until the file becomes writable. If the file contains `known`, that very object
        becomes the show.
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
            opened._reader()  # now: a file that is moved away while open stays readable
        return opened

    @classmethod
    def create(cls, path: Path, show: Show) -> "ShowFile":
        """A new file for a show. The writer creates it and reports the result like any write."""
        return cls(path, lambda report: ShowWriter(path, lambda: connect_new(path), wanted=show, report=report))

    # Writing --------------------------------------------------------------------------------------------------------------

    def log(self, kind: EventKind, at_ms: int, data: Mapping[str, Any]) -> ShowEvent:
        """Append to the log; raises TypeError for data that is not plain."""
        event = ShowEvent(self._last_seq + 1, at_ms, kind, msgspec.to_builtins(dict(data)))
        msgspec.json.encode(event.data)
        self.writer.append(event)
        self._last_seq = event.seq
        return event

    def close(self) -> StorageError | None:
        """Write what is left and close; the show is then a single file. Returns the error if something could not be written."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        return self.writer.close()

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def last_seq(self) -> int:
        """The number of the newest event, 0 before the first."""
        return self._last_seq

    def events(self, kinds: Collection[EventKind] | None = None, after: int = 0, upto: int = event_rows.NO_END) -> tuple[ShowEvent, ...]:
        """Events numbered `after` < n <= `upto`, including unwritten ones; raises StorageError."""
        pending = self.writer.pending_events()
        found: dict[int, ShowEvent] = {}
        with as_storage_errors(self.path):
            if (connection := self._reader()) is not None:
                found = {event.seq: event for event in event_rows.read(connection, kinds, after, upto)}
        for event in pending:
            if after < event.seq <= upto and (kinds is None or event.kind in kinds):
                found[event.seq] = event
        return tuple(found[seq] for seq in sorted(found))

    def picture(self, picture_id: str) -> bytes | None:
        """A picture's content, None if there is no such picture; raises StorageError."""
        if (pending := self.writer.pending_picture(picture_id)) is not None:
            return pending.content
        with as_storage_errors(self.path):
            connection = self._reader()
            return show_pictures.content(connection, picture_id) if connection is not None else None

    def media_type(self, picture_id: str) -> str:
        """A picture's media type, "" if there is no such picture; raises StorageError."""
        if (pending := self.writer.pending_picture(picture_id)) is not None:
            return pending.media_type
        with as_storage_errors(self.path):
            connection = self._reader()
            return show_pictures.media_type(connection, picture_id) if connection is not None else ""

    def _reader(self) -> sqlite3.Connection | None:
        connected = self.writer.connected
        if self._reading is not None and connected and not self._reads_written:
            self._reading.close()  # it was opened while the file was not writable
            self._reading = None
        if self._reading is None and self.writer.written is not None:
            self._reading = connect_read_only(self.path)
            self._reads_written = connected
        return self._reading

    @property
    def identity(self) -> str:
        """The id shared by the file and its copies, "" if it has none."""
        if not self._known_as:
            with contextlib.suppress(StorageError), as_storage_errors(self.path):
                if (connection := self._reader()) is not None:
                    self._known_as = read_identity(connection)
        return self._known_as

    def identify(self) -> str:
        """As `identity`, but assigns an id if there is none."""
        if not self.identity:
            given = self._known_as = uuid4().hex
            self.writer.submit(lambda connection: write_identity(connection, given))
        return self._known_as

    # Copies ---------------------------------------------------------------------------------------------------------------

    def copy_into(self, temporary: Path, opening: OpenOperation | None = None) -> bool:
        """Copy everything into an unused file: show, pictures, log. Raises StorageError.

        False = this file is no longer readable; the copy only has what is in memory.
        """
        held: list[tuple[Show | None, RowPositions]] = []

        def back_up(connection: sqlite3.Connection) -> None:
            with contextlib.closing(plain_connection(temporary)) as copy:
                copy_pages(connection, copy, self.path, opening)
                held.append((self.writer.written, self.writer.places))

        try:
            self.writer.run(back_up)
        except StorageError as error:
            if error.code in ("file.full", "file.denied", "show_file.cancelled"):  # these concern the copy, not this file
                raise
            log.warning("cannot copy %s; writing its show from memory: %s", self.path, error)
            remove_database(temporary)
        old, places = held[0] if held else (None, NO_POSITIONS)
        with contextlib.closing(plain_connection(temporary)) as copy:
            migrate(copy)
            last = event_rows.last_seq(copy)
            copy.execute("BEGIN IMMEDIATE")
            write_changes(copy, old, self.writer.show, places)
            event_rows.append(copy, (event for event in self.writer.pending_events() if event.seq > last))
            for picture in self.writer.pending_pictures():
                show_pictures.put(copy, picture)
            copy.execute("COMMIT")
        return bool(held)


def make_way(target: Path) -> None:
    """Remove files that a killed process left next to `target` and that SQLite would take for the new file's; raises OSError."""
    log_file = target.with_name(target.name + "-wal")
    if log_file.exists():
        with contextlib.suppress(sqlite3.Error), contextlib.closing(connect(target)) as connection:
            checkpoint(connection)  # keep the old file with its last changes
    for companion in COMPANIONS:
        target.with_name(target.name + companion).unlink(missing_ok=True)


def write_copy(file: ShowFile | None, show: Show, target: Path, opening: OpenOperation | None = None) -> bool:
    """Write an open show as a new file in one step and keep the replaced file as `.bak`. Raises StorageError and then leaves that file.

    If there is no file yet, writes only the show. False = its own file is no longer readable; the copy only has what is in memory.
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
    """Copy a show file of this or an older version to a free name, with pictures and log; raises StorageError."""
    opening = opening or OpenOperation()
    with as_storage_errors(path, opening), contextlib.closing(connect_read_only(path, opening)) as connection:
        checked_version(connection, path, opening)
        opening.at(OpenStage.COPYING)
        with as_storage_errors(target, opening), contextlib.closing(plain_connection(target)) as copy:
            opening.watch(copy)
            copy_pages(connection, copy, path, opening)
            copy.execute("PRAGMA journal_mode = DELETE")
            migrate(copy)
