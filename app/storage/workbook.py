"""Workbooks (XLSX) as rows of texts, by openpyxl."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from app.storage.files import StorageError, storage_error, write_file

MAX_CELL = 32_767  # what a cell of XLSX holds
MAX_UNPACKED = 256 * 1024 * 1024


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets; raises StorageError."""
    book = _open_book(path)
    try:
        return tuple(book.sheetnames)
    finally:
        book.close()


def _open_book(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > MAX_UNPACKED:
                raise StorageError("file.too_large", path=str(path), limit_mb=MAX_UNPACKED // 2**20)
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise storage_error(error, path) from error
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise StorageError("table.damaged", path=str(path), reason=str(error) or type(error).__name__) from error


def read_rows(path: Path, sheet: str, columns: int) -> Iterable[Sequence[str]]:
    """At most so many cells of each row of the first sheet, or of the one of this name; raises StorageError."""
    book = _open_book(path)
    try:
        if sheet and sheet not in book.sheetnames:
            raise StorageError("table.no_sheet", path=str(path), sheet=sheet)
        page = book[sheet] if sheet else book.worksheets[0]
        page.reset_dimensions()  # what the file says of its own size may be wrong
        for row in page.iter_rows(values_only=True, max_col=columns):
            yield [_cell_text(value) for value in row]
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, SyntaxError) as error:
        raise StorageError("table.damaged", path=str(path), reason=str(error) or type(error).__name__) from error
    finally:
        book.close()


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        text = f"{value:.15g}"
        return text + "0" if re.search(r"\.\d{3}$", text) else text  # 1.299 is a number here, not a thousand
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


def write_rows(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write one sheet in one step; raises StorageError."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Tradewind")
    for row in rows:
        page.append([cell[:MAX_CELL] for cell in row])
    packed = io.BytesIO()  # and not the file itself: a save that fails half-way leaves openpyxl's own files open
    book.save(packed)
    write_file(path, packed.getvalue())
