"""A glossary as a table: one row for each term and pair of languages, in the columns term, from, to, translation."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from app.domain.translation.glossary import MAX_TERM_CHARS, GlossaryEntry
from app.domain.translation.language_codes import normal_tag

HEADER = ("term", "from", "to", "translation")
# The column names of other tools, and of people.
_NAMES = {
    "term": ("term", "source", "source term", "original", "词条", "术语", "原文", "詞條"),
    "from": ("from", "source language", "from language", "语言", "源语言", "原文语言", "來源語言"),
    "to": ("to", "target language", "to language", "目标语言", "译文语言", "目標語言"),
    "translation": ("translation", "target", "target term", "rendering", "译文", "翻译", "譯文"),
}
_COLUMNS = {written: name for name, names in _NAMES.items() for written in names}
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_EVERY = ("", "*", "all", "any", "全部", "所有")


class RowProblem(Enum):
    """Why a row of a table was left out."""

    NO_TERM = "no_term"
    TERM_TOO_LONG = "term_too_long"
    UNKNOWN_LANGUAGE = "unknown_language"
    DUPLICATE = "duplicate"  # another row has the same term and languages


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """`number` counts from 1, with the heading; `value` is the cell that is wrong."""

    number: int
    problem: RowProblem
    value: str


def read_glossary(rows: Sequence[Sequence[str]]) -> tuple[tuple[GlossaryEntry, ...], tuple[SkippedRow, ...]]:
    """The entries of a table, and the rows that were left out. Without a heading, the columns are in the order of `HEADER`."""
    places = _places(rows[0]) if rows else {}
    first = 1 if places else 0
    places = places or {name: at for at, name in enumerate(HEADER)}
    entries: dict[tuple[str, str, str], GlossaryEntry] = {}
    skipped: list[SkippedRow] = []
    for number, row in enumerate(rows[first:], first + 1):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in places.items()}
        entry = _entry(cells)
        key = (entry.term.casefold(), entry.source, entry.target) if isinstance(entry, GlossaryEntry) else ("", "", "")
        if not isinstance(entry, GlossaryEntry):
            skipped.append(SkippedRow(number, *entry))
        elif key in entries:
            skipped.append(SkippedRow(number, RowProblem.DUPLICATE, entry.term))
        else:
            entries[key] = entry
    return tuple(entries.values()), tuple(skipped)


def glossary_rows(entries: Iterable[GlossaryEntry]) -> list[tuple[str, str, str, str]]:
    """The table of these entries, with a heading."""
    return [HEADER, *((entry.term, entry.source, entry.target, entry.rendering) for entry in entries)]


def _places(heading: Sequence[str]) -> dict[str, int]:
    """Which column has what, {} if the row is no heading."""
    places: dict[str, int] = {}
    for at, cell in enumerate(heading):
        name = _COLUMNS.get(" ".join(cell.strip().casefold().replace("_", " ").split()))
        if name is not None:
            places.setdefault(name, at)
    return places if "term" in places and len(places) > 1 else {}


def _entry(cells: dict[str, str]) -> GlossaryEntry | tuple[RowProblem, str]:
    term = cells.get("term", "")
    if not any(map(str.isalnum, term)):
        return RowProblem.NO_TERM, term
    if len(term) > MAX_TERM_CHARS:
        return RowProblem.TERM_TOO_LONG, term
    tags = []
    for cell in (cells.get("from", ""), cells.get("to", "")):
        if cell.casefold() in _EVERY:
            tags.append("")
        elif _TAG.fullmatch(cell):
            tags.append(normal_tag(cell))
        else:
            return RowProblem.UNKNOWN_LANGUAGE, cell
    return GlossaryEntry(term, cells.get("translation", ""), *tags)
