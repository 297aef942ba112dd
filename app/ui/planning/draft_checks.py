"""Comfort and conflicts of a show before it is planned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.base.local_time import MINUTE, wall_of
from app.domain.planning.hours.comfort import comfort_line
from app.domain.planning.hours.fit import fit_of
from app.domain.planning.people.party import Comfort, Party
from app.domain.planning.schedule import Airing, Occurrence
from app.domain.planning.schedule_checks import ShowRequirements, check_plan
from app.domain.rundown.finding import Finding
from app.domain.show import Show
from app.session.planning.scheduler import Scheduler

DAY = timedelta(days=1)
AROUND = timedelta(days=4)  # nights in a row, and the rest between two shows


def comforts_at(plan: Scheduler, parties: Iterable[Party], start: datetime, minutes: int) -> Mapping[str, Comfort]:
    """The comfort of most of a show's minutes, by party id."""
    day = wall_of(start, plan.host_zone, plan.zones).wall.date()
    comfort_rules = plan.advice.comfort_rules(day - DAY, day + DAY)
    end = start + minutes * MINUTE
    return {party.id: fit_of(comfort_line(party, start, end, comfort_rules), start, minutes).comfort for party in parties}


def findings_of_draft(
    plan: Scheduler, show: Show, draft: Airing, start: datetime, parties: Sequence[Party], changed: Occurrence | None
) -> tuple[Finding, ...]:
    """The findings of a show at `start` that is not planned yet, or that replaces the date `changed`."""
    others = tuple(one for one in plan.schedule.airings if one.id != draft.id)
    schedule = replace(plan.schedule, airings=(*others, draft), parties=tuple(parties))
    original = changed.original if changed is not None else draft.start.wall
    end = start + draft.minutes * MINUTE
    made = Occurrence(draft.id, original, draft.start, start, end, series=bool(draft.rule), party_ids=draft.party_ids)
    near = [one for one in plan.occurrences(start - AROUND, end + AROUND) if one.key not in (made.key, changed and changed.key)]
    day = wall_of(start, plan.host_zone, plan.zones).wall.date()
    comfort_rules = plan.advice.comfort_rules(day - AROUND - DAY, day + AROUND + DAY)
    return tuple(one for one in check_plan(schedule, [*near, made], comfort_rules, needs=_needs(show)) if one.id == made.key)


def _needs(show: Show) -> ShowRequirements:
    return ShowRequirements(any(segment.needs_interpreter for segment in show.segments), show.presentation.host_language)
