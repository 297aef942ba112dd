"""Copies what is readable of a damaged show file into a new one. The damaged file is only read."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from app.domain.planning.schedule import Schedule
from app.domain.program.project import Project
from app.domain.show import Presentation, Show, check_show
from app.storage import show_pictures
from app.storage.database import as_storage_errors, connect_read_only, plain_connection, remove_database
from app.storage.event_rows import MAX_EVENT_TEXT, MAX_EVENTS, MAX_LOG_TEXT, NO_END
from app.storage.open_operation import OpenOperation, OpenStage
from app.storage.project_file import decode
from app.storage.schedule_part import DECODE_ERRORS, salvage_schedule
from app.storage.show_guard import check_size, intact_tables
from app.storage.show_pictures import MAX_PICTURE_BYTES, Picture
from app.storage.show_rows import (
    DESK,
    MAX_PARTS,
    MAX_ROWS,
    NO_POSITIONS,
    PARTS,
    PROJECT,
    ROW_TYPES,
    SCHEDULE,
    write_changes,
)
from app.storage.show_schema import CURRENT, MIGRATIONS, migrate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SalvageResult:
    """How much was read; `project` = whether scenes and sources were readable."""

    things: int
    events: int
    pictures: int
    project: bool


def salvage(path: Path, target: Path, new_project: Callable[[], Project], opening: OpenOperation | None = None) -> SalvageResult | None:
    """Write what can be read of `path` as a new show file; None if there is nothing. Raises StorageError about `target`, and if the file is
    larger than any show or the operation is cancelled."""
    opening = opening or OpenOperation()
    opening.at(OpenStage.SALVAGING)
    with as_storage_errors(path):
        check_size(path)
    try:
        connection = connect_read_only(path, opening)
        connection.text_factory = _text
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        source = _DamagedFile(connection, intact_tables(connection, version if version in MIGRATIONS else CURRENT))
    except sqlite3.Error as error:
        log.warning("cannot read anything of %s: %s", path, error)
        return None
    with contextlib.closing(connection):
        show, whole = _show(source, path, new_project, lambda: opening.check(path))
        with as_storage_errors(target), contextlib.closing(plain_connection(target)) as copy:
            migrate(copy)
            copy.execute("BEGIN IMMEDIATE")
            write_changes(copy, None, show, NO_POSITIONS)
            things = sum(len(getattr(show, table)) for table in ROW_TYPES) + len(show.schedule.airings) + len(show.schedule.parties)
            found = SalvageResult(things, _events(source, copy), _pictures(source, copy), whole)
            opening.check(path)
            copy.execute("COMMIT")
    if found == SalvageResult(0, 0, 0, False):
        with contextlib.suppress(OSError):
            remove_database(target)
        return None
    return found


def _text(raw: bytes) -> str | bytes:
    """Decode an SQLite text. Invalid text stays bytes, which readers then reject."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


class _DamagedFile:
    """Our tables in the damaged file; a view with a table's name does not count."""

    def __init__(self, connection: sqlite3.Connection, tables: frozenset[str]) -> None:
        self._connection = connection
        self._tables = tables

    def rows(self, table: str, columns: str, most: int = MAX_ROWS) -> Iterator[tuple[Any, ...]]:
        """The rows of a table from its start to the damage, then from its end back to it. Rows that are too large are skipped."""
        if table not in self._tables:
            log.warning("%s of a damaged file is not our table", table)
            return
        last = -(2**63)
        try:
            for last, *row in self._connection.execute(f"SELECT rowid, {columns} FROM {table} ORDER BY rowid LIMIT {most}"):  # noqa: B007
                yield tuple(row)
            return
        except sqlite3.Error as error:
            log.warning("%s of a damaged file after row %s: %s", table, last, error)
            too_large = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_TOOBIG
        with contextlib.suppress(sqlite3.Error):
            if too_large:
                yield from self._one_by_one(table, columns, last, most)
            else:
                yield from self._connection.execute(f"SELECT {columns} FROM {table} ORDER BY rowid DESC LIMIT {most}")

    def _one_by_one(self, table: str, columns: str, last: int, most: int) -> Iterator[tuple[Any, ...]]:
        """The rows after `last`, without those that are too large; raises sqlite3.Error."""
        for (number,) in self._connection.execute(f"SELECT rowid FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {most}", (last,)):
            try:
                yield from self._connection.execute(f"SELECT {columns} FROM {table} WHERE rowid = ?", (number,))
            except sqlite3.DataError as error:
                log.warning("row %d in %s of a damaged file: %s", number, table, error)


def _show(source: _DamagedFile, path: Path, new_project: Callable[[], Project], check: Callable[[], None]) -> tuple[Show, bool]:
    parts = {one: data for one, data in source.rows(PARTS, "name, data", MAX_PARTS) if isinstance(one, str) and isinstance(data, str)}
    project: Project | None = None
    desk = Presentation()
    with contextlib.suppress(*DECODE_ERRORS):
        project = decode(parts[PROJECT].encode(), path) if PROJECT in parts else None
    with contextlib.suppress(*DECODE_ERRORS):
        desk = msgspec.json.decode(parts[DESK], type=Presentation) if DESK in parts else desk
    schedule = salvage_schedule(parts[SCHEDULE]) if SCHEDULE in parts else Schedule()
    tables = {table: _things(source, table, kind) for table, kind in ROW_TYPES.items()}
    show = _without_loose_ends(Show(new_project() if project is None else project, Presentation(), **tables, schedule=schedule))
    show = _with_desk(show, desk)
    if not _is_valid(show):
        show = _only_valid_parts(show, check)
    return show, project is not None


def _things(source: _DamagedFile, table: str, kind: type[Any]) -> tuple[Any, ...]:
    """The readable rows of one table, in order."""
    found: dict[str, tuple[int, Any]] = {}
    for one, position, data in source.rows(table, "id, position, data"):
        with contextlib.suppress(*DECODE_ERRORS):
            thing = msgspec.json.decode(data, type=kind)
            if isinstance(one, str) and thing.id == one:
                found.setdefault(one, (position if isinstance(position, int) else 0, thing))
    return tuple(thing for _, thing in sorted(found.values(), key=lambda one: one[0]))


def _is_valid(show: Show) -> bool:
    try:
        check_show(show)
    except DECODE_ERRORS:
        return False
    return True


def _with_desk(show: Show, desk: Presentation) -> Show:
    """Keep the presentation if it is valid with this show, else drop all of it."""
    with_desk = replace(show, presentation=desk)
    return with_desk if _is_valid(with_desk) else show


def _only_valid_parts(show: Show, check: Callable[[], None]) -> Show:
    """As many rows of each table as are valid together, from the start; drops an invalid plan."""
    kept = Show(show.project, show.presentation)
    for table in ROW_TYPES:
        kept = _with_things(kept, table, getattr(show, table), check)
    with_plan = replace(kept, schedule=show.schedule)
    return with_plan if _is_valid(with_plan) else kept


def _with_things(show: Show, table: str, things: tuple[Any, ...], check: Callable[[], None]) -> Show:
    """Add all items that are valid, found by bisection: a table of fifty thousand may have one bad row. `check` raises to stop."""
    check()
    more: dict[str, Any] = {table: (*getattr(show, table), *things)}
    longer = replace(show, **more)
    if _is_valid(longer):
        return longer
    if len(things) < 2:
        return show
    half = len(things) // 2
    return _with_things(_with_things(show, table, things[:half], check), table, things[half:], check)


def _without_loose_ends(show: Show) -> Show:
    """Clear references of segments to unreadable products."""
    known = {product.id for product in show.products} | {""}
    segments = tuple(
        replace(
            one,
            product_id=one.product_id if one.product_id in known else "",
            backup_id=one.backup_id if one.backup_id in known else "",
        )
        for one in show.segments
    )
    return replace(show, segments=segments)


def _events(source: _DamagedFile, copy: sqlite3.Connection) -> int:
    count = text = 0
    for seq, at_ms, kind, data in source.rows("events", "seq, at_ms, kind, data", MAX_EVENTS):
        if isinstance(at_ms, int) and isinstance(kind, str) and isinstance(data, str) and len(data) <= MAX_EVENT_TEXT and 0 < seq < NO_END:
            text += len(data)
            if text > MAX_LOG_TEXT:
                break
            count += copy.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", (seq, at_ms, kind, data)).rowcount
    return count


def _pictures(source: _DamagedFile, copy: sqlite3.Connection) -> int:
    before = copy.total_changes
    # do not read pictures that are too large
    columns = f"id, CASE WHEN length(content) <= {MAX_PICTURE_BYTES} THEN content END, added_ms"
    for one, content, added_ms in source.rows("pictures", columns):
        if isinstance(content, bytes) and show_pictures.id_of(content) == one:  # a truncated picture has another id
            kind = show_pictures.media_type_of(content)
            if kind:
                show_pictures.put(copy, Picture(one, kind, content, added_ms if isinstance(added_ms, int) else 0))
    return copy.total_changes - before
