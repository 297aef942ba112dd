"""The festivals of the markets: public and religious ones, commercial days, and days on which nobody jokes."""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from app.calendar.holiday_tables import HolidayTables
from app.calendar.lazy_almanac import LazyAlmanac
from app.calendar.market_festivals import MarketFestivals
from app.domain.planning.festival import Festival
from app.domain.planning.festival_rule import FestivalRule
from app.domain.planning.schedule import FestivalChange

KEPT = 200  # markets as changed by the user; each edit of a festival makes one more


class FestivalCalendar:
    """The festivals by `rules`; for any thread. The first question loads the tables of days, each market's year is worked out once.

    `changes` are the user's words: they move what leans on a festival too. A festival whose date is not known is left out.
    `days_off` are the words for a day off in a festival's place, by language, with "{name}"; without them it is called as the festival.
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
        """Those of one market whose day is in this year, in order."""
        with self._lock:
            return self._market(market_id, changes).of(year)

    def between(
        self, market_ids: Collection[str], first: date, last: date, changes: Collection[FestivalChange] = ()
    ) -> tuple[Festival, ...]:
        """Those that touch [first, last], in order of their first days."""
        found: list[Festival] = []
        for market_id in dict.fromkeys(market_ids):
            for year in range(first.year - 1, last.year + 2):  # a festival may begin in the old year, or have days off before the new one
                found += (one for one in self.of(market_id, year, changes) if one.first <= last and one.last >= first)
        return tuple(sorted(found, key=lambda one: (one.first, one.key, one.market_id)))

    def undated(self, market_id: str, year: int, changes: Iterable[FestivalChange] = ()) -> tuple[FestivalRule, ...]:
        """Those that are announced year by year, and whose date in this year nobody has told yet: a FestivalChange brings it in."""
        with self._lock:
            return self._market(market_id, changes).undated(year)

    def _market(self, market_id: str, changes: Iterable[FestivalChange]) -> MarketFestivals:
        own = tuple(change for change in changes if change.market_id == market_id)
        if len(self._markets) > KEPT:
            self._markets.clear()
        if (market_id, own) not in self._markets:
            self._markets[market_id, own] = MarketFestivals(market_id, self._rules, own, self._tables, self._days_off)
        return self._markets[market_id, own]
