"""Computes the dates of an airing. A series keeps the wall time of its zone when clocks change (RFC 5545 §3.3.10, §3.8.5)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dateutil.rrule import rrule, rrulestr

from app.domain.base.local_time import LocalTime, resolve_leniently
from app.domain.base.zones import Zones
from app.domain.planning.dates.date_keys import date_key, rest_with_keys_of
from app.domain.planning.dates.series_rule import parse_rule
from app.domain.planning.schedule import Airing, DateOverride, Naming, Occurrence, ScheduleError
from app.domain.show_editing import new_id

WIDEST_OFFSET = timedelta(hours=26)  # largest difference between a wall time and UTC, plus a gap
UNNAMED = Naming()


def occurrences(airing: Airing, begin: datetime, end: datetime, zones: Zones) -> tuple[Occurrence, ...]:
    """The dates that overlap [begin, end) (instants), ordered by start; cancelled dates are left out."""
    found = (occurrence for occurrence in _all_near(airing, begin, end, zones) if occurrence.start < end and occurrence.end > begin)
    return tuple(sorted(found, key=lambda one: (one.start, one.original)))


def occurrence_of(airing: Airing, original: datetime, zones: Zones) -> Occurrence | None:
    """The date with this name; None if it is cancelled. Raises ScheduleError if the series has no such date."""
    if not airing.rule:
        if original != airing.start.wall:
            raise ScheduleError("schedule.no_date", title=airing.title, date=original.isoformat(timespec="minutes"))
        return _made(airing, original, None, zones)
    if not rule_dates(airing).between(original, original, inc=True):
        raise ScheduleError("schedule.no_date", title=airing.title, date=original.isoformat(timespec="minutes"))
    move = next((move for move in airing.moves if move.original == original), None)
    return None if move is not None and move.start is None else _made(airing, original, move, zones)


def split(airing: Airing, original: datetime) -> tuple[Airing | None, Airing]:
    """Cut a series before one of its dates: the part that ends there (None if that is the first date) and the rest as a new series.

    Raises ScheduleError if the series has no such date.
    """
    if not airing.rule or not (dates := rule_dates(airing)).between(original, original, inc=True):
        raise ScheduleError("schedule.no_date", title=airing.title, date=original.isoformat(timespec="minutes"))
    rule = parse_rule(airing.rule)
    last = dates.before(original)
    if last is None:
        return None, airing
    passed = sum(1 for _ in _until(dates, last)) if rule.count else 0
    ended = replace(rule, count=passed, until=None) if passed else replace(rule, until=last.date())
    begun = replace(rule, count=rule.count - passed) if rule.count else rule
    first = replace(airing, rule=ended.text(), moves=tuple(move for move in airing.moves if move.original < original))
    start = replace(airing.start, wall=original)
    rest = tuple(move for move in airing.moves if move.original >= original)
    return first, rest_with_keys_of(replace(airing, id=new_id(), start=start, rule=begun.text(), moves=rest), airing)


def last_date(airing: Airing) -> datetime | None:
    """The wall time of the last date by the rule; None = no end."""
    if not airing.rule:
        return airing.start.wall
    rule = parse_rule(airing.rule)
    if not rule.count and rule.until is None:
        return None
    dates: deque[datetime] = deque(rule_dates(airing), maxlen=1)
    return dates[0] if dates else None


def _until(dates: rrule, last: datetime) -> Iterator[datetime]:
    for one in dates:
        if one > last:
            return
        yield one


def rule_dates(airing: Airing) -> rrule:
    """The dates by the rule, without moves. The start counts only if the rule includes it, as calendar apps do today (§3.8.5.3)."""
    found = rrulestr(parse_rule(airing.rule).text(), dtstart=airing.start.wall)
    assert isinstance(found, rrule)
    return found


def _all_near(airing: Airing, begin: datetime, end: datetime, zones: Zones) -> Iterator[Occurrence]:
    if not airing.rule:
        yield _made(airing, airing.start.wall, None, zones)
        return
    moves = {move.original: move for move in airing.moves}
    low = begin.astimezone(UTC).replace(tzinfo=None) - WIDEST_OFFSET - timedelta(minutes=airing.minutes)
    high = end.astimezone(UTC).replace(tzinfo=None) + WIDEST_OFFSET
    dates = rule_dates(airing)
    for original in dates.between(low, high, inc=True):
        if original not in moves:
            yield _made(airing, original, None, zones)
    for original, move in moves.items():
        if move.start is not None and dates.between(original, original, inc=True):
            yield _made(airing, original, move, zones)


def _made(airing: Airing, original: datetime, move: DateOverride | None, zones: Zones) -> Occurrence:
    local = airing.start if move is None else move.start
    assert local is not None
    if move is None and airing.rule:
        local = LocalTime(original, airing.start.zone, airing.start.fold)
    start, kind = resolve_leniently(local, zones)
    minutes = move.minutes if move is not None and move.minutes else airing.minutes
    return Occurrence(
        airing.id,
        original,
        local,
        start,
        start + timedelta(minutes=minutes),
        kind,
        moved=move is not None,
        series=bool(airing.rule),
        party_ids=move.party_ids if move is not None else (),
        name=date_key(airing, original) if airing.naming != UNNAMED else "",
    )
