"""Availability of people: no one is in two shows at once, and there is a rest after a night show."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.base.zones import Zones
from app.domain.planning.hours.comfort import QUARTER, night_line, quarter_range
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Occurrence, Schedule, parties_on

BREAK_QUARTERS = 8  # shows less than two hours apart are one shift: the break between them is not a rest
BREAK = BREAK_QUARTERS * QUARTER
QUARTERS_AN_HOUR = 4
DEFAULT_HOST = ""  # the id of the host if none is named: there is one studio


def busy_ids(parties: Iterable[Party]) -> frozenset[str]:
    """The ids that cannot be in another show at the same time: people, markets (viewers watch one show), and the default host if none
    is named."""
    known = tuple(parties)
    ids = frozenset(party.id for party in known)
    return ids if any(party.kind is PartyKind.HOST for party in known) else ids | {DEFAULT_HOST}


def busy_ids_on(schedule: Schedule, occurrence: Occurrence) -> frozenset[str]:
    return busy_ids(parties_on(schedule, occurrence))


def unrested_after(end: int, night: bytes, rest_hours: int) -> tuple[int, int]:
    """The starts [low, high) after a show that ends with quarter `end` and leave too little rest. `night` has 1 for quarters of the
    person's night."""
    dark = night.find(1, max(0, end))
    high = end + rest_hours * QUARTERS_AN_HOUR
    return (high, high) if dark < 0 else (min(high, max(end + BREAK_QUARTERS + 1, dark + 1)), high)


def unrested_before(start: int, night: bytes, rest_hours: int) -> tuple[int, int]:
    """The ends [low, high) before a show that starts with quarter `start` and leave too little rest."""
    dark = night.rfind(1, 0, max(0, start))
    low = start - rest_hours * QUARTERS_AN_HOUR + 1
    return (low, low) if dark < 0 else (low, max(low, min(start - BREAK_QUARTERS, dark + 1)))


def rest_between(party: Party, end: datetime, start: datetime, rest_hours: int, zones: Zones) -> timedelta | None:
    """The rest between two shows if it is too short. None if it is enough, no night lies between, or both are one shift."""
    rest = start - end
    if not BREAK < rest < timedelta(hours=rest_hours):
        return None
    return rest if 1 in night_line(party.zone, *quarter_range(end, start), zones) else None


def rounded_hours(span: timedelta) -> float:
    """Hours, rounded to a quarter."""
    return round(span / timedelta(hours=1) * QUARTERS_AN_HOUR) / QUARTERS_AN_HOUR
