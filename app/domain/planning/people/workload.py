"""The workload of people and who is next in turn."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.domain.base.local_time import wall_of
from app.domain.base.localized_text import primary
from app.domain.planning.hours.comfort import (
    DAY,
    FAIR,
    QUARTER,
    ComfortLine,
    ComfortRules,
    comfort_line,
    instant_of,
    night_line,
    quarter_range,
)
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Occurrence, Schedule, parties_on

NIGHT = timedelta(minutes=30)  # less work than that between 00:00 and 06:00 is not a night
MINUTE = timedelta(minutes=1)

Workloads = Mapping[str, "Workload"]  # by party id


@dataclass(frozen=True, slots=True)
class Workload:
    """The workload of a person in a span: `nights` are the local mornings after worked nights, in order; `before` counts nights outside
    this schedule; `poor_minutes` are minutes in poor hours, nights included."""

    party_id: str
    shows: int = 0
    minutes: int = 0
    poor_minutes: int = 0
    nights: tuple[date, ...] = ()
    before: int = 0

    @property
    def night_count(self) -> int:
        return len(self.nights) + self.before

    @property
    def longest_run(self) -> int:
        """The most nights in a row."""
        return max((self.run_with(night) for night in self.nights), default=0)

    def run_with(self, night: date) -> int:
        """The length of the run of nights that includes this one."""
        worked = frozenset(self.nights)
        run, day = 1, night - DAY
        while day in worked:
            run, day = run + 1, day - DAY
        day = night + DAY
        while day in worked:
            run, day = run + 1, day + DAY
        return run


def workloads_of(schedule: Schedule, occurrences: Iterable[Occurrence], comfort_rules: ComfortRules) -> dict[str, Workload]:
    """The workload of each person in these dates; markets have none."""
    on: dict[str, list[Occurrence]] = {party.id: [] for party in schedule.parties if party.kind is not PartyKind.MARKET}
    for occurrence in occurrences:
        for party in parties_on(schedule, occurrence):
            if party.id in on:
                on[party.id].append(occurrence)
    return {party.id: _workload(party, on[party.id], comfort_rules) for party in schedule.parties if party.id in on}


def _workload(party: Party, occurrences: Sequence[Occurrence], comfort_rules: ComfortRules) -> Workload:
    poor = 0
    nights: set[date] = set()
    for occurrence in occurrences:
        line = comfort_line(party, occurrence.start, occurrence.end, comfort_rules)
        poor += sum(line.minutes(occurrence.start, length_minutes(occurrence))[2:])
        night = night_of(party, occurrence.start, occurrence.end, line, comfort_rules)
        if night is not None:
            nights.add(night)
    minutes = sum(map(length_minutes, occurrences))
    return Workload(party.id, len(occurrences), minutes, poor, tuple(sorted(nights)), party.nights_before)


def length_minutes(occurrence: Occurrence) -> int:
    """In minutes."""
    return (occurrence.end - occurrence.start) // MINUTE


def night_of(party: Party, start: datetime, end: datetime, line: ComfortLine, comfort_rules: ComfortRules) -> date | None:
    """The morning, on the person's calendar, before which a show is a night of work: half an hour of it at least lies between midnight and
    six and does not suit the person. Who likes to work at night bears nothing."""
    if party.kind is PartyKind.MARKET:
        return None
    first, last = quarter_range(start, end)
    at_night = night_line(party.zone, first, last, comfort_rules.zones)
    levels = line.levels[first - line.first : last - line.first]
    bad = [instant_of(first + number) for number, (level, night) in enumerate(zip(levels, at_night, strict=True)) if night and level > FAIR]
    inside = sum((min(begin + QUARTER, end) - max(begin, start) for begin in bad), timedelta())
    return wall_of(bad[0], party.zone, comfort_rules.zones).wall.date() if inside >= NIGHT else None


def with_nights_before(schedule: Schedule, workloads: Workloads) -> Schedule:
    """The schedule with these nights added to each person's earlier nights."""
    parties = tuple(
        replace(party, nights_before=workloads[party.id].night_count) if party.id in workloads else party for party in schedule.parties
    )
    return replace(schedule, parties=parties)


# --- rotation ------------------------------------------------------------------------------------------------------------

_INTERCHANGEABLE = (PartyKind.INTERPRETER, PartyKind.OPERATOR, PartyKind.SUPPORT)
_SPEAKING = (PartyKind.INTERPRETER, PartyKind.SUPPORT)


def can_replace(party: Party, other: Party) -> bool:
    """Whether `party` can take a turn of `other`: the same work, and for those who speak with viewers all of its languages, whatever the
    region. Nobody can stand in for an interpreter whose languages are not known."""
    if party.kind is not other.kind or party.kind not in _INTERCHANGEABLE:
        return False
    if other.kind is PartyKind.INTERPRETER and not other.languages:
        return False
    return party.kind not in _SPEAKING or {primary(tag) for tag in party.languages} >= {primary(tag) for tag in other.languages}


def whose_turn(parties: Iterable[Party], workloads: Workloads, without: Collection[str] = ()) -> tuple[Party, ...]:
    """In the order in which they should take the next bad hour: who had the fewest nights, the fewest poor minutes, the fewest shows, and
    whose last night is longest ago."""
    return tuple(sorted((party for party in parties if party.id not in without), key=lambda party: _turn(workloads.get(party.id), party)))


def _turn(workload: Workload | None, party: Party) -> tuple[int, int, int, date, str]:
    known = workload or Workload(party.id, before=party.nights_before)
    return known.night_count, known.poor_minutes, known.shows, max(known.nights, default=date.min), party.name
