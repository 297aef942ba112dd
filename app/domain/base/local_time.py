"""Wall times of a place: which exist, which exist twice, and the instant of each.

A wall time is a `datetime` without a zone, an instant is one in UTC; no function here mixes them up. When clocks go forward some wall
times do not exist (a gap), when they go back some exist twice (a fold): RFC 5545 §3.3.5 and PEP 495.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum

from app.domain.base.errors import AppError
from app.domain.base.zones import Zones

MINUTE = timedelta(minutes=1)
STEP = timedelta(days=7)  # no zone has changed twice within a week since 1970; Ramadan breaks lasted four


class Existence(Enum):
    """How often a wall time happens."""

    ONCE = "once"
    SKIPPED = "skipped"
    REPEATED = "repeated"


class WallTimeError(AppError):
    """A wall time that does not exist or exists twice; `data` has zone, wall, and the two possible times as `first` and `second` (in ISO
    form) with `first_offset` and `second_offset` ("UTC-04:00")."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A wall time of a place. `fold` chooses between the two instants of a repeated time, 0 = the earlier; None = no choice made."""

    wall: datetime
    zone: str
    fold: int | None = None


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """One possible meaning of a wall time in a gap or a fold."""

    local: LocalTime
    instant: datetime
    offset: timedelta


@dataclass(frozen=True, slots=True)
class OffsetChange:
    """From `at` on, the UTC offset is `after` instead of `before`."""

    at: datetime
    before: timedelta
    after: timedelta


@dataclass(frozen=True, slots=True)
class ClockReading:
    """An instant on the clock of a place. `day_shift`: how many days its date is ahead of the date it is compared with."""

    wall: datetime
    zone: str
    offset: timedelta
    day_shift: int = 0


def offset_at(zone: tzinfo, instant: datetime) -> timedelta:
    """The zone's UTC offset at an instant."""
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def offset_text(offset: timedelta) -> str:
    """ "UTC+05:45"."""
    minutes = offset // MINUTE
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}"


def _offsets(zone: tzinfo, wall: datetime) -> tuple[timedelta, timedelta]:
    """The offsets of both readings of a wall time (PEP 495: before and after the change)."""
    first = wall.replace(tzinfo=zone, fold=0).utcoffset()
    second = wall.replace(tzinfo=zone, fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return first, second


def existence(zone: tzinfo, wall: datetime) -> Existence:
    """Whether this wall time happens once, never or twice."""
    first, second = _offsets(zone, wall)
    if first == second:
        return Existence.ONCE
    return Existence.REPEATED if first > second else Existence.SKIPPED


def choices(local: LocalTime, zones: Zones) -> tuple[TimeChoice, ...]:
    """The possible meanings: one for a time that exists once, both for a repeated one. For a skipped one, the time shifted forward by the
    gap (as RFC 5545 reads it) and the time shifted back."""
    zone = zones.zone(local.zone)
    wall = local.wall.replace(fold=0)
    first, second = _offsets(zone, wall)
    if first == second:
        return (TimeChoice(LocalTime(wall, local.zone), (wall - first).replace(tzinfo=UTC), first),)
    if first > second:
        return (
            TimeChoice(LocalTime(wall, local.zone, 0), (wall - first).replace(tzinfo=UTC), first),
            TimeChoice(LocalTime(wall, local.zone, 1), (wall - second).replace(tzinfo=UTC), second),
        )
    gap = second - first
    return (
        TimeChoice(LocalTime(wall + gap, local.zone), (wall - first).replace(tzinfo=UTC), second),
        TimeChoice(LocalTime(wall - gap, local.zone), (wall - second).replace(tzinfo=UTC), first),
    )


def resolve(local: LocalTime, zones: Zones) -> datetime:
    """The instant of a wall time; raises WallTimeError with both meanings when it is skipped, or repeated without a `fold`; ZoneError."""
    found = choices(local, zones)
    if len(found) == 1:
        return found[0].instant
    first, second = found
    repeated = first.local.wall == second.local.wall
    if repeated and local.fold is not None:
        return found[local.fold].instant
    raise WallTimeError(
        "time.repeated" if repeated else "time.skipped",
        zone=local.zone,
        wall=local.wall.isoformat(" ", timespec="minutes"),
        first=first.local.wall.isoformat(" ", timespec="minutes"),
        second=second.local.wall.isoformat(" ", timespec="minutes"),
        first_offset=offset_text(first.offset),
        second_offset=offset_text(second.offset),
    )


def resolve_leniently(local: LocalTime, zones: Zones) -> tuple[datetime, Existence]:
    """The instant as RFC 5545 reads dates of a series: a skipped time uses the offset before the gap, a repeated one is the first."""
    found = choices(local, zones)
    kind = existence(zones.zone(local.zone), local.wall)
    return found[(local.fold or 0) if kind is Existence.REPEATED else 0].instant, kind


def wall_of(instant: datetime, zone_key: str, zones: Zones) -> LocalTime:
    """What the clock of a place shows at an instant, with its fold if that time exists twice."""
    zone = zones.zone(zone_key)
    shown = instant.astimezone(zone)
    wall = shown.replace(tzinfo=None, fold=0)
    return LocalTime(wall, zone_key, shown.fold if existence(zone, wall) is Existence.REPEATED else None)


def clock_reading(instant: datetime, zone_key: str, zones: Zones, *, beside: date | None = None) -> ClockReading:
    """An instant on the clock of a place, and how many days its date is ahead of `beside`."""
    zone = zones.zone(zone_key)
    local = instant.astimezone(zone)
    shift = (local.date() - beside).days if beside is not None else 0
    return ClockReading(local.replace(tzinfo=None, fold=0), zone_key, offset_at(zone, instant), shift)


def day_start(day: date, zone_key: str, zones: Zones) -> datetime:
    """The first instant of a day: where clocks go forward at midnight, 00:00 does not exist."""
    found = choices(LocalTime(datetime.combine(day, time()), zone_key), zones)
    zone = zones.zone(zone_key)
    if existence(zone, datetime.combine(day, time())) is not Existence.SKIPPED:
        return found[0].instant
    before, after = found[1].instant, found[0].instant
    return _change_between(zone, before, after).at


def offset_changes(zone_key: str, begin: datetime, end: datetime, zones: Zones) -> Iterator[OffsetChange]:
    """Every change of a place's UTC offset with begin < at <= end, in order, to the second."""
    zone = zones.zone(zone_key)
    here, offset = begin, offset_at(zone, begin)
    while here < end:
        there = min(here + STEP, end)
        then = offset_at(zone, there)
        if then != offset:
            yield _change_between(zone, here, there)
        here, offset = there, then


def _change_between(zone: tzinfo, before: datetime, after: datetime) -> OffsetChange:
    """The one change between two instants whose offsets differ."""
    old, new = offset_at(zone, before), offset_at(zone, after)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if offset_at(zone, middle) == old:
            before = middle
        else:
            after = middle
    return OffsetChange(after, old, new)
