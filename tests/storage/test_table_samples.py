"""Reads real sellers' files: encodings, Excel's text markers, and cells as a spreadsheet shows them."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from app.domain.tables.table import ENCODINGS, LOST, plain
from app.storage.cell_text import cell_text
from app.storage.files import StorageError
from app.storage.tables import read_grid
from tests.support.tables import read_table

SAMPLES = Path(__file__).parent / "samples" / "tables"


def test_korean_is_detected_and_a_truncated_character_loses_only_itself() -> None:
    korean = read_grid(SAMPLES / "korean-cp949.csv")
    assert (korean.encoding, korean.rows[0], korean.rows[1][0]) == ("cp949", ("상품명", "판매가", "재고"), "여름 부채 빨강")
    cut = read_grid(SAMPLES / "utf8-one-cut.csv")
    assert cut.encoding == "utf-8"
    assert [row[0] for row in cut.rows] == ["商品名称", "竹扇子，大号", "隨行杯", "折叠" + LOST]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "商品名称,价格\n竹灯,20\n纸灯,30\n"),
        ("big5hkscs", "商品名稱,價格,庫存\n竹扇子,20,1\n隨行杯,30,3\n"),
        ("cp932", "商品名,価格\n竹の扇子 レッド,1980\nトラベルカップ,2980\n"),
        ("euc_jp", "商品名,価格\n竹の扇子 レッド,1980\nトラベルカップ,2980\n"),
        ("cp949", "상품명,가격\n부채,1\n"),
        ("cp1252", "Nombre;Precio\nAbanico de bambú pequeño;1\n"),
        ("cp1252", "Nome;Preço\nLâmpada de mão, não dobrável;1\n"),
        ("cp1251", "Название,Цена\nВеер бамбуковый,100\n"),
        ("cp1254", "Ürün adı;Fiyat\nYelpaze kırmızı şık;10\n"),
        ("cp1256", "الاسم,السعر\nمروحة خيزران,10\n"),
        ("cp874", "ชื่อสินค้า,ราคา\nพัดไม้ไผ่,100\n"),
        ("cp1250", "Název,Cena\nVějíř bambusový žlutý,100\n"),
        ("utf-16", "Name,价格\nx,1\n"),
        ("utf-8", "Name,Price\nFan,1\n"),
    ],
)
def test_encodings_of_many_countries_are_detected(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    grid = read_grid(tmp_path / "t.csv")
    assert grid.encoding == encoding
    assert [",".join(row) if "," in text.splitlines()[0] else ";".join(row) for row in grid.rows] == text.splitlines()


@pytest.mark.parametrize(
    ("encoding", "line"), [("gb18030", "纸灯竹灯扇子,30"), ("cp949", "여름 부채 빨강,39000"), ("utf-8", "扇子,30"), ("utf-8", "Fächer,30")]
)
def test_one_bad_byte_does_not_change_the_detected_encoding(tmp_path: Path, encoding: str, line: str) -> None:
    (tmp_path / "t.csv").write_bytes(("Name,Price\n" + f"{line}\n" * 30).encode(encoding) + b"\xe6\xff,5\n")
    grid = read_grid(tmp_path / "t.csv")
    assert (grid.encoding, grid.rows[1]) == (encoding, tuple(line.split(",")))
    assert LOST in grid.rows[-1][0]


def test_any_encoding_can_be_chosen_without_an_error(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"Name,Price\n\xc7\xe0,5\n")
    for encoding in ENCODINGS:
        assert read_grid(tmp_path / "t.csv", encoding=encoding).encoding == encoding
    assert read_grid(tmp_path / "t.csv", encoding="cp1252").rows[1] == ("Çà", "5")


def test_visible_sheets_come_first() -> None:
    grid = read_grid(SAMPLES / "hidden-first.xlsx")
    assert (grid.sheet, grid.sheets, grid.rows[1]) == ("Products", ("Products", "Lists"), ("Fan", "F-1", "19.9"))
    assert read_grid(SAMPLES / "hidden-first.xlsx", "Lists").rows == (("colours",), ("red",))


def test_an_empty_first_sheet_is_skipped(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Goods").append(["Name"])
    book.save(tmp_path / "t.xlsx")
    assert read_grid(tmp_path / "t.xlsx").sheet == "Goods"
    with pytest.raises(StorageError) as raised:
        read_grid(tmp_path / "t.xlsx", "Sheet")
    assert raised.value.code == "table.empty"


def test_cells_are_read_as_a_spreadsheet_shows_them() -> None:
    assert [row[3] for row in read_grid(SAMPLES / "duty-percent.xlsx").rows] == ["Duty US", "6.5%", "6.5%"]
    assert [row[1] for row in read_grid(SAMPLES / "rundown-mmss-typed.xlsx").rows] == ["Duration", "3:00", "7:30", "0:02"]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (19.9, "General", "19.9"),
        (19.9, '"$"#,##0.00', "$19.9"),
        (1299.5, "#,##0.00\\ [$€-407]", "1299.5 €"),
        (12, "[$USD]\\ #,##0.00", "USD 12"),
        (-3, "#,##0.00;[Red]-#,##0.00", "-3"),
        (19.99, "#,##0", "19.99"),
        (0.065, "0.0%", "6.5%"),
        (0.5, "0%", "50%"),
        (123, "00000", "00123"),
        (123, "@", "123"),
        (690123456789012, "0.00E+00", "690123456789012"),
        (6.9012345678e14, "General", "690123456780000"),
        (1.299, "General", "1.2990"),
        (0.385, "0.000", "0.3850"),
        (True, "General", "yes"),
        (time(7, 30), "h:mm", "7:30"),
        (time(0, 7, 30), "mm:ss", "7:30"),
        (time(1, 2, 3), "h:mm:ss", "1:02:03"),
        (timedelta(minutes=90), "[h]:mm", "1:30"),
        (timedelta(seconds=450), "[mm]:ss", "7:30"),
        (datetime(2026, 11, 22), "yyyy-mm-dd", "2026-11-22"),
        (datetime(2026, 11, 22), "yyyy-mm-dd h:mm", "2026-11-22 00:00:00"),
        (datetime(2026, 11, 22, 20, 3, 11), "m/d/yy h:mm", "2026-11-22 20:03:11"),
        (date(2026, 11, 22), "d-mmm", "2026-11-22"),
        (None, "General", ""),
        ("00123", "@", "00123"),
    ],
)
def test_cell_text_follows_the_number_format(value: object, number_format: str, text: str) -> None:
    assert cell_text(value, number_format) == text


def test_excels_text_markers_are_removed() -> None:
    table = read_table(SAMPLES / "equals-guard.csv")
    assert [plain(row[1]) for row in table.rows] == ["00123", "00124", "00125"]
    assert [plain(cell) for cell in ("'00123", "'0690-12", "'tis", "'=1+1", '="a ""b"""', "=1+1")] == [
        "00123", "0690-12", "'tis", "=1+1", 'a "b"', "=1+1",
    ]  # fmt: skip
