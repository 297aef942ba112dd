"""Formats times, dates and places for readers of a language (CLDR, with babel).

Times are wall times; no function here converts between time zones. `language` and `market` are as in `formats`; `market` also chooses
between the 12- and the 24-hour clock, "" leaves that to the language. Results are cached, because a planner paints hundreds.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_interval, format_time
from babel.units import format_unit

from app.language.formats import counted, locale_of, native_digits

DayStyle = Literal["short", "year", "full", "full_year"]
WeekdayStyle = Literal["narrow", "short", "full"]

_DAY_MINUTES = 24 * 60
_ANY_DAY = date(2026, 1, 1)
_SECONDS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_MANY = 100  # plural in every language
_WEEKDAY_WIDTHS = {"narrow": "narrow", "short": "abbreviated", "full": "wide"}


# --- hours --------------------------------------------------------------------------------------------------------------


def clock(wall: datetime, language: str, *, market: str = "") -> str:
    """Hours and minutes: "8:05 PM", "20:05", "下午8:05"."""
    return _clock(wall.hour * 60 + wall.minute, language, market)


def clock_span(begin: datetime, end: datetime, language: str, *, market: str = "") -> str:
    """A span of times: "8:00 – 10:00 PM", "20:00–22:00". If the end is on another day, use `day_shift`."""
    return _clock_span(begin.hour * 60 + begin.minute, end.hour * 60 + end.minute, language, market)


@lru_cache(maxsize=8 * _DAY_MINUTES)
def _clock(minute: int, language: str, market: str) -> str:
    locale = locale_of(language, market)
    return native_digits(format_time(_at(minute).time(), _clock_pattern(language, market), locale=locale), locale)


@lru_cache(maxsize=2048)
def _clock_span(begin: int, end: int, language: str, market: str) -> str:
    locale = locale_of(language, market)
    first, second = _clock(begin, language, market), _clock(end, language, market)
    skeleton = "hm" if _is_twelve(_clock_pattern(language, market)) else "Hm"
    patterns = locale.interval_formats.get(skeleton, {})
    if begin != end and "B" not in patterns and _half_days(locale) == "a":  # babel cannot compare the day periods of B
        said = native_digits(format_interval(_at(begin), _at(end), skeleton, locale=locale), locale)
        if skeleton == "hm" or said.startswith(first):  # some locales write the times of a span differently
            return said
    both: str = locale.interval_formats[None]
    return both.format(first, second)


def _at(minute: int) -> datetime:
    return datetime(_ANY_DAY.year, _ANY_DAY.month, _ANY_DAY.day, minute // 60, minute % 60)


@lru_cache(maxsize=256)
def _clock_pattern(language: str, market: str) -> str:
    """The locale's pattern, changed to 12 or 24 hours if the market uses the other."""
    locale = locale_of(language, market)
    pattern: str = locale.time_formats["short"].pattern
    if market and locale.territory != market.upper():
        native = _native(market.upper())
        if native is not None and _is_twelve(native.time_formats["short"].pattern) != _is_twelve(pattern):
            pattern = locale.datetime_skeletons["Hm" if _is_twelve(pattern) else "hm"].pattern
    return pattern.replace("a", _half_days(locale))


def _half_days(locale: Locale) -> str:
    """The pattern letters for AM and PM: the long form if the short one is only Latin letters (Korean, Thai)."""
    names = locale.day_periods["format"]
    short, full = names["abbreviated"].get("am", ""), names.get("wide", {}).get("am", "")
    return "aaaa" if full and short.isascii() and not full.isascii() else "a"


def _is_twelve(pattern: str) -> bool:
    return "h" in pattern or "K" in pattern


def _native(territory: str) -> Locale | None:
    """The locale of most people in a country."""
    spoken: Mapping[str, Mapping[str, float]] = get_global("territory_languages").get(territory, {})
    if not spoken:
        return None
    return locale_of(max(spoken, key=lambda tag: spoken[tag]["population_percent"]), territory)


# --- days ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def day(when: date, language: str, *, market: str = "", style: DayStyle = "short") -> str:
    """A date with its weekday: "Fri, Mar 12"; with the year: "Fri, Mar 12, 2027"; in full: "Friday, March 12"; or both."""
    locale = locale_of(language, market)
    skeletons = locale.datetime_skeletons
    if style == "full_year":
        pattern: str = locale.date_formats["full"].pattern
    elif style == "full":
        pattern = (skeletons.get("MMMMEEEEd") or skeletons.get("MMMMEd") or skeletons["MMMEd"]).pattern
        pattern = pattern if "EEEE" in pattern else pattern.replace("E", "EEEE")
        pattern = pattern if "MMMM" in pattern or "LLLL" in pattern else pattern.replace("MMM", "MMMM").replace("LLL", "LLLL")
    else:
        pattern = skeletons["yMMMEd" if style == "year" else "MMMEd"].pattern
    return native_digits(format_date(_plain(when), pattern, locale=locale), locale)


@lru_cache(maxsize=512)
def weekday(when: date, language: str, *, style: WeekdayStyle = "short") -> str:
    """The stand-alone name of a weekday: "Fri", "Friday", "F"."""
    names = locale_of(language).days["stand-alone"][_WEEKDAY_WIDTHS[style]]
    return str(names[when.weekday()])


@lru_cache(maxsize=512)
def month(when: date, language: str) -> str:
    """A month with its year: "March 2027", "2027年3月"."""
    locale = locale_of(language)
    pattern: str = locale.datetime_skeletons["yMMMM"].pattern
    return native_digits(format_date(_plain(when), pattern, locale=locale), locale)


def day_and_clock(wall: datetime, language: str, *, market: str = "", style: DayStyle = "short") -> str:
    """A date and a time of day: "Fri, Mar 12, 8:00 PM", "3月12日周五 20:00"."""
    said = (clock(wall, language, market=market), day(wall.date(), language, market=market, style=style))
    return str(locale_of(language, market).datetime_formats["medium"]).format(*said)


@lru_cache(maxsize=512)
def day_shift(days: int, language: str, *, market: str = "") -> str:
    """The difference in days from the date beside it: "+1 day", "+1天", "−1 Tag"; "" for the same day."""
    return "" if days == 0 else ("+" if days > 0 else "−") + _days(abs(days), language, market)


def _plain(when: date) -> date:
    return when.date() if isinstance(when, datetime) else when


# --- spans --------------------------------------------------------------------------------------------------------------


def countdown(seconds: float, language: str, *, market: str = "") -> str:
    """The time left, in its two largest units: "3 days 4 hr", "2 hr 5 min", "4 min 30 sec"; zero if it has passed."""
    left = max(0, int(seconds))
    parts: list[tuple[int, str]] = []
    for unit, size in _SECONDS:
        parts.append((left // size, unit))
        left %= size
    first = next((number for number, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(
        _counted(count, unit, language, market) for number, (count, unit) in enumerate(parts[first : first + 2]) if count or not number
    )


def duration(minutes: int, language: str, *, market: str = "") -> str:
    """A duration: "1 hr 30 min", "2 hr", "45 min"; hours can exceed a day."""
    parts = ((minutes // 60, "hour"), (minutes % 60, "minute"))
    return " ".join(_counted(count, unit, language, market) for count, unit in parts if count) or _counted(0, "minute", language, market)


@lru_cache(maxsize=4096)
def _counted(count: int, unit: str, language: str, market: str) -> str:
    return _days(count, language, market) if unit == "day" else counted(count, f"duration-{unit}", locale_of(language, market))


def _days(count: int, language: str, market: str) -> str:
    """Days, inflected and always with a number, which Arabic omits for one and two."""
    locale = locale_of(language, market)
    lengths: tuple[Literal["long", "short"], ...] = ("long", "short")
    length = next(one for one in lengths if "duration-" not in format_unit(_MANY, "duration-day", length=one, locale=locale))
    said = format_unit(count, "duration-day", length=length, locale=locale)
    if not any(sign.isdigit() for sign in said):
        said = f"{count} {format_unit(1, 'duration-day', length=length, locale=locale)}"
    return native_digits(said, locale)


# --- places -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def city(zone_key: str, language: str) -> str:
    """The name of a zone's city: "New York", "纽约", "نيويورك"."""
    locale = locale_of(language)
    for key in _names_of(zone_key):
        known = locale.time_zones.get(key, {}).get("city")
        if known:
            return str(known)
    return zone_key.rpartition("/")[2].replace("_", " ")


@lru_cache(maxsize=1024)
def _names_of(zone_key: str) -> tuple[str, ...]:
    """All names of a zone in CLDR's tables, which partly use older names than IANA ("Asia/Calcutta")."""
    aliases: Mapping[str, str] = get_global("zone_aliases")
    canonical = aliases.get(zone_key, zone_key)
    return tuple(dict.fromkeys((zone_key, canonical, *(old for old, new in aliases.items() if new == canonical))))
