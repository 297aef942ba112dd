"""Reads and appends the show's log, which is never changed."""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.domain.event import EventKind, ShowEvent
from app.domain.event_fields import valid_fields
from app.storage.files import StorageError

log = logging.getLogger(__name__)

NO_END = 2**62
MAX_EVENTS = 10_000_000  # a thousand viewers for a hundred hours
MAX_EVENT_TEXT = 1024 * 1024  # per event; our largest, a change of the plan, has a few kilobytes
MAX_LOG_TEXT = 1024 * 1024 * 1024
MAX_AT_MS = 253_402_300_799_999  # the last millisecond of the year 9999
_DECODER = msgspec.json.Decoder(dict[str, Any])
_KINDS = {kind.value: kind for kind in EventKind}


def check_log(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StorageError for a log longer than any show's, or without room for the next number."""
    count, text, last = connection.execute("SELECT count(*), total(length(data)), coalesce(max(seq), 0) FROM events").fetchone()
    if count > MAX_EVENTS or text > MAX_LOG_TEXT:
        raise StorageError("show_file.too_much", path=str(path), table="events", limit=MAX_EVENTS)
    if last >= NO_END:
        raise StorageError("show_file.value", path=str(path), table="events", row=str(last), reason="seq")


def last_seq(connection: sqlite3.Connection) -> int:
    """The number of the newest event, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])


def on_air(connection: sqlite3.Connection) -> bool:
    """Whether the show is on air by its log."""
    sql = "SELECT kind FROM events WHERE kind IN (?, ?) ORDER BY seq DESC LIMIT 1"
    found = connection.execute(sql, (EventKind.ON_AIR.value, EventKind.OFF_AIR.value)).fetchone()
    return found is not None and found[0] == EventKind.ON_AIR.value


def append(connection: sqlite3.Connection, events: Iterable[ShowEvent]) -> None:
    """Append events inside the caller's transaction."""
    rows = [(event.seq, event.at_ms, event.kind.value, msgspec.json.encode(event.data).decode()) for event in events]
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)


def read(connection: sqlite3.Connection, kinds: Collection[EventKind] | None, after: int, upto: int = NO_END) -> Iterator[ShowEvent]:
    """Events numbered `after` < n <= `upto`, in order. Kinds of newer versions are skipped."""
    sql = "SELECT seq, at_ms, kind, data FROM events WHERE seq > ? AND seq <= ?"
    values = [after, upto, *(kind.value for kind in kinds or ())]
    if kinds is not None:
        sql += f" AND kind IN ({', '.join('?' * len(kinds))})"
    for seq, at_ms, kind, data in connection.execute(sql + " ORDER BY seq", values):
        if kind not in _KINDS:
            continue
        if not isinstance(at_ms, int) or not 0 <= at_ms <= MAX_AT_MS:
            log.warning("event %d of the log has no time", seq)
            continue
        yield ShowEvent(seq, at_ms, _KINDS[kind], _plain(seq, data))


def _plain(seq: int, data: object) -> dict[str, Any]:
    """The event's data, {} if it cannot be read, so that a bad event does not affect the others."""
    if isinstance(data, str) and len(data) <= MAX_EVENT_TEXT:
        try:
            return valid_fields(_DECODER.decode(data))
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            pass
    log.warning("event %d of the log has unreadable data", seq)
    return {}
