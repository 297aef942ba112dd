"""What the strips show: for each party the comfort of every quarter of an hour on the planner's axis, and what its own clock says there."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from app.domain.base.local_time import MINUTE, day_start, offset_at, offset_changes
from app.domain.base.zones import Zones
from app.domain.planning.hours.comfort import LEVELS, POOR, QUARTER, QUARTER_MINUTES
from app.domain.planning.people.party import Comfort, PartyKind

HOUR_QUARTERS = 4
OVERHANG_HOURS = 6  # a show that begins at 23:00 can be seen to its end


class MarkKind(Enum):
    """What is said of a part of a strip beside its comfort."""

    CLOCK = "clock"  # the clocks change
    FESTIVAL = "festival"
    CAUTION = "caution"
    PRAYER = "prayer"


@dataclass(frozen=True, slots=True)
class StripMark:
    """From one place to another, in quarters of the axis; a change of the clocks has no length. `label` is what fits into the strip,
    `words` a sentence."""

    kind: MarkKind
    begin: float
    end: float
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ZoneDial:
    """What a place's clock says along the axis: `offsets` are (place from which on, minutes ahead of UTC), `hours` (place, hour), `days`
    (place, the day that begins there) without the one that the axis begins in."""

    zone: str
    offsets: tuple[tuple[float, int], ...]
    hours: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, date], ...]


@dataclass(frozen=True, slots=True)
class StripRow:
    """One party: `comforts` has a level (an index into comfort.LEVELS) for each quarter of the axis."""

    party_id: str
    name: str
    city: str
    kind: PartyKind
    dial: ZoneDial
    comforts: bytes
    marks: tuple[StripMark, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedShow:
    """A show that is in the plan already, in quarters of the axis."""

    begin: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class StripModel:
    """The axis begins with a day of the planner's own clock (`own`), which has `day_quarters`; it goes on for some hours of the next.
    `day_names` has the words for every day that is on some clock, `shifts` for days that are ahead of ours."""

    begin: datetime
    day_quarters: int
    quarters: int
    own: ZoneDial
    own_name: str
    rows: tuple[StripRow, ...]
    day_names: Mapping[date, str]
    shifts: Mapping[int, str]
    planned: tuple[PlannedShow, ...] = ()

    def instant(self, place: float) -> datetime:
        return self.begin + place * QUARTER

    def place(self, instant: datetime) -> float:
        return (instant - self.begin) / QUARTER

    def wall(self, dial: ZoneDial, place: float) -> datetime:
        """What that clock says there."""
        number = max(0, bisect_right(dial.offsets, place, key=lambda one: one[0]) - 1)
        return (self.instant(place) + timedelta(minutes=dial.offsets[number][1])).replace(tzinfo=None)


def axis(day: date, zone: str, minutes: int, zones: Zones) -> tuple[datetime, int, int]:
    """(its begin, quarters of the day, quarters of all of it) for a show of so many minutes that begins on a day."""
    begin = day_start(day, zone, zones)
    day_quarters = -(-(day_start(day + timedelta(days=1), zone, zones) - begin) // QUARTER)
    overhang = max(OVERHANG_HOURS * HOUR_QUARTERS, -(-minutes // QUARTER_MINUTES))
    return begin, day_quarters, day_quarters + overhang


def zone_dial(zone: str, begin: datetime, quarters: int, zones: Zones) -> ZoneDial:
    """The clock of a place along an axis."""
    end = begin + quarters * QUARTER
    offsets = [(0.0, offset_at(zones.zone(zone), begin) // MINUTE)]
    offsets += [((one.at - begin) / QUARTER, one.after // MINUTE) for one in offset_changes(zone, begin, end, zones) if one.at < end]
    hours: list[tuple[float, int]] = []
    days: list[tuple[float, date]] = []
    before: date | None = None
    for number, (from_place, offset) in enumerate(offsets):
        upto = offsets[number + 1][0] if number + 1 < len(offsets) else quarters
        for place, wall in _quarter_walls(begin, offset, from_place, upto):
            if wall.minute == 0:
                hours.append((place, wall.hour))
            if before is not None and wall.date() > before:
                days.append((place, wall.date()))
            before = wall.date()
    return ZoneDial(zone, tuple(offsets), tuple(hours), tuple(days))


def _quarter_walls(begin: datetime, offset: int, from_place: float, upto: float) -> Iterator[tuple[float, datetime]]:
    """(place, what the clock says) for each full quarter of that clock and for the first moment."""
    first = (begin + from_place * QUARTER).astimezone(UTC).replace(tzinfo=None) + timedelta(minutes=offset)
    yield from_place, first
    past = timedelta(minutes=first.minute % QUARTER_MINUTES, seconds=first.second)
    step = QUARTER - past
    place = from_place + step / QUARTER
    while place < upto:
        yield place, first + step
        step += QUARTER
        place += 1


def day_names(dials: Sequence[ZoneDial], begin: datetime, name: Callable[[date], str]) -> Mapping[date, str]:
    """The words for every day on these clocks, and for the one before and after."""
    today = begin.date()
    found = {today + timedelta(days=shift) for shift in range(-2, 5)} | {day for one in dials for _, day in one.days}
    return {day: name(day) for day in sorted(found)}


def runs(comforts: bytes) -> Iterator[tuple[int, int, int]]:
    """(begin, end, comfort) of the spans that are alike."""
    begin = 0
    for place in range(1, len(comforts) + 1):
        if place == len(comforts) or comforts[place] != comforts[begin]:
            yield begin, place, comforts[begin]
            begin = place


def worst(comforts: bytes, begin: int, end: int) -> Comfort:
    """What the hardest quarter of a span is; beyond the axis nothing counts."""
    part = comforts[max(0, begin) : max(0, end)]
    return LEVELS[max(part, default=POOR)]
