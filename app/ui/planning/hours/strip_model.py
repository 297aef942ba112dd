"""The data of the strips: each party's comfort and local time for each quarter hour of the axis."""

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
OVERHANG_HOURS = 6  # so a show that starts at 23:00 is visible to its end


class MarkKind(Enum):
    """Kinds of marks on a strip."""

    CLOCK = "clock"  # the clocks change
    FESTIVAL = "festival"
    CAUTION = "caution"
    PRAYER = "prayer"


@dataclass(frozen=True, slots=True)
class StripMark:
    """A mark from `begin` to `end`, in quarters of the axis; a clock change has no length. `label` fits into the strip, `words` is a
    sentence."""

    kind: MarkKind
    begin: float
    end: float
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ZoneDial:
    """Local time along the axis: `offsets` are (first place, minutes ahead of UTC), `hours` are (place, hour), `days` are (place, day that
    starts there), without the first day."""

    zone: str
    offsets: tuple[tuple[float, int], ...]
    hours: tuple[tuple[float, int], ...]
    days: tuple[tuple[float, date], ...]


@dataclass(frozen=True, slots=True)
class StripRow:
    """One party. `comforts` has a level (index into comfort.LEVELS) for each quarter of the axis."""

    party_id: str
    name: str
    city: str
    kind: PartyKind
    dial: ZoneDial
    comforts: bytes
    marks: tuple[StripMark, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedShow:
    """A planned show, in quarters of the axis."""

    begin: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class StripModel:
    """The axis covers a day in the planner's zone (`own`, `day_quarters` long) and some hours of the next.

    `day_names` has the name of each local day, `shifts` the text of each difference in days."""

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
        """The wall time at a place."""
        number = max(0, bisect_right(dial.offsets, place, key=lambda one: one[0]) - 1)
        return (self.instant(place) + timedelta(minutes=dial.offsets[number][1])).replace(tzinfo=None)


def axis(day: date, zone: str, minutes: int, zones: Zones) -> tuple[datetime, int, int]:
    """(begin, quarters of the day, quarters in all) of the axis for a show of `minutes` that starts on `day`."""
    begin = day_start(day, zone, zones)
    day_quarters = -(-(day_start(day + timedelta(days=1), zone, zones) - begin) // QUARTER)
    overhang = max(OVERHANG_HOURS * HOUR_QUARTERS, -(-minutes // QUARTER_MINUTES))
    return begin, day_quarters, day_quarters + overhang


def zone_dial(zone: str, begin: datetime, quarters: int, zones: Zones) -> ZoneDial:
    """The local time of a zone along an axis."""
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
    """(place, wall time) for the first moment and each full quarter hour of local time."""
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
    """The name of each local day, with some days before and after."""
    today = begin.date()
    found = {today + timedelta(days=shift) for shift in range(-2, 5)} | {day for one in dials for _, day in one.days}
    return {day: name(day) for day in sorted(found)}


def runs(comforts: bytes) -> Iterator[tuple[int, int, int]]:
    """(begin, end, comfort) of each run of equal quarters."""
    begin = 0
    for place in range(1, len(comforts) + 1):
        if place == len(comforts) or comforts[place] != comforts[begin]:
            yield begin, place, comforts[begin]
            begin = place


def worst(comforts: bytes, begin: int, end: int) -> Comfort:
    """The worst comfort in a span; quarters outside the axis do not count."""
    part = comforts[max(0, begin) : max(0, end)]
    return LEVELS[max(part, default=POOR)]
