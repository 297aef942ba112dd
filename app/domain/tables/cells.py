"""Reads cells as people write them: numbers, amounts, choices, times."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from typing import TypeVar

from app.domain.base.currencies import meant_by
from app.domain.base.folding import folded
from app.domain.base.money import Money, MoneyError, minor_digits, parse_amount
from app.domain.tables.cell_numbers import LONGEST, CellFormat, day_first_of
from app.domain.tables.table import CellError

E = TypeVar("E", bound=Enum)

YES = frozenset({"yes", "y", "true", "1", "x", "✓", "是", "有", "si", "oui", "ja", "sim"})
NO = frozenset({"no", "n", "false", "0", "", "-", "否", "无", "non", "nein", "nao"})

_PLAIN = CellFormat()
_BARE = "0123456789., '"
_NUMBER = re.compile(r"[-+−]?[\d., '\u00a0\u202f]*\d")
_COUNT = re.compile(r"(\d[\d.,' \u00a0\u202f]*)\s?[^\W\d_]{0,12}\.?")
_CLOCK_FORMS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_YEAR_FIRST = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %b %Y",
    "%b %d %Y",
    "%d %B %Y",
    "%B %d %Y",
    "%b-%d-%y",
    "%d-%b-%y",
    "%b-%d-%Y",
    "%d-%b-%Y",
)
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")


def money_text(money: Money | None) -> str:
    """ "19.99 USD"; "" for nothing."""
    return "" if money is None else f"{money.amount:.{minor_digits(money.currency)}f} {money.currency}"


def written_currency(text: str) -> tuple[str, ...]:
    """The currencies that the words around a number may mean, () = there are none. Raises CellError for other words."""
    if text[-1:].isdigit() and not text.strip(_BARE):
        return ()  # a number alone, like most cells
    number = _NUMBER.search(text) if len(text) <= LONGEST else None
    if number is None:
        raise CellError("table.amount", text=text)
    around = [part for part in (text[: number.start()].strip(), text[number.end() :].strip()) if part]
    meant = [meant_by(part) for part in around]
    if not all(meant):
        raise CellError("table.amount", text=text)
    one_code = [codes for codes in meant if len(codes) == 1]
    if len(one_code) > 1 and one_code[0] != one_code[1]:
        raise CellError("table.amount", text=text)
    return (one_code or meant or [()])[0]


def currency_sign(text: str) -> str:
    """The words around a number, for a question about them."""
    number = _NUMBER.search(text) if len(text) <= LONGEST else None
    return " ".join((text[: number.start()] + " " + text[number.end() :]).split()) if number is not None else ""


def money_of(text: str, currency: str, reading: CellFormat = _PLAIN) -> Money:
    """ "19.99", "$19.99", "19,99 EUR", "R$ 10". `currency` is used if none is written ("" = one is required), and to tell which dollar "$"
    means.

    Raises CellError, "table.which_currency" if a sign is ambiguous.
    """
    meant = written_currency(text)
    sign = currency_sign(text)
    code = currency if currency in meant else meant[0] if len(meant) == 1 else reading.signs.get(sign, "") if meant else currency
    if meant and not code:
        raise CellError("table.which_currency", text=text, sign=sign)
    if not code:
        raise CellError("table.currency", text=text)
    number = _NUMBER.search(text)
    try:
        money = parse_amount(number[0] if number is not None else "", code, decimal=reading.decimal)
    except MoneyError as error:
        raise CellError("table.amount", text=text) from error
    if money.minor < 0:
        raise CellError("table.negative", text=text)
    return money


def count_of(text: str, reading: CellFormat = _PLAIN) -> int:
    """A whole number of zero or more: "1,200", "1 200", "1200.0", "12 pcs". Raises CellError."""
    found = _COUNT.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        raise CellError("table.count", text=text)
    digits = re.sub(r"[\s'\u00a0\u202f]", "", found[1])
    if reading.decimal:
        digits = digits.replace("," if reading.decimal == "." else ".", "").replace(reading.decimal, ".")
        digits = re.sub(r"\.0*$", "", digits)
    else:
        digits = re.sub(r"[.,](?=\d{3}(\D|$))", "", digits)
        digits = re.sub(r"[.,]0+$", "", digits)
    if not re.fullmatch(r"\d{1,12}", digits):
        raise CellError("table.count", text=text)
    return int(digits)


def number_of(text: str) -> float:
    """A number of zero or more, with or without a per cent sign. Raises CellError."""
    try:
        number = float(text[: LONGEST + 1].strip().rstrip("%％").strip().replace(",", "."))
    except ValueError as error:
        raise CellError("table.number", text=text) from error
    if not 0 <= number < 1e9:
        raise CellError("table.number", text=text)
    return number


def number_text(number: float) -> str:
    return f"{number:.10g}"


def seconds_of(text: str) -> int:
    """A duration in minutes ("5", "7.5 min") or as "m:ss" or "h:mm:ss". Raises CellError."""
    parts = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,6}):(\d{2})", text.strip())
    if parts is not None:
        return int(parts[1] or 0) * 3600 + int(parts[2]) * 60 + int(parts[3])
    bare = re.sub(r"(?i)\s*(minutes|minutos|minuten|min\.?|m|分钟|分)$", "", text.strip())
    return round(number_of(bare) * 60)


def seconds_text(seconds: int) -> str:
    """ "m:ss", even beyond an hour."""
    return f"{seconds // 60}:{seconds % 60:02}"


def days_of(text: str) -> tuple[int, int]:
    """ "5-7", "5 – 7 days", "6". Raises CellError."""
    found = [int(number) for number in re.findall(r"\d{1,4}", text)]
    if len(found) not in (1, 2) or found[0] > found[-1]:
        raise CellError("table.days", text=text)
    return found[0], found[-1]


def days_text(days_from: int, days_to: int) -> str:
    """The form that `days_of` reads. "5 to 7", because spreadsheets turn "5-7" into a date."""
    return f"{days_from} to {days_to}"


def flag_of(text: str) -> bool:
    """Yes or no in the languages of the headings. Raises CellError."""
    word = text.strip().casefold()
    if word in YES or folded(word) in YES:
        return True
    if word in NO or folded(word) in NO:
        return False
    raise CellError("table.flag", text=text)


def choice_of(text: str, words: Mapping[E, Sequence[str]]) -> E:
    """The member with one of these words or this value. Raises CellError."""
    wanted = folded(text)
    for member, names in words.items():
        if wanted in (str(member.value), *names):
            return member
    raise CellError("table.choice", text=text, choices=", ".join(str(member.value) for member in words))


def moment_of(text: str, zone: tzinfo, reading: CellFormat = _PLAIN) -> int:
    """UTC milliseconds of a time with an offset, of Unix seconds or milliseconds, or of a wall time in `zone`. Raises CellError."""
    written = " ".join(text[: LONGEST + 1].split())
    if len(text) > LONGEST:
        raise CellError("table.time", text=text)
    if re.fullmatch(r"\d{10}|\d{13}", written):
        return int(written) * (1000 if len(written) == 10 else 1)
    written, offset = _without_offset(written)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = _by_form(written.replace(",", ""), reading)
    if found.tzinfo is None:
        found = found.replace(tzinfo=offset or zone)
    try:
        return round(found.timestamp() * 1000)
    except (OverflowError, OSError, ValueError) as error:
        raise CellError("table.time", text=text) from error


def _without_offset(text: str) -> tuple[str, tzinfo | None]:
    """ "2026-11-22 20:03:11 -0500" as a wall time and its offset."""
    found = re.fullmatch(r"(.*\d|.*[AaPp][Mm]) ?(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})", text) if re.search(r"\d:\d\d", text) else None
    if found is not None:
        minutes = int(found[3]) * 60 + int(found[4])
        return found[1].strip(), timezone(timedelta(minutes=minutes if found[2] == "+" else -minutes)) if minutes < 24 * 60 else None
    named = re.fullmatch(r"(.*\d|.*[AaPp][Mm]) ?(UTC|GMT|Z)", text)
    return (named[1], UTC) if named is not None else (text, None)


def _by_form(text: str, reading: CellFormat) -> datetime:
    ordered = (*_DAY_FIRST, *_MONTH_FIRST) if reading.day_first is not False else (*_MONTH_FIRST, *_DAY_FIRST)
    if reading.day_first is None and day_first_of([text])[1]:
        dotted = re.match(r"\d{1,2}\.", text)  # dates with points have the day first
        if dotted is None:
            raise CellError("table.which_day", text=text)
    for day in (*_YEAR_FIRST, *ordered):
        for clock in _CLOCK_FORMS:
            try:
                return datetime.strptime(text, day + clock)
            except ValueError:
                continue
    raise CellError("table.time", text=text)


def moment_text(at_ms: int) -> str:
    """A time in UTC with its offset."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(sep=" ", timespec="milliseconds")
