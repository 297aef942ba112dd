"""Converts a Show to rows, and finds the rows that differ between two Shows."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec

from app.domain.base.errors import AppError
from app.domain.base.id_list import changed_range, rotation
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Product
from app.domain.planning.schedule import Schedule
from app.domain.program.project import Project
from app.domain.rundown.rundown import Segment
from app.domain.show import Coupon, KeywordCard, Presentation, Show, check_show
from app.storage.files import StorageError
from app.storage.migrations import CURRENT_VERSION, FORMAT
from app.storage.project_file import decode
from app.storage.row_order import assign_positions
from app.storage.schedule_part import DECODE_ERRORS, decode_schedule

PARTS, PROJECT, DESK, SCHEDULE = "parts", "project", "desk", "schedule"
MAX_PARTS = 64
MAX_ROWS = 50_000  # per table; no warehouse has more products
MAX_TEXT = 256 * 1024 * 1024  # characters of all parts and rows together
MAX_PLACE = 2**62  # leaves room for later rows

_ENCODER = msgspec.json.Encoder()
ROW_TYPES: Mapping[str, type[Any]] = {
    "markets": Market,
    "products": Product,
    "segments": Segment,
    "cards": KeywordCard,
    "coupons": Coupon,
}


class _StoredRow(Protocol):
    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class RowPositions:
    """The position of each row of each table in the file."""

    by_table: Mapping[str, Mapping[str, int]]


NO_POSITIONS = RowPositions({table: {} for table in ROW_TYPES})


def encode(thing: object) -> str:
    """A dataclass as JSON text."""
    return _ENCODER.encode(thing).decode()


def encode_project(project: Project) -> str:
    """The project as in project files, on one line."""
    return encode({"format": FORMAT, "version": CURRENT_VERSION, "project": project})


def _rows(show: Show, table: str) -> tuple[_StoredRow, ...]:
    rows: tuple[_StoredRow, ...] = getattr(show, table)
    return rows


def write_changes(connection: sqlite3.Connection, old: Show | None, new: Show, known: RowPositions) -> RowPositions:
    """Write what differs (by object identity) between `old` (in the file) and `new`, inside the caller's transaction. Returns the new
    positions."""
    if old is None or old.project is not new.project:
        connection.execute("REPLACE INTO parts VALUES (?, ?)", (PROJECT, encode_project(new.project)))
    if old is None or old.presentation is not new.presentation:
        connection.execute("REPLACE INTO parts VALUES (?, ?)", (DESK, encode(new.presentation)))
    if old is None or old.schedule is not new.schedule:
        connection.execute("REPLACE INTO parts VALUES (?, ?)", (SCHEDULE, encode(new.schedule)))
    tables = {}
    for table in ROW_TYPES:
        before = _rows(old, table) if old is not None else ()
        after = _rows(new, table)
        same = before is after
        tables[table] = known.by_table[table] if same else _write_table(connection, table, before, after, known.by_table[table])
    return RowPositions(tables)


def _write_table(
    connection: sqlite3.Connection, table: str, before: tuple[_StoredRow, ...], after: tuple[_StoredRow, ...], known: Mapping[str, int]
) -> Mapping[str, int]:
    """Only compare rows between the first and the last difference: the window waits while Python works here."""
    start, old_end, new_end = changed_range(before, after)
    replaced, rows = before[start:old_end], after[start:new_end]
    old = {row.id: row for row in replaced}
    ids = [row.id for row in rows]
    gone = old.keys() - set(ids)
    in_order = ids == [one for one in old if one not in gone]
    new_places = {} if in_order else _new_places(after, start, new_end, rotation(replaced, rows), known)
    now = known
    if gone or new_places:
        now = {**known, **new_places}
        for one in gone:
            del now[one]
    connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(one,) for one in gone])
    changed = [row for row in rows if old.get(row.id) is not row]
    written = {row.id for row in changed}
    connection.executemany(f"REPLACE INTO {table} VALUES (?, ?, ?)", [(row.id, now[row.id], encode(row)) for row in changed])
    connection.executemany(
        f"UPDATE {table} SET position = ? WHERE id = ?", [(place, one) for one, place in new_places.items() if one not in written]
    )
    return now


def _new_places(rows: tuple[_StoredRow, ...], start: int, end: int, first: int, known: Mapping[str, int]) -> Mapping[str, int]:
    """New positions for rows[start:end]. The last `first` of these rows used to be before the others."""
    moved: set[str] = set()
    if first:  # move the smaller part
        start, end = (end - first, end) if 2 * first <= end - start else (start, end - first)
        moved = {row.id for row in rows[start:end]}
    begin = max(0, start - 1)
    ids = [row.id for row in rows[begin : end + 1]]
    given = assign_positions(ids, {one: known[one] for one in ids if one in known and one not in moved})
    beside = {row.id for row in (*rows[begin:start], *rows[end : end + 1])}
    return given if beside.isdisjoint(given) else assign_positions([row.id for row in rows], {})  # no gap left: renumber all


def read_show(connection: sqlite3.Connection, path: Path) -> tuple[Show, RowPositions]:
    """The show and the positions of its rows; raises StorageError with the table and row that are invalid."""
    room = _TextBudget(path)
    parts = {one: data for one, data in room.rows(connection, PARTS, "name, data", "rowid", MAX_PARTS)}
    if PROJECT not in parts:
        raise StorageError("show_file.incomplete", path=str(path), part=PROJECT)
    project = decode(parts[PROJECT].encode(), path)
    desk = _decoded(msgspec.json.Decoder(Presentation).decode, parts[DESK], path, DESK, "") if DESK in parts else Presentation()
    schedule = _decoded(decode_schedule, parts[SCHEDULE], path, SCHEDULE, "") if SCHEDULE in parts else Schedule()
    tables: dict[str, tuple[Any, ...]] = {}
    standing: dict[str, Mapping[str, int]] = {}
    for table, kind in ROW_TYPES.items():
        decode_row = msgspec.json.Decoder(kind).decode
        found = list(room.rows(connection, table, "id, data, position", "position", MAX_ROWS))
        tables[table] = tuple(_decoded(decode_row, data, path, table, one) for one, data, _ in found)
        standing[table] = {one: _place(path, table, one, place) for one, _, place in found}
        for (one, _, _), thing in zip(found, tables[table], strict=True):
            if thing.id != one:
                raise _wrong(path, table, one, f"its own id is {thing.id!r:.80}")
    show = Show(project, desk, **tables, schedule=schedule)
    try:
        check_show(show)
    except AppError as error:
        raise StorageError(error.code, **{"path": str(path), **error.data}) from error
    except DECODE_ERRORS as error:
        raise _wrong(path, PARTS, "", str(error)) from error
    return show, RowPositions(standing)


class _TextBudget:
    """Limits a show's text, because all of it is held in memory at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = MAX_TEXT

    def rows(self, connection: sqlite3.Connection, table: str, columns: str, order: str, most: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a table whose first two columns must be text; raises StorageError for other values and over the limit."""
        for number, row in enumerate(connection.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")):
            if not (isinstance(row[0], str) and isinstance(row[1], str)):
                raise _wrong(self._path, table, str(row[0])[:80], "expected text")
            self._left -= len(row[1])
            if number >= most or self._left < 0:
                raise StorageError("show_file.too_much", path=str(self._path), table=table, limit=most)
            yield row


def _place(path: Path, table: str, row: str, place: object) -> int:
    if isinstance(place, int) and abs(place) <= MAX_PLACE:
        return place
    raise _wrong(path, table, row, "position")


def _wrong(path: Path, table: str, row: str, reason: str) -> StorageError:
    return StorageError("show_file.value", path=str(path), table=table, row=row, reason=reason)


def _decoded(decoded: Callable[[str], Any], data: str, path: Path, table: str, row: str) -> Any:
    try:
        return decoded(data)
    except DECODE_ERRORS as error:
        raise _wrong(path, table, row, str(error)) from error
