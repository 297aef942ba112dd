"""External changes, such as orders that lower stock, are not affected by undo."""

from functools import partial

from app.domain.catalogue.product import Product, Stock
from app.domain.program.project import starter_project
from app.domain.show import Show, product_by_id
from app.domain.show_editing import change_product, put_product, remove_products
from app.session.document.document import Document


def _sell(show: Show, units: int = 1) -> Show:
    if all(product.id != "lamp" for product in show.products):
        return show
    stock = tuple(Stock(stock.place, stock.units - units) for stock in product_by_id(show, "lamp").stock)
    return change_product(show, "lamp", stock=stock)


def _units_left(document: Document) -> int:
    return product_by_id(document.show, "lamp").stock[0].units


def _make_document() -> Document:
    lamp = Product("lamp", {"en": "Lamp"}, stock=(Stock("US", 50),))
    return Document(put_product(Show(starter_project(camera=None, microphone=False)), lamp))


def test_undo_and_redo_keep_sales() -> None:
    document = _make_document()
    document.apply_external(_sell)
    assert (_units_left(document), document.undo_title) == (49, "")
    document.edit_show("Rename", partial(change_product, product_id="lamp", sku="L1"))
    document.apply_external(_sell)
    document.apply_external(partial(_sell, units=3))
    document.undo()
    assert (_units_left(document), product_by_id(document.show, "lamp").sku) == (45, "")
    document.apply_external(_sell)
    document.redo()
    assert (_units_left(document), product_by_id(document.show, "lamp").sku) == (44, "L1")


def test_merged_steps_keep_external_changes_too() -> None:
    document = _make_document()
    document.edit_show("Type", partial(change_product, product_id="lamp", sku="L"), merge="sku")
    document.apply_external(_sell)
    document.edit_show("Type", partial(change_product, product_id="lamp", sku="L2"), merge="sku")
    document.apply_external(_sell)
    document.undo()
    assert (_units_left(document), product_by_id(document.show, "lamp").sku, document.undo_title) == (48, "", "")


def test_a_product_restored_by_undo_includes_sales_since() -> None:
    document = _make_document()
    document.edit_show("Remove", partial(remove_products, product_ids=["lamp"]))
    document.apply_external(_sell)
    document.undo()
    assert _units_left(document) == 49


def test_a_stock_edit_can_be_undone_and_earlier_sales_stay() -> None:
    document = _make_document()
    document.apply_external(_sell)
    document.edit_show("Stock", partial(change_product, product_id="lamp", stock=(Stock("US", 80),)))
    document.apply_external(_sell)
    document.undo()
    assert _units_left(document) == 48
