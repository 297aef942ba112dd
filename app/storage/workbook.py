"""Reads workbooks (XLSX) as rows of text with openpyxl. The file may be hostile, so unpacked size and time are limited."""

import io
import logging
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException

from app.domain.base.errors import AppError
from app.storage.cell_text import cell_text
from app.storage.files import StorageError, storage_error, write_file

log = logging.getLogger(__name__)

MAX_CELL = 32_767  # longest text of an XLSX cell
MAX_UNPACKED = 160 * 1024 * 1024  # 50,000 rows of 40 columns need half of it
MAX_WORDS = 48 * 1024 * 1024  # of the shared strings, which are read as a whole before the first row
MAX_PART = 4 * 1024 * 1024  # styles, themes, the workbook itself
MAX_ELEMENT = 16 * 1024 * 1024  # of one row or shared string, which is held in memory as a whole
DENSE_BYTES = 8 * 1024 * 1024  # a larger part packed better than MAX_RATIO is a zip bomb, not a table
MAX_RATIO = 300
MAX_PARTS = 2_000
MAX_SHEETS = 100
MAX_CELLS = 4_000_000
HEAD_BYTES = 64 * 1024
_ROWS_EACH = 200  # rows between two calls of the watch

Watch = Callable[[int], None]  # receives the number of rows read; raises StorageError to stop

# What zipfile, its decompressors, the XML parser and openpyxl raise for damaged files, found by damaging files.
_FOREIGN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    expat.ExpatError,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


@contextmanager
def _ours(path: Path) -> Iterator[None]:
    """Raise any error of the file as table.damaged. Unlisted errors are logged too, and only affect this file."""
    try:
        yield
    except AppError:
        raise
    except _FOREIGN as error:
        raise StorageError("table.damaged", path=str(path), reason=_reason(error)) from error
    except Exception as error:  # openpyxl's errors have no common base class
        log.error("unexpected error in the workbook %s", path.name, exc_info=error)
        raise StorageError("table.damaged", path=str(path), reason=_reason(error)) from error


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


class Workbook:
    """An open workbook; `sheets` are the names of its sheets, visible ones first."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path = path
        _check_parts(path, content)
        with _ours(path):
            self._book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            pages = list(self._book.worksheets)
            pages.sort(key=lambda page: page.sheet_state != "visible")
            self._pages = {str(page.title): page for page in pages[:MAX_SHEETS]}
        self.sheets = tuple(self._pages)
        if not self.sheets:
            raise StorageError("table.empty", path=str(path))

    def close(self) -> None:
        """Close the file."""
        self._book.close()

    def rows(self, sheet: str, columns: int, watch: Watch) -> Iterator[Sequence[str]]:
        """At most `columns` cells of each row of a sheet, as the spreadsheet shows them; raises StorageError."""
        if sheet not in self._pages:
            raise StorageError("table.no_sheet", path=str(self._path), sheet=sheet)
        page = self._pages[sheet]
        cells, before = 0, None
        with _ours(self._path):
            page.reset_dimensions()  # the file may declare a wrong size
            for number, row in enumerate(page.iter_rows(max_col=columns), 1):
                if row is before:  # one of a million rows that are not in the file
                    yield ()
                    continue
                before = row
                texts = ["" if cell is EMPTY_CELL else cell_text(cell.value, cell.number_format) for cell in row]
                while texts and not texts[-1]:
                    texts.pop()
                cells += len(texts)
                if cells > MAX_CELLS:
                    raise StorageError("table.too_many_cells", path=str(self._path), limit=MAX_CELLS)
                if number % _ROWS_EACH == 0:
                    watch(number)
                yield texts


def _check_parts(path: Path, content: bytes) -> None:
    """Raise StorageError for a workbook that unpacks to more than a table needs, or that declares entities."""
    with _ours(path), zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise StorageError("table.unpacks_too_large", path=str(path), limit_mb=MAX_UNPACKED // 2**20)
        for part in parts:
            name = part.filename.lower()
            limit = MAX_WORDS if name.endswith("sharedstrings.xml") else MAX_UNPACKED if "worksheets/" in name else MAX_PART
            is_xml = name.endswith((".xml", ".rels"))
            if is_xml and part.file_size > limit:
                raise StorageError("table.unpacks_too_large", path=str(path), limit_mb=limit // 2**20)
            if part.file_size > DENSE_BYTES and part.file_size > MAX_RATIO * max(1, part.compress_size):
                raise StorageError("table.unpacks_too_large", path=str(path), limit_mb=DENSE_BYTES // 2**20)
            if is_xml:
                with packed.open(part) as file:
                    _check_head(path, file.read(HEAD_BYTES))
                if part.file_size > MAX_ELEMENT:
                    with packed.open(part) as file:
                        _check_elements(path, file, b"si>" if name.endswith("sharedstrings.xml") else b"row")


def _check_head(path: Path, head: bytes) -> None:
    """No real workbook declares entities, which can make a small XML file grow without limit."""
    begun: list[str] = []

    def on_doctype(*_: object) -> None:
        raise StorageError("table.damaged", path=str(path), reason="DOCTYPE")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = lambda name, _: begun.append(name)
    try:
        parser.Parse(head, False)
    except expat.ExpatError:
        if not begun:
            raise
    if not begun and head:
        raise StorageError("table.damaged", path=str(path), reason="XML")


def _check_elements(path: Path, file: IO[bytes], mark: bytes) -> None:
    """Raise StorageError if the ends of two rows are too far apart."""
    gap, kept = 0, b""
    while chunk := file.read(HEAD_BYTES):
        found = (kept + chunk).rfind(mark)
        gap = gap + len(chunk) if found < 0 else len(kept) + len(chunk) - found
        kept = chunk[-len(mark) :]
        if gap > MAX_ELEMENT:
            raise StorageError("table.unpacks_too_large", path=str(path), limit_mb=MAX_ELEMENT // 2**20)


def write_rows(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write one sheet in one step; raises StorageError."""
    packed = io.BytesIO()  # in memory: a failed save would leave openpyxl's own files open
    try:
        book = openpyxl.Workbook(write_only=True)
        page = book.create_sheet("Tradewind")
        for row in rows:
            page.append([cell[:MAX_CELL] for cell in row])
        book.save(packed)
    except OSError as error:  # openpyxl buffers rows in a temporary file; its disk may be full
        raise storage_error(error, path) from error
    write_file(path, packed.getvalue())
