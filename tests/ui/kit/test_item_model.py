"""Lists that follow the show row by row: after every change they show its items and keep the selection."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.catalogue.product import Product
from app.domain.rundown.rundown import Act, Segment
from app.domain.show_editing import move_products, move_segments, remove_products
from app.session.studio import Studio
from app.ui.catalogue.product_list import ProductModel
from app.ui.kit.item_model import ITEM_ROLE, MOST_NEW, ItemModel
from app.ui.rundown.segment_list import SegmentModel
from app.ui.shell.main_window import MainWindow

WARNING = QAbstractItemModelTester.FailureReportingMode.Warning  # which a test here does not pass
DISPLAY = Qt.ItemDataRole.DisplayRole


@pytest.fixture
def owner(qt: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    yield made
    made.deleteLater()


def made(*names: str) -> tuple[Product, ...]:
    return tuple(Product(name, {"en": name.upper()}) for name in names)


def ids(model: ItemModel[Product]) -> list[str]:
    return [model.index(row).data(ITEM_ROLE).id for row in range(model.rowCount())]


class Heard:
    """Counts inserted, removed, moved and changed rows, and resets of the model."""

    def __init__(self, model: ItemModel[Product]) -> None:
        self._spies = [
            QSignalSpy(signal) for signal in (model.rowsInserted, model.rowsRemoved, model.rowsMoved, model.dataChanged, model.modelReset)
        ]

    def news(self) -> tuple[int, ...]:
        return tuple(spy.count() for spy in self._spies)


def test_every_way_to_another_list_ends_with_that_list(owner: QWidget) -> None:
    model = ProductModel(owner)
    tester = QAbstractItemModelTester(model, WARNING, owner)
    assert tester.model() is model
    chance, numbers = random.Random(23), itertools.count()
    products: list[Product] = []
    for _ in range(500):
        for _ in range(chance.choice((1, 1, 1, 4))):
            place = chance.randrange(len(products) + 1)
            match chance.randrange(6):
                case 0:
                    products[place:place] = made(*(f"n{next(numbers)}" for _ in range(chance.randrange(1, 4))))
                case 1:
                    del products[place : place + chance.randrange(1, 4)]
                case 2 if products:
                    place = chance.randrange(len(products))
                    products[place] = replace(products[place], sku=str(next(numbers)))
                case 3 if products:
                    products.insert(chance.randrange(len(products)), products.pop(chance.randrange(len(products))))
                case 4 if len(products) > 4:
                    products = [one for one in products if chance.random() < 0.7]
                case 5:
                    chance.shuffle(products)
        model.show_products(tuple(products))
        assert ids(model) == [one.id for one in products]
        assert [model.index(row).data(ITEM_ROLE) for row in range(model.rowCount())] == products
        assert [model.row_of(one.id) for one in products] == list(range(len(products)))
    assert model.row_of("never") == -1
    assert model.index(0).data(DISPLAY) == products[0].name["en"]


def test_a_step_of_the_show_is_one_step_of_the_model(owner: QWidget) -> None:
    model = ProductModel(owner)
    many = made(*(f"p{number}" for number in range(1000)))
    model.show_products(many)
    heard = Heard(model)
    model.show_products((*many[:10], replace(many[10], sku="x"), *many[11:]))
    assert heard.news() == (0, 0, 0, 1, 0)
    many = model.shown
    model.show_products((*many[:500], *many[501:]))
    assert heard.news() == (0, 1, 0, 1, 0)
    model.show_products(many)
    assert heard.news() == (1, 1, 0, 2, 0), "the row that came and its words"
    moved = (*many[:3], *many[4:900], many[3], *many[900:])
    model.show_products(moved)
    model.show_products(many)
    model.show_products((*many[600:], *many[:600]))
    assert heard.news() == (1, 1, 3, 2, 0)
    model.show_products(tuple(reversed(many)))
    assert heard.news()[4] == 1, "nothing stays where it was"
    model.show_products((*reversed(many), *made(*(f"new{number}" for number in range(MOST_NEW + 1)))))
    assert heard.news()[4] == 2


def test_persistent_places_follow_their_rows(owner: QWidget) -> None:
    model = ProductModel(owner)
    many = made(*"abcdefgh")
    model.show_products(many)
    followed = {name: QPersistentModelIndex(model.index(model.row_of(name))) for name in "beg"}
    model.show_products((*many[3:], *many[:3]))
    assert {name: row.row() for name, row in followed.items()} == {"b": 6, "e": 1, "g": 3}
    model.show_products(made(*"xye"))
    assert followed["e"].row() == 2
    assert followed["b"].row() == -1


def test_acts_stand_above_the_rows_that_begin_them(owner: QWidget) -> None:
    model = SegmentModel(owner)
    QAbstractItemModelTester(model, WARNING, owner)
    chance = random.Random(4)
    plan = [Segment(f"s{number}", f"Slot {number}", act) for number, act in enumerate((Act.OPEN, *[Act.MIDDLE] * 5, Act.END))]
    for number in range(200):
        place = chance.randrange(len(plan))
        match chance.randrange(4):
            case 0:
                plan.insert(place, Segment(f"n{number}", "New", chance.choice(list(Act))))
            case 1 if len(plan) > 2:
                plan.pop(place)
            case 2:
                plan.insert(chance.randrange(len(plan)), plan.pop(place))
            case _:
                plan[place] = replace(plan[place], act=chance.choice(list(Act)))
        model.show_items(tuple(plan))
        assert [model.index(row).data(ITEM_ROLE) for row in range(model.rowCount())] == plan
        assert model.bands == {row: one.act for row, one in enumerate(plan) if row == 0 or plan[row - 1].act is not one.act}


def test_the_chosen_product_stays_chosen_and_the_next_takes_the_place_of_what_went(studio: Studio, window: MainWindow) -> None:
    many = made(*(f"p{number}" for number in range(200)))
    studio.document.edit_show("Fill", lambda show: replace(show, products=many))
    rows = window.products.list
    window.docks["products"].raise_()
    rows.choose("p50")
    QApplication.processEvents()
    scrolled = rows.verticalScrollBar().value()
    assert scrolled > 0
    for step in (
        lambda show: remove_products(show, ["p60", "p70", "p199"]),
        lambda show: move_products(show, ["p180"], 190),
        lambda show: replace(show, products=(*show.products, *made("new"))),
    ):
        studio.document.edit_show("Step", step)
        QApplication.processEvents()
        assert [rows.current_id(), *rows.chosen_ids()] == ["p50", "p50"]
        assert rows.verticalScrollBar().value() == scrolled, "what happens elsewhere moves nothing here"
    rows.choose("p50")
    window.products.remove()
    assert [rows.current_id(), *rows.chosen_ids()] == ["p51", "p51"]
    studio.document.undo()
    assert rows.chosen_ids() == ("p51",)
    studio.document.edit_show("Step", lambda show: replace(show, products=tuple(reversed(show.products))))
    assert [rows.current_id(), *rows.chosen_ids()] == ["p51", "p51"], "also after a reset"
    window.products.search.setText("p5")
    assert rows.chosen_ids() == ("p51",)
    window.products.search.setText("p6")
    assert rows.chosen_ids() == ()
    window.products.search.clear()
    rows.selectAll()
    window.products.remove()
    assert (studio.document.show.products, rows.chosen_ids()) == ((), ())


def test_several_segments_are_moved_removed_and_brought_back(studio: Studio, window: MainWindow) -> None:
    plan = tuple(Segment(f"s{number}", f"Slot {number}") for number in range(20))
    studio.document.edit_show("Fill", lambda show: replace(show, segments=plan))
    rows = window.rundown.list
    rows.choose("s3")
    for name in ("s4", "s9"):
        rows.selectionModel().select(rows.rows.index(rows.rows.row_of(name)), QItemSelectionModel.SelectionFlag.Select)
    studio.document.edit_show("Step", lambda show: move_segments(show, ["s3", "s4", "s9"], 15))
    assert rows.chosen_ids() == ("s3", "s4", "s9")
    assert [one.id for one in rows.rows.shown] == [one.id for one in studio.document.show.segments]
    studio.document.undo()
    assert (rows.chosen_ids(), rows.current_id()) == (("s3", "s4", "s9"), "s3")
    window.rundown.remove()
    assert (rows.chosen_ids(), rows.current_id()) == (("s5",), "s5")
    studio.document.undo()
    assert rows.chosen_ids() == ("s5",)
    assert rows.rows.shown == plan
