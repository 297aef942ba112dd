"""Finds what a time zone update moved: instants of dates, and local times of participants.

Airings are wall times, so an update moves instants. The schedule stores the old offsets (`ZoneTable`).
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.domain.base.local_time import MINUTE, offset_at, offset_changes
from app.domain.base.zones import Zones
from app.domain.planning.schedule import Occurrence, Schedule, ZoneTable, parties_on

AHEAD = timedelta(days=3 * 366)
BEHIND = timedelta(days=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class ChangedHour:
    """A local time at the start of a show, by the old and the new time zone data. `party_id` "" = the host's zone, or the zone of a show
    whose time is now skipped."""

    party_id: str
    zone: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A date whose instant or local times changed: its instants by the old and the new data."""

    occurrence: Occurrence
    before: datetime
    after: datetime
    hours: tuple[ChangedHour, ...] = ()


def plan_zones(schedule: Schedule, host_zone: str) -> tuple[str, ...]:
    """All zones of the schedule, each once."""
    keys = [host_zone, *(airing.start.zone for airing in schedule.airings)]
    keys += [move.start.zone for airing in schedule.airings for move in airing.moves if move.start is not None]
    keys += [party.zone for party in schedule.parties]
    return tuple(dict.fromkeys(key for key in keys if key))


def zone_table(zone: str, begin: datetime, end: datetime, zones: Zones) -> ZoneTable:
    """The offsets of a zone between two instants. Raises ZoneError."""
    begun = (_ms(begin), offset_at(zones.zone(zone), begin) // MINUTE)
    return ZoneTable(zone, (begun, *((_ms(one.at), one.after // MINUTE) for one in offset_changes(zone, begin, end, zones))))


def with_zone_tables(schedule: Schedule, zones: Zones, now: datetime, host_zone: str, *, keep: bool) -> Schedule:
    """The schedule with the current offsets of its zones. `keep`: existing tables stay, missing ones are added."""
    known = {table.zone: table for table in schedule.zone_tables} if keep else {}
    begin = now - BEHIND
    day = begin.replace(hour=0, minute=0, second=0, microsecond=0)  # the same all day, so edits do not rewrite the tables
    tables = []
    for zone in plan_zones(schedule, host_zone):
        if zone in known:
            tables.append(known[zone])
        elif zones.knows(zone):
            tables.append(zone_table(zone, day, day + AHEAD, zones))
    made = tuple(tables)
    version = schedule.tzdata if keep else zones.version
    if made == schedule.zone_tables and version == schedule.tzdata:
        return schedule
    return replace(schedule, tzdata=version, zone_tables=made)


def dates_moved(schedule: Schedule, occurrences: Iterable[Occurrence], zones: Zones, host_zone: str) -> tuple[MovedDate, ...]:
    """The dates whose instant or local times changed since the tables were written."""
    tables = {table.zone: table for table in schedule.zone_tables if table.offsets}
    changed = {zone for zone, table in tables.items() if zones.knows(zone) and _differs(table, zones)}
    found = []
    for occurrence in occurrences if changed else ():
        known = {zone: table for zone, table in tables.items() if zone in changed and occurrence.start < _end_of(table)}
        before = _instant_by(known.get(occurrence.local.zone), occurrence)
        hours = tuple(_hours_moved(schedule, occurrence, before, tables, zones, host_zone))
        if before != occurrence.start or hours:
            found.append(MovedDate(occurrence, before, occurrence.start, hours))
    return tuple(found)


def _hours_moved(
    schedule: Schedule, occurrence: Occurrence, before: datetime, tables: dict[str, ZoneTable], zones: Zones, host_zone: str
) -> Iterable[ChangedHour]:
    people = [("", occurrence.local.zone), ("", host_zone), *((party.id, party.zone) for party in parties_on(schedule, occurrence))]
    for party_id, zone in dict.fromkeys(people):
        if zone not in tables or not zones.knows(zone) or occurrence.start >= _end_of(tables[zone]):
            continue
        then = (before + offset_by(tables[zone], before)).replace(tzinfo=None)
        now = occurrence.start.astimezone(zones.zone(zone)).replace(tzinfo=None, fold=0)
        if then != now:
            yield ChangedHour(party_id, zone, then, now)


def offset_by(table: ZoneTable, instant: datetime) -> timedelta:
    """A zone's offset from UTC by its table."""
    place = bisect_right(table.offsets, _ms(instant), key=lambda entry: entry[0])
    return MINUTE * table.offsets[max(0, place - 1)][1]


def _end_of(table: ZoneTable) -> datetime:
    """The end of a table's range."""
    return EPOCH + table.offsets[0][0] * MILLISECOND + AHEAD


def _differs(table: ZoneTable, zones: Zones) -> bool:
    """Whether the current data differs from a table in its range."""
    begin = EPOCH + table.offsets[0][0] * MILLISECOND
    return zone_table(table.zone, begin, begin + AHEAD, zones) != table


def _instant_by(table: ZoneTable | None, occurrence: Occurrence) -> datetime:
    """The instant of a date by the old data, resolved as `local_time.resolve_leniently` does."""
    if table is None:
        return occurrence.start
    wall = occurrence.local.wall.replace(tzinfo=UTC, fold=0)
    offsets = _offsets_near(table.offsets, _ms(wall))
    fitting = [wall - offset for offset in offsets if offset_by(table, wall - offset) == offset]
    if not fitting:
        return wall - offsets[0]  # skipped: by the offset before the gap
    return sorted(fitting)[-1 if occurrence.local.fold else 0]


def _offsets_near(offsets: Sequence[tuple[int, int]], wall_ms: int) -> list[timedelta]:
    """The offsets that a wall time can have, the earlier first; offsets are less than a day."""
    day_ms = 24 * 3600 * 1000
    first = max(0, bisect_right(offsets, wall_ms - day_ms, key=lambda entry: entry[0]) - 1)
    last = bisect_right(offsets, wall_ms + day_ms, key=lambda entry: entry[0])
    return [MINUTE * minutes for minutes in dict.fromkeys(minutes for _, minutes in offsets[first : max(last, first + 1)])]


def _ms(instant: datetime) -> int:
    return (instant - EPOCH) // MILLISECOND
