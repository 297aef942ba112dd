"""Tests the import, export and backup dialogs with a real show and real files."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from PySide6.QtCore import QDateTime, QLocale, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.domain.base.money import Money
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.product import Product, price_in, units_in_stock
from app.domain.event import EventKind
from app.domain.rundown.rundown import Act
from app.domain.show import product_by_id
from app.domain.show_editing import change_product
from app.domain.tables.table import Use
from app.session.studio import Studio
from app.session.tables.show_tables import ExportKind
from app.storage.paths import RESOURCES
from app.ui.shell.main_window import MainWindow
from app.ui.tables.export import HANDBOOK, ExportDialog
from app.ui.tables.import_table import ImportDialog, ImportStage
from tests.support.selling_show import selling_show
from tests.ui.shell.test_keyboard import controls, named, round_trip

PRODUCTS = """SKU;商品名称;Name (English);Price [US];Price DE;Stock [US];Link;Remarks
SKU-sun;;Sunny lamp;18.50;;44;https://shop.example.test/sun;x
NEW-1;竹灯;Bamboo lamp;abc;99;12;not a link;y
NEW-2;纸灯;Paper lamp;35;29,90;7;;
;;;12;;3;;
"""
RUNDOWN = "Title,Act,Minutes,Product\nHello,open,2,\nMoon at night,middle,6,SKU-moon\nBye,end,3,\n"
ORDERS = "Order number,SKU,Quantity,Amount,Currency\nA-1,SKU-sun,2,39.98,USD\nA-2,SKU-moon,1,19.99,USD\nA-1,SKU-sun,2,39.98,USD\n"


@pytest.fixture
async def selling(studio: Studio, window: MainWindow) -> AsyncIterator[MainWindow]:
    template = selling_show()
    segments = tuple(replace(segment, scene_id="") for segment in template.segments)
    studio.document.edit_show("Fill", lambda show: replace(template, project=show.project, segments=segments))
    studio.control.orders.reload()
    yield window
    for work in (
        *(dialog.work for dialog in window.findChildren(ImportDialog)),
        *(dialog.work for dialog in window.findChildren(ExportDialog)),
    ):
        await work.settled()
    for dialog in window.findChildren(QDialog):
        dialog.close()


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


async def open_ready(dialog: ImportDialog | None) -> ImportDialog:
    assert dialog is not None
    await wait_ready(dialog)
    return dialog


async def wait_ready(dialog: ImportDialog) -> None:
    """Wait until the rows are checked. Reading is one job and checking the next."""
    while dialog.stage in (ImportStage.READING, ImportStage.PLANNING):
        await dialog.work.settled()


def record_notices(window: MainWindow) -> list[Notice]:
    notices: list[Notice] = []
    window.bridge.notice.connect(notices.append)
    return notices


def map_column(dialog: ImportDialog, column: int, use: Use | None) -> None:
    box = dialog.results.view.header.boxes[column]
    place = dialog.results.view.header.place_of(use)
    box.setCurrentIndex(place)
    box.activated.emit(place)


# --- products -----------------------------------------------------------------------------------------------------------


async def test_a_table_with_errors_shows_them_and_imports_nothing_until_confirmed(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    before = studio.document.show
    notices = record_notices(selling)
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "shop.csv", PRODUCTS, "gb18030")))
    assert dialog.results.view.header.matching() == (
        Use("sku"),
        Use("name", "zh-Hans"),
        Use("name", "en"),
        *(Use("price", "US"), Use("price", "DE"), Use("stock", "US")),
        Use("link"),
        None,
    )
    assert (dialog.new.text(), dialog.changed.text(), dialog.wrong.text()) == ("1 new", "1 changed", "2 invalid")
    errors = [dialog.results.faults.item(index).text() for index in range(dialog.results.faults.count())]
    assert errors == [
        "Row 3, Price [US]: “abc” isn’t an amount of money.",
        "Row 3, Link: “not a link” isn’t a web link.",
        "Row 5: The row has no name.",
    ]
    rows = dialog.results.view.rows
    assert [rows.fault(1, column) for column in (3, 6)] == [error.split(": ", 1)[1] for error in errors[:2]]
    assert rows.data(rows.index(1, 1)) == "竹灯"
    assert not dialog.import_button.isEnabled()
    assert studio.document.show is before
    dialog.results.faults.setCurrentRow(1)
    assert (dialog.results.view.currentIndex().row(), dialog.results.view.currentIndex().column()) == (1, 6)
    dialog.leave_out.click()
    assert dialog.import_button.isEnabled()
    dialog.import_button.click()
    assert not dialog.isVisible()
    assert [product.sku for product in studio.document.show.products] == ["SKU-sun", "SKU-moon", "SKU-star", "SKU-cable", "NEW-2"]
    sun, made = studio.document.show.products[0], studio.document.show.products[-1]
    assert (sun.id, sun.name["en"], units_in_stock(sun), sun.points) == ("sun", "Sunny lamp", 44, before.products[0].points)
    price = price_in(made, "DE")
    assert price is not None
    assert (price.price.minor, price.price.currency, made.name) == (2990, "EUR", {"zh-Hans": "纸灯", "en": "Paper lamp"})
    assert [(notice.code, notice.data) for notice in notices] == [("window.products_imported", {"new": 1, "changed": 1, "left_out": 2})]
    assert studio.document.undo_title == "Import products"
    studio.document.undo()
    assert studio.document.show.products == before.products


async def test_columns_are_mapped_by_hand_and_required_ones_must_be_mapped(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    studio.document.edit_show("Clear", lambda show: replace(show, products=(), segments=()))
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "own.csv", "Ware,Kosten\nLampe,12\nKerze,3\n")))
    map_column(dialog, 0, None)
    await wait_ready(dialog)
    assert not dialog.import_button.isEnabled()
    assert dialog.words.text() == "Choose a column for: Name."
    map_column(dialog, 0, Use("name", "de"))
    await wait_ready(dialog)
    assert dialog.import_button.isEnabled()
    map_column(dialog, 1, Use("name", "de"))
    assert dialog.results.view.header.matching() == (None, Use("name", "de")), "a use belongs to one column only"
    map_column(dialog, 0, Use("name", "de"))
    map_column(dialog, 1, Use("price", "DE"))
    await wait_ready(dialog)
    dialog.import_button.click()
    assert [product.name for product in studio.document.show.products] == [{"de": "Lampe"}, {"de": "Kerze"}]
    price = price_in(studio.document.show.products[0], "DE")
    assert price is not None
    assert (price.price.minor, price.price.currency) == (1200, "EUR")


async def test_a_workbook_is_read_one_sheet_at_a_time(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes"])
    workbook.active.append(["nothing to see"])
    workbook.create_sheet("Goods").append(["Name", "SKU", "Stock [US]"])
    workbook["Goods"].append(["Vase", "V-1", 5])
    workbook.save(tmp_path / "book.xlsx")
    dialog = await open_ready(selling.exchange.import_products(tmp_path / "book.xlsx"))
    assert dialog.sheet.isVisible()
    assert not dialog.import_button.isEnabled()
    dialog.sheet.setCurrentText("Goods")
    dialog.sheet.activated.emit(1)
    await wait_ready(dialog)
    assert dialog.new.text() == "1 new"
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert studio.document.show.products[-1].sku == "V-1"


async def test_an_empty_file_is_reported_and_another_can_be_chosen(selling: MainWindow, tmp_path: Path) -> None:
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "empty.csv", "")))
    assert dialog.stage is ImportStage.EMPTY
    assert "has no rows" in dialog.words.text()
    assert not dialog.import_button.isEnabled()
    dialog.read_file(write_text(tmp_path / "good.csv", "Name\nVase\n"))
    await wait_ready(dialog)
    assert dialog.import_button.isEnabled()
    dialog.reject()


async def test_a_change_to_the_show_rechecks_the_rows_before_the_import(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "few.csv", "SKU,Category\nSKU-sun,lamps\n")))
    studio.document.apply_external(lambda show: change_product(show, "sun", sku="SKU-sun", stock=()))  # sold out while the dialog is open
    assert not dialog.import_button.isEnabled()
    await wait_ready(dialog)
    dialog.import_button.click()
    sun = product_by_id(studio.document.show, "sun")
    assert (sun.category, sun.stock) == ("lamps", ()), "the import does not bring back sold units"


async def test_the_window_stays_responsive_while_ten_thousand_rows_are_imported(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["SKU", "Name", "Price [US]", "Stock [US]"])
    table.writerows([f"N-{number}", f"Thing {number}", f"{number % 90 + 1}.99", number] for number in range(10_000))
    dialog = selling.exchange.import_products(write_text(tmp_path / "many.csv", text.getvalue()))
    assert dialog is not None
    turns = 0
    while dialog.stage in (ImportStage.READING, ImportStage.PLANNING):
        assert dialog.progress.isVisibleTo(dialog)
        QApplication.processEvents()
        await asyncio.sleep(0.01)
        turns += 1
    assert turns >= 2, "the event loop ran while the rows were read"
    assert dialog.new.text() == "10000 new"
    dialog.import_button.click()
    assert len(studio.document.show.products) == 10_004
    assert selling.products.list.rows.rowCount() == 10_004
    studio.document.undo()
    assert len(studio.document.show.products) == 4


async def test_a_table_dropped_on_an_empty_list_is_imported(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    studio.document.edit_show("Clear", lambda show: replace(show, products=(), segments=()))
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(write_text(tmp_path / "drop.csv", "Name\nVase\n")))])
    for target in (selling.products, selling.products.list):
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        target.dropEvent(QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, files, left, none))
        dialog = next(dialog for dialog in selling.findChildren(ImportDialog) if dialog.isVisible())
        await wait_ready(dialog)
        assert dialog.new.text() == "1 new"
        dialog.reject()


async def test_tab_reaches_every_control_and_the_dialog_fits_a_small_screen(selling: MainWindow, tmp_path: Path) -> None:
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "shop.csv", PRODUCTS)))
    assert dialog.height() <= 700
    assert dialog.minimumSizeHint().height() <= 500
    dialog.resize(1800, 900)
    QApplication.processEvents()
    reached = {id(widget) for widget in round_trip(dialog)}
    assert not [named(widget) for widget in controls(dialog) if id(widget) not in reached]


# --- questions about a file ---------------------------------------------------------------------------------------------


async def test_nothing_is_imported_before_all_questions_are_answered(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    text = "Name,SKU,Price,Price [US],Cost\nFan,N-1,$5.00,6.00,kr 3\nCup,N-2,7,8,\nCup,n-2,9,10,\n"
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "open.csv", text)))
    assert set(dialog.questions.boxes) == {"column:price:US", "currency:4:kr", "doubled"}
    assert dialog.questions.isVisible()
    assert all(box.currentIndex() == -1 for box in dialog.questions.boxes.values()), "no answer is preselected"
    assert (dialog.asks.text(), dialog.words.text()) == ("3 unanswered", "Answer the questions above first.")
    assert not dialog.import_button.isEnabled()
    for key, value in (("column:price:US", "3"), ("currency:4:kr", "SEK"), ("doubled", "last")):
        box = dialog.questions.boxes[key]
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
        await wait_ready(dialog)
    assert [[dialog.results.preview.index(row, column).data() for column in range(3)] for row in range(2)] == [
        ["N-1", "Fan", "6.00 USD"],
        ["n-2", "Cup", "10.00 USD"],
    ]
    dialog.import_button.click()
    fan, cup = studio.document.show.products[-2:]
    assert (fan.unit_cost, cup.sku) == (Money(300, "SEK"), "n-2")
    again = await open_ready(selling.exchange.import_products(tmp_path / "open.csv"))
    for key, value in (("column:price:US", "3"), ("currency:4:kr", "SEK"), ("doubled", "last")):
        again.questions.answer(key, value)
        await wait_ready(again)
    assert again.same.text() == "2 unchanged"
    assert not again.import_button.isEnabled()


async def test_encoding_header_row_and_shop_are_detected_and_can_be_changed(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    text = "Price list,,\n상품명,판매가,재고\n여름 부채,39,12\n"
    dialog = await open_ready(selling.exchange.import_products(write_text(tmp_path / "korean.csv", text, "cp949")))
    source = dialog.source
    assert (source.encoding.currentData(), source.heading.value(), source.profile.currentData()) == ("cp949", 2, "")
    assert source.first_line.text() == "Above the header row: Price list"
    assert dialog.new.text() == "1 new"
    source.encoding.setCurrentIndex(source.encoding.findData("cp1252"))
    source.encoding.activated.emit(source.encoding.currentIndex())
    await wait_ready(dialog)
    assert source.encoding.currentData() == "cp1252"
    assert "»óÇ°¸í" in str(dialog.results.view.rows.headerData(0, Qt.Orientation.Horizontal))
    source.encoding.setCurrentIndex(source.encoding.findData("cp949"))
    source.encoding.activated.emit(source.encoding.currentIndex())
    await wait_ready(dialog)
    source.heading.setValue(1)
    await wait_ready(dialog)
    assert not dialog.import_button.isEnabled()
    source.heading.setValue(2)
    await wait_ready(dialog)
    assert dialog.import_button.isEnabled()
    shop = "Handle,Title,Variant SKU,Variant Price,Option1 Value\nfan,Fan,F-9,5,Red\nfan,,F-8,6,Blue\n"
    dialog.read_file(write_text(tmp_path / "shop.csv", shop))
    await wait_ready(dialog)
    assert (source.profile.currentText(), dialog.new.text(), dialog.wrong.isVisible()) == ("Shopify", "2 new", False)
    source.profile.setCurrentIndex(0)
    source.profile.activated.emit(0)
    await wait_ready(dialog)
    assert dialog.wrong.text() == "1 invalid", "without the shop's rules the second row has no name"


async def test_closing_the_dialog_stops_the_reading(selling: MainWindow, tmp_path: Path) -> None:
    text = "SKU,Name\n" + "".join(f"N-{number},Thing\n" for number in range(40_000))
    dialog = selling.exchange.import_products(write_text(tmp_path / "long.csv", text))
    assert dialog is not None
    reading = dialog._reading
    assert reading.watch(1)
    dialog.reject()
    assert not reading.watch(2)
    await dialog.work.settled()


async def test_pictures_are_fetched_only_after_consent(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    picture = next((RESOURCES / "sample_show" / "pictures").glob("*.*")).read_bytes()
    requests: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        requests.append(request.path)
        if request.path == "/moved.png":
            raise web.HTTPFound("/fan.png")
        return web.Response(body=picture if request.path == "/fan.png" else b"<html>no picture</html>")

    server = TestServer(web.Application())
    server.app.router.add_get("/{name}", answer)
    await server.start_server()
    base = f"http://127.0.0.1:{server.port}"
    text = f"Name,SKU,Images\nFan,N-1,{base}/moved.png\nCup,N-2,{base}/page.html\n"
    path = write_text(tmp_path / "pictures.csv", text)
    notices = record_notices(selling)
    try:
        dialog = await open_ready(selling.exchange.import_products(path))
        box = dialog.questions.boxes["pictures"]
        assert [box.itemData(index) for index in range(box.count())] == ["fetch", "fetch-near", "-"]
        assert not dialog.import_button.isEnabled()
        dialog.questions.answer("pictures", "fetch")
        await wait_ready(dialog)
        dialog.import_button.click()
        await dialog.work.settled()
        assert requests == [], "local addresses are fetched only with consent"
        assert studio.document.show.products[-2].pictures == ()
        assert [notice.code for notice in notices if notice.severity is Severity.WARNING] == ["table.pictures_failed"]
        studio.document.undo()
        dialog = await open_ready(selling.exchange.import_products(path))
        dialog.questions.answer("pictures", "fetch-near")
        await wait_ready(dialog)
        dialog.import_button.click()
        await dialog.work.settled()
    finally:
        await server.close()
    fan, cup = studio.document.show.products[-2:]
    assert studio.pictures.get(fan.pictures[0]) == picture
    assert (cup.pictures, sorted(requests)) == ((), ["/fan.png", "/moved.png", "/page.html"])
    again = await open_ready(selling.exchange.import_products(path))
    assert "1" in again.asks.text(), "the cup still has no picture"
    again.questions.answer("pictures", "-")
    await wait_ready(again)
    assert again.same.text() == "2 unchanged"


# --- rundown and orders -------------------------------------------------------------------------------------------------


async def test_an_imported_rundown_replaces_the_old_one_or_is_appended(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    before = studio.document.show.segments
    path = write_text(tmp_path / "run.csv", RUNDOWN)
    dialog = await open_ready(selling.exchange.import_rundown(path))
    dialog.import_button.click()
    segments = studio.document.show.segments
    assert [(segment.title, segment.act, segment.planned_s, segment.product_id) for segment in segments] == [
        ("Hello", Act.OPEN, 120, ""),
        ("Moon at night", Act.MIDDLE, 360, "moon"),
        ("Bye", Act.END, 180, ""),
    ]
    studio.document.undo()
    assert studio.document.show.segments == before
    dialog = await open_ready(selling.exchange.import_rundown(path))
    dialog.replace.click()
    await wait_ready(dialog)
    dialog.import_button.click()
    assert studio.document.show.segments[: len(before)] == before
    assert [segment.title for segment in studio.document.show.segments[len(before) :]] == ["Hello", "Moon at night", "Bye"]


async def test_importing_the_same_orders_twice_adds_them_once(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    path = write_text(tmp_path / "orders.csv", ORDERS)
    stock = units_in_stock(product_by_id(studio.document.show, "sun"))
    dialog = await open_ready(selling.exchange.import_orders(path))
    assert (dialog.new.text(), dialog.same.text()) == ("2 new", "1 unchanged")
    dialog.import_button.click()
    assert [event.data["order"] for event in studio.log.events((EventKind.ORDER_PLACED,))] == ["A-1", "A-2"]
    assert units_in_stock(product_by_id(studio.document.show, "sun")) == stock - 2
    again = await open_ready(selling.exchange.import_orders(path))
    assert not again.import_button.isEnabled()
    assert again.words.text() == "The show already has everything in this file."


# --- export -------------------------------------------------------------------------------------------------------------


async def test_exported_products_are_imported_unchanged(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    studio.document.edit_show("Trap", lambda show: change_product(show, "cable", name={"en": '=HYPERLINK("x")', "zh-Hans": "-线"}))
    before = studio.document.show.products
    for name in ("all.xlsx", "all.csv"):
        dialog = selling.exchange.export()
        dialog.choose(ExportKind.PRODUCTS.value)
        dialog.write(tmp_path / name)
        await dialog.work.settled()
        dialog.close()
        back = await open_ready(selling.exchange.import_products(tmp_path / name))
        assert back.same.text() == "4 unchanged", name
        assert back.results.faults.count() == 0
        back.reject()
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(("=", "+", "-", "@"))]
    studio.document.edit_show("Clear", lambda show: replace(show, products=(), segments=()))
    back = await open_ready(selling.exchange.import_products(tmp_path / "all.xlsx"))
    back.import_button.click()
    assert [without_ids(product) for product in studio.document.show.products] == [without_ids(product) for product in before]


def without_ids(product: Product) -> Product:
    """An import gives points new ids."""
    return replace(product, points=tuple(replace(point, id="") for point in product.points))


async def test_rundown_orders_and_log_are_exported(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    (await open_ready(selling.exchange.import_orders(write_text(tmp_path / "in.csv", ORDERS)))).import_button.click()
    notices = record_notices(selling)
    dialog = selling.exchange.export()
    rows: dict[str, list[list[str]]] = {}
    for what in (ExportKind.RUNDOWN, ExportKind.ORDERS, ExportKind.EVENTS):
        path = tmp_path / f"{what.value}.csv"
        dialog.choose(what.value)
        dialog.write(path)
        await dialog.work.settled()
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows[what.value] = list(csv.reader(file))
    assert len(rows["rundown"]) == 1 + len(studio.document.show.segments)
    assert [row[:5] for row in rows["orders"][1:]] == [["A-1", "SKU-sun", "2", "39.98", "USD"], ["A-2", "SKU-moon", "1", "19.99", "USD"]]
    assert [row[2] for row in rows["events"][1:]].count("order.placed") == 2
    assert [notice.code for notice in notices] == ["table.written"] * 3
    dialog.choose(ExportKind.RUNDOWN.value)
    dialog.write(tmp_path / "nowhere" / "x.csv")
    await dialog.work.settled()
    assert notices[-1].severity.name == "ERROR"
    assert dialog.save_button.isEnabled()


async def test_the_handbook_is_exported_as_html_and_pdf_in_the_selected_language(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    dialog = selling.exchange.export()
    dialog.choose(HANDBOOK)
    assert dialog.language.isVisible()
    dialog.language.setCurrentIndex(dialog.language.findData("de"))
    dialog.write(tmp_path / "handbook.html")
    dialog.write(tmp_path / "handbook.pdf")
    page = (tmp_path / "handbook.html").read_text(encoding="utf-8")
    assert 'lang="de"' in page
    assert "Sun-Lampe" in page
    assert (tmp_path / "handbook.pdf").read_bytes().startswith(b"%PDF-")


# --- earlier versions ---------------------------------------------------------------------------------------------------


async def test_a_backup_opens_as_a_new_show(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    assert not selling.qt_actions.by_id["backups.open"].isEnabled()
    assert studio.files.save_as(tmp_path / "Lamps.tradewind")
    QApplication.processEvents()
    assert selling.qt_actions.by_id["backups.open"].isEnabled()
    studio.files.new()
    assert studio.files.open(tmp_path / "Lamps.tradewind"), "opening a show makes a backup"
    async with asyncio.timeout(40):
        while not studio.files.backups():  # the writer's thread makes it
            await asyncio.sleep(0.01)
    studio.document.edit_show("Remove", lambda show: replace(show, products=(), segments=()))
    dialog = selling.exchange.show_backups()
    assert dialog.list.topLevelItemCount() == 1
    item = dialog.list.topLevelItem(0)
    assert item is not None
    assert item.text(1).endswith("kB") or item.text(1).endswith("KB")
    made_at = QDateTime.fromMSecsSinceEpoch(round(studio.files.backups()[0].made_at_s * 1000))
    assert item.text(0) in {QLocale(language).toString(made_at, QLocale.FormatType.LongFormat) for language in ("en", "en_US", "C")}
    dialog.open_button.click()
    assert len(studio.document.show.products) == 4
    assert studio.document.path is None
    assert studio.files.open(tmp_path / "Lamps.tradewind")
    assert not studio.document.show.products
