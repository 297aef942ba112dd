"""What stands in a cell: numbers, amounts, choices, read as people write them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import TypeVar

from app.domain.column_names import folded
from app.domain.money import Money, MoneyError, is_currency, minor_digits, parse_amount
from app.domain.table import CellError

E = TypeVar("E", bound=Enum)

SYMBOLS: Mapping[str, str] = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₫": "VND", "฿": "THB", "₱": "PHP", "R$": "BRL", "RM": "MYR"}
YES = frozenset({"yes", "y", "true", "1", "x", "✓", "是", "有", "si", "oui", "ja", "sim"})
NO = frozenset({"no", "n", "false", "0", "", "-", "否", "无", "non", "nein", "nao"})

_NUMBER = re.compile(r"[-+]?[\d., '\u00a0\u202f]*\d")
_DATE_FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
)


def money_text(money: Money | None) -> str:
    """ "19.99 USD"; nothing is an empty cell."""
    return "" if money is None else f"{money.amount:.{minor_digits(money.currency)}f} {money.currency}"


def money_of(text: str, currency: str) -> Money:
    """ "19.99", "$19.99", "19,99 EUR", "R$ 10"; `currency` where none is written ("" = one must be). Raises CellError."""
    number = _NUMBER.search(text)
    around = (text[: number.start()] + text[number.end() :]).strip() if number is not None else ""
    written = around.upper() if is_currency(around.upper()) else SYMBOLS.get(around, "")
    if number is None or (around and not written and around not in ("$", "¥", "元", "￥", "kr", "Rp", "US$")):
        raise CellError("table.amount", text=text)
    if not (written or currency):
        raise CellError("table.currency", text=text)
    try:
        money = parse_amount(number[0], written or currency)
    except MoneyError as error:
        raise CellError("table.amount", text=text) from error
    if money.minor < 0:
        raise CellError("table.negative", text=text)
    return money


def count_of(text: str) -> int:
    """A whole number of zero or more: "1,200", "1 200", "1200.0". Raises CellError."""
    digits = re.sub(r"[\s'\u00a0\u202f]", "", text)
    digits = re.sub(r"[.,](?=\d{3}(\D|$))", "", digits)
    digits = re.sub(r"[.,]0+$", "", digits)
    if not re.fullmatch(r"\d{1,12}", digits):
        raise CellError("table.count", text=text)
    return int(digits)


def number_of(text: str) -> float:
    """A number of zero or more, a per cent sign left out. Raises CellError."""
    try:
        number = float(text.strip().rstrip("%％").strip().replace(",", "."))
    except ValueError as error:
        raise CellError("table.number", text=text) from error
    if not 0 <= number < 1e9:
        raise CellError("table.number", text=text)
    return number


def number_text(number: float) -> str:
    return f"{number:.10g}"


def seconds_of(text: str) -> int:
    """A length of time: minutes ("5", "7.5 min") or "m:ss" or "h:mm:ss". Raises CellError."""
    parts = re.fullmatch(r"(?:(\d+):)?(\d+):(\d{2})", text.strip())
    if parts is not None:
        return int(parts[1] or 0) * 3600 + int(parts[2]) * 60 + int(parts[3])
    bare = re.sub(r"(?i)\s*(minutes|minutos|minuten|min\.?|m|分钟|分)$", "", text.strip())
    return round(number_of(bare) * 60)


def seconds_text(seconds: int) -> str:
    """ "m:ss", also beyond an hour."""
    return f"{seconds // 60}:{seconds % 60:02}"


def days_of(text: str) -> tuple[int, int]:
    """ "5-7", "5 – 7 days", "6". Raises CellError."""
    found = [int(number) for number in re.findall(r"\d{1,4}", text)]
    if len(found) not in (1, 2) or found[0] > found[-1]:
        raise CellError("table.days", text=text)
    return found[0], found[-1]


def days_text(days_from: int, days_to: int) -> str:
    """As `days_of` reads it. "5 to 7" and not "5-7": spreadsheets make a date of that."""
    return f"{days_from} to {days_to}"


def flag_of(text: str) -> bool:
    """Yes or no, in the languages of the headings. Raises CellError."""
    word = text.strip().casefold()
    if word in YES or folded(word) in YES:
        return True
    if word in NO or folded(word) in NO:
        return False
    raise CellError("table.flag", text=text)


def choice_of(text: str, words: Mapping[E, Sequence[str]]) -> E:
    """The member that one of these words means, or that its value is. Raises CellError."""
    wanted = folded(text)
    for member, names in words.items():
        if wanted in (str(member.value), *names):
            return member
    raise CellError("table.choice", text=text, choices=", ".join(str(member.value) for member in words))


def moment_of(text: str, zone: tzinfo) -> int:
    """UTC milliseconds of a time with its own offset, of Unix seconds or milliseconds, or of a wall time in `zone`. Raises CellError."""
    written = text.strip()
    if re.fullmatch(r"\d{10}|\d{13}", written):
        return int(written) * (1000 if len(written) == 10 else 1)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = _by_form(written)
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return round(found.timestamp() * 1000)


def _by_form(text: str) -> datetime:
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise CellError("table.time", text=text)


def moment_text(at_ms: int) -> str:
    """A time in UTC with its offset."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(sep=" ", timespec="milliseconds")
