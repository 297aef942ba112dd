"""Who is needed where: nobody is in two shows at once, and after a show into the night one sleeps before the next."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.base.zones import Zones
from app.domain.planning.hours.comfort import QUARTER, night_line, quarter_range
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Occurrence, Schedule, parties_on

BREAK_QUARTERS = 8  # shows less than two hours apart are one turn of work: what is between them is no rest
BREAK = BREAK_QUARTERS * QUARTER
QUARTERS_AN_HOUR = 4
DEFAULT_HOST = ""  # who hosts where nobody is named: a desk has one studio


def busy_ids(parties: Iterable[Party]) -> frozenset[str]:
    """The ids of all who cannot be in another show meanwhile: people, the desk's own host where none is named, and markets, whose viewers
    cannot watch two."""
    known = tuple(parties)
    ids = frozenset(party.id for party in known)
    return ids if any(party.kind is PartyKind.HOST for party in known) else ids | {DEFAULT_HOST}


def busy_ids_on(schedule: Schedule, occurrence: Occurrence) -> frozenset[str]:
    return busy_ids(parties_on(schedule, occurrence))


def unrested_after(end: int, night: bytes, rest_hours: int) -> tuple[int, int]:
    """The begins [low, high) after a show that ends with quarter `end` that leave less than a night's rest. `night` is 1 in quarters that
    are night for the person; places in it are quarters here."""
    dark = night.find(1, max(0, end))
    high = end + rest_hours * QUARTERS_AN_HOUR
    return (high, high) if dark < 0 else (min(high, max(end + BREAK_QUARTERS + 1, dark + 1)), high)


def unrested_before(start: int, night: bytes, rest_hours: int) -> tuple[int, int]:
    """The ends [low, high) before a show that begins with quarter `start` that leave less than a night's rest."""
    dark = night.rfind(1, 0, max(0, start))
    low = start - rest_hours * QUARTERS_AN_HOUR + 1
    return (low, low) if dark < 0 else (low, max(low, min(start - BREAK_QUARTERS, dark + 1)))


def rest_between(party: Party, end: datetime, start: datetime, rest_hours: int, zones: Zones) -> timedelta | None:
    """How long somebody rests between the end of a show and the start of the next when that is less than a night's rest; None when it is
    enough, no night lies between, or both are one turn of work."""
    rest = start - end
    if not BREAK < rest < timedelta(hours=rest_hours):
        return None
    return rest if 1 in night_line(party.zone, *quarter_range(end, start), zones) else None


def rounded_hours(span: timedelta) -> float:
    """Rounded to a quarter, as plans are."""
    return round(span / timedelta(hours=1) * QUARTERS_AN_HOUR) / QUARTERS_AN_HOUR
