"""Reads and writes CSV and XLSX tables, and refuses files that are not tables."""

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from app.domain.tables.table import Table, harmless
from app.storage.files import StorageError
from app.storage.tables import MAX_ROWS, read_grid, write_table
from tests.support.tables import read_table


def write_text(path: Path, content: str, encoding: str) -> Path:
    path.write_bytes(content.encode(encoding))
    return path


CHINESE = "商品名称,价格\n扇子,19.99\n杯子，大号,5\n"
WESTERN = "Größe;Prix barré\nÉventail;19,99\nTaille «M»;5\n"


@pytest.mark.parametrize(
    ("content", "encoding", "first", "delimiter"),
    [
        (CHINESE, "utf-8", "扇子", ","),
        (CHINESE, "utf-8-sig", "扇子", ","),
        (CHINESE, "gb18030", "扇子", ","),
        (CHINESE, "utf-16", "扇子", ","),
        (WESTERN, "utf-8", "Éventail", ";"),
        (WESTERN, "cp1252", "Éventail", ";"),
        ("name\tprice\nFan\t5\nCup\t6\n", "ascii", "Fan", "\t"),
        ("sep=|\r\nname|price\r\nFan|5\r\nCup|6\r\n", "ascii", "Fan", "|"),
        ('\n\n"name, or title";price\n"Fan";5\nCup;6', "ascii", "Fan", ";"),
    ],
)
def test_csv_files_of_any_encoding_and_delimiter_are_read(tmp_path: Path, content: str, encoding: str, first: str, delimiter: str) -> None:
    table = read_table(write_text(tmp_path / "t.csv", content, encoding))
    assert (len(table.header), len(table.rows), table.rows[0][0]) == (2, 2, first)
    lines = content.splitlines()
    assert lines[table.first_line - 1].startswith(first) or lines[table.first_line - 1].startswith(f'"{first}"')


def test_quotes_line_breaks_and_short_rows_are_read(tmp_path: Path) -> None:
    table = read_table(write_text(tmp_path / "t.csv", 'a,b,c,,\n"x, ""y""\nz",1\n1,2,3,4,5\n,,\n\n', "utf-8"))
    assert table == Table("t.csv", ("a", "b", "c"), (('x, "y"\nz', "1", ""), ("1", "2", "3")), 2)


CELLS = ("=1+1", "'=x", "plain", "扇子\nzwei", "-5", "مروحة", "", "007", 'say "hi", ok')


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.xlsx"])
def test_a_table_survives_writing_and_reading(tmp_path: Path, name: str) -> None:
    table = Table(name, tuple(f"h{number}" for number in range(len(CELLS))), (tuple(harmless(cell) for cell in CELLS), ("x",) * len(CELLS)))
    write_table(tmp_path / name, table)
    write_table(tmp_path / name, table)
    assert read_table(tmp_path / name) == table
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.xlsx"])
@pytest.mark.parametrize("cell", ["\x01=1+1", "\x0b\x02-1", "'\x1f=1", "\x00@x"])
def test_control_characters_cannot_hide_a_formula(tmp_path: Path, name: str, cell: str) -> None:
    write_table(tmp_path / name, Table(name, ("a", "b"), ((harmless(cell), "x"),)))
    ((cell_text, _),) = read_table(tmp_path / name).rows
    assert cell_text.startswith("'") and cell_text.isprintable()


def test_xlsx_numbers_dates_and_sheets_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["a", "b", "c", "d", "e", "f"])
    book.active.append([19.9, 1200.0, 1.299, datetime(2026, 11, 22, 20, 0), True, "=1+1"])
    other = book.create_sheet("Other 二")
    other.append(["only"])
    other.append(["here"])
    book.save(tmp_path / "t.xlsx")
    assert read_table(tmp_path / "t.xlsx").rows == (("19.9", "1200", "1.2990", "2026-11-22 20:00:00", "yes", ""),)
    assert read_grid(tmp_path / "t.xlsx").sheets == ("Sheet", "Other 二")
    assert read_table(tmp_path / "t.xlsx", "Other 二").rows == (("here",),)
    with pytest.raises(StorageError) as raised:
        read_table(tmp_path / "t.xlsx", "gone")
    assert raised.value.code == "table.no_sheet"


def write_zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w", force_zip64=True) as member:
        for _ in range(257):
            member.write(b" " * 2**20)


def test_a_file_that_is_not_a_table_is_reported(tmp_path: Path) -> None:
    files: dict[str, tuple[bytes, str]] = {
        "empty.csv": (b"", "table.empty"),
        "heading.csv": (b"a,b\n\n,\n", "table.empty"),
        "binary.csv": (b"\x7fELF\0\0\1\2", "table.not_a_table"),
        "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "table.old_excel"),
        "zip.xlsx": (b"PK\x03\x04 nothing more", "table.damaged"),
        "wide.csv": (b",".join(b"h" for _ in range(301)) + b"\n1\n", "table.too_wide"),
        "long.csv": (b"a\n" + b"1\n" * (MAX_ROWS + 1), "table.too_long"),
        "cell.csv": (b'a\n"' + b"x" * 200_000 + b'"\n', "table.damaged"),
    }
    for name, (content, code) in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(StorageError) as raised:
            read_table(tmp_path / name)
        assert (name, raised.value.code) == (name, code)
    with pytest.raises(StorageError) as missing:
        read_table(tmp_path / "none.csv")
    assert missing.value.code == "file.missing"
    write_zip_bomb(tmp_path / "bomb.xlsx")
    with pytest.raises(StorageError) as refused:
        read_table(tmp_path / "bomb.xlsx")
    assert refused.value.code == "table.unpacks_too_large"
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("hello.txt", "no workbook")
    with pytest.raises(StorageError) as other:
        read_table(tmp_path / "other.xlsx")
    assert other.value.code == "table.damaged"


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    table = Table("t", ("a",), (("1",),))
    for name in ("t.csv", "t.xlsx"):
        with pytest.raises(StorageError) as raised:
            write_table(tmp_path / "none" / name, table)
        assert raised.value.code == "file.missing"
