"""A month of shows from a few wishes: drafted on its days, then moved to the hours and the people that suit best."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from app.domain.base.local_time import day_start
from app.domain.planning.hours.comfort import Habits
from app.domain.planning.months.month_draft import Wish, draft, with_draft
from app.domain.planning.months.month_plan import Plan, Tally, apply_plan, optimise
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from app.session.planning.schedule_advice import ScheduleAdvice
from app.session.planning.schedule_book import ScheduleBook

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MonthDraft:
    """`airings` are not in the plan yet; `dates` are theirs, in order. `plain` is what the month would be like with every show in its
    audience's prime time and always the same people, `tally` what it is like so."""

    airings: tuple[Airing, ...]
    dates: tuple[Occurrence, ...]
    plain: Tally
    tally: Tally


async def plan_month(planned: ScheduleBook, advice: ScheduleAdvice, wishes: Sequence[Wish], first: date, last: date) -> MonthDraft:
    """Worked out on a thread beside the shows that are planned already, which stay as they are. Raises ScheduleError, ZoneError."""
    schedule, zones = planned.schedule, planned.zones
    begin = day_start(first, planned.host_zone, zones) - DAY
    end = day_start(last + DAY, planned.host_zone, zones) + DAY
    there = planned.occurrences(begin - 3 * DAY, end + 3 * DAY)
    drafted = draft(schedule, wishes, first, last, prime=_prime_times(advice), zones=zones)
    dates = tuple(one for airing in drafted for one in planned.preview(airing, begin, end))
    habits = advice.habits(first - 4 * DAY, last + 5 * DAY)
    soon = planned.now() + HOUR
    known = advice.with_past(begin - 3 * DAY)
    found = await asyncio.to_thread(_best, with_draft(known, drafted), (*there, *dates), habits, frozenset(one.key for one in there))
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


def _best(schedule: Schedule, dates: Sequence[Occurrence], habits: Habits, kept: frozenset[str]) -> Plan:
    return optimise(schedule, dates, habits, kept=kept)


def _prime_times(advice: ScheduleAdvice) -> Mapping[str, time]:
    return {market_id: time.fromisoformat(market.prime_time[0]) for market_id, market in advice.markets.items()}
