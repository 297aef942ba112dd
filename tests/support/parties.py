"""Short constructors for the markets, people and shows of a plan."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import LocalTime
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from tests.support.occurrences import all_occurrences

ZONES = load_zones()
FAR = timedelta(days=4000)


def utc(text: str) -> datetime:
    """Return the instant of UTC text such as "2027-03-12T20:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    """Return the instant of this local time in a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONES.zone(zone)).astimezone(UTC)


def wall(instant: datetime, zone: str) -> str:
    """Return a zone's local time at an instant."""
    return f"{instant.astimezone(ZONES.zone(zone)):%Y-%m-%dT%H:%M}"


def market(party_id: str, zone: str, market_id: str = "", **more: object) -> Party:
    return Party(party_id, party_id.title(), PartyKind.MARKET, zone, market_id, **more)  # type: ignore[arg-type]


def person(party_id: str, zone: str = "Asia/Shanghai", kind: PartyKind = PartyKind.OPERATOR, **more: object) -> Party:
    return Party(party_id, party_id.title(), kind, zone, **more)  # type: ignore[arg-type]


def airing(airing_id: str, start: str, zone: str, parties: Iterable[str] = (), minutes: int = 120, **more: object) -> Airing:
    begin = LocalTime(datetime.fromisoformat(start), zone)
    return Airing(airing_id, airing_id.title(), begin, minutes, party_ids=tuple(parties), **more)  # type: ignore[arg-type]


def dates_of(schedule: Schedule) -> tuple[Occurrence, ...]:
    """Return all dates of a plan without endless series."""
    return all_occurrences(schedule.airings, utc("2027-01-01") - FAR, utc("2027-01-01") + FAR, ZONES)
