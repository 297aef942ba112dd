"""Spreadsheets as files: CSV of any encoding and delimiter, and XLSX."""

import csv
import importlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.domain.table import UNWRITTEN, Table
from app.storage.files import StorageError, read_file, write_file

MAX_ROWS = 50_000
MAX_COLUMNS = 300
XLSX = ".xlsx"
SUFFIXES = (".csv", ".tsv", ".txt", XLSX)

_DELIMITERS = ",;\t|"
_COMMON_CHINESE = 0.7  # of the pairs of a text in GB 18030 so many are everyday characters or punctuation
_PACKED = b"PK\x03\x04"


def read_table(path: Path, sheet: str = "") -> Table:
    """The first sheet (or the one of this name) of an XLSX file, or a CSV file; the first row that is not empty is the heading.

    Raises StorageError for what is no table, too large, or has no row.
    """
    content = read_file(path)
    if content.startswith(_PACKED):
        rows = _workbook().read_rows(path, sheet, MAX_COLUMNS + 1)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise StorageError("table.old_excel", path=str(path))
    else:
        rows = _csv_rows(content, path)
    return _table(path, rows)


def sheet_names(path: Path) -> tuple[str, ...]:
    """The sheets of an XLSX file; () for a CSV file. Raises StorageError."""
    if not read_file(path).startswith(_PACKED):
        return ()
    names: tuple[str, ...] = _workbook().sheet_names(path)
    return names


def _workbook() -> Any:
    """What reads and writes XLSX (app.storage.workbook), loaded with the first such file: no start waits for it."""
    return importlib.import_module("app.storage.workbook")


def _table(path: Path, rows: Iterable[Sequence[str]]) -> Table:
    header: tuple[str, ...] = ()
    kept: list[tuple[str, ...]] = []
    first = 0
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise StorageError("table.too_long", path=str(path), limit=MAX_ROWS)
        cells = tuple(row)
        if not header:
            while cells and not cells[-1].strip():
                cells = cells[:-1]
            header, first = tuple(cell.strip() for cell in cells), number + 1
            if len(header) > MAX_COLUMNS:
                raise StorageError("table.too_wide", path=str(path), limit=MAX_COLUMNS)
            continue
        kept.append((*cells[: len(header)], *[""] * (len(header) - len(cells))))
    while kept and not any(cell.strip() for cell in kept[-1]):
        kept.pop()
    if not header or not kept:
        raise StorageError("table.empty", path=str(path))
    return Table(path.name, header, tuple(kept), first)


# --- CSV ----------------------------------------------------------------------------------------------------------------


def decoded(content: bytes) -> str:
    """The text in whatever encoding spreadsheets save: UTF-8, UTF-16 with its mark, GB 18030, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if _is_chinese(content):
        return content.decode("gb18030")
    return content.decode("cp1252", errors="replace")


def _is_chinese(content: bytes) -> bool:
    """Whether this is GB 18030. Western text may happen to be valid in it, but then makes rare characters."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return False
    pairs = [encoded for letter in text if ord(letter) > 0x7F and len(encoded := letter.encode("gb18030")) == 2]
    common = sum(1 for pair in pairs if 0xA1 <= pair[0] <= 0xA3 or 0xB0 <= pair[0] <= 0xD7)
    return bool(pairs) and common >= _COMMON_CHINESE * len(pairs)


def _delimiter(text: str) -> str:
    """What stands between the cells: what the heading has most of, outside of quotes."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(_DELIMITERS, key=bare.count)


def _csv_rows(content: bytes, path: Path) -> Iterable[Sequence[str]]:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise StorageError("table.not_a_table", path=str(path))
    text = decoded(content)
    named = re.match(r"sep=(.)\r?\n", text)  # as Excel writes it
    delimiter = named[1] if named is not None else _delimiter(text)
    if named is not None:
        text = "\n" + text[named.end() :]  # the lines keep their numbers
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    except csv.Error as error:
        raise StorageError("table.damaged", path=str(path), reason=str(error)) from error


# --- writing ------------------------------------------------------------------------------------------------------------


def write_table(path: Path, table: Table) -> None:
    """Write a table as XLSX or CSV, by the name's ending, in one step; raises StorageError. Cells must be harmless already."""
    rows = [table.header, *table.rows]
    if path.suffix.lower() == XLSX:
        _workbook().write_rows(path, [[UNWRITTEN.sub("", cell) for cell in row] for row in rows])
        return
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t" if path.suffix.lower() == ".tsv" else ",").writerows(rows)
    write_file(path, UNWRITTEN.sub("", text.getvalue()).encode("utf-8-sig"))  # the mark tells Excel that it is UTF-8
