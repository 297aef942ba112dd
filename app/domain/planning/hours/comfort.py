"""How each hour suits each party: by the quarter hour on its own clock, and on one line of UTC on which all can be compared.

Clocks everywhere are ahead of UTC by whole quarter hours since 1972, so a party's quarters and those of UTC begin together; a line is
made by laying the days of the party's own calendar end to end and copying them onto UTC piece by piece between changes of its clocks.
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

# People are awake from seven to midnight; those who make shows like to work from nine to nine.
_AUDIENCE_DAY = bytes([POOR] * 28 + [FAIR] * 68)
_WORKING_DAY = bytes([POOR] * 28 + [FAIR] * 8 + [PRIME] * 48 + [FAIR] * 12)
_NIGHT_DAY = bytes([1] * 24 + [0] * 72)
_AWAY_DAY = bytes([NEVER] * DAY_QUARTERS)


@dataclass(frozen=True, slots=True)
class ComfortRules:
    """What decides how hours suit: the world's clocks, markets by id, their festivals, and prime times learned from past shows by party
    id, as ("20:00", "23:00") on the party's clock."""

    zones: Zones
    markets: Mapping[str, Market] = field(default_factory=dict)
    festivals: Sequence[Festival] = ()
    learned: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def festivals_of(self, party: Party) -> tuple[Festival, ...]:
        """Those of the party's market."""
        return tuple(one for one in self.festivals if one.market_id == party.market_id) if party.market_id else ()


@dataclass(frozen=True, slots=True)
class ComfortLine:
    """How hours suit a party from quarter `first` on, counted from 1970 in UTC: `levels` has an index into LEVELS for each."""

    party_id: str
    first: int
    levels: bytes

    def at(self, instant: datetime) -> Comfort:
        return LEVELS[self.levels[quarter_of(instant) - self.first]]

    def minutes(self, start: datetime, length: int) -> tuple[int, int, int, int]:
        """Of so many minutes from `start` on, how many are prime, fair, poor and never."""
        begin = quarter_of(start) - self.first
        into = (start - instant_of(begin + self.first)) // MINUTE
        last, rest = divmod(into + length, QUARTER_MINUTES)
        found = [QUARTER_MINUTES * self.levels.count(level, begin, begin + last) for level in range(4)]
        found[self.levels[begin]] -= into
        if rest:
            found[self.levels[begin + last]] += rest
        return found[PRIME], found[FAIR], found[POOR], found[NEVER]


def quarter_of(instant: datetime) -> int:
    """The number of the quarter hour that an instant is in."""
    return (instant - EPOCH) // QUARTER


def instant_of(quarter: int) -> datetime:
    """When a quarter hour begins."""
    return EPOCH + quarter * QUARTER


def clock_minutes(clock: str) -> int:
    """ "20:30" as minutes of the day."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def comforts(party: Party, day: date, comfort_rules: ComfortRules) -> bytes:
    """The levels of the 96 quarter hours that clocks show on a day of the party's calendar.

    First what its kind gives, then its market's prime time (a festival's on its days), then hours of prayer, then the party's own hours;
    days on which it is away count whatever else is said.
    """
    return _levels(party, _traits(party, day, comfort_rules, comfort_rules.festivals_of(party)))


def comfort_line(party: Party, begin: datetime, end: datetime, comfort_rules: ComfortRules) -> ComfortLine:
    """The line that covers [begin, end), instants; raises ZoneError."""
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
    """The quarters [first, last) that cover two instants."""
    return quarter_of(begin), -(-(end - EPOCH) // QUARTER)


def lay_out_days(zone_key: str, first: int, last: int, zones: Zones, day_pattern: Callable[[date], bytes]) -> bytes:
    """A byte for each of the quarters [first, last), from the 96 that each day of the zone's calendar has: hours that clocks skip are left
    out, those that they show twice come twice."""
    pieces = tuple(offset_ranges(zone_key, first, last, zones))
    low = min(start + ahead for start, _, ahead in pieces) // DAY_QUARTERS
    high = max(stop + ahead for _, stop, ahead in pieces) // DAY_QUARTERS
    own = b"".join(day_pattern(date.fromordinal(EPOCH_DAY + number)) for number in range(low, high + 1))
    base = low * DAY_QUARTERS
    return b"".join(own[start + ahead - base : stop + ahead - base] for start, stop, ahead in pieces)


def offset_ranges(zone_key: str, first: int, last: int, zones: Zones) -> Iterator[tuple[int, int, int]]:
    """The quarters [first, last) cut where the clocks of a zone change: (begin, end, quarters ahead of UTC)."""
    begin, end = instant_of(first), instant_of(last)
    here, ahead = first, offset_at(zones.zone(zone_key), begin) // QUARTER
    for change in offset_changes(zone_key, begin, end, zones):
        there = quarter_of(change.at)
        yield here, there, ahead
        here, ahead = there, change.after // QUARTER
    yield here, last, ahead


@dataclass(frozen=True, slots=True)
class Prayer:
    """When a market prays at noon on a Friday or, `iftar`, breaks its fast."""

    begin: datetime
    end: datetime
    iftar: bool


def prayers(party: Party, begin: datetime, end: datetime, comfort_rules: ComfortRules) -> tuple[Prayer, ...]:
    """Those of a market within [begin, end), in order; none where it does not pray, or the place of its zone is not known."""
    if party.kind is not PartyKind.MARKET:
        return ()
    festivals = comfort_rules.festivals_of(party)
    zone = comfort_rules.zones.zone(party.zone)
    first, last = (instant.astimezone(zone).date().toordinal() for instant in (begin, end))
    found = (_prayer_on(party, date.fromordinal(number), festivals) for number in range(first, last + 1))
    return tuple(one for one in found if one is not None and one.begin < end and one.end > begin)


def night_line(zone_key: str, first: int, last: int, zones: Zones) -> bytes:
    """For each of the quarters [first, last) 1 when it is between midnight and six on the clocks of a zone, else 0."""
    return lay_out_days(zone_key, first, last, zones, lambda day: _NIGHT_DAY)


# --- a day ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Traits:
    """What makes a day of a party different from others."""

    weekday: int
    away: bool
    prime: tuple[int, int] | None
    prime_before: tuple[int, int] | None  # the day before, which may go on after midnight
    prayer: tuple[int, int] | None


def _traits(party: Party, day: date, comfort_rules: ComfortRules, festivals: Sequence[Festival]) -> _Traits:
    away = any(one.first <= day <= one.last for one in party.away)
    if party.kind is not PartyKind.MARKET:
        return _Traits(day.isoweekday(), away, None, None, None)
    today, before = (prime_time(party, one, comfort_rules, festivals) for one in (day, day - DAY))
    return _Traits(day.isoweekday(), away, today, before, _prayer_minutes(party, day, comfort_rules, festivals))


def prime_time(party: Party, day: date, comfort_rules: ComfortRules, festivals: Sequence[Festival]) -> tuple[int, int]:
    """When a market watches on a day: minutes [begin, end), beyond 1440 after midnight."""
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
    """By whole quarter hours: the sun is not asked for minutes."""
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
    """Hours that do not begin with a quarter: what is bad reaches over the whole of it, what is good does not."""
    if level >= POOR:
        low, high = begin // QUARTER_MINUTES, -(-end // QUARTER_MINUTES)
    else:
        low, high = -(-begin // QUARTER_MINUTES), end // QUARTER_MINUTES
    low, high = max(0, low), min(DAY_QUARTERS, high)
    if low < high:
        line[low:high] = bytes([level]) * (high - low)
