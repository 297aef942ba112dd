"""Festivals of the markets: public and religious holidays, commercial days, and days of mourning."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from app.calendar.holiday_tables import HolidayTables
from app.calendar.lazy_almanac import LazyAlmanac
from app.calendar.market_festivals import MarketFestivals
from app.domain.planning.festival import Festival
from app.domain.planning.festival_rule import FestivalRule
from app.domain.planning.schedule import FestivalChange

KEPT = 200  # markets with the user's changes; each edit of a festival adds one


class FestivalCalendar:
    """The festivals by `rules`. Usable on any thread. Loads the holiday tables when first asked and caches each market's year.

    `changes` are the user's corrections; festivals based on a changed one move too. A festival without a known date is left out. `days_off`
    is the text for a substitute day off by language, with "{name}"; without it the day has the festival's name.
    """

    def __init__(
        self, rules: Sequence[FestivalRule], tables: HolidayTables | None = None, *, days_off: Mapping[str, str] | None = None
    ) -> None:
        self._days_off = days_off or {}
        self._rules = tuple(rules)
        self._tables: HolidayTables = LazyAlmanac() if tables is None else tables
        self._markets: dict[tuple[str, tuple[FestivalChange, ...]], MarketFestivals] = {}
        self._lock = threading.Lock()

    def of(self, market_id: str, year: int, changes: Iterable[FestivalChange] = ()) -> tuple[Festival, ...]:
        """Festivals of one market in this year, in order."""
        with self._lock:
            return self._market(market_id, changes).of(year)

    def between(
        self, market_ids: Collection[str], first: date, last: date, changes: Collection[FestivalChange] = ()
    ) -> tuple[Festival, ...]:
        """Festivals that overlap [first, last], ordered by their first day."""
        found: list[Festival] = []
        for market_id in dict.fromkeys(market_ids):
            for year in range(first.year - 1, last.year + 2):  # a festival may begin in the old year, or have a day off before the new one
                found += (one for one in self.of(market_id, year, changes) if one.first <= last and one.last >= first)
        return tuple(sorted(found, key=lambda one: (one.first, one.key, one.market_id)))

    def undated(self, market_id: str, year: int, changes: Iterable[FestivalChange] = ()) -> tuple[FestivalRule, ...]:
        """Festivals that are announced year by year and have no date for this year yet. A FestivalChange adds it."""
        with self._lock:
            return self._market(market_id, changes).undated(year)

    def _market(self, market_id: str, changes: Iterable[FestivalChange]) -> MarketFestivals:
        own = tuple(change for change in changes if change.market_id == market_id)
        if len(self._markets) > KEPT:
            self._markets.clear()
        if (market_id, own) not in self._markets:
            self._markets[market_id, own] = MarketFestivals(market_id, self._rules, own, self._tables, self._days_off)
        return self._markets[market_id, own]
