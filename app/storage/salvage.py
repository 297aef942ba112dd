"""What can still be read of a damaged show file, put into a new one. The damaged file is only read."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from app.domain.errors import AppError
from app.domain.project import Project
from app.domain.schedule import Schedule
from app.domain.show import Desk, Show, check_show
from app.storage import pictures
from app.storage.database import connect_reading, our_errors, plain_connection, remove_database
from app.storage.files import StorageError
from app.storage.pictures import Picture
from app.storage.project_file import decode
from app.storage.schedule_part import readable_schedule
from app.storage.show_rows import DESK, NOWHERE, PROJECT, ROW_TYPES, SCHEDULE, write_changes
from app.storage.show_schema import bring_up

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """How many things were read, and whether the technical side (scenes, sources) was among them."""

    things: int
    events: int
    pictures: int
    project: bool


def salvage(path: Path, target: Path, new_project: Callable[[], Project]) -> Salvaged | None:
    """Write what can be read of `path` as a new show file; None when there is nothing. Raises StorageError about `target`."""
    try:
        connection = connect_reading(path)
    except sqlite3.Error as error:
        log.warning("nothing of %s can be read: %s", path, error)
        return None
    with contextlib.closing(connection):
        show, whole = _show(connection, path, new_project)
        with our_errors(target), contextlib.closing(plain_connection(target)) as copy:
            bring_up(copy)
            copy.execute("BEGIN IMMEDIATE")
            write_changes(copy, None, show, NOWHERE)
            things = sum(len(getattr(show, table)) for table in ROW_TYPES) + len(show.schedule.airings) + len(show.schedule.parties)
            found = Salvaged(things, _events(connection, copy), _pictures(connection, copy), whole)
            copy.execute("COMMIT")
    if found == Salvaged(0, 0, 0, False):
        with contextlib.suppress(OSError):
            remove_database(target)
        return None
    return found


def _rows(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table from its beginning up to where it is broken, and from its end back to there."""
    for order in ("ASC", "DESC"):
        try:
            yield from connection.execute(f"SELECT {columns} FROM {table} ORDER BY rowid {order}")
            return
        except (sqlite3.Error, UnicodeError) as error:
            log.warning("%s of a damaged file, %s: %s", table, order, error)


def _show(connection: sqlite3.Connection, path: Path, new_project: Callable[[], Project]) -> tuple[Show, bool]:
    parts = dict(_rows(connection, "parts", "name, data"))
    project: Project | None = None
    desk = Desk()
    with contextlib.suppress(AppError, AttributeError, UnicodeError):
        project = decode(parts[PROJECT].encode(), path) if PROJECT in parts else None
    with contextlib.suppress(AppError, msgspec.MsgspecError, TypeError):
        desk = msgspec.json.decode(parts[DESK], type=Desk) if DESK in parts else desk
    schedule = readable_schedule(parts[SCHEDULE]) if isinstance(parts.get(SCHEDULE), str) else Schedule()
    tables: dict[str, tuple[Any, ...]] = {}
    for table, kind in ROW_TYPES.items():
        found: dict[str, tuple[int, Any]] = {}
        for one, position, data in _rows(connection, table, "id, position, data"):
            with contextlib.suppress(AppError, msgspec.MsgspecError, TypeError):
                found[str(one)] = (int(position or 0), msgspec.json.decode(data, type=kind))
        tables[table] = tuple(thing for _, thing in sorted(found.values(), key=lambda one: one[0]))
    show = _without_loose_ends(Show(new_project() if project is None else project, desk, **tables, schedule=schedule))
    try:
        check_show(show)
    except AppError as error:
        raise StorageError("show_file.damaged", path=str(path), reason=str(error)) from error
    return show, project is not None


def _without_loose_ends(show: Show) -> Show:
    """Segments whose product could not be read have none."""
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


def _events(connection: sqlite3.Connection, copy: sqlite3.Connection) -> int:
    count = 0
    for row in _rows(connection, "events", "seq, at_ms, kind, data"):
        count += copy.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", row).rowcount
    return count


def _pictures(connection: sqlite3.Connection, copy: sqlite3.Connection) -> int:
    before = copy.total_changes
    for one, media_type, content, added_ms in _rows(connection, "pictures", "id, media_type, content, added_ms"):
        if isinstance(content, bytes) and pictures.id_of(content) == one:  # half a picture is none
            pictures.put(copy, Picture(str(one), str(media_type), content, int(added_ms)))
    return copy.total_changes - before
