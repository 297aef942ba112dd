"""Formats amounts, numbers, dates and names for readers of a language (CLDR, with babel).

`language` is a BCP 47 tag ("en", "zh-Hans", "pt-BR"; "zh_CN" works too). `market` adds a country's conventions where CLDR has them: English
in India groups by lakh. An unknown language is formatted like English.
"""

import re
from datetime import date as Date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.numbers import NumberPattern, format_decimal, parse_pattern
from babel.units import format_unit, get_unit_name

from app.domain.base.money import Money, minor_digits

_MANY = 100  # plural in every language

DateStyle = Literal["short", "medium", "long", "full"]

_DECIMALS = re.compile(r"(?<=[0#])\.[0#]+")
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")  # "RM19": CLDR puts a no-break space between them
_LATIN_SYMBOL = re.compile(r"[A-Z]+\$")  # a mark keeps the sign after its letters in right-to-left text: US$, not $US
# For these systems babel uses the symbols but not the digits.
_ZEROS = {"arab": 0x0660, "arabext": 0x06F0, "beng": 0x09E6, "deva": 0x0966, "mymr": 0x1040}


@lru_cache(maxsize=256)
def locale_of(language: str, market: str = "") -> Locale:
    """The CLDR locale that fits best."""
    tag = language.replace("-", "_")
    with_market = (f"{tag}_{market.upper()}",) if market and not _has_territory(tag) else ()
    for candidate in (*with_market, tag, tag.split("_", 1)[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def _has_territory(tag: str) -> bool:
    return any(len(part) == 2 and part.isalpha() for part in tag.split("_")[1:])


def native_digits(text: str, locale: Locale) -> str:
    zero = _ZEROS.get(locale.default_numbering_system)
    return text if zero is None else text.translate({ord("0") + digit: zero + digit for digit in range(10)})


@lru_cache(maxsize=512)
def _money_pattern(locale: Locale, decimals: int) -> NumberPattern:
    pattern: str = locale.currency_formats["standard"].pattern
    places = "." + "0" * decimals if decimals else ""
    return parse_pattern(_DECIMALS.sub(places, pattern))


def _decimals(amount: Money) -> int:
    """The currency's decimals; none for whole amounts where people write no decimals (rupiah, Taiwan dollars)."""
    digits = minor_digits(amount.currency)
    known: tuple[int, int, int, int] | None = get_global("currency_fractions").get(amount.currency)
    habit = digits if known is None else known[2]
    return 0 if habit == 0 and amount.minor % 10**digits == 0 else digits


@lru_cache(maxsize=4096)  # lists show the same prices repeatedly
def money(amount: Money, language: str, *, market: str = "") -> str:
    """An amount with its currency, exact to the minor unit: "$19.99", "19,99 €", "R$ 19,99"."""
    locale = locale_of(language, market)
    pattern = _money_pattern(locale, _decimals(amount))
    text = pattern.apply(amount.amount, locale, currency=amount.currency, currency_digits=False, numbering_system="default")
    text = _LETTER_BY_DIGIT.sub("\u00a0", text)
    if locale.text_direction == "rtl":
        text = _LATIN_SYMBOL.sub("\\g<0>\u200e", text)
    return native_digits(text, locale)


def number(value: int | float | Decimal, language: str, *, market: str = "", decimals: int | None = None) -> str:
    """A grouped number. `decimals` fixes the decimal places; None = as many as the value has, at most three."""
    locale = locale_of(language, market)
    if decimals is None:
        return native_digits(format_decimal(value, locale=locale, numbering_system="default"), locale)
    places = "." + "0" * decimals if decimals else ""
    pattern = _DECIMALS.sub(places, locale.decimal_formats[None].pattern)
    return native_digits(format_decimal(value, format=pattern, locale=locale, numbering_system="default"), locale)


def percent(value: float, language: str, *, market: str = "") -> str:
    """`value` per cent, with one decimal if needed: 12.5 → "12.5%"."""
    locale = locale_of(language, market)
    pattern = parse_pattern(_with_decimal(locale.percent_formats[None].pattern))
    text = pattern.apply(Decimal(str(value)) / 100, locale, numbering_system="default")
    return native_digits(text, locale)


def _with_decimal(pattern: str) -> str:
    return re.sub(r"0(?![\d#.,])", "0.#", pattern, count=1)


def minutes(count: int, language: str, *, market: str = "") -> str:
    """ "5 min", "5分钟"."""
    return counted(count, "duration-minute", locale_of(language, market))


def duration(seconds: float, language: str, *, market: str = "") -> str:
    """The two largest non-zero units: "1 hr 5 min", "45 sec"; negative values start with a minus."""
    locale, left = locale_of(language, market), round(abs(seconds))
    hours, left = divmod(left, 3600)
    whole_minutes, left = divmod(left, 60)
    parts = ((hours, "duration-hour"), (whole_minutes, "duration-minute"), (left, "duration-second"))
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    said = " ".join(counted(count, unit, locale) for index, (count, unit) in enumerate(parts[first : first + 2]) if count or index == 0)
    return f"−{said}" if seconds <= -0.5 else said


def counted(count: int, unit: str, locale: Locale) -> str:
    """A number of units, abbreviated. Where babel lacks the singular ("1 horas"), the plural pattern is used, because few of them
    inflect."""
    sized = count if format_unit(count, unit, length="short", locale=locale) != f"{count} {get_unit_name(unit, 'short', locale)}" else _MANY
    said = format_unit(sized, unit, length="short", locale=locale)
    return native_digits(said.replace(str(sized), format_decimal(count, locale=locale, numbering_system="default"), 1), locale)


def date(day: Date, language: str, *, market: str = "", style: DateStyle = "medium") -> str:
    """ "22 Nov 2026", "2026年11月22日"."""
    locale = locale_of(language, market)
    return native_digits(format_date(day, style, locale=locale), locale)


def language_name(tag: str, language: str) -> str:
    """The name of the language `tag` in `language`; the tag itself if it has no name."""
    try:
        known = Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return tag
    return known.get_display_name(locale_of(language)) or tag


def territory_name(code: str, language: str) -> str:
    """The name of a country (ISO 3166-1 alpha-2) in `language`; the code itself if it has no name."""
    name: str = locale_of(language).territories.get(code.upper(), code)
    return name
