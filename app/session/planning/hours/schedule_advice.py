"""Advice for planning: scores of times, workload, festivals and suggested plans.

Loaded on first use, because a window that plans nothing does not need it.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain.base.local_time import day_start, wall_of
from app.domain.base.signal import Signal
from app.domain.catalogue.market import Market
from app.domain.planning.draw_permit import DrawPermit
from app.domain.planning.festival import Festival
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.hours.hour_finder import Candidate, HourScorer, week_heat
from app.domain.planning.months.month_plan import SuggestedPlan, apply_plan, optimise
from app.domain.planning.people.workload import Workload, with_nights_before, workloads_of
from app.domain.planning.schedule import FestivalChange, Occurrence, Schedule
from app.domain.show import Show
from app.session.base.thread_runner import RunInThread
from app.session.planning.calendar_port import Calendar
from app.session.planning.hours.learned_hours import LearnedHours
from app.session.planning.schedule_book import ScheduleBook

DAY = timedelta(days=1)
AROUND = timedelta(days=4)  # dates that matter for rest and nights in a row
BORNE = (timedelta(days=30), timedelta(days=60))  # before and after now
HOUR = timedelta(hours=1)
KEPT_YEARS = 400  # of markets' festivals

Markets = tuple[str, ...]
Year = tuple[Markets, tuple[FestivalChange, ...], int]


class ScheduleAdvice:
    """`changed` is emitted when festivals were loaded or past shows were read."""

    def __init__(self, planned: ScheduleBook, *, show: Callable[[], Show], calendar: Calendar, run_in_thread: RunInThread) -> None:
        self.changed: Signal[[]] = Signal()
        self._planned = planned
        self._show = show
        self._calendar = calendar
        self._run_in_thread = run_in_thread
        self._years: dict[Year, tuple[Festival, ...]] = {}
        self._latest: dict[tuple[Markets, int], tuple[Festival, ...]] = {}
        self._loading: set[Year] = set()
        self._profiles: dict[str, Market] = {}
        self._permits: Mapping[str, DrawPermit] | None = None
        self._workloads: tuple[Schedule, int, datetime, Mapping[str, Workload]] | None = None
        self._learned = LearnedHours(planned.book, run_in_thread)
        self._learned.changed.connect(self._on_more)
        planned.airings.changed.connect(self._on_aired)
        self.version = 0  # changes when there are more festivals or learned times

    # What is known --------------------------------------------------------------------------------------------------------

    @property
    def market_ids(self) -> Markets:
        """The ids of the markets of schedule and show, each once."""
        planned = (party.market_id for party in self._planned.schedule.parties if party.market_id)
        return tuple(dict.fromkeys((*planned, *(market.id for market in self._show().markets))))

    @property
    def markets(self) -> Mapping[str, Market]:
        """The markets of schedule and show by id: the show's own, or else the built-in profile."""
        own = {market.id: market for market in self._show().markets}
        unknown = [one for one in self.market_ids if one not in own and one not in self._profiles]
        self._profiles |= {market.id: market for market in self._calendar.markets(unknown)}
        return {one: own.get(one) or self._profiles[one] for one in self.market_ids if one in own or one in self._profiles}

    def festivals(self, first: date, last: date, market_ids: Iterable[str] | None = None) -> tuple[Festival, ...]:
        """The festivals in [first, last] of these markets (None = `market_ids`), in order. Missing ones are loaded, then `changed`."""
        ids = self.market_ids if market_ids is None else tuple(market_ids)
        changes = self._planned.schedule.festival_changes
        years = range(first.year, last.year + 1)
        if ids:
            self._load([(ids, changes, year) for year in years if (ids, changes, year) not in self._years])
        found: dict[tuple[str, str, date], Festival] = {}
        for year in years:
            known = self._years.get((ids, changes, year)) or self._latest.get((ids, year), ())
            found |= {(one.market_id, one.key, one.first): one for one in known if one.first <= last and one.last >= first}
        return tuple(found.values())

    def comfort_rules(self, first: date, last: date) -> ComfortRules:
        """The comfort rules of these days."""
        known = ComfortRules(self._planned.zones, self.markets, self.festivals(first, last))
        return replace(known, learned=self._learned.prime_times(self._planned.schedule.parties, known))

    # Finding the hour -----------------------------------------------------------------------------------------------------

    def workloads(self) -> Mapping[str, Workload]:
        """The workload of each person from a month ago to two months ahead, by party id."""
        schedule, hour = self._planned.schedule, self._planned.now().replace(minute=0, second=0, microsecond=0)
        known = self._workloads
        if known is None or known[0] is not schedule or known[1:3] != (self.version, hour):
            begin, end = hour - BORNE[0], hour + BORNE[1]
            workloads = workloads_of(schedule, self._worked(begin, end), self.comfort_rules_between(begin, end))
            known = self._workloads = (schedule, self.version, hour, workloads)
        return known[3]

    def find(
        self, party_ids: Sequence[str], minutes: int, begin: datetime, end: datetime, *, count: int = 5, without: str = ""
    ) -> tuple[Candidate, ...]:
        """The best starts in [begin, end), the best first. `without` is the key of the date to be moved."""
        return self.hour_scorer(party_ids, minutes, begin, end, without=without).best(count)

    def hour_scorer(self, party_ids: Sequence[str], minutes: int, begin: datetime, end: datetime, *, without: str = "") -> HourScorer:
        """A scorer of [begin, end), made once and asked during a drag."""
        return HourScorer(
            self._planned.schedule,
            party_ids,
            minutes,
            (begin, end),
            comfort_rules=self.comfort_rules_between(begin, end),
            taken=self._others(begin, end, without),
            workloads=self.workloads(),
        )

    def week_heat(
        self, party_ids: Sequence[str], minutes: int, monday: date, *, zone: str = "", without: str = ""
    ) -> tuple[tuple[float | None, ...], ...]:
        """The scores of starts in seven days of 96 quarter hours, in local time of a zone ("" = the host's)."""
        key = zone or self._planned.host_zone
        begin, end = (day_start(monday + days * DAY, key, self._planned.zones) for days in (0, 7))
        return week_heat(self.hour_scorer(party_ids, minutes, begin, end, without=without), monday, key)

    async def optimise(self, begin: datetime, end: datetime, *, move_hours: bool = True, change_duty: bool = True) -> SuggestedPlan:
        """A suggested plan with better times and duty rosters for the dates in [begin, end), computed on a thread. Dates within the next
        hour stay."""
        planned = self._planned
        schedule, comfort_rules = self.with_past(begin), self.comfort_rules_between(begin, end)
        dates = tuple(one for one in planned.occurrences(begin, end) if one.start >= begin)
        soon = planned.now() + HOUR
        return await asyncio.to_thread(
            optimise, schedule, dates, comfort_rules, not_before=soon, move_hours=move_hours, change_duty=change_duty
        )

    def with_past(self, begin: datetime) -> Schedule:
        """The schedule with the nights that each person worked in the month before `begin`."""
        schedule = self._planned.schedule
        first = begin - BORNE[0]
        return with_nights_before(schedule, workloads_of(schedule, self._worked(first, begin), self.comfort_rules_between(first, begin)))

    def with_plan(self, schedule: Schedule, plan: SuggestedPlan, keys: Collection[str] | None) -> Schedule:
        """As month_plan.apply_plan."""
        return apply_plan(schedule, plan, keys)

    @property
    def permits(self) -> Mapping[str, DrawPermit]:
        """The prize draw permits by market."""
        if self._permits is None:
            self._permits = self._calendar.permits()
        return self._permits

    # Internals -------------------------------------------------------------------------------------------------------

    def _worked(self, begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """The dates in [begin, end): past ones as they took place, then planned ones."""
        planned = self._planned
        now = planned.now()
        known = {airing.id for airing in planned.schedule.airings}
        past = {one.key: one for one in planned.aired(begin, min(now, end)) if one.party_ids or one.airing_id in known}
        return (*past.values(), *(one for one in planned.occurrences(begin, end) if one.end > now and one.key not in past))

    def _others(self, begin: datetime, end: datetime, without: str) -> tuple[Occurrence, ...]:
        near = self._planned.occurrences(begin - AROUND, end + AROUND)
        return tuple(one for one in near if one.key != without) if without else near

    def comfort_rules_between(self, begin: datetime, end: datetime) -> ComfortRules:
        """As `comfort_rules`, for the days that matter between two instants."""
        first, last = (wall_of(one, self._planned.host_zone, self._planned.zones).wall.date() for one in (begin - AROUND, end + AROUND))
        return self.comfort_rules(first, last)

    def _load(self, years: Collection[Year]) -> None:
        wanted = [one for one in years if one not in self._loading]
        if not wanted:
            return
        between = self._calendar.festivals_between

        def work() -> dict[Year, tuple[Festival, ...]]:
            return {(ids, changes, year): between(ids, date(year, 1, 1), date(year, 12, 31), changes) for ids, changes, year in wanted}

        self._loading.update(wanted)
        if not self._run_in_thread("festivals", work, self._loaded):
            self._loading.difference_update(wanted)

    def _loaded(self, found: Mapping[Year, tuple[Festival, ...]]) -> None:
        if len(self._years) > KEPT_YEARS:
            self._years.clear()
        self._loading.difference_update(found)
        self._years |= found
        self._latest |= {(ids, year): festivals for (ids, _, year), festivals in found.items()}
        self._on_more()

    def _on_aired(self) -> None:
        self._workloads = None

    def _on_more(self) -> None:
        self.version += 1
        self.changed.emit()
