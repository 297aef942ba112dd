"""Shifts the rest of a day when a show starts late or overruns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.base.local_time import MINUTE, LocalTime, wall_of
from app.domain.catalogue.market import Level
from app.domain.planning.hours.availability import busy_ids_on, rest_between, rounded_hours
from app.domain.planning.hours.comfort import EPOCH, QUARTER, ComfortRules, comfort_line
from app.domain.planning.hours.fit import fit_of
from app.domain.planning.hours.hour_reasons import local_facts, names_of
from app.domain.planning.people.party import Comfort, Party, PartyKind
from app.domain.planning.people.workload import length_minutes
from app.domain.planning.schedule import Occurrence, Schedule, airing_by_id, parties_on
from app.domain.planning.schedule_editing import move_occurrence
from app.domain.rundown.finding import Fact, Finding, Subject

CHANGEOVER_MINUTES = 15  # between two shows of the same people, if planned
SHORTEST = timedelta(minutes=30)  # minimum length
WORTH_TELLING = 0.1  # share of a show


@dataclass(frozen=True, slots=True)
class Shift:
    """One date with its new time: later, shorter, or both. `reasons` are findings of Subject.AIRING with its key."""

    occurrence: Occurrence
    start: datetime
    end: datetime
    local: LocalTime
    reasons: tuple[Finding, ...] = ()

    @property
    def later_minutes(self) -> int:
        return (self.start - self.occurrence.start) // MINUTE

    @property
    def shorter_minutes(self) -> int:
        return length_minutes(self.occurrence) - (self.end - self.start) // MINUTE


def replan_day(
    schedule: Schedule,
    occurrences: Sequence[Occurrence],
    late: Occurrence,
    ends: datetime,
    comfort_rules: ComfortRules,
    *,
    changeover: int = CHANGEOVER_MINUTES,
) -> tuple[Shift, ...]:
    """What has to change when `late` ends at `ends`: shows of the same people that follow within a day begin later, by whole quarter hours,
    until a pause takes the delay up. One that would reach into somebody's NEVER is shortened instead, as long as half of it is left; one
    whose hour is fixed stays, and the show before it ends in time.

    The first of the answer may be `late` itself. Empty when nothing has to change.
    """
    follows = [one for one in occurrences if late.start <= one.start < late.start + timedelta(days=1) and one.key != late.key]
    follows.sort(key=lambda one: (one.start, one.key))
    chain = _Chain(schedule, comfort_rules, timedelta(minutes=changeover))
    chain.add(late, late.start, ends)
    for one in follows:
        chain.follow(one)
    return tuple(replace(shift, reasons=tuple(_reasons(schedule, shift, occurrences, comfort_rules))) for shift in chain.shifts(late, ends))


def apply_shifts(schedule: Schedule, shifts: Sequence[Shift]) -> Schedule:
    """The schedule with the shifts applied."""
    for one in shifts:
        now, minutes = one.occurrence, (one.end - one.start) // MINUTE
        schedule = move_occurrence(schedule, now.airing_id, now.original, one.local, minutes)
    return schedule


class _Chain:
    """The shows of a day in order, each with its new start and end."""

    def __init__(self, schedule: Schedule, comfort_rules: ComfortRules, changeover: timedelta) -> None:
        self._schedule, self._comfort_rules, self._changeover = schedule, comfort_rules, changeover
        self._placed: list[tuple[Occurrence, frozenset[str], datetime, datetime]] = []

    def add(self, one: Occurrence, start: datetime, end: datetime) -> None:
        self._placed.append((one, busy_ids_on(self._schedule, one), start, end))

    def follow(self, one: Occurrence) -> None:
        """Append a show."""
        earliest = self._earliest(one)
        if earliest <= one.start:
            self.add(one, one.start, one.end)
        elif airing_by_id(self._schedule, one.airing_id).fixed:
            self._end_before(one)
            self.add(one, one.start, one.end)
        else:
            start = EPOCH + -(-(earliest - EPOCH) // QUARTER) * QUARTER
            self.add(one, start, self._end_of(one, start))

    def shifts(self, late: Occurrence, ends: datetime) -> Iterator[Shift]:
        for one, _, start, end in self._placed:
            changed = end < ends if one is late else (start, end) != (one.start, one.end)
            if changed:
                local = one.local if start == one.start else wall_of(start, one.local.zone, self._comfort_rules.zones)
                yield Shift(one, start, end, local)

    def _pause(self, before: Occurrence, after: Occurrence) -> timedelta:
        """The pause between two shows: at most as planned."""
        return max(timedelta(), min(self._changeover, after.start - before.end))

    def _earliest(self, one: Occurrence) -> datetime:
        """The earliest start after shows that end later than planned; ignores existing clashes."""
        mine = busy_ids_on(self._schedule, one)
        delayed = [(before, end) for before, theirs, _, end in self._placed if theirs & mine and end > before.end]
        return max((end + self._pause(before, one) for before, end in delayed), default=one.start)

    def _end_of(self, one: Occurrence, start: datetime) -> datetime:
        """The end as planned, or earlier to avoid NEVER hours if at least half of it and 30 minutes remain."""
        planned = one.end - one.start
        if not _meets_never(self._schedule, one, start, start + planned, self._comfort_rules):
            return start + planned
        kept = one.end - start
        enough = kept >= max(SHORTEST, planned / 2) and not _meets_never(self._schedule, one, start, one.end, self._comfort_rules)
        return one.end if enough else start + planned

    def _end_before(self, fixed: Occurrence) -> None:
        """Shorten shows that share people with a fixed one, if enough of them remains."""
        mine = busy_ids_on(self._schedule, fixed)
        for place, (one, theirs, start, end) in enumerate(self._placed):
            latest = fixed.start - self._pause(one, fixed)
            if theirs & mine and end > max(latest, one.end) and latest - start >= SHORTEST:
                self._placed[place] = (one, theirs, start, latest)


def _meets_never(schedule: Schedule, one: Occurrence, start: datetime, end: datetime, comfort_rules: ComfortRules) -> bool:
    return any(_comfort(party, start, end, comfort_rules) is Comfort.NEVER for party in parties_on(schedule, one))


def _comfort(party: Party, start: datetime, end: datetime, comfort_rules: ComfortRules) -> Comfort:
    return fit_of(comfort_line(party, start, end, comfort_rules), start, (end - start) // MINUTE).comfort


def _reasons(schedule: Schedule, shift: Shift, occurrences: Sequence[Occurrence], comfort_rules: ComfortRules) -> Iterator[Finding]:
    one, parties = shift.occurrence, parties_on(schedule, shift.occurrence)

    def said(code: str, level: Level, **data: Fact) -> Finding:
        return Finding(code, level, Subject.AIRING, one.key, data)

    never, worse = _worse_off(shift, parties, comfort_rules)
    for party in never:
        yield said("replan.never", Level.BLOCK, **local_facts(shift.start, party, comfort_rules))
    if worse:
        yield said("replan.worse", Level.WARNING, names=names_of(worse))
    if shift.later_minutes == 0:  # it is on air and can only end
        ends = wall_of(shift.end, one.local.zone, comfort_rules.zones).wall
        yield said("replan.must_end", Level.WARNING, time=f"{ends:%H:%M}", zone=one.local.zone)
    elif shift.shorter_minutes > 0:
        yield said("replan.shorter", Level.INFO, minutes=shift.shorter_minutes)
    for party in parties:
        rest = _lost_rest(schedule, shift, party, occurrences, comfort_rules)
        if rest is not None:
            yield said("replan.rest", Level.WARNING, name=party.name, hours=rounded_hours(rest), wanted=schedule.rest_hours)


def _worse_off(shift: Shift, parties: Sequence[Party], comfort_rules: ComfortRules) -> tuple[list[Party], list[Party]]:
    """(parties that are unavailable, parties with worse hours)."""
    one, minutes = shift.occurrence, (shift.end - shift.start) // MINUTE
    never, worse = [], []
    for party in parties:
        old = fit_of(comfort_line(party, one.start, one.end, comfort_rules), one.start, length_minutes(one))
        new = fit_of(comfort_line(party, shift.start, shift.end, comfort_rules), shift.start, minutes)
        if new.comfort is Comfort.NEVER:
            never.append(party)
        elif new.poor - old.poor > WORTH_TELLING or old.prime - new.prime > WORTH_TELLING:
            worse.append(party)
    return never, worse


def _lost_rest(
    schedule: Schedule, shift: Shift, party: Party, occurrences: Sequence[Occurrence], comfort_rules: ComfortRules
) -> timedelta | None:
    """The rest before the next show, if the shift makes it too short."""
    if party.kind is PartyKind.MARKET:
        return None
    mine = [one for one in occurrences if one.start >= shift.end and party in parties_on(schedule, one)]
    follows = min(mine, key=lambda one: one.start, default=None)
    if follows is None or rest_between(party, shift.occurrence.end, follows.start, schedule.rest_hours, comfort_rules.zones) is not None:
        return None
    return rest_between(party, shift.end, follows.start, schedule.rest_hours, comfort_rules.zones)
