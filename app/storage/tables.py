"""Reads and writes spreadsheets: CSV of any encoding and delimiter, and XLSX."""

import csv
import importlib
import io
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from app.domain.tables.table import ENCODINGS, UNWRITTEN, Grid, Table
from app.storage.files import StorageError, read_file, write_file

MAX_ROWS = 50_000
MAX_LINES = 1_048_576  # per sheet; empty ones cost almost nothing
MAX_COLUMNS = 300
MAX_SECONDS = 120.0  # the largest table takes less on a slow computer
XLSX = ".xlsx"
SUFFIXES = (".csv", ".tsv", ".txt", XLSX)

_DELIMITERS = ",;\t|"
_PACKED = b"PK\x03\x04"
_SAMPLE = 65_536  # characters used to detect the delimiter
_ROWS_EACH = 500

Watch = Callable[[int], bool]  # receives the number of rows read; False = stop


def _go_on(_: int) -> bool:
    return True


class _TableReader:
    """Counts what is read of one file; raises StorageError if it is too much, takes too long or is cancelled."""

    def __init__(self, path: Path, watch: Watch, now: Callable[[], float]) -> None:
        self._path = path
        self._watch = watch
        self._now = now
        self._until = now() + MAX_SECONDS

    def look(self, rows: int) -> None:
        if not self._watch(rows):
            raise StorageError("table.stopped", path=str(self._path))
        if self._now() > self._until:
            raise StorageError("table.too_slow", path=str(self._path))

    def gather(self, rows: Iterator[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
        kept: list[tuple[str, ...]] = []
        filled = 0
        for number, row in enumerate(rows, 1):
            full = any(cell and not cell.isspace() for cell in row)
            filled += full
            if filled > MAX_ROWS + 1 or number > MAX_LINES:
                raise StorageError("table.too_long", path=str(self._path), limit=MAX_ROWS)
            if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
                raise StorageError("table.too_wide", path=str(self._path), limit=MAX_COLUMNS)
            kept.append(tuple(row[:MAX_COLUMNS]) if full else ())
            if number % _ROWS_EACH == 0:
                self.look(number)
        while kept and not kept[-1]:
            kept.pop()
        if not kept:
            raise StorageError("table.empty", path=str(self._path))
        return tuple(kept)


def read_grid(path: Path, sheet: str = "", encoding: str = "", *, watch: Watch = _go_on, now: Callable[[], float] = time.monotonic) -> Grid:
    """Read a CSV or XLSX file as it is. `sheet` "" = the first visible one, `encoding` "" = the most likely one. `watch` is called now and
    then with the number of rows read; it returns False to stop.

    Raises StorageError for a file that is not a table, is too large or takes too long.
    """
    content = read_file(path)
    reading = _TableReader(path, watch, now)
    if content.startswith(_PACKED):
        return _from_workbook(path, content, sheet, reading)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise StorageError("table.old_excel", path=str(path))
    encodings = _load_module("app.storage.encodings")
    found = encoding if encoding in ENCODINGS else encodings.guess(content)
    if b"\0" in content and not encoding and found != "utf-16":
        raise StorageError("table.not_a_table", path=str(path))
    text: str = encodings.decoded(content, found)
    return Grid(path.name, reading.gather(_csv_rows(text.replace("\0", ""), path)), found)


def _from_workbook(path: Path, content: bytes, sheet: str, reading: _TableReader) -> Grid:
    book = _load_module("app.storage.workbook").Workbook(path, content)
    try:
        empty: StorageError | None = None
        for name in (sheet,) if sheet else book.sheets:
            try:
                return Grid(path.name, reading.gather(book.rows(name, MAX_COLUMNS + 1, reading.look)), "", book.sheets, name)
            except StorageError as error:
                if error.code != "table.empty":
                    raise
                empty = error
        raise empty or StorageError("table.empty", path=str(path))
    finally:
        book.close()


def _load_module(module: str) -> Any:
    """Import what reads XLSX or guesses encodings with the first such file, so that no start waits for it."""
    return importlib.import_module(module)


# --- CSV ----------------------------------------------------------------------------------------------------------------


def _delimiter(text: str) -> str:
    """The cell delimiter: the one that occurs equally often on most lines, outside quotes."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", text[:_SAMPLE])
    lines = [line for line in bare.splitlines() if line.strip()][:100]

    def weight(delimiter: str) -> int:
        counts = Counter(count for line in lines if (count := line.count(delimiter)))
        return max((count * lines_with for count, lines_with in counts.items()), default=0)

    return max(_DELIMITERS, key=weight)


def _csv_rows(text: str, path: Path) -> Iterator[Sequence[str]]:
    named = re.match(r"sep=(.)\r?\n", text)  # written by Excel
    delimiter = named[1] if named is not None else _delimiter(text)
    if named is not None:
        text = "\n" + text[named.end() :]  # keep the line numbers
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    try:
        yield from reader
    except csv.Error as error:
        raise StorageError("table.damaged", path=str(path), reason=f"line {reader.line_num}: {error}") from error


# --- writing ------------------------------------------------------------------------------------------------------------


def write_table(path: Path, table: Table) -> None:
    """Write a table in one step, as XLSX or CSV depending on the extension; raises StorageError. Cells must already be safe."""
    rows = [table.header, *table.rows]
    if path.suffix.lower() == XLSX:
        _load_module("app.storage.workbook").write_rows(path, [[UNWRITTEN.sub("", cell) for cell in row] for row in rows])
        return
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t" if path.suffix.lower() == ".tsv" else ",").writerows(rows)
    write_file(path, UNWRITTEN.sub("", text.getvalue()).encode("utf-8-sig"))  # the byte order mark tells Excel that it is UTF-8
