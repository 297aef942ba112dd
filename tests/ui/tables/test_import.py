"""Tables brought in and written out, and earlier versions, by the dialogs over a real show and real files."""

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
    sold = selling_show()
    segments = tuple(replace(segment, scene_id="") for segment in sold.segments)
    studio.document.edit_show("Fill", lambda show: replace(sold, project=show.project, segments=segments))
    studio.control.orders.reload()
    yield window
    for work in (*(one.work for one in window.findChildren(ImportDialog)), *(one.work for one in window.findChildren(ExportDialog))):
        await work.settled()
    for dialog in window.findChildren(QDialog):
        dialog.close()


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


async def opened(dialog: ImportDialog | None) -> ImportDialog:
    assert dialog is not None
    await ready(dialog)
    return dialog


async def ready(dialog: ImportDialog) -> None:
    """Until the rows have been looked at; reading is one piece of work and looking at them the next."""
    while dialog.stage in (ImportStage.READING, ImportStage.PLANNING):
        await dialog.work.settled()


def told_by(window: MainWindow) -> list[Notice]:
    notices: list[Notice] = []
    window.bridge.notice.connect(notices.append)
    return notices


def choose(dialog: ImportDialog, column: int, use: Use | None) -> None:
    box = dialog.view.header.boxes[column]
    place = dialog.view.header.place_of(use)
    box.setCurrentIndex(place)
    box.activated.emit(place)


# --- products -----------------------------------------------------------------------------------------------------------


async def test_a_table_with_errors_is_shown_with_them_and_nothing_comes_in_before_it_is_said(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    before = studio.document.show
    notices = told_by(selling)
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "shop.csv", PRODUCTS, "gb18030")))
    assert dialog.view.header.matching() == (
        Use("sku"),
        Use("name", "zh-Hans"),
        Use("name", "en"),
        *(Use("price", "US"), Use("price", "DE"), Use("stock", "US")),
        Use("link"),
        None,
    )
    assert (dialog.new.text(), dialog.changed.text(), dialog.wrong.text()) == ("1 new", "1 changed", "2 invalid")
    errors = [dialog.faults.item(place).text() for place in range(dialog.faults.count())]
    assert errors == [
        "Row 3, Price [US]: “abc” isn't an amount of money.",
        "Row 3, Link: “not a link” isn't a web link.",
        "Row 5: The row has no name.",
    ]
    rows = dialog.view.rows
    assert [rows.fault(1, column) for column in (3, 6)] == [error.split(": ", 1)[1] for error in errors[:2]]
    assert rows.data(rows.index(1, 1)) == "竹灯"
    assert not dialog.take_button.isEnabled()
    assert studio.document.show is before
    dialog.faults.setCurrentRow(1)
    assert (dialog.view.currentIndex().row(), dialog.view.currentIndex().column()) == (1, 6)
    dialog.leave_out.click()
    assert dialog.take_button.isEnabled()
    dialog.take_button.click()
    assert not dialog.isVisible()
    assert [one.sku for one in studio.document.show.products] == ["SKU-sun", "SKU-moon", "SKU-star", "SKU-cable", "NEW-2"]
    sun, made = studio.document.show.products[0], studio.document.show.products[-1]
    assert (sun.id, sun.name["en"], units_in_stock(sun), sun.points) == ("sun", "Sunny lamp", 44, before.products[0].points)
    price = price_in(made, "DE")
    assert price is not None
    assert (price.price.minor, price.price.currency, made.name) == (2990, "EUR", {"zh-Hans": "纸灯", "en": "Paper lamp"})
    assert [(one.code, one.data) for one in notices] == [("window.products_imported", {"new": 1, "changed": 1, "left_out": 2})]
    assert studio.document.undo_title == "Import products"
    studio.document.undo()
    assert studio.document.show.products == before.products


async def test_a_column_is_matched_by_hand_and_one_that_is_needed_must_be_there(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    studio.document.edit_show("Clear", lambda show: replace(show, products=(), segments=()))
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "own.csv", "Ware,Kosten\nLampe,12\nKerze,3\n")))
    choose(dialog, 0, None)
    await ready(dialog)
    assert not dialog.take_button.isEnabled()
    assert dialog.words.text() == "Choose a column for: Name."
    choose(dialog, 0, Use("name", "de"))
    await ready(dialog)
    assert dialog.take_button.isEnabled()
    choose(dialog, 1, Use("name", "de"))
    assert dialog.view.header.matching() == (None, Use("name", "de")), "what one column is used for, no other is"
    choose(dialog, 0, Use("name", "de"))
    choose(dialog, 1, Use("price", "DE"))
    await ready(dialog)
    dialog.take_button.click()
    assert [one.name for one in studio.document.show.products] == [{"de": "Lampe"}, {"de": "Kerze"}]
    price = price_in(studio.document.show.products[0], "DE")
    assert price is not None
    assert (price.price.minor, price.price.currency) == (1200, "EUR")


async def test_a_book_with_sheets_is_read_sheet_by_sheet(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    book.active.append(["nothing to see"])
    book.create_sheet("Goods").append(["Name", "SKU", "Stock [US]"])
    book["Goods"].append(["Vase", "V-1", 5])
    book.save(tmp_path / "book.xlsx")
    dialog = await opened(selling.exchange.bring_in_products(tmp_path / "book.xlsx"))
    assert dialog.sheet.isVisible()
    assert not dialog.take_button.isEnabled()
    dialog.sheet.setCurrentText("Goods")
    dialog.sheet.activated.emit(1)
    await ready(dialog)
    assert dialog.new.text() == "1 new"
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert studio.document.show.products[-1].sku == "V-1"


async def test_what_is_no_table_is_said_in_the_dialog_and_another_can_be_chosen(selling: MainWindow, tmp_path: Path) -> None:
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "empty.csv", "")))
    assert dialog.stage is ImportStage.EMPTY
    assert "has no rows" in dialog.words.text()
    assert not dialog.take_button.isEnabled()
    dialog.read_file(written(tmp_path / "good.csv", "Name\nVase\n"))
    await ready(dialog)
    assert dialog.take_button.isEnabled()
    dialog.reject()


async def test_what_changes_meanwhile_is_looked_at_again_before_anything_comes_in(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "few.csv", "SKU,Category\nSKU-sun,lamps\n")))
    studio.document.apply_external(lambda show: change_product(show, "sun", sku="SKU-sun", stock=()))  # sold out while the dialog is open
    assert not dialog.take_button.isEnabled()
    await ready(dialog)
    dialog.take_button.click()
    sun = product_by_id(studio.document.show, "sun")
    assert (sun.category, sun.stock) == ("lamps", ()), "the units that were sold stay sold"


async def test_ten_thousand_rows_come_in_while_the_window_goes_on(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["SKU", "Name", "Price [US]", "Stock [US]"])
    table.writerows([f"N-{number}", f"Thing {number}", f"{number % 90 + 1}.99", number] for number in range(10_000))
    dialog = selling.exchange.bring_in_products(written(tmp_path / "many.csv", text.getvalue()))
    assert dialog is not None
    turns = 0
    while dialog.stage in (ImportStage.READING, ImportStage.PLANNING):
        assert dialog.progress.isVisibleTo(dialog)
        QApplication.processEvents()
        await asyncio.sleep(0.01)
        turns += 1
    assert turns >= 2, "the window had its turns while the rows were read"
    assert dialog.new.text() == "10000 new"
    dialog.take_button.click()
    assert len(studio.document.show.products) == 10_004
    assert selling.products.list.rows.rowCount() == 10_004
    studio.document.undo()
    assert len(studio.document.show.products) == 4


async def test_a_table_dropped_on_the_list_is_brought_in_even_where_there_is_none(
    studio: Studio, selling: MainWindow, tmp_path: Path
) -> None:
    studio.document.edit_show("Clear", lambda show: replace(show, products=(), segments=()))
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(written(tmp_path / "drop.csv", "Name\nVase\n")))])
    for target in (selling.products, selling.products.list):
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        target.dropEvent(QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, files, left, none))
        dialog = next(one for one in selling.findChildren(ImportDialog) if one.isVisible())
        await ready(dialog)
        assert dialog.new.text() == "1 new"
        dialog.reject()


async def test_the_dialog_is_walked_through_by_tab_and_fits_a_small_screen(selling: MainWindow, tmp_path: Path) -> None:
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "shop.csv", PRODUCTS)))
    assert dialog.height() <= 700
    assert dialog.minimumSizeHint().height() <= 500
    dialog.resize(1800, 900)
    QApplication.processEvents()
    reached = {id(widget) for widget in round_trip(dialog)}
    assert not [named(widget) for widget in controls(dialog) if id(widget) not in reached]


# --- how a file is read, and what it leaves open ------------------------------------------------------------------------


async def test_what_a_file_leaves_open_is_asked_and_nothing_comes_in_before(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    text = "Name,SKU,Price,Price [US],Cost\nFan,N-1,$5.00,6.00,kr 3\nCup,N-2,7,8,\nCup,n-2,9,10,\n"
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "open.csv", text)))
    assert set(dialog.questions.boxes) == {"column:price:US", "currency:4:kr", "doubled"}
    assert dialog.questions.isVisible()
    assert all(box.currentIndex() == -1 for box in dialog.questions.boxes.values()), "nothing is chosen before somebody chooses"
    assert (dialog.asks.text(), dialog.words.text()) == ("3 unanswered", "Answer the questions above first.")
    assert not dialog.take_button.isEnabled()
    for key, value in (("column:price:US", "3"), ("currency:4:kr", "SEK"), ("doubled", "last")):
        box = dialog.questions.boxes[key]
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
        await ready(dialog)
    assert [[dialog.preview.index(row, column).data() for column in range(3)] for row in range(2)] == [
        ["N-1", "Fan", "6.00 USD"],
        ["n-2", "Cup", "10.00 USD"],
    ]
    dialog.take_button.click()
    fan, cup = studio.document.show.products[-2:]
    assert (fan.unit_cost, cup.sku) == (Money(300, "SEK"), "n-2")
    again = await opened(selling.exchange.bring_in_products(tmp_path / "open.csv"))
    for key, value in (("column:price:US", "3"), ("currency:4:kr", "SEK"), ("doubled", "last")):
        again.questions.answer(key, value)
        await ready(again)
    assert again.same.text() == "2 unchanged"
    assert not again.take_button.isEnabled()


async def test_encoding_heading_and_shop_are_found_and_can_be_chosen(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    text = "Price list,,\n상품명,판매가,재고\n여름 부채,39,12\n"
    dialog = await opened(selling.exchange.bring_in_products(written(tmp_path / "korean.csv", text, "cp949")))
    source = dialog.source
    assert (source.encoding.currentData(), source.heading.value(), source.profile.currentData()) == ("cp949", 2, "")
    assert source.first_line.text() == "Above the header row: Price list"
    assert dialog.new.text() == "1 new"
    source.encoding.setCurrentIndex(source.encoding.findData("cp1252"))
    source.encoding.activated.emit(source.encoding.currentIndex())
    await ready(dialog)
    assert source.encoding.currentData() == "cp1252"
    assert "»óÇ°¸í" in str(dialog.view.rows.headerData(0, Qt.Orientation.Horizontal))
    source.encoding.setCurrentIndex(source.encoding.findData("cp949"))
    source.encoding.activated.emit(source.encoding.currentIndex())
    await ready(dialog)
    source.heading.setValue(1)
    await ready(dialog)
    assert not dialog.take_button.isEnabled()
    source.heading.setValue(2)
    await ready(dialog)
    assert dialog.take_button.isEnabled()
    shop = "Handle,Title,Variant SKU,Variant Price,Option1 Value\nfan,Fan,F-9,5,Red\nfan,,F-8,6,Blue\n"
    dialog.read_file(written(tmp_path / "shop.csv", shop))
    await ready(dialog)
    assert (source.profile.currentText(), dialog.new.text(), dialog.wrong.isVisible()) == ("Shopify", "2 new", False)
    source.profile.setCurrentIndex(0)
    source.profile.activated.emit(0)
    await ready(dialog)
    assert dialog.wrong.text() == "1 invalid", "without the shop's rules the second row has no name"


async def test_a_reading_that_nobody_waits_for_stops(selling: MainWindow, tmp_path: Path) -> None:
    text = "SKU,Name\n" + "".join(f"N-{number},Thing\n" for number in range(40_000))
    dialog = selling.exchange.bring_in_products(written(tmp_path / "long.csv", text))
    assert dialog is not None
    reading = dialog._reading
    assert reading.watch(1)
    dialog.reject()
    assert not reading.watch(2)
    await dialog.work.settled()


async def test_pictures_are_asked_about_fetched_and_kept(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    picture = next((RESOURCES / "sample_show" / "pictures").glob("*.*")).read_bytes()
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/moved.png":
            raise web.HTTPFound("/fan.png")
        return web.Response(body=picture if request.path == "/fan.png" else b"<html>no picture</html>")

    server = TestServer(web.Application())
    server.app.router.add_get("/{name}", answer)
    await server.start_server()
    base = f"http://127.0.0.1:{server.port}"
    text = f"Name,SKU,Images\nFan,N-1,{base}/moved.png\nCup,N-2,{base}/page.html\n"
    path = written(tmp_path / "pictures.csv", text)
    notices = told_by(selling)
    try:
        dialog = await opened(selling.exchange.bring_in_products(path))
        box = dialog.questions.boxes["pictures"]
        assert [box.itemData(place) for place in range(box.count())] == ["fetch", "fetch-near", "-"]
        assert not dialog.take_button.isEnabled()
        dialog.questions.answer("pictures", "fetch")
        await ready(dialog)
        dialog.take_button.click()
        await dialog.work.settled()
        assert asked == [], "this computer is not asked unless the user said so"
        assert studio.document.show.products[-2].pictures == ()
        assert [notice.code for notice in notices if notice.severity is Severity.WARNING] == ["table.pictures_failed"]
        studio.document.undo()
        dialog = await opened(selling.exchange.bring_in_products(path))
        dialog.questions.answer("pictures", "fetch-near")
        await ready(dialog)
        dialog.take_button.click()
        await dialog.work.settled()
    finally:
        await server.close()
    fan, cup = studio.document.show.products[-2:]
    assert studio.pictures.get(fan.pictures[0]) == picture
    assert (cup.pictures, sorted(asked)) == ((), ["/fan.png", "/moved.png", "/page.html"])
    again = await opened(selling.exchange.bring_in_products(path))
    assert "1" in again.asks.text(), "the cup still has none"
    again.questions.answer("pictures", "-")
    await ready(again)
    assert again.same.text() == "2 unchanged"


# --- run of show, orders ------------------------------------------------------------------------------------------------


async def test_the_run_of_show_comes_in_in_place_of_the_old_one_or_behind_it(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    before = studio.document.show.segments
    path = written(tmp_path / "run.csv", RUNDOWN)
    dialog = await opened(selling.exchange.bring_in_rundown(path))
    dialog.take_button.click()
    segments = studio.document.show.segments
    assert [(one.title, one.act, one.planned_s, one.product_id) for one in segments] == [
        ("Hello", Act.OPEN, 120, ""),
        ("Moon at night", Act.MIDDLE, 360, "moon"),
        ("Bye", Act.END, 180, ""),
    ]
    studio.document.undo()
    assert studio.document.show.segments == before
    dialog = await opened(selling.exchange.bring_in_rundown(path))
    dialog.replace.click()
    await ready(dialog)
    dialog.take_button.click()
    assert studio.document.show.segments[: len(before)] == before
    assert [one.title for one in studio.document.show.segments[len(before) :]] == ["Hello", "Moon at night", "Bye"]


async def test_orders_come_in_once_whatever_is_brought_again(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    path = written(tmp_path / "orders.csv", ORDERS)
    stock = units_in_stock(product_by_id(studio.document.show, "sun"))
    dialog = await opened(selling.exchange.bring_in_orders(path))
    assert (dialog.new.text(), dialog.same.text()) == ("2 new", "1 unchanged")
    dialog.take_button.click()
    assert [event.data["order"] for event in studio.log.events((EventKind.ORDER_PLACED,))] == ["A-1", "A-2"]
    assert units_in_stock(product_by_id(studio.document.show, "sun")) == stock - 2
    again = await opened(selling.exchange.bring_in_orders(path))
    assert not again.take_button.isEnabled()
    assert again.words.text() == "The show already has everything in this file."


# --- out ----------------------------------------------------------------------------------------------------------------


async def test_products_that_were_written_out_come_back_as_they_were(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    studio.document.edit_show("Trap", lambda show: change_product(show, "cable", name={"en": '=HYPERLINK("x")', "zh-Hans": "-线"}))
    before = studio.document.show.products
    for name in ("all.xlsx", "all.csv"):
        dialog = selling.exchange.export()
        dialog.choose(ExportKind.PRODUCTS.value)
        dialog.write(tmp_path / name)
        await dialog.work.settled()
        dialog.close()
        back = await opened(selling.exchange.bring_in_products(tmp_path / name))
        assert back.same.text() == "4 unchanged", name
        assert back.faults.count() == 0
        back.reject()
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell.startswith(("=", "+", "-", "@"))]
    studio.document.edit_show("Clear", lambda show: replace(show, products=(), segments=()))
    back = await opened(selling.exchange.bring_in_products(tmp_path / "all.xlsx"))
    back.take_button.click()
    assert [without_ids(one) for one in studio.document.show.products] == [without_ids(one) for one in before]


def without_ids(product: Product) -> Product:
    """Points get ids of their own when they come from a table."""
    return replace(product, points=tuple(replace(point, id="") for point in product.points))


async def test_run_of_show_orders_and_log_are_written(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    (await opened(selling.exchange.bring_in_orders(written(tmp_path / "in.csv", ORDERS)))).take_button.click()
    notices = told_by(selling)
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


async def test_the_handbook_is_written_as_page_and_as_pdf_in_the_chosen_language(
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


async def test_an_earlier_version_opens_as_a_new_show(studio: Studio, selling: MainWindow, tmp_path: Path) -> None:
    assert not selling.qt_actions.by_id["backups.open"].isEnabled()
    assert studio.files.save_as(tmp_path / "Lamps.tradewind")
    QApplication.processEvents()
    assert selling.qt_actions.by_id["backups.open"].isEnabled()
    studio.files.new()
    assert studio.files.open(tmp_path / "Lamps.tradewind"), "a show that is opened is copied"
    async with asyncio.timeout(40):
        while not studio.files.backups():  # made on the writer's thread
            await asyncio.sleep(0.01)
    studio.document.edit_show("Remove", lambda show: replace(show, products=(), segments=()))
    dialog = selling.exchange.show_backups()
    assert dialog.list.topLevelItemCount() == 1
    item = dialog.list.topLevelItem(0)
    assert item is not None
    assert item.text(1).endswith("kB") or item.text(1).endswith("KB")
    made = QDateTime.fromMSecsSinceEpoch(round(studio.files.backups()[0].made_at_s * 1000))
    assert item.text(0) in {QLocale(language).toString(made, QLocale.FormatType.LongFormat) for language in ("en", "en_US", "C")}
    dialog.open_button.click()
    assert len(studio.document.show.products) == 4
    assert studio.document.path is None
    assert studio.files.open(tmp_path / "Lamps.tradewind")
    assert not studio.document.show.products
