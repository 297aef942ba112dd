"""What an instant is on the clocks of everybody whom it concerns, in words of the window's language.

The window counts hours from 0 to 24 in every language: whoever plans nights for others must not read a morning for an evening.
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
    """An instant as one place's clocks show it; `name` is whose clocks they are, `shift` how many days its date is ahead ("+1 day"),
    `weekday` stands for `day` where there is little room."""

    party_id: str
    name: str
    hour: str
    day: str
    weekday: str
    shift: str
    offset: str
    zone: str


def time_text(wall: datetime) -> str:
    """The hour of the day: "20:00"."""
    return f"{wall:%H:%M}"


def offset_text(offset: timedelta) -> str:
    """How far clocks are ahead of UTC: "UTC+5:45"."""
    minutes = offset // MINUTE
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def city_of(zone: str) -> str:
    """The city that a zone's key names, in English: "America/Argentina/Buenos_Aires" → "Buenos Aires"."""
    return zone.rpartition("/")[2].replace("_", " ")


def kind_text(kind: PartyKind) -> str:
    """What somebody is to the show."""
    return {
        PartyKind.MARKET: tr("Party", "Market"),
        PartyKind.HOST: tr("Party", "Host"),
        PartyKind.PARTNER: tr("Party", "Partner"),
        PartyKind.INTERPRETER: tr("Party", "Interpreter"),
        PartyKind.OPERATOR: tr("Party", "Producer"),
        PartyKind.SUPPORT: tr("Party", "Support"),
    }[kind]


def comfort_text(comfort: Comfort, kind: PartyKind) -> str:
    """How an hour suits somebody."""
    market = kind is PartyKind.MARKET
    return {
        Comfort.PRIME: tr("Party", "prime time") if market else tr("Party", "preferred"),
        Comfort.FAIR: tr("Party", "acceptable"),
        Comfort.POOR: tr("Party", "asleep") if market else tr("Party", "unsocial hours"),
        Comfort.NEVER: tr("Party", "never") if market else tr("Party", "unavailable"),
    }[comfort]


def party_clock(shown: ClockReading, formats: Formats, language: str, *, name: str = "", party_id: str = "") -> PartyClock:
    """What clocks show, in words; without a name those of their city."""
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
    """An instant on each party's clocks; "+1 day" counts from the date `beside`."""
    return tuple(
        party_clock(clock_reading(instant, party.zone, zones, beside=beside), formats, language, name=party.name, party_id=party.id)
        for party in parties
    )
