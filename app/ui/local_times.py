"""Hours and days as the window's reader is used to them, and what an instant is on the clocks of everybody whom it concerns."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QLocale

from app.domain.local_time import MINUTE, Shown, shown_in
from app.domain.party import Party, PartyKind
from app.domain.zones import Zones
from app.ui.language import tr

DAY = timedelta(days=1)
HOUR_S = 3600
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class LocalLine:
    """An instant as one place's clocks show it, in words; `name` is whose clocks they are."""

    party_id: str
    name: str
    hour: str
    day: str
    shift: str
    offset: str
    zone: str


def hour_words(wall: datetime) -> str:
    """The hour of the day: "20:00"."""
    return f"{wall:%H:%M}"


def weekday_words(day: date, language: str, *, whole: bool = False) -> str:
    """A day of the week: "Fri", with `whole` "Friday"."""
    form = QLocale.FormatType.LongFormat if whole else QLocale.FormatType.ShortFormat
    return QLocale(language).standaloneDayName(day.isoweekday(), form)


def day_words(day: date, language: str) -> str:
    """A day with its weekday, short: "Fri 27 Nov", "11月27日 周五"."""
    return _written(day, language, tr("Time", "ddd d MMM"))


def long_day_words(day: date, language: str) -> str:
    """A day in full: "Friday 27 November 2026"."""
    return _written(day, language, tr("Time", "dddd d MMMM yyyy"))


def month_words(day: date, language: str) -> str:
    """A month: "November 2026"."""
    return _written(day, language, tr("Time", "MMMM yyyy"))


def _written(day: date, language: str, form: str) -> str:
    return QLocale(language).toString(QDate(day.year, day.month, day.day), form)


def shift_words(days: int) -> str:
    """How many days another date is away: "", "+1 day", "−1 day"."""
    if not days:
        return ""
    number = f"{'+' if days > 0 else '−'}{abs(days)}"
    return tr("Time", "{number} day", number=number) if abs(days) == 1 else tr("Time", "{number} days", number=number)


def offset_words(offset: timedelta) -> str:
    """How far clocks are ahead of UTC: "UTC+5:45"."""
    minutes = offset // MINUTE
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def length_words(minutes: int) -> str:
    """A length: "2 h", "1 h 30 min", "45 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return tr("Time", "{minutes} min", minutes=rest)
    return tr("Time", "{hours} h {minutes} min", hours=hours, minutes=rest) if rest else tr("Time", "{hours} h", hours=hours)


def until_words(seconds: float) -> str:
    """How long it is until something: in days from two days on, to the second in the last hour."""
    whole = max(0, round(seconds))
    if whole >= 2 * DAY_S:
        return tr("Time", "in {days} days", days=whole // DAY_S)
    if whole >= HOUR_S:
        return tr("Time", "in {hours} h {minutes} min", hours=whole // HOUR_S, minutes=whole % HOUR_S // 60)
    return tr("Time", "in {time}", time=f"{whole // 60}:{whole % 60:02d}")


def city_of(zone: str) -> str:
    """The city that a zone's key names, in English: "America/Argentina/Buenos_Aires" → "Buenos Aires"."""
    return zone.rpartition("/")[2].replace("_", " ")


def kind_words(kind: PartyKind) -> str:
    """What somebody is to the show."""
    return {
        PartyKind.MARKET: tr("Party", "Market"),
        PartyKind.HOST: tr("Party", "Host"),
        PartyKind.PARTNER: tr("Party", "Partner"),
        PartyKind.INTERPRETER: tr("Party", "Interpreter"),
        PartyKind.OPERATOR: tr("Party", "Operator"),
        PartyKind.SUPPORT: tr("Party", "Support"),
    }[kind]


def line_of(shown: Shown, language: str, *, name: str = "", party_id: str = "") -> LocalLine:
    """What clocks show, in words."""
    return LocalLine(
        party_id,
        name or city_of(shown.zone),
        hour_words(shown.wall),
        day_words(shown.wall.date(), language),
        shift_words(shown.day_shift),
        offset_words(shown.offset),
        shown.zone,
    )


def lines_of(instant: datetime, parties: Iterable[Party], zones: Zones, language: str, *, beside: date) -> tuple[LocalLine, ...]:
    """An instant on each party's clocks; "+1 day" counts from the date `beside`."""
    return tuple(
        line_of(shown_in(instant, party.zone, zones, beside=beside), language, name=party.name, party_id=party.id) for party in parties
    )
