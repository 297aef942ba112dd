"""Suggests better times and duty rosters for a month of shows.

The suggested plan is never worse than before by its own score, and never adds conflicts.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.base.local_time import LocalTime, wall_of
from app.domain.catalogue.market import Level
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.hours.fit import fit_of
from app.domain.planning.hours.hour_reasons import names_of
from app.domain.planning.months.month_search import MonthSearch
from app.domain.planning.months.placement import Placement
from app.domain.planning.people.party import Party
from app.domain.planning.people.workload import length_minutes
from app.domain.planning.schedule import Occurrence, Schedule, airing_by_id, parties_on, party_by_id
from app.domain.planning.schedule_editing import move_occurrence
from app.domain.rundown.finding import Fact, Finding, Subject

GAIN_WORTH_TELLING = 0.1  # of a show


@dataclass(frozen=True, slots=True)
class PlanStats:
    """Figures of a month: `conflicts` counts double bookings, NEVER hours and short rests; `score` is the mean score of the shows (0 to 1),
    `poor_minutes` the work in poor hours, `nights` the nights of each person, including earlier ones."""

    conflicts: int
    score: float
    poor_minutes: int
    nights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SuggestedChange:
    """A change of one date: start, duty (`comes` replaces `goes`, ids in the same order), or both. `local` is the start in the airing's
    zone, `party_ids` are the new participants."""

    occurrence: Occurrence
    start: datetime
    local: LocalTime
    party_ids: tuple[str, ...]
    comes: tuple[str, ...] = ()
    goes: tuple[str, ...] = ()
    reasons: tuple[Finding, ...] = ()

    @property
    def moves(self) -> bool:
        return self.start != self.occurrence.start


@dataclass(frozen=True, slots=True)
class SuggestedPlan:
    """The changes by date; empty if nothing better was found."""

    proposals: tuple[SuggestedChange, ...]
    before: PlanStats
    after: PlanStats


def optimise(
    schedule: Schedule,
    occurrences: Sequence[Occurrence],
    comfort_rules: ComfortRules,
    *,
    not_before: datetime | None = None,
    kept: Collection[str] = (),
    move_hours: bool = True,
    change_duty: bool = True,
) -> SuggestedPlan:
    """The best that a search finds for these dates. Each stays on its day of the airing's calendar; hours of `fixed` airings stay, and
    dates that begin before `not_before`, or whose keys are in `kept`, stay whole.

    Raises ScheduleError when an airing is gone, ZoneError.
    """
    search = MonthSearch(
        schedule, occurrences, comfort_rules, not_before=not_before, kept=kept, move_hours=move_hours, change_duty=change_duty
    )
    before = search.tally()
    search.improve()
    after = search.tally()
    changed = search.changed()
    proposals = tuple(_proposal(schedule, search, placed, comfort_rules) for placed in changed)
    return SuggestedPlan(proposals, PlanStats(*before), PlanStats(*after if changed else before))


def apply_plan(schedule: Schedule, plan: SuggestedPlan, keys: Collection[str] | None = None) -> Schedule:
    """The schedule with the changes applied; with `keys`, only for those dates."""
    for one in plan.proposals:
        now, airing_id = one.occurrence, one.occurrence.airing_id
        if keys is None or now.key in keys:
            moves = airing_by_id(schedule, airing_id).moves
            minutes = next((move.minutes for move in moves if move.original == now.original), 0)
            schedule = move_occurrence(schedule, airing_id, now.original, one.local, minutes, party_ids=one.party_ids if one.comes else ())
    return schedule


def _proposal(schedule: Schedule, search: MonthSearch, placed: Placement, comfort_rules: ComfortRules) -> SuggestedChange:
    occurrence, start = placed.occurrence, search.instant(placed)
    local = occurrence.local if start == occurrence.start else wall_of(start, occurrence.local.zone, comfort_rules.zones)
    swaps = [(post, duty) for post, duty in zip(placed.posts, placed.duty, strict=True) if post != duty]
    comes, goes = tuple(duty for _, duty in swaps), tuple(post for post, _ in swaps)
    before = parties_on(schedule, occurrence)
    stays = tuple(party.id for party in before if party.id not in goes)
    made = SuggestedChange(occurrence, start, local, (*stays, *comes), comes, goes)
    return replace(made, reasons=tuple(_reasons(schedule, made, before, search)))


def _reasons(schedule: Schedule, made: SuggestedChange, before: Sequence[Party], search: MonthSearch) -> Iterator[Finding]:
    """Findings: who is better off, who replaces whom, and who is worse off."""
    minutes = length_minutes(made.occurrence)
    after = [party_by_id(schedule, one) for one in made.party_ids]
    old = {party.id: fit_of(search.line(party.id), made.occurrence.start, minutes) for party in before}
    new = {party.id: fit_of(search.line(party.id), made.start, minutes) for party in after}
    both = [party for party in after if party.id in old]
    told: tuple[tuple[str, list[Party]], ...] = (
        ("plan.more_prime", [one for one in both if new[one.id].prime - old[one.id].prime > GAIN_WORTH_TELLING]),
        ("plan.less_poor", [one for one in both if old[one.id].poor - new[one.id].poor > GAIN_WORTH_TELLING]),
        ("plan.less_prime", [one for one in both if old[one.id].prime - new[one.id].prime > GAIN_WORTH_TELLING]),
        ("plan.more_poor", [one for one in both if new[one.id].poor - old[one.id].poor > GAIN_WORTH_TELLING]),
    )
    for code, parties in told[:2]:
        if parties:
            yield _said(code, Level.INFO, names=names_of(parties))
    for comes, goes in zip(made.comes, made.goes, strict=True):
        yield _said("plan.turn", Level.INFO, name=party_by_id(schedule, comes).name, other=party_by_id(schedule, goes).name)
    for code, parties in told[2:]:
        if parties:
            yield _said(code, Level.WARNING, names=names_of(parties))


def _said(code: str, level: Level, **data: Fact) -> Finding:
    return Finding(code, level, Subject.AIRING, data=data)
