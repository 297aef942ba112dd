"""Public holidays, Easter, and dates of lunar calendars.

The libraries are slow to load; `app.calendar.lazy_almanac` loads this module when it is first asked.
"""

import re
from collections.abc import Iterator
from datetime import date

import holidays
from borax.calendars.lunardate import InvalidLunarDateError, LunarDate
from dateutil.easter import easter as easter_sunday
from hijridate import Gregorian, Hijri
from korean_lunar_calendar import KoreanLunarCalendar

from app.calendar.holiday_tables import PublicHoliday

# Where a country's national list lacks days that most people observe, use this part: the one where most viewers live.
PARTS = {"AU": "NSW", "CA": "ON", "GB": "ENG", "MY": "14"}
# Days that people observe although offices are open: Carnival and Corpus Christi in Brazil, Diwali and Holi in India.
CATEGORIES = {"BR": ("public", "optional"), "IN": ("public", "optional")}
YEARS = {"IN": (2001, 2035)}  # outside this range the library has no Hindu festivals, and warns
_LANGUAGES = {"pt_BR": "pt-BR"}  # the others are the language alone
_MARKS = re.compile(r" \((?P<marks>[^()]*)\)$")
_INSTEAD = ("observed", "in lieu")
_SUBSTITUTE = "Alternative holiday for "
_TAKEN_FROM = "substituted from "
_NATIVE_MARK = re.compile(r"\s*[(（][^()（）]*[)）]$")
_KOREAN_UNTIL = 2050


class Almanac:
    """Answers are empty or None beyond the end of a table; nothing is guessed. Caches each country's year. Use it on one thread at a
    time."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[PublicHoliday, ...]] = {}

    def public(self, country: str, year: int) -> tuple[PublicHoliday, ...]:
        """A country's holidays in order ("MY", or "MY-01" for a part of it)."""
        found = self._known.get((country, year))
        if found is None:
            found = self._known[country, year] = tuple(_public_days(country, year))
        return found

    def easter(self, year: int) -> date:
        found: date = easter_sunday(year)
        return found

    def lunar(self, year: int, month: int, day: int) -> date | None:
        """A date of the Chinese calendar, in the year whose new year falls into `year`; None if that month has no such day."""
        try:
            found: date = LunarDate(year, month, day).to_solar_date()
        except InvalidLunarDateError:
            return None
        return found

    def korean(self, year: int, month: int, day: int) -> date | None:
        """As `lunar`, by the Korean calendar."""
        calendar = KoreanLunarCalendar()
        if year > _KOREAN_UNTIL or not calendar.setLunarDate(year, month, day, False):
            return None
        return date.fromisoformat(calendar.SolarIsoFormat())

    def hijri(self, year: int, month: int, day: int) -> tuple[date, ...]:
        """The days of `year` on which an Islamic date falls by Umm al-Qura: none, one or two, because its year is eleven days shorter."""
        return tuple(found for found in _hijri_near(year, month, day) if found.year == year)


def _hijri_near(year: int, month: int, day: int) -> Iterator[date]:
    try:
        begin = Gregorian(year, 1, 1).to_hijri().year
    except OverflowError:  # the table has AH 1343 to 1500
        return
    for hijri_year in range(begin, begin + 3):
        try:
            found = Hijri(hijri_year, month, day).to_gregorian()
        except (OverflowError, ValueError):  # beyond the table's end, or a month without a 30th day
            continue
        yield date(found.year, found.month, found.day)


def _public_days(country: str, year: int) -> Iterator[PublicHoliday]:
    code, _, part = country.partition("-")
    part = part or PARTS.get(code, "")
    try:
        known = holidays.country_holidays(code, subdiv=part or None, expand=False)
    except NotImplementedError:  # the library knows no such country
        return
    first, last = YEARS.get(code, (known.start_year, known.end_year))
    if not first <= year <= last:
        return
    english = _table(code, part, year, "en_US")
    language = english.default_language or ""
    native = _table(code, part, year, language)
    for day in sorted(english):
        own, names = native.get_list(day), english.get_list(day)
        for name in names:
            yield _public_day(day, name, _native_of(name, len(names), own, english), language)


def _table(code: str, part: str, year: int, language: str) -> holidays.HolidayBase:
    categories = CATEGORIES.get(code, ("public",))
    return holidays.country_holidays(code, subdiv=part or None, years=year, language=language or None, categories=categories, expand=False)


def _native_of(name: str, beside: int, own: list[str], english: holidays.HolidayBase) -> str:
    """The country's own name of a day. Of several on one day, it is the one that the library translates to `name`."""
    if beside == 1 and len(own) == 1:
        return own[0]
    return next((one for one in own if english.tr(one) == name), "")


def _public_day(day: date, name: str, native: str, language: str) -> PublicHoliday:
    instead = estimated = False
    marked = _MARKS.search(name)
    marks = tuple(marked["marks"].split(", ")) if marked else ()
    if marked and all(mark in (*_INSTEAD, "estimated") for mark in marks):
        name, native = name[: marked.start()], _NATIVE_MARK.sub("", native)
        instead, estimated = any(mark in _INSTEAD for mark in marks), "estimated" in marks
    elif marked and marked["marks"].startswith(_TAKEN_FROM):
        name, native = name[: marked.start()], _NATIVE_MARK.sub("", native)
    if name.startswith(_SUBSTITUTE):
        name, instead = name.removeprefix(_SUBSTITUTE), True
    tag = _LANGUAGES.get(language, language.split("_", 1)[0])
    return PublicHoliday(day, name, "" if instead else native, tag, instead, estimated)
