"""Tests the product list (keyboard, mouse, files) and every page of the product form, on a real open show."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from app.domain.base.notice import Notice
from app.domain.catalogue.product import Link, Product, Role, Stock, link_in, price_in
from app.domain.show import product_by_id
from app.domain.show_editing import change_presentation, change_product
from app.session.studio import Studio
from app.ui.catalogue.picture_strip import PictureStrip
from app.ui.catalogue.product import ProductDialog
from app.ui.catalogue.product_list import ProductView
from app.ui.catalogue.product_trade_pages import PricesPage
from app.ui.catalogue.products import ProductsPanel
from app.ui.kit.table_edit import TableEdit
from app.ui.shell.main_window import MainWindow
from tests.support.selling_show import selling_show
from tests.ui.rundown.test_rundown import RepaintedRegion
from tests.ui.shell.test_keyboard import controls, named, round_trip

NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
PRICE, WAS, LINK = 1, 2, 4


@pytest.fixture
def selling(studio: Studio, window: MainWindow) -> MainWindow:
    """The window with four products in two markets and the product list in front."""
    template = selling_show()
    segments = tuple(replace(segment, scene_id="") for segment in template.segments)
    studio.document.edit_show("Fill", lambda show: replace(template, project=show.project, segments=segments))
    window.docks["products"].show()
    window.docks["products"].raise_()
    QApplication.processEvents()
    return window


@pytest.fixture
def panel(selling: MainWindow) -> ProductsPanel:
    return selling.products


@pytest.fixture
def form(selling: MainWindow) -> Iterator[ProductDialog]:
    selling.products.open("sun")
    yield dialog_of(selling)
    for dialog in selling.findChildren(ProductDialog):
        dialog.reject()


def dialog_of(window: MainWindow) -> ProductDialog:
    dialogs = [dialog for dialog in window.findChildren(ProductDialog) if dialog.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def ids(studio: Studio) -> list[str]:
    return [product.id for product in studio.document.show.products]


def visible_ids(panel: ProductsPanel) -> list[str]:
    return [product.id for product in panel.list.rows.shown]


def picture_file(path: Path, colour: str) -> Path:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    assert image.save(str(path))
    return path


def drop(view: QWidget, mime_data: QMimeData, point: QPointF) -> None:
    action = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    view.dropEvent(QDropEvent(point, action, mime_data, LEFT, NONE))


def middle_of(view: ProductView, row: int, *, share: float = 0.5) -> QPointF:
    area = view.visualRect(view.rows.index(row))
    return QPointF(area.center().x(), area.top() + area.height() * share)


def record_notices(window: MainWindow) -> list[Notice]:
    notices: list[Notice] = []
    window.bridge.notice.connect(notices.append)
    return notices


# --- the list -----------------------------------------------------------------------------------------------------------


def test_a_product_is_added_duplicated_and_removed_and_each_step_can_be_undone(
    studio: Studio, panel: ProductsPanel, selling: MainWindow
) -> None:
    before = ids(studio)
    panel.add_button.click()
    dialog = dialog_of(selling)
    made = studio.document.show.products[-1]
    assert panel.list.current_id() == made.id
    dialog.accept()
    panel.list.choose("moon")
    panel.duplicate_button.click()
    copy = studio.document.show.products[2]
    assert copy.name["en"] == "Moon lamp (2)"
    assert copy.points == product_by_id(studio.document.show, "moon").points
    assert panel.list.current_id() == copy.id
    notices = record_notices(selling)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert ids(studio) == [*before, made.id]
    assert [(notice.code, notice.actions) for notice in notices] == [("window.product_removed", ("edit.undo",))]
    for _ in range(3):
        studio.document.undo()
    assert ids(studio) == before
    assert visible_ids(panel) == before


def test_removing_several_products_keeps_their_segments_and_can_be_undone(studio: Studio, panel: ProductsPanel) -> None:
    before = studio.document.show
    panel.list.selectAll()
    panel.remove()
    assert studio.document.show.products == ()
    assert [segment.product_id for segment in studio.document.show.segments] == [""] * len(before.segments)
    assert panel._stack.currentIndex() == 1, "an empty list says what to do next"
    studio.document.undo()
    assert studio.document.show.products == before.products
    assert studio.document.show.segments == before.segments


def test_the_role_of_all_selected_products_changes_in_one_step(studio: Studio, panel: ProductsPanel) -> None:
    panel.list.choose("sun")
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    panel.set_role(Role.TRAFFIC)
    assert [product.role for product in studio.document.show.products] == [Role.TRAFFIC, Role.TRAFFIC, Role.HERO, Role.HERO]
    studio.document.undo()
    assert {product.role for product in studio.document.show.products} == {Role.HERO}


def test_the_keyboard_moves_rows(studio: Studio, panel: ProductsPanel) -> None:
    panel.list.choose("sun")
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert ids(studio) == ["moon", "sun", "star", "cable"]
    QTest.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert ids(studio) == ["moon", "sun", "star", "cable"]
    assert panel.list.current_id() == "sun"
    for _ in range(9):
        QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert ids(studio) == ["sun", "moon", "star", "cable"]


def test_dragging_moves_several_rows_at_once(studio: Studio, panel: ProductsPanel) -> None:
    view = panel.list
    mime_data = view.rows.mimeData([view.rows.index(0), view.rows.index(1)])
    drop(view, mime_data, middle_of(view, 3, share=0.8))
    assert ids(studio) == ["star", "cable", "sun", "moon"]
    assert studio.document.undo_title == "Move product"
    drop(view, view.rows.mimeData([view.rows.index(3)]), middle_of(view, 0, share=0.2))
    assert ids(studio) == ["moon", "star", "cable", "sun"]
    studio.document.undo()
    studio.document.undo()
    assert ids(studio) == ["sun", "moon", "star", "cable"]
    panel.search.setText("lamp")
    drop(view, view.rows.mimeData([view.rows.index(0)]), middle_of(view, 2, share=0.8))
    assert ids(studio) == ["sun", "moon", "star", "cable"], "a filtered list can't be reordered"


def test_a_picture_dropped_on_a_row_is_added_to_its_product(studio: Studio, panel: ProductsPanel, tmp_path: Path) -> None:
    first = picture_file(tmp_path / "red.png", "#c02020")
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(first))])
    drop(panel.list, files, middle_of(panel.list, 1))
    pictures = product_by_id(studio.document.show, "moon").pictures
    assert len(pictures) == 1
    assert studio.pictures.get(pictures[0]) == first.read_bytes()
    drop(panel.list, files, middle_of(panel.list, 1))
    assert product_by_id(studio.document.show, "moon").pictures == pictures, "the same picture is added once"
    studio.document.undo()
    assert product_by_id(studio.document.show, "moon").pictures == ()


def test_pictures_dropped_below_the_rows_add_products_and_a_broken_one_is_reported(
    studio: Studio, panel: ProductsPanel, selling: MainWindow, tmp_path: Path
) -> None:
    good = picture_file(tmp_path / "Tea bowl.png", "#2040c0")
    broken = tmp_path / "Broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    notices = record_notices(selling)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(path)) for path in (broken, good)])
    panel.list.resize(panel.list.width(), 800)
    drop(panel.list, files, QPointF(20, 700))
    made = studio.document.show.products[4:]
    assert [product.name for product in made] == [{"zh-Hans": "Tea bowl"}]
    assert studio.pictures.get(made[0].pictures[0]) == good.read_bytes()
    assert [(notice.code, notice.data["name"]) for notice in notices] == [("window.picture_refused", "Broken.png")]
    studio.document.undo()
    assert len(studio.document.show.products) == 4


def test_ten_thousand_products_are_searched_by_every_word_and_edited_in_place(studio: Studio, panel: ProductsPanel) -> None:
    many = tuple(
        Product(f"p{number}", {"en": f"Lamp number {number}", "zh-Hans": f"{number} 号灯"}, sku=f"L-{number:05}", category="light")
        for number in range(10_000)
    )
    studio.document.edit_show("Fill", lambda show: replace(show, products=many, segments=()))
    assert panel.list.rows.rowCount() == 10_000
    expected = {"L-07777": ["p7777"], "number 9999": ["p9999"], "4242 号": ["p4242"], "LIGHT l-00001": ["p1"], "moon": []}
    for text, found in expected.items():
        panel.search.setText(text)
        assert visible_ids(panel) == found, text
    panel.search.setText("4242 号")
    panel.list.choose("p4242")
    studio.document.edit_show("Rename", lambda show: change_product(show, "p4242", name={"en": "Night light", "zh-Hans": "4242 号夜灯"}))
    assert panel.list.current_id() == "p4242", "an edited row stays selected"
    assert panel.list.name_of(panel.list.rows.shown[0]) == "4242 号夜灯"
    panel.search.clear()
    assert panel.list.rows.rowCount() == 10_000


# --- the form -----------------------------------------------------------------------------------------------------------


def open_page(dialog: ProductDialog, title: str) -> None:
    place = next(index for index in range(dialog.list.count()) if dialog.list.item(index).text() == title)
    dialog.list.setCurrentRow(place)
    QApplication.processEvents()


def name_field(dialog: ProductDialog) -> QLineEdit:
    return next(line for line in dialog.findChildren(QLineEdit) if line.accessibleName() == "Name")


def open_prices(dialog: ProductDialog) -> PricesPage:
    open_page(dialog, "Prices and stock")
    found = dialog.findChild(PricesPage)
    assert found is not None
    return found


def type_in_cell(table: TableEdit, row: int, column: int, text: str) -> None:
    """Type `text` into a cell with the keyboard: Enter opens the editor and closes it."""
    table.grid.setFocus()
    table.grid.setCurrentCell(row, column)
    item = table.grid.item(row, column)
    assert item is not None
    QTest.keyClick(table.grid, Qt.Key.Key_Return)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def cell(table: TableEdit, row: int, column: int) -> str:
    item = table.grid.item(row, column)
    assert item is not None
    return item.text()


def test_typing_in_the_middle_of_a_text_keeps_the_cursor_in_place(studio: Studio, form: ProductDialog) -> None:
    line = name_field(form)
    assert form.focusWidget() is line, "the form opens with the name field focused"
    assert line.selectedText() == line.text()
    QTest.keyClicks(line, "sunlamp")
    line.setCursorPosition(3)
    QTest.keyClicks(line, " big ")
    assert line.text() == "sun big lamp"
    assert line.cursorPosition() == 8
    assert product_by_id(studio.document.show, "sun").name["zh-Hans"] == "sun big lamp"
    paragraph = next(field for field in form.findChildren(QPlainTextEdit) if field.isVisibleTo(form))
    paragraph.setFocus()
    QTest.keyClicks(paragraph, "Dark evenings")
    cursor = paragraph.textCursor()
    cursor.setPosition(4)
    paragraph.setTextCursor(cursor)
    QTest.keyClicks(paragraph, " long")
    assert product_by_id(studio.document.show, "sun").pain_point == {"zh-Hans": "Dark long evenings"}
    assert paragraph.textCursor().position() == 9
    studio.document.apply_external(lambda show: change_product(show, "sun", stock=()))  # an order arrives
    assert paragraph.textCursor().position() == 9
    assert form.focusWidget() is paragraph


def test_typing_in_a_field_is_one_undo_step(studio: Studio, form: ProductDialog) -> None:
    before = product_by_id(studio.document.show, "sun")
    line = name_field(form)
    QTest.keyClicks(line, "Solar")
    assert product_by_id(studio.document.show, "sun").name == {**before.name, "zh-Hans": "Solar"}
    assert form.title.text() == "Solar"
    form.undo.click()
    assert product_by_id(studio.document.show, "sun") == before
    assert line.text() == before.name["zh-Hans"]


def test_each_language_is_edited_separately_and_the_meter_shows_its_progress(studio: Studio, form: ProductDialog) -> None:
    languages = [form.language.itemData(index) for index in range(form.language.count())]
    assert languages[:3] == ["zh-Hans", "en", "es"]
    percents = [form.language.itemText(index) for index in range(form.language.count())]
    form.language.setCurrentIndex(languages.index("es"))
    form.language.activated.emit(languages.index("es"))
    line = name_field(form)
    line.setFocus()
    assert line.text() == ""
    missing = form.meter.bar.value()
    QTest.keyClicks(line, "Lampara solar")
    assert product_by_id(studio.document.show, "sun").name["es"] == "Lampara solar"
    assert product_by_id(studio.document.show, "sun").name["en"] == "Sun lamp"
    assert form.meter.bar.value() > missing
    assert "Name" not in form.meter.words.text()
    assert "Use cases" in form.meter.words.text()
    assert form.language.itemText(languages.index("es")) != percents[languages.index("es")]


def test_an_invalid_price_is_marked_and_rejected_and_other_cells_still_work(studio: Studio, form: ProductDialog) -> None:
    table = open_prices(form).prices
    us = price_in(product_by_id(studio.document.show, "sun"), "US")
    type_in_cell(table, 0, PRICE, "nineteen")
    assert price_in(product_by_id(studio.document.show, "sun"), "US") == us
    item = table.grid.item(0, PRICE)
    assert item is not None
    assert (item.text(), item.toolTip()) == ("nineteen", "“nineteen” isn’t a valid amount.")
    type_in_cell(table, 1, PRICE, "17,50")
    de = price_in(product_by_id(studio.document.show, "sun"), "DE")
    assert de is not None
    assert (de.price.minor, de.price.currency) == (1750, "EUR")
    assert cell(table, 0, PRICE) == "nineteen", "the invalid text stays so that the user can correct it"
    assert cell(table, 1, PRICE) == "17.50"
    type_in_cell(table, 0, PRICE, "-5")
    assert price_in(product_by_id(studio.document.show, "sun"), "US") == us
    type_in_cell(table, 0, PRICE, "21")
    price = price_in(product_by_id(studio.document.show, "sun"), "US")
    assert price is not None
    assert price.price.minor == 2100
    item = table.grid.item(0, PRICE)
    assert item is not None
    assert (item.text(), item.toolTip()) == ("21.00", "")


def test_a_link_is_completed_or_rejected_in_its_cell(studio: Studio, form: ProductDialog) -> None:
    table = open_prices(form).prices
    type_in_cell(table, 0, LINK, "shop.example.test/us")
    assert link_in(product_by_id(studio.document.show, "sun"), "US") == "https://shop.example.test/us"
    assert cell(table, 0, LINK) == "https://shop.example.test/us"
    type_in_cell(table, 0, LINK, "javascript:alert(1)")
    assert link_in(product_by_id(studio.document.show, "sun"), "US") == "https://shop.example.test/us"
    item = table.grid.item(0, LINK)
    assert item is not None
    assert item.toolTip().startswith("Viewers can’t open “javascript:alert(1)”")


def test_the_form_names_what_viewers_need_to_buy(studio: Studio, form: ProductDialog) -> None:
    assert "Buy link" not in form.missing.text()
    studio.document.edit_show("No links", lambda show: change_product(show, "sun", links=()))
    assert "Buy link" in form.missing.text()
    studio.document.edit_show("One link", lambda show: change_product(show, "sun", links=(Link("US", "shop.example"),)))
    assert "Buy link (Germany)" in form.missing.text()
    studio.document.edit_show("No prices", lambda show: change_product(show, "sun", prices=()))
    assert "Price, Buy link" in form.missing.text() and form.missing.isVisible()


def test_delete_clears_a_cell_and_tab_leaves_the_table_after_the_last_cell(studio: Studio, form: ProductDialog) -> None:
    table = open_prices(form).prices
    table.grid.setFocus()
    table.grid.setCurrentCell(0, WAS)
    QTest.keyClick(table.grid, Qt.Key.Key_Delete)
    price = price_in(product_by_id(studio.document.show, "sun"), "US")
    assert price is not None
    assert price.was is None
    type_in_cell(table, 1, LINK, "https://shop.example.test/de")
    assert [link.url for link in product_by_id(studio.document.show, "sun").links if link.market_id == "DE"] == [
        "https://shop.example.test/de"
    ]
    table.grid.setCurrentCell(1, LINK)
    QTest.keyClick(table.grid, Qt.Key.Key_Tab)
    assert form.focusWidget() is not table.grid
    assert form.focusWidget() is not None


def test_stock_rows_are_added_edited_and_removed(studio: Studio, form: ProductDialog) -> None:
    table = open_prices(form).stock
    table.add_button.click()
    type_in_cell(table, 1, 0, "Rotterdam")
    type_in_cell(table, 1, 1, "many")
    assert [(item.place, item.units) for item in product_by_id(studio.document.show, "sun").stock] == [("US", 40), ("Rotterdam", 0)]
    type_in_cell(table, 1, 1, "12")
    assert [(item.place, item.units) for item in product_by_id(studio.document.show, "sun").stock] == [("US", 40), ("Rotterdam", 12)]
    table.grid.setCurrentCell(0, 0)
    QTest.keyClick(table.grid, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert [(item.place, item.units) for item in product_by_id(studio.document.show, "sun").stock] == [("Rotterdam", 12)]


def test_the_keyboard_moves_and_removes_pictures(studio: Studio, form: ProductDialog, tmp_path: Path) -> None:
    open_page(form, "Pictures")
    strip = form.findChild(PictureStrip)
    assert strip is not None
    strip.files_chosen.emit([str(picture_file(tmp_path / f"{colour}.png", colour)) for colour in ("red", "blue", "green")])
    first = product_by_id(studio.document.show, "sun").pictures
    assert len(first) == 3
    strip.list.setFocus()
    strip.list.setCurrentRow(2)
    QTest.keyClick(strip.list, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert product_by_id(studio.document.show, "sun").pictures == (first[0], first[2], first[1])
    QTest.keyClick(strip.list, Qt.Key.Key_Delete)
    assert product_by_id(studio.document.show, "sun").pictures == (first[0], first[1])
    studio.document.undo()
    assert strip.list.count() == 3


def test_tab_reaches_every_control_of_every_page(form: ProductDialog) -> None:
    form.resize(1000, 1600)
    for index in range(form.list.count()):
        form.list.setCurrentRow(index)
        QApplication.processEvents()
        reached = {id(widget) for widget in round_trip(form)}
        assert not [named(widget) for widget in controls(form) if id(widget) not in reached], form.list.item(index).text()


def test_every_page_fits_a_small_screen_in_both_languages(studio: Studio, form: ProductDialog) -> None:
    long = "Ein sehr langer Name, der niemals in eine Zeile passt und trotzdem lesbar bleiben muss " * 2
    studio.document.edit_show("Rename", lambda show: change_product(show, "sun", name={"zh-Hans": long}))
    for index in range(form.list.count()):
        form.list.setCurrentRow(index)
        QApplication.processEvents()
        assert form.minimumSizeHint().height() <= 700
        assert form.minimumSizeHint().width() <= 900
    assert form.width() <= 900


def test_the_form_closes_on_escape_and_when_its_product_is_removed(studio: Studio, selling: MainWindow, form: ProductDialog) -> None:
    QTest.keyClick(form, Qt.Key.Key_Escape)
    assert not form.isVisible()
    selling.products.open("moon")
    other = dialog_of(selling)
    selling.products.list.choose("moon")
    selling.products.remove()
    assert not other.isVisible()


def test_opening_a_product_twice_shows_the_same_form(selling: MainWindow, form: ProductDialog) -> None:
    selling.products.open("sun", "prices")
    assert dialog_of(selling) is form
    assert form.list.currentItem().text() == "Prices and stock"


def test_a_product_without_stock_figures_is_not_sold_out(studio: Studio, panel: ProductsPanel) -> None:
    def sold_out(**changes: Any) -> tuple[bool, bool]:
        studio.document.edit_show("Stock", lambda show: change_product(show, "sun", **changes))
        line = panel._describe(product_by_id(studio.document.show, "sun"))
        return line.sold_out, "sold out" in line.detail

    assert sold_out(stock=()) == (False, False)
    assert sold_out(stock=(Stock("US", 0),)) == (True, True)
    assert sold_out(stock=(Stock("US", 3),)) == (False, False)


def test_only_a_changed_product_is_repainted(studio: Studio, panel: ProductsPanel) -> None:
    view = panel.list
    QApplication.processEvents()
    repaints = RepaintedRegion(view.viewport())
    areas = [view.visualRect(view.rows.index(row)) for row in range(4)]
    studio.document.edit_show("Rename", lambda show: change_product(show, "moon", name={"zh-Hans": "月灯"}))
    QApplication.processEvents()
    assert [repaints.region.intersects(area) for area in areas] == [False, True, False, False]
    before = panel._describe(studio.document.show.products[1])
    studio.document.edit_show("Change stock", lambda show: change_product(show, "moon", stock=(Stock("US", 3),)))
    assert panel._describe(studio.document.show.products[1]) != before
    assert panel._describe(studio.document.show.products[1]).detail.startswith(before.detail.split(" · ")[0])
    studio.document.edit_show("Look", lambda show: change_presentation(show, market_id="DE"))
    assert "€" in panel._describe(studio.document.show.products[1]).detail
