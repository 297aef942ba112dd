"""Rules for the dates of festivals, as readable text: "11-11", "fourth thursday of november + 1", "hijri 9-1".

The rules are data (resources/calendar); `app.calendar` computes their days.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.errors import AppError
from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.market import Confidence
from app.domain.planning.festival import DayKind

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
NUMBERS = ("first", "second", "third", "fourth", "last")
LAST = -1


class FestivalRuleError(AppError):
    """The text is not a valid rule; `data` has `rule`."""


class Basis(Enum):
    """The basis of a rule."""

    DATE = "date"  # "11-11"
    WEEKDAY = "weekday"  # "last sunday of may"
    FROM = "from"  # "wednesday from 01-06": the first one on or after that day
    EASTER = "easter"  # of the western churches
    LUNAR = "lunar"  # "lunar 8-15": the Chinese calendar's months, leap months left out
    KOREAN = "korean"  # the Korean calendar, which differs by a day in some years
    HIJRI = "hijri"  # "hijri 10-1": Umm al-Qura
    FESTIVAL = "of"  # "of diwali - 2": another festival of the same market
    PUBLIC = "public"  # "public: Korean New Year", "public MY-01: Beginning of Ramadan": a name in the table of public holidays
    DATES = "dates"  # announced year by year


@dataclass(frozen=True, slots=True)
class DayRule:
    """One rule taken apart: `month` and `day` of the calendar that `basis` names, ISO `weekday`, `nth` of the month (-1 = the last), `name`
    of a festival or public holiday, `country` and its part for a foreign table ("MY-01"), `shift` in days."""

    basis: Basis
    month: int = 0
    day: int = 0
    weekday: int = 0
    nth: int = 0
    name: str = ""
    country: str = ""
    shift: int = 0


@dataclass(frozen=True, slots=True)
class FestivalRule:
    """A festival of all years. `markets`: where it is kept, none = wherever its `matches` stand in the table of public holidays.

    `rule` "" = the days that the table has under one of `matches`; with a rule, days of the table that lie beside it are a part of it.
    It lasts `days`, or to the first day that `until` gives. `dates` are ISO days ("2025-07-08", or "2025-07-08/4" for four of them).
    `tasks`: how many days before it each has to be done, by a schedule.TaskKind's value. `estimated`: may fall a day earlier or later.
    """

    key: str
    name: LocalizedText
    markets: tuple[str, ...] = ()
    kind: DayKind = DayKind.PUBLIC
    matches: tuple[str, ...] = ()
    rule: str = ""
    until: str = ""
    days: int = 1
    dates: tuple[str, ...] = ()
    estimated: bool = False
    caution: bool = False
    prime_time: tuple[str, str] | None = None
    tone: LocalizedText = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    reviewed_on: str = ""
    confidence: Confidence = Confidence.MEDIUM


_SHIFT = re.compile(r"(?P<base>.*?)(?: (?P<sign>[+-]) (?P<days>\d{1,3}))?")
_DATE = re.compile(r"(\d{1,2})-(\d{1,2})")
_WEEKDAY = re.compile(rf"({'|'.join(NUMBERS)}) ({'|'.join(WEEKDAYS)}) of ({'|'.join(MONTHS)})")
_FROM = re.compile(rf"({'|'.join(WEEKDAYS)}) from (\d{{1,2}})-(\d{{1,2}})")
_MOON = re.compile(r"(lunar|korean|hijri) (\d{1,2})-(\d{1,2})")
_FESTIVAL = re.compile(r"of ([a-z0-9_]+)")
_PUBLIC = re.compile(r"public(?: ([A-Z]{2}(?:-\w+)?))?: (.+)")
_PLAIN = {"easter": Basis.EASTER, "dates": Basis.DATES}


def parse_day_rule(text: str) -> DayRule:
    """Raises FestivalRuleError for anything else than one of the forms that Basis shows, each with or without " + 3" or " - 3"."""
    split = _SHIFT.fullmatch(text)
    assert split is not None  # its first group takes anything
    shift = int(split["days"] or 0) * (-1 if split["sign"] == "-" else 1)
    rule = _plain(split["base"], shift) or _named(split["base"], shift)
    if rule is None:
        raise FestivalRuleError("festivals.rule", rule=text)
    return rule


def _plain(base: str, shift: int) -> DayRule | None:
    """Parse rules of the Gregorian calendar."""
    if base in _PLAIN:
        return DayRule(_PLAIN[base], shift=shift)
    if found := _DATE.fullmatch(base):
        return _with_date(Basis.DATE, found[1], found[2], shift)
    if found := _WEEKDAY.fullmatch(base):
        nth = LAST if found[1] == "last" else NUMBERS.index(found[1]) + 1
        return DayRule(Basis.WEEKDAY, month=MONTHS.index(found[3]) + 1, weekday=WEEKDAYS.index(found[2]) + 1, nth=nth, shift=shift)
    if found := _FROM.fullmatch(base):
        return _with_date(Basis.FROM, found[2], found[3], shift, WEEKDAYS.index(found[1]) + 1)
    return None


def _named(base: str, shift: int) -> DayRule | None:
    """Parse rules of other calendars and rules relative to another day."""
    if found := _MOON.fullmatch(base):
        return _with_date(Basis(found[1]), found[2], found[3], shift)
    if found := _FESTIVAL.fullmatch(base):
        return DayRule(Basis.FESTIVAL, name=found[1], shift=shift)
    if found := _PUBLIC.fullmatch(base):
        return DayRule(Basis.PUBLIC, country=found[1] or "", name=found[2], shift=shift)
    return None


def _with_date(basis: Basis, month: str, day: str, shift: int, weekday: int = 0) -> DayRule | None:
    longest = 31 if basis in (Basis.DATE, Basis.FROM) else 30
    if not 1 <= int(month) <= 12 or not 1 <= int(day) <= longest:
        return None
    return DayRule(basis, month=int(month), day=int(day), weekday=weekday, shift=shift)
