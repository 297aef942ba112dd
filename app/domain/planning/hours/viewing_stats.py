"""Statistics of when viewers watched, from the show's log, and the prime times learned from them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.domain.event import EventKind, ShowEvent
from app.domain.planning.hours.comfort import DAY_QUARTERS, QUARTER_MINUTES, QUARTER_S, ComfortRules, instant_of, prime_time
from app.domain.planning.people.party import Party, PartyKind

VIEWING_KINDS = frozenset({EventKind.ON_AIR, EventKind.OFF_AIR, EventKind.VIEWER_JOINED, EventKind.VIEWER_LEFT, EventKind.VIEWER_MARKET})
QUARTER_MS = 1000 * QUARTER_S
LOST = "lost"  # a crash on air: the end and the viewers until then are unknown
PRIME_QUARTERS = 12  # three hours
ENOUGH_QUARTERS = 8  # of these that need data
ENOUGH_DATES = 2  # needed per quarter
CLEARLY = 1.25  # factor over the usual prime time
ENOUGH_VIEWERS = 3.0  # on average; fewer are not significant


class ViewingStats:
    """`aired` is the on-air time of each quarter (comfort.quarter_of) in milliseconds, `viewers` the viewing time of each market's viewers
    in it."""

    def __init__(self) -> None:
        self.aired: Counter[int] = Counter()
        self.viewers: dict[str, Counter[int]] = defaultdict(Counter)
        self._present: dict[str, str] = {}  # market by viewer
        self._on_air = False
        self._since_ms = 0

    def take(self, event: ShowEvent) -> None:
        """Add the next event of the log; ignores other kinds."""
        if event.kind not in VIEWING_KINDS or "over" in event.data:
            return  # an aggregate without times of leaving
        lost = event.kind is EventKind.OFF_AIR and event.data.get("why") == LOST
        if self._on_air and not lost:
            self._count(Counter(self._present.values()), self._since_ms, event.at_ms)
        self._since_ms = event.at_ms
        viewer = str(event.data.get("viewer", ""))
        if event.kind is EventKind.ON_AIR:
            self._on_air = True
        elif event.kind is EventKind.OFF_AIR:
            self._on_air = False
            if lost:
                self._present.clear()
        elif event.kind is EventKind.VIEWER_LEFT:
            self._present.pop(viewer, None)
        else:
            self._present[viewer] = str(event.data.get("market", ""))

    def _count(self, present: Mapping[str, int], begin_ms: int, end_ms: int) -> None:
        for quarter in range(begin_ms // QUARTER_MS, -(-end_ms // QUARTER_MS)):
            inside = min(end_ms, (quarter + 1) * QUARTER_MS) - max(begin_ms, quarter * QUARTER_MS)
            self.aired[quarter] += inside
            for market_id, viewers in present.items():
                self.viewers[market_id][quarter] += viewers * inside


def viewing_stats(events: Iterable[ShowEvent]) -> ViewingStats:
    """The statistics of these events, in order."""
    found = ViewingStats()
    for event in events:
        found.take(event)
    return found


def learned_prime_times(parties: Iterable[Party], watching: ViewingStats, comfort_rules: ComfortRules) -> dict[str, tuple[str, str]]:
    """The three best hours by party id, for markets with clearly more viewers then than in the usual prime time. Needs shows in both."""
    found = {}
    for party in parties:
        if party.kind is PartyKind.MARKET and party.market_id in watching.viewers:
            hours = _learned(party, watching, comfort_rules)
            if hours is not None:
                found[party.id] = hours
    return found


def _learned(party: Party, watching: ViewingStats, comfort_rules: ComfortRules) -> tuple[str, str] | None:
    crowds = _by_local_quarter(party, watching, comfort_rules)
    begin, end = (minute // QUARTER_MINUTES for minute in prime_time(party, date(1970, 1, 1), comfort_rules, ()))
    usual = _mean(crowds, range(begin, end))
    windows = {start: _mean(crowds, range(start, start + PRIME_QUARTERS)) for start in range(0, DAY_QUARTERS, 2)}
    known = {start: mean for start, mean in windows.items() if mean is not None}
    if usual is None or not known:
        return None
    best = max(known, key=lambda start: (known[start] * _covered(crowds, start), -start))
    if known[best] < max(ENOUGH_VIEWERS, CLEARLY * usual):
        return None
    return _clock(best), _clock(best + PRIME_QUARTERS)


def _by_local_quarter(party: Party, watching: ViewingStats, comfort_rules: ComfortRules) -> dict[int, float]:
    """The average viewers of a market in each local quarter that was on air on several dates."""
    zone = comfort_rules.zones.zone(party.zone)
    aired: Counter[int] = Counter()
    spent: Counter[int] = Counter()
    dates: dict[int, set[date]] = defaultdict(set)
    mine = watching.viewers[party.market_id]
    for quarter, milliseconds in watching.aired.items():
        wall = instant_of(quarter).astimezone(zone)
        place = wall.hour * 4 + wall.minute // QUARTER_MINUTES
        aired[place] += milliseconds
        spent[place] += mine[quarter]
        dates[place].add(wall.date())
    return {place: spent[place] / aired[place] for place in aired if len(dates[place]) >= ENOUGH_DATES}


def _mean(crowds: Mapping[int, float], places: Sequence[int]) -> float | None:
    """The mean; None if too few of these quarters have data."""
    known = [crowds[place % DAY_QUARTERS] for place in places if place % DAY_QUARTERS in crowds]
    return sum(known) / len(known) if len(known) >= min(ENOUGH_QUARTERS, len(places)) else None


def _covered(crowds: Mapping[int, float], start: int) -> int:
    return sum(place % DAY_QUARTERS in crowds for place in range(start, start + PRIME_QUARTERS))


def _clock(quarter: int) -> str:
    hours, quarters = divmod(quarter % DAY_QUARTERS, 4)
    return f"{hours:02}:{quarters * QUARTER_MINUTES:02}"
