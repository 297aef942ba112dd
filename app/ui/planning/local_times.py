"""Local times of parties, as text in the window's language.

The window uses the 24-hour clock in every language, so that no one mistakes morning for evening.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.base.local_time import MINUTE, ClockReading, clock_reading
from app.domain.base.zones import Zones
from app.domain.planning.people.party import Comfort, Party, PartyKind
from app.ui.context import Formats
from app.ui.kit.language import tr

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PartyClock:
    """An instant in local time. `name` is the party or city, `shift` how many days its date is ahead ("+1 day"); `weekday` replaces `day`
    where space is short."""

    party_id: str
    name: str
    hour: str
    day: str
    weekday: str
    shift: str
    offset: str
    zone: str


def time_text(wall: datetime) -> str:
    """The time of day: "20:00"."""
    return f"{wall:%H:%M}"


def offset_text(offset: timedelta) -> str:
    """An offset from UTC: "UTC+5:45"."""
    minutes = offset // MINUTE
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def city_of(zone: str) -> str:
    """The city that a zone's key names, in English: "America/Argentina/Buenos_Aires" → "Buenos Aires"."""
    return zone.rpartition("/")[2].replace("_", " ")


def kind_text(kind: PartyKind) -> str:
    """The text of a role."""
    return {
        PartyKind.MARKET: tr("Party", "Market"),
        PartyKind.HOST: tr("Party", "Host"),
        PartyKind.PARTNER: tr("Party", "Partner"),
        PartyKind.INTERPRETER: tr("Party", "Interpreter"),
        PartyKind.OPERATOR: tr("Party", "Producer"),
        PartyKind.SUPPORT: tr("Party", "Support"),
    }[kind]


def comfort_text(comfort: Comfort, kind: PartyKind) -> str:
    """The text of a comfort level."""
    market = kind is PartyKind.MARKET
    return {
        Comfort.PRIME: tr("Party", "prime time") if market else tr("Party", "preferred"),
        Comfort.FAIR: tr("Party", "acceptable"),
        Comfort.POOR: tr("Party", "asleep") if market else tr("Party", "unsocial hours"),
        Comfort.NEVER: tr("Party", "never") if market else tr("Party", "unavailable"),
    }[comfort]


def party_clock(shown: ClockReading, formats: Formats, language: str, *, name: str = "", party_id: str = "") -> PartyClock:
    """A local time as text; the name defaults to the city."""
    return PartyClock(
        party_id,
        name or formats.city(shown.zone, language),
        time_text(shown.wall),
        formats.day(shown.wall.date(), language),
        formats.weekday(shown.wall.date(), language),
        formats.day_shift(shown.day_shift, language),
        offset_text(shown.offset),
        shown.zone,
    )


def party_clocks(
    instant: datetime, parties: Iterable[Party], zones: Zones, formats: Formats, language: str, *, beside: date
) -> tuple[PartyClock, ...]:
    """An instant in each party's local time; "+1 day" counts from the date `beside`."""
    return tuple(
        party_clock(clock_reading(instant, party.zone, zones, beside=beside), formats, language, name=party.name, party_id=party.id)
        for party in parties
    )
