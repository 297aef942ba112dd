"""Plans a month from quotas: drafts shows on days, then finds the best times and people."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from app.domain.base.local_time import day_start
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.months.month_draft import ShowQuota, draft_month, with_draft
from app.domain.planning.months.month_plan import PlanStats, SuggestedPlan, apply_plan, optimise
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from app.session.planning.hours.schedule_advice import ScheduleAdvice
from app.session.planning.schedule_book import ScheduleBook

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MonthDraft:
    """`airings` are not in the schedule yet; `dates` are their dates, in order. `tally` has the figures of the draft, `plain` those with
    all shows in prime time and the same people."""

    airings: tuple[Airing, ...]
    dates: tuple[Occurrence, ...]
    plain: PlanStats
    tally: PlanStats


async def plan_month(planned: ScheduleBook, advice: ScheduleAdvice, quotas: Sequence[ShowQuota], first: date, last: date) -> MonthDraft:
    """Runs on a thread; existing shows stay as they are. Raises ScheduleError, ZoneError."""
    schedule, zones = planned.schedule, planned.zones
    begin = day_start(first, planned.host_zone, zones) - DAY
    end = day_start(last + DAY, planned.host_zone, zones) + DAY
    there = planned.occurrences(begin - 3 * DAY, end + 3 * DAY)
    drafted = draft_month(schedule, quotas, first, last, prime=_prime_times(advice), zones=zones)
    dates = tuple(one for airing in drafted for one in planned.preview(airing, begin, end))
    comfort_rules = advice.comfort_rules(first - 4 * DAY, last + 5 * DAY)
    soon = planned.now() + HOUR
    known = advice.with_past(begin - 3 * DAY)
    found = await asyncio.to_thread(_best, with_draft(known, drafted), (*there, *dates), comfort_rules, frozenset(one.key for one in there))
    made = apply_plan(with_draft(schedule, drafted), found)
    ids = {airing.id for airing in drafted}
    airings = tuple(airing for airing in made.airings if airing.id in ids)
    kept = tuple(one for airing in airings for one in planned.preview(airing, begin, end) if one.start >= soon)
    wanted = {one.airing_id for one in kept}
    return MonthDraft(
        tuple(airing for airing in airings if airing.id in wanted),
        tuple(sorted(kept, key=lambda one: (one.start, one.key))),
        found.before,
        found.after,
    )


def _best(schedule: Schedule, dates: Sequence[Occurrence], comfort_rules: ComfortRules, kept: frozenset[str]) -> SuggestedPlan:
    return optimise(schedule, dates, comfort_rules, kept=kept)


def _prime_times(advice: ScheduleAdvice) -> Mapping[str, time]:
    return {market_id: time.fromisoformat(market.prime_time[0]) for market_id, market in advice.markets.items()}
