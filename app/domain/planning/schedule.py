"""The schedule: planned airings, single or series, as wall times of their zones.

A wall time survives a time zone update, an instant does not. So the schedule stores wall time, zone, the version of the time zone data, and
its offsets (`ZoneTable`), to find out what an update moved. A series keeps the wall time of its zone (RFC 5545 §3.3.10); `app.calendar`
computes its dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from app.domain.base.errors import AppError
from app.domain.base.id_list import element_by_id, first_duplicate
from app.domain.base.local_time import Existence, LocalTime
from app.domain.base.localized_text import LocalizedText
from app.domain.planning.people.party import Party, Priorities

MINUTES_BOUNDS = (5, 24 * 60)
DEFAULT_MINUTES = 120
SNAP = timedelta(minutes=15)  # zones with :45 fit too


class ScheduleError(AppError):
    """The schedule is inconsistent, or an id or rule is invalid; `data` has details."""


@dataclass(frozen=True, slots=True)
class DateOverride:
    """One date of a series that is not as its rule says: `original` is the wall time by the rule (RFC 5545's RECURRENCE-ID), `start` the
    new one, None = called off; `minutes` 0 = as long as the others; `party_ids` who it is for and who makes it, none = as the others."""

    original: datetime
    start: LocalTime | None
    minutes: int = 0
    party_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatsNew:
    """The news of a show. Reminders include at least one of them."""

    product: LocalizedText = field(default_factory=dict)
    offer: LocalizedText = field(default_factory=dict)
    guest: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Naming:
    """What an airing's dates are called (`date_names`) where they had their names before it was what it is: `series` replaces its id,
    their wall times are `shift` minutes later than their names say, and `first` is the name of a single show or of the first date."""

    series: str = ""
    shift: int = 0
    first: str = ""


@dataclass(frozen=True, slots=True)
class Airing:
    """One planned show, or a series of them when `rule` (an RRULE value, "FREQ=WEEKLY;BYDAY=FR") is not empty.

    `party_ids` are the markets it is for and the people who make it. `fixed`: an optimisation does not move it.
    `titles` are its titles in other languages, for announcements.
    """

    id: str
    title: str
    start: LocalTime
    minutes: int = DEFAULT_MINUTES
    rule: str = ""
    moves: tuple[DateOverride, ...] = ()
    party_ids: tuple[str, ...] = ()
    whats_new: WhatsNew = WhatsNew()
    note: str = ""
    fixed: bool = False
    titles: LocalizedText = field(default_factory=dict)
    naming: Naming = Naming()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of an airing. For a date of a `series`, `original` is its wall time by the rule;
    `start` and `end` are instants in UTC. `existence`: the wall time is skipped or repeated, and RFC 5545's reading of it was taken.
    `party_ids` are those of this date, where they are not the airing's."""

    airing_id: str
    original: datetime
    local: LocalTime
    start: datetime
    end: datetime
    existence: Existence = Existence.ONCE
    moved: bool = False
    series: bool = False
    party_ids: tuple[str, ...] = ()
    name: str = ""  # by its airing's naming, where that has one

    @property
    def key(self) -> str:
        """Its permanent name, which moves of the date or its series do not change: "ID@2027-03-12T20:00", "ID" for a single show."""
        return self.name or (f"{self.airing_id}@{self.original.isoformat(timespec='minutes')}" if self.series else self.airing_id)


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """A zone's offsets in one edition of the rules: (start in UTC milliseconds, minutes ahead of UTC), in order."""

    zone: str
    offsets: tuple[tuple[int, int], ...]


class TaskKind(Enum):
    """Kinds of tasks before a festival or show."""

    STOCK = "stock"
    TRANSLATION = "translation"
    PERMIT = "permit"
    CONFIRM_14 = "confirm_14"
    CONFIRM_7 = "confirm_7"
    INTERPRETER = "interpreter"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class FestivalChange:
    """A user's change of a festival in a year: another date, or hidden (`day` None)."""

    market_id: str
    festival: str
    year: int
    day: date | None


@dataclass(frozen=True, slots=True)
class ShowReminder:
    """A message to viewers who set a reminder for a date, sent `minutes_before` it. `texts` are by language; `apart` has other minutes for
    languages in quiet hours."""

    id: str
    occurrence: str  # Occurrence.key
    minutes_before: int
    texts: LocalizedText = field(default_factory=dict)
    sent_ms: int = 0  # when it was sent to the room, 0 = not yet
    apart: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_minutes(self) -> tuple[int, ...]:
        """All minutes before the show at which it is sent, the earliest first."""
        said = {self.apart.get(language, self.minutes_before) for language in self.texts}
        return tuple(sorted(said or {self.minutes_before}, reverse=True))


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule in a show file. `host_zone` is the host's zone, "" = the PC's; `done` are ids of completed tasks; `quiet_hours`
    are local hours (begin, end, "HH:MM") without reminders."""

    tzdata: str = ""
    zone_tables: tuple[ZoneTable, ...] = ()
    host_zone: str = ""
    airings: tuple[Airing, ...] = ()
    parties: tuple[Party, ...] = ()
    priorities: Priorities = Priorities()
    rest_hours: int = 11
    festival_changes: tuple[FestivalChange, ...] = ()
    done: tuple[str, ...] = ()
    reminders: tuple[ShowReminder, ...] = ()
    quiet_hours: tuple[str, str] = ("22:00", "08:00")


def airing_by_id(schedule: Schedule, airing_id: str) -> Airing:
    """Raises ScheduleError if it does not exist."""
    return element_by_id(schedule.airings, airing_id, ScheduleError("schedule.no_airing", airing=airing_id))


def party_by_id(schedule: Schedule, party_id: str) -> Party:
    """Raises ScheduleError if it does not exist."""
    return element_by_id(schedule.parties, party_id, ScheduleError("schedule.no_party", party=party_id))


def parties_of(schedule: Schedule, airing: Airing) -> tuple[Party, ...]:
    """The participants of an airing, in schedule order."""
    wanted = frozenset(airing.party_ids)
    return tuple(party for party in schedule.parties if party.id in wanted)


def parties_on(schedule: Schedule, occurrence: Occurrence) -> tuple[Party, ...]:
    """The participants of a date, in schedule order. Raises ScheduleError if its airing is gone."""
    wanted = frozenset(occurrence.party_ids or airing_by_id(schedule, occurrence.airing_id).party_ids)
    return tuple(party for party in schedule.parties if party.id in wanted)


def check_schedule(schedule: Schedule, before: Schedule | None = None) -> None:
    """Raise ScheduleError at the first inconsistency. Skips airings unchanged since `before`."""
    _distinct("airing", tuple(airing.id for airing in schedule.airings))
    _distinct("party", tuple(party.id for party in schedule.parties))
    known = frozenset(party.id for party in schedule.parties)
    looked_at = frozenset(map(id, before.airings)) if before is not None and before.parties is schedule.parties else frozenset()
    for airing in schedule.airings:
        if id(airing) not in looked_at:
            _check_airing(airing, known)
    for party in schedule.parties:
        _check_party(party)


def _check_airing(airing: Airing, party_ids: frozenset[str]) -> None:
    low, high = MINUTES_BOUNDS
    if not low <= airing.minutes <= high or any(move.minutes and not low <= move.minutes <= high for move in airing.moves):
        raise ScheduleError("schedule.minutes", title=airing.title, minimum=low, maximum=high)
    for party_id in (*airing.party_ids, *(one for move in airing.moves for one in move.party_ids)):
        if party_id not in party_ids:
            raise ScheduleError("schedule.no_party", party=party_id, title=airing.title)


def _check_party(party: Party) -> None:
    if party.weight < 0:
        raise ScheduleError("schedule.weight", party=party.name)
    for hours in party.hours:
        if not 0 <= hours.begin < hours.end <= hours.begin + 24 * 60 or hours.begin >= 24 * 60:
            raise ScheduleError("schedule.hours", party=party.name)
    for away in party.away:
        if away.last < away.first:
            raise ScheduleError("schedule.away", party=party.name)


def _distinct(kind: str, ids: tuple[str, ...]) -> None:
    again = first_duplicate(ids)
    if again is not None:
        raise ScheduleError("show.duplicate_id", kind=kind, id=again)
