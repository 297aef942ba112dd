"""Tables from and for spreadsheets: cells of text, and their faults."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.base.errors import AppError, Value

# A spreadsheet would run these as formulas when it opens one of our files. Our own import removes the sign put before them, so that
# a text that already has it gets one more.
_ACTIVE = re.compile(r"'*[=+\-@\t\r]")
_SIGNS = "'=+-@\t\r"
UNWRITTEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]"
)  # characters that no spreadsheet file can hold; they are left out of cells
# An apostrophe before a number tells Excel to keep it as text: '00123
_GUARDED = re.compile(r"'+(?:[=+\-@\t\r]|[0-9][\w./-]*$)")
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # the other way: ="00123"
LONGEST_SAID = 120
LONGEST_HEADING = 200
LOST = "\ufffd"  # marks bytes that could not be read in the file's encoding
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>|<!--.{0,2000}?-->", re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)

# The encodings to choose from for a text file; "utf-8" and "utf-16" also read a byte order mark.
ENCODINGS = (
    "utf-8",
    "utf-16",
    "gb18030",
    "big5hkscs",
    "cp932",
    "euc_jp",
    "cp949",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1254",
    "cp1256",
    "cp1258",
    "cp874",
)


class CellError(AppError):
    """An unreadable cell; `data` has `text` and the values of the code."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as it is in the file, before its header row is known; `rows` from line 1 on, each as wide as it is.

    `encoding` is how a CSV file was read ("" = XLSX); `sheets` are the names of a workbook's sheets, `sheet` this one.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    encoding: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` follow the header and are as wide as it; row `index` is line `first_line + index` of the spreadsheet."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_line: int = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault in one cell: the line and heading as in the spreadsheet, a code that has a text, and its values."""

    line: int
    column: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Use:
    """What a column is used for: a field, and its language, market, place or currency ("" = the default)."""

    field: str
    of: str = ""


Matching = tuple[Use | None, ...]  # for each column; None = left out


def short(data: Mapping[str, Value]) -> Mapping[str, Value]:
    """The values of a fault, shortened for reading: a cell may hold a whole page."""
    return {
        key: f"{value[:LONGEST_SAID]}…" if isinstance(value, str) and len(value) > LONGEST_SAID else value for key, value in data.items()
    }


def headed(grid: Grid, line: int) -> Table:
    """The table with its header in this line of the grid (from 1); empty cells after the last heading are dropped."""
    found = grid.rows[line - 1] if 0 < line <= len(grid.rows) else ()
    header = tuple(" ".join(cell[:LONGEST_HEADING].split()) for cell in found)
    while header and not header[-1]:
        header = header[:-1]
    width, blank = len(header), ("",) * len(header)
    rows = [(*row[:width], *blank[len(row) :]) if row else blank for row in grid.rows[line:]]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return Table(grid.name, header, tuple(rows), line + 1)


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    written = UNWRITTEN.sub("", text)  # the spreadsheet looks at the first character
    guarded = written and written[0] in _SIGNS and (_ACTIVE.match(written) or _GUARDED.match(written))
    return "'" + text if guarded else text


def plain(cell: str) -> str:
    """The text before `harmless`, and the text inside Excel's own guards (="00123", '00123); other cells as they are."""
    if cell.startswith("'"):
        return cell[1:] if _GUARDED.match(cell) else cell
    formula = _AS_TEXT.fullmatch(cell) if cell.startswith("=") else None
    if formula is None:
        return cell
    inner = formula[1]
    return inner[1:-1] if len(inner) > 1 and inner[0] == inner[-1] == '"' else inner.replace('""', '"')


def without_markup(text: str) -> str:
    """The text of a cell from a web shop: without tags, with entities decoded."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    return text.replace("\u00a0", " ").strip()


def lines_of(texts: Sequence[str]) -> str:
    """Several texts in one cell, one per line; line breaks within a text are escaped."""
    return "\n".join(text.replace("\\", "\\\\").replace("\n", "\\n") for text in texts)


def texts_of(cell: str) -> tuple[str, ...]:
    """The texts given to `lines_of`; an empty cell has none."""
    if not cell:
        return ()
    return tuple(re.sub(r"\\(\\|n)", lambda found: "\n" if found[1] == "n" else "\\", line) for line in cell.split("\n"))
