"""How the numbers and dates of one column are written: what a point, a comma or the first of two small numbers means there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_NUMBER = re.compile(r"[-+−]?[\d.,' \u00a0\u202f]*\d")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
LONGEST = 100  # characters; anything longer is neither a number nor a date
_OTHER = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class CellFormat:
    """`decimal` is "." or ",", "" = each number shows it itself; `signs` says which currency an ambiguous sign means here; `day_first` None
    = every date in the column is unambiguous."""

    decimal: str = ""
    signs: Mapping[str, str] = field(default_factory=dict)
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """What a column's numbers prove: the `decimal` mark ("" = nothing), and the first ambiguous number (1.299), "" = none."""

    decimal: str
    doubtful: str


def marks_of(cells: Iterable[str], *, fractions: int | None) -> Marks:
    """Judge all cells of a column together. `fractions` is the most decimals that such an amount has, None = it counts whole things."""
    sure: set[str] = set()
    doubtful = ""
    for cell in cells:
        found = _NUMBER.search(cell) if len(cell) <= LONGEST else None
        if found is None:
            continue
        number = re.sub(r"[ '\u00a0\u202f]", "", found[0])
        sign = _decimal_of(number, fractions)
        if sign:
            sure.add(sign)
        elif sign is None and not doubtful:
            doubtful = found[0].strip()
    return Marks(next(iter(sure)) if len(sure) == 1 else "", doubtful)


def _decimal_of(number: str, fractions: int | None) -> str | None:
    """The decimal mark that this number proves; "" = none, None = it may be either."""
    points, commas = number.count("."), number.count(",")
    if not points and not commas:
        return ""
    last = "." if number.rfind(".") > number.rfind(",") else ","
    if points and commas:
        return last
    if points + commas > 1:
        return _OTHER[last]
    whole, _, part = number.lstrip("-+−").partition(last)
    if len(part) != 3 or len(whole) > 3 or whole in ("", "0") or whole.startswith("0"):
        return last
    if fractions == 0 or (fractions is None and part != "000"):
        return _OTHER[last]
    return None


def day_first_of(cells: Iterable[str]) -> tuple[bool | None, str]:
    """Whether dates like 09/12/26 begin with the day, as other dates in the column show; and the first ambiguous one."""
    first: set[bool] = set()
    doubtful = ""
    for cell in cells:
        found = _DATE.search(cell) if len(cell) <= LONGEST else None
        if found is None or re.search(r"\d{4}-\d", cell):
            continue
        one, two = int(found[1]), int(found[2])
        if one > 12 >= two:
            first.add(True)
        elif two > 12 >= one or re.search(r"(?i)\d\s*[ap]\.?m", cell):  # AM and PM are only used with the month first
            first.add(False)
        elif one != two and not doubtful:
            doubtful = cell.strip()
    return (next(iter(first)) if len(first) == 1 else None), doubtful
