"""What the world does to a show (orders take units) beside what its user does: undo touches the user's part alone."""

from functools import partial

from app.domain.catalogue.product import Product, Stock
from app.domain.program.project import starter_project
from app.domain.show import Show, product_by_id
from app.domain.show_editing import change_product, put_product, remove_products
from app.session.document.document import Document


def _lower(show: Show, units: int = 1) -> Show:
    if all(product.id != "lamp" for product in show.products):
        return show
    stock = tuple(Stock(one.place, one.units - units) for one in product_by_id(show, "lamp").stock)
    return change_product(show, "lamp", stock=stock)


def _left(document: Document) -> int:
    return product_by_id(document.show, "lamp").stock[0].units


def _document() -> Document:
    lamp = Product("lamp", {"en": "Lamp"}, stock=(Stock("US", 50),))
    return Document(put_product(Show(starter_project(camera=None, microphone=False)), lamp))


def test_undo_and_redo_keep_what_was_sold_meanwhile() -> None:
    document = _document()
    document.apply_external(_lower)
    assert (_left(document), document.undo_title) == (49, "")
    document.edit_show("Rename", partial(change_product, product_id="lamp", sku="L1"))
    document.apply_external(_lower)
    document.apply_external(partial(_lower, units=3))
    document.undo()
    assert (_left(document), product_by_id(document.show, "lamp").sku) == (45, "")
    document.apply_external(_lower)
    document.redo()
    assert (_left(document), product_by_id(document.show, "lamp").sku) == (44, "L1")


def test_merged_steps_keep_it_too() -> None:
    document = _document()
    document.edit_show("Type", partial(change_product, product_id="lamp", sku="L"), merge="sku")
    document.apply_external(_lower)
    document.edit_show("Type", partial(change_product, product_id="lamp", sku="L2"), merge="sku")
    document.apply_external(_lower)
    document.undo()
    assert (_left(document), product_by_id(document.show, "lamp").sku, document.undo_title) == (48, "", "")


def test_a_product_that_comes_back_by_undo_has_been_sold_meanwhile() -> None:
    document = _document()
    document.edit_show("Remove", partial(remove_products, product_ids=["lamp"]))
    document.apply_external(_lower)
    document.undo()
    assert _left(document) == 49


def test_stock_that_a_user_enters_can_be_undone_and_what_was_sold_before_stays_sold() -> None:
    document = _document()
    document.apply_external(_lower)
    document.edit_show("Stock", partial(change_product, product_id="lamp", stock=(Stock("US", 80),)))
    document.apply_external(_lower)
    document.undo()
    assert _left(document) == 48
