"""Refuses damaged or malicious workbooks and text files without unpacking much of them."""

import io
import logging
import random
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.domain.tables.table import Grid
from app.storage import workbook
from app.storage.files import StorageError
from app.storage.tables import MAX_COLUMNS, MAX_SECONDS, read_grid

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def workbook_bytes() -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Name", "SKU", "Price"])
    for number in range(20):
        book.active.append([f"Fan {number}", f"F-{number}", 19.9])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(name: str, content: bytes, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook with one part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook_bytes())) as before, zipfile.ZipFile(buffer, "w") as after:
        for part in before.infolist():
            if part.filename != name:
                after.writestr(part.filename, before.read(part), zipfile.ZIP_DEFLATED)
        after.writestr(name, content, compression)
    return buffer.getvalue()


def refusal_code(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(StorageError) as raised:
        read_grid(path)
    return raised.value.code


SHEET = "xl/worksheets/sheet1.xml"
SHARED_STRINGS = "xl/sharedStrings.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def test_a_zip_bomb_is_refused_before_unpacking(tmp_path: Path) -> None:
    rows = with_part(SHEET, HEAD + b'<row><c t="n"><v>1</v></c></row>' * 600_000 + TAIL)
    assert len(rows) < 150_000
    assert refusal_code(tmp_path / "rows.xlsx", rows) == "table.unpacks_too_large"
    strings = with_part(SHARED_STRINGS, b"<sst>" + b"<si><t>word</t></si>" * 600_000 + b"</sst>")
    assert refusal_code(tmp_path / "words.xlsx", strings) == "table.unpacks_too_large"
    assert (
        refusal_code(tmp_path / "styles.xlsx", with_part("xl/styles.xml", b"<a>" + b" " * workbook.MAX_PART)) == "table.unpacks_too_large"
    )


def test_a_row_with_too_many_cells_is_refused(tmp_path: Path) -> None:
    noise = random.Random(7)
    cells = b"".join(b'<c r="A%d"><v>%d</v></c>' % (number, noise.getrandbits(60)) for number in range(480_000))
    assert refusal_code(tmp_path / "row.xlsx", with_part(SHEET, HEAD + b"<row>" + cells + b"</row>" + TAIL)) == "table.unpacks_too_large"


def test_xml_entities_are_refused_before_expansion(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "ha">{levels}]><worksheet>&e8;</worksheet>'
    assert refusal_code(tmp_path / "laughs.xlsx", with_part(SHEET, bomb.encode())) == "table.damaged"
    assert (
        refusal_code(tmp_path / "utf16.xlsx", with_part(SHEET, bomb.replace('"1.0"', '"1.0" encoding="utf-16"').encode("utf-16")))
        == "table.damaged"
    )
    outside = b'<!DOCTYPE w SYSTEM "file:///etc/passwd"><worksheet/>'
    assert refusal_code(tmp_path / "outside.xlsx", with_part("xl/workbook.xml", outside)) == "table.damaged"


def test_a_distant_cell_does_not_allocate_the_whole_sheet(tmp_path: Path) -> None:
    far = HEAD + b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="B1048576"><v>2</v></c></row>' + TAIL
    (tmp_path / "far.xlsx").write_bytes(with_part(SHEET, far))
    grid = read_grid(tmp_path / "far.xlsx")
    assert (len(grid.rows), grid.rows[0], grid.rows[-1]) == (1_048_576, ("1",), ("", "2"))
    wide = HEAD + b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>' + TAIL
    (tmp_path / "wide.xlsx").write_bytes(with_part(SHEET, wide))
    assert len(read_grid(tmp_path / "wide.xlsx").rows[0]) <= MAX_COLUMNS
    size = HEAD.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>') + b'<row r="1"><c r="A1"><v>1</v></c></row>' + TAIL
    (tmp_path / "size.xlsx").write_bytes(with_part(SHEET, size))
    assert read_grid(tmp_path / "size.xlsx").rows == (("1",),)


@pytest.mark.parametrize(
    "sheet",
    [
        b'<row r="1"><c r="A1" t="s"><v>999</v></c></row>',
        b'<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        b'<row r="one"><c r="A1"><v>1</v></c></row>',
        b'<row r="1"><c r="1A"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" s="70000"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1',
    ],
)
def test_a_damaged_sheet_is_reported(tmp_path: Path, sheet: bytes) -> None:
    assert refusal_code(tmp_path / "t.xlsx", with_part(SHEET, HEAD + sheet + TAIL)) == "table.damaged"


def test_unknown_compression_and_encryption_are_reported(tmp_path: Path) -> None:
    known = with_part("xl/theme/theme1.xml", b"<a/>", compression=zipfile.ZIP_STORED)
    marked = bytearray(known)
    place = marked.rfind(b"PK\x01\x02")  # the directory entry of the last part
    marked[place + 10 : place + 12] = b"\x63\x00"  # a compression method that zipfile does not support
    assert refusal_code(tmp_path / "method.xlsx", bytes(marked)) == "table.damaged"
    locked = bytearray(known)
    place = locked.rfind(b"PK\x01\x02")
    locked[place + 8] |= 1
    assert refusal_code(tmp_path / "locked.xlsx", bytes(locked)) == "table.damaged"


def test_a_corrupted_file_is_read_or_refused_with_an_error(tmp_path: Path) -> None:
    good, noise = workbook_bytes(), random.Random(2026)
    codes: set[str] = set()
    path = tmp_path / "t.xlsx"
    for _ in range(250):
        bad = bytearray(good)
        for _ in range(noise.randint(1, 6)):
            bad[noise.randrange(4, len(bad))] = noise.randrange(256)
        path.write_bytes(bytes(bad[: noise.choice((len(bad), len(bad), noise.randrange(5, len(bad))))]))
        try:
            assert isinstance(read_grid(path), Grid)
        except StorageError as error:
            codes.add(error.code)
    assert "table.damaged" in codes
    assert codes <= {"table.damaged", "table.empty", "table.too_wide", "table.unpacks_too_large"}


@pytest.mark.expect_errors
def test_an_unexpected_error_only_affects_its_file_and_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """openpyxl warns about a date outside its calendar; with warnings as errors, this raises an unexpected kind of error."""
    styles = (
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/>'
        b'<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    content = with_part("xl/styles.xml", styles)
    (tmp_path / "dated.xlsx").write_bytes(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for part in before.infolist():
            if part.filename != SHEET:
                after.writestr(part.filename, before.read(part))
        after.writestr(SHEET, HEAD + b'<row r="1"><c r="A1" s="1"><v>99999999999</v></c></row>' + TAIL)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert refusal_code(tmp_path / "date.xlsx", buffer.getvalue()) == "table.damaged"
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert ["date.xlsx" in record.getMessage() and record.exc_info is not None for record in errors] == [True]
    assert len(read_grid(tmp_path / "dated.xlsx").rows) == 21  # other files can still be read


class _UnknownError(Exception):
    """An error type that Tradewind does not expect."""


@pytest.mark.expect_errors
@pytest.mark.parametrize(
    "target", ["openpyxl.reader.excel.ExcelReader.read_theme", "openpyxl.worksheet._reader.WorkSheetParser.parse_cell"]
)
def test_any_library_error_is_reported_for_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    def raise_unknown(*_: object) -> None:
        raise _UnknownError("unknown\nproblem")

    monkeypatch.setattr(target, raise_unknown)
    (tmp_path / "t.xlsx").write_bytes(workbook_bytes())
    with pytest.raises(StorageError) as raised:
        read_grid(tmp_path / "t.xlsx")
    assert (raised.value.code, raised.value.data["reason"]) == ("table.damaged", "unknown problem")
    assert [record.exc_info[0] for record in caplog.records if record.levelno == logging.ERROR and record.exc_info] == [_UnknownError]


@pytest.mark.expect_errors
def test_a_failed_encoding_detection_falls_back_to_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raise_unknown(*_: object, **__: object) -> None:
        raise _UnknownError

    monkeypatch.setattr("app.storage.encodings.from_bytes", raise_unknown)
    (tmp_path / "t.csv").write_bytes("Name,Preis\nTüte,3\n".encode("cp1252"))
    grid = read_grid(tmp_path / "t.csv")
    assert (grid.encoding, grid.rows[1]) == ("cp1252", ("Tüte", "3"))
    assert any(record.levelno == logging.ERROR for record in caplog.records)


def test_reading_stops_on_cancel_or_timeout(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for number in range(3_000):
        page.append([number, "x"])
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text("\n".join(f"{number},x" for number in range(3_000)))
    for name in ("t.xlsx", "t.csv"):
        seen: list[int] = []

        def watch(rows: int, seen: list[int] = seen) -> bool:
            seen.append(rows)
            return rows < 1000

        with pytest.raises(StorageError) as stopped:
            read_grid(tmp_path / name, watch=watch)
        assert (stopped.value.code, seen[-1]) == ("table.stopped", 1000)
        clock = iter([0.0, 1.0, MAX_SECONDS + 1.0]).__next__
        with pytest.raises(StorageError) as slow:
            read_grid(tmp_path / name, now=clock)
        assert slow.value.code == "table.too_slow"
