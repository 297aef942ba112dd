"""The show's log in its file: appended to, never changed."""

import json
import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec

from app.domain.event import EventKind, ShowEvent

log = logging.getLogger(__name__)

NO_END = 2**62
_KINDS = {kind.value: kind for kind in EventKind}


def last_seq(connection: sqlite3.Connection) -> int:
    """The number of the newest event, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])


def on_air(connection: sqlite3.Connection) -> bool:
    """Whether the show went on air and has not left it since."""
    sql = "SELECT kind FROM events WHERE kind IN (?, ?) ORDER BY seq DESC LIMIT 1"
    found = connection.execute(sql, (EventKind.ON_AIR.value, EventKind.OFF_AIR.value)).fetchone()
    return found is not None and found[0] == EventKind.ON_AIR.value


def append(connection: sqlite3.Connection, events: Iterable[ShowEvent]) -> None:
    """Write events behind those that are there, inside the caller's transaction."""
    rows = [(event.seq, event.at_ms, event.kind.value, msgspec.json.encode(event.data).decode()) for event in events]
    connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)


def read(connection: sqlite3.Connection, kinds: Collection[EventKind] | None, after: int, upto: int = NO_END) -> Iterator[ShowEvent]:
    """Events behind number `after`, up to `upto`, in order; kinds of a newer program are left out."""
    sql = "SELECT seq, at_ms, kind, data FROM events WHERE seq > ? AND seq <= ?"
    values = [after, upto, *(kind.value for kind in kinds or ())]
    if kinds is not None:
        sql += f" AND kind IN ({', '.join('?' * len(kinds))})"
    for seq, at_ms, kind, data in connection.execute(sql + " ORDER BY seq", values):
        if kind in _KINDS:
            yield ShowEvent(seq, at_ms, _KINDS[kind], _plain(seq, data))


def _plain(seq: int, data: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        log.warning("the event %d of the log has data that cannot be read", seq)
        return {}
    return found if isinstance(found, dict) else {}
