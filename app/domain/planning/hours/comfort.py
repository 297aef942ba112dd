"""Comfort of each quarter hour for each party, in local time and on one UTC line for comparison.

All UTC offsets are whole quarter hours since 1972, so local quarters align with UTC quarters. A line joins the local days of a party and
copies them onto UTC, one range between clock changes at a time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from app.domain.base.local_time import MINUTE, offset_at, offset_changes
from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.planning.festival import Festival
from app.domain.planning.hours.prayer import AFTER_SUNSET, BEFORE_SUNSET, FRIDAY, FRIDAY_MARKETS, NOON_PRAYER, RAMADAN, solar_noon, sunset
from app.domain.planning.people.party import DAY_MINUTES, Comfort, Hours, Party, PartyKind

QUARTER = timedelta(minutes=15)
QUARTER_MINUTES = 15
QUARTER_S = 900
DAY_QUARTERS = 96
LEVELS = (Comfort.PRIME, Comfort.FAIR, Comfort.POOR, Comfort.NEVER)  # a level is an index into these
PRIME, FAIR, POOR, NEVER = range(4)
LEVEL_OF = {comfort: level for level, comfort in enumerate(LEVELS)}
DEFAULT_PRIME_TIME = ("20:00", "23:00")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
DAY = timedelta(days=1)

# Viewers are awake from 07:00 to 24:00; crews prefer to work from 09:00 to 21:00.
_AUDIENCE_DAY = bytes([POOR] * 28 + [FAIR] * 68)
_WORKING_DAY = bytes([POOR] * 28 + [FAIR] * 8 + [PRIME] * 48 + [FAIR] * 12)
_NIGHT_DAY = bytes([1] * 24 + [0] * 72)
_AWAY_DAY = bytes([NEVER] * DAY_QUARTERS)


@dataclass(frozen=True, slots=True)
class ComfortRules:
    """What comfort depends on: time zones, markets by id, their festivals, and prime times learned from past shows by party id, as
    ("20:00", "23:00") in local time."""

    zones: Zones
    markets: Mapping[str, Market] = field(default_factory=dict)
    festivals: Sequence[Festival] = ()
    learned: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def festivals_of(self, party: Party) -> tuple[Festival, ...]:
        """The festivals of the party's market."""
        return tuple(one for one in self.festivals if one.market_id == party.market_id) if party.market_id else ()


@dataclass(frozen=True, slots=True)
class ComfortLine:
    """The comfort of a party from quarter `first` (counted from 1970 in UTC): `levels` has an index into LEVELS for each quarter."""

    party_id: str
    first: int
    levels: bytes

    def at(self, instant: datetime) -> Comfort:
        return LEVELS[self.levels[quarter_of(instant) - self.first]]

    def minutes(self, start: datetime, length: int) -> tuple[int, int, int, int]:
        """How many of the `length` minutes from `start` are prime, fair, poor and never."""
        begin = quarter_of(start) - self.first
        into = (start - instant_of(begin + self.first)) // MINUTE
        last, rest = divmod(into + length, QUARTER_MINUTES)
        found = [QUARTER_MINUTES * self.levels.count(level, begin, begin + last) for level in range(4)]
        found[self.levels[begin]] -= into
        if rest:
            found[self.levels[begin + last]] += rest
        return found[PRIME], found[FAIR], found[POOR], found[NEVER]


def quarter_of(instant: datetime) -> int:
    """The number of the quarter hour of an instant."""
    return (instant - EPOCH) // QUARTER


def instant_of(quarter: int) -> datetime:
    """The start of a quarter hour."""
    return EPOCH + quarter * QUARTER


def clock_minutes(clock: str) -> int:
    """ "20:30" as minutes of the day."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def comforts(party: Party, day: date, comfort_rules: ComfortRules) -> bytes:
    """The levels of the 96 quarter hours that clocks show on a day of the party's calendar.

    First what its kind gives, then its market's prime time (a festival's on its days), then hours of prayer, then the party's own hours;
    days away override everything else.
    """
    return _levels(party, _traits(party, day, comfort_rules, comfort_rules.festivals_of(party)))


def comfort_line(party: Party, begin: datetime, end: datetime, comfort_rules: ComfortRules) -> ComfortLine:
    """The comfort line of [begin, end). Raises ZoneError."""
    festivals = comfort_rules.festivals_of(party)
    known: dict[_Traits, bytes] = {}

    def day_levels(day: date) -> bytes:
        traits = _traits(party, day, comfort_rules, festivals)
        if traits not in known:
            known[traits] = _levels(party, traits)
        return known[traits]

    first, last = quarter_range(begin, end)
    return ComfortLine(party.id, first, lay_out_days(party.zone, first, last, comfort_rules.zones, day_levels))


def quarter_range(begin: datetime, end: datetime) -> tuple[int, int]:
    """The quarters [first, last) that cover [begin, end)."""
    return quarter_of(begin), -(-(end - EPOCH) // QUARTER)


def lay_out_days(zone_key: str, first: int, last: int, zones: Zones, day_pattern: Callable[[date], bytes]) -> bytes:
    """One byte for each of the quarters [first, last), from the 96 of each local day. Skipped hours are left out, repeated ones appear
    twice."""
    pieces = tuple(offset_ranges(zone_key, first, last, zones))
    low = min(start + ahead for start, _, ahead in pieces) // DAY_QUARTERS
    high = max(stop + ahead for _, stop, ahead in pieces) // DAY_QUARTERS
    own = b"".join(day_pattern(date.fromordinal(EPOCH_DAY + number)) for number in range(low, high + 1))
    base = low * DAY_QUARTERS
    return b"".join(own[start + ahead - base : stop + ahead - base] for start, stop, ahead in pieces)


def offset_ranges(zone_key: str, first: int, last: int, zones: Zones) -> Iterator[tuple[int, int, int]]:
    """The quarters [first, last) split at the clock changes of a zone: (begin, end, quarters ahead of UTC)."""
    begin, end = instant_of(first), instant_of(last)
    here, ahead = first, offset_at(zones.zone(zone_key), begin) // QUARTER
    for change in offset_changes(zone_key, begin, end, zones):
        there = quarter_of(change.at)
        yield here, there, ahead
        here, ahead = there, change.after // QUARTER
    yield here, last, ahead


@dataclass(frozen=True, slots=True)
class Prayer:
    """A Friday prayer or, with `iftar`, the evening meal in Ramadan."""

    begin: datetime
    end: datetime
    iftar: bool


def prayers(party: Party, begin: datetime, end: datetime, comfort_rules: ComfortRules) -> tuple[Prayer, ...]:
    """The prayers of a market in [begin, end), in order. Empty if none apply or the zone's position is unknown."""
    if party.kind is not PartyKind.MARKET:
        return ()
    festivals = comfort_rules.festivals_of(party)
    zone = comfort_rules.zones.zone(party.zone)
    first, last = (instant.astimezone(zone).date().toordinal() for instant in (begin, end))
    found = (_prayer_on(party, date.fromordinal(number), festivals) for number in range(first, last + 1))
    return tuple(one for one in found if one is not None and one.begin < end and one.end > begin)


def night_line(zone_key: str, first: int, last: int, zones: Zones) -> bytes:
    """For each of the quarters [first, last): 1 between 00:00 and 06:00 local time, else 0."""
    return lay_out_days(zone_key, first, last, zones, lambda day: _NIGHT_DAY)


# --- a day ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the comfort of a day depends on."""

    weekday: int
    away: bool
    prime: tuple[int, int] | None
    prime_before: tuple[int, int] | None  # of the day before, may reach past midnight
    prayer: tuple[int, int] | None


def _traits(party: Party, day: date, comfort_rules: ComfortRules, festivals: Sequence[Festival]) -> _Traits:
    away = any(one.first <= day <= one.last for one in party.away)
    if party.kind is not PartyKind.MARKET:
        return _Traits(day.isoweekday(), away, None, None, None)
    today, before = (prime_time(party, one, comfort_rules, festivals) for one in (day, day - DAY))
    return _Traits(day.isoweekday(), away, today, before, _prayer_minutes(party, day, comfort_rules, festivals))


def prime_time(party: Party, day: date, comfort_rules: ComfortRules, festivals: Sequence[Festival]) -> tuple[int, int]:
    """The prime time of a market on a day: minutes [begin, end), above 1440 after midnight."""
    special = next((one.prime_time for one in festivals if one.prime_time is not None and one.covers(day)), None)
    market = comfort_rules.markets.get(party.market_id)
    usual = market.prime_time if market is not None else DEFAULT_PRIME_TIME
    return _clock_span(*(special or comfort_rules.learned.get(party.id) or usual))


@cache
def _clock_span(first: str, last: str) -> tuple[int, int]:
    begin, end = clock_minutes(first), clock_minutes(last)
    return begin, end if end > begin else end + DAY_MINUTES


def _prayer_minutes(party: Party, day: date, comfort_rules: ComfortRules, festivals: Sequence[Festival]) -> tuple[int, int] | None:
    found = _prayer_on(party, day, festivals)
    if found is None:
        return None
    wall = found.begin.astimezone(comfort_rules.zones.zone(party.zone)).replace(tzinfo=None)
    minute = (wall - datetime(day.year, day.month, day.day)) // MINUTE
    return minute, minute + (found.end - found.begin) // MINUTE


def _prayer_on(party: Party, day: date, festivals: Sequence[Festival]) -> Prayer | None:
    if any(one.key == RAMADAN and one.covers(day) for one in festivals):
        evening = sunset(party.zone, day)
        return None if evening is None else _prayer(evening - BEFORE_SUNSET, evening + AFTER_SUNSET, iftar=True)
    if day.isoweekday() == FRIDAY and party.market_id in FRIDAY_MARKETS:
        noon = solar_noon(party.zone, day)
        return None if noon is None else _prayer(noon, noon + NOON_PRAYER, iftar=False)
    return None


def _prayer(begin: datetime, end: datetime, *, iftar: bool) -> Prayer:
    """A prayer, widened to whole quarter hours."""
    first, last = quarter_range(begin, end)
    return Prayer(instant_of(first), instant_of(last), iftar)


def _levels(party: Party, traits: _Traits) -> bytes:
    if traits.away:
        return _AWAY_DAY
    line = bytearray(_AUDIENCE_DAY if party.kind is PartyKind.MARKET else _WORKING_DAY)
    if traits.prime_before is not None and traits.prime_before[1] > DAY_MINUTES:
        _put(line, 0, traits.prime_before[1] - DAY_MINUTES, PRIME)
    if traits.prime is not None:
        _put(line, *traits.prime, PRIME)
    if traits.prayer is not None:
        _put(line, *traits.prayer, POOR)
    yesterday = (traits.weekday - 2) % 7 + 1
    for hours in party.hours:
        level = LEVEL_OF[hours.comfort]
        if hours.end > DAY_MINUTES and _holds_on(hours, yesterday):
            _put(line, 0, hours.end - DAY_MINUTES, level)
        if _holds_on(hours, traits.weekday):
            _put(line, hours.begin, hours.end, level)
    return bytes(line)


def _holds_on(hours: Hours, weekday: int) -> bool:
    return not hours.weekdays or weekday in hours.weekdays


def _put(line: bytearray, begin: int, end: int, level: int) -> None:
    """Set a level. Bad levels are widened to whole quarters, good ones narrowed."""
    if level >= POOR:
        low, high = begin // QUARTER_MINUTES, -(-end // QUARTER_MINUTES)
    else:
        low, high = -(-begin // QUARTER_MINUTES), end // QUARTER_MINUTES
    low, high = max(0, low), min(DAY_QUARTERS, high)
    if low < high:
        line[low:high] = bytes([level]) * (high - low)
