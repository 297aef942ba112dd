"""Tables that come from and go to spreadsheets: cells of text, and what was found wrong in which of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.errors import AppError, Value

# What a spreadsheet would run as a formula when it opens a file of ours. The sign before it is taken off again by our own import, so that
# a text that has it already gets one more.
_ACTIVE = re.compile(r"'*[=+\-@\t\r]")
_SIGNS = "'=+-@\t\r"
UNWRITTEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # what no spreadsheet file can hold: it is left out of cells
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


class CellError(AppError):
    """A cell that cannot be understood; `data` has `text`, and what the code speaks of."""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are those behind the heading, each as wide as it; row `index` stands in line `first_line + index` of the spreadsheet."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_line: int = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: the line and the heading as the spreadsheet shows them, a code with words, and its values."""

    line: int
    column: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Use:
    """What a column is used for: a field, and the language, market or place that it speaks of ("" = the one that goes without saying)."""

    field: str
    of: str = ""


Matching = tuple[Use | None, ...]  # for each column; None = left out


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    written = UNWRITTEN.sub("", text)  # what then stands first is what a spreadsheet looks at
    return "'" + text if written and written[0] in _SIGNS and _ACTIVE.match(written) else text


def plain(cell: str) -> str:
    """The text that `harmless` was given; other cells as they are."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def lines_of(texts: Sequence[str]) -> str:
    """Several texts in one cell, one a line; lines within them are kept apart."""
    return "\n".join(text.replace("\\", "\\\\").replace("\n", "\\n") for text in texts)


def texts_of(cell: str) -> tuple[str, ...]:
    """What `lines_of` was given; an empty cell is no text at all."""
    if not cell:
        return ()
    return tuple(re.sub(r"\\(\\|n)", lambda found: "\n" if found[1] == "n" else "\\", line) for line in cell.split("\n"))
