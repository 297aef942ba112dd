"""Offers: pins, keyword cards, coupons and stock."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from app.domain.base.money import Money
from app.domain.catalogue.product import Stock, units_in_stock
from app.domain.event import EventKind
from app.domain.selling.on_screen import OnScreenKind
from app.domain.selling.order import Order, OrderTotal, order_of
from app.domain.show import ShowError
from app.domain.show_editing import change_product, put_coupon, remove_products
from app.session.selling.orders import Orders
from app.session.selling.selling import CODE_LENGTH, coupon_of, make_codes
from tests.support.selling_show import SellingDesk, product


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SellingDesk]:
    desk = SellingDesk(tmp_path)
    yield desk
    desk.close()


def units(desk: SellingDesk, product_id: str) -> int:
    return units_in_stock(desk.products[product_id])


def test_a_product_is_pinned_once_and_its_point_disappears_with_it(desk: SellingDesk) -> None:
    selling = desk.selling
    received: list[str] = []
    selling.changed.connect(lambda shown: received.append(shown.pinned_id))
    selling.pin("sun")
    selling.pin("sun")
    selling.show_point("sun", "sun-1")
    selling.pin("moon")
    assert selling.shown.card is None
    assert selling.pinned is desk.products["moon"]
    selling.show_number(1)
    selling.unpin()
    selling.unpin()
    assert (selling.shown.pinned_id, selling.shown.card is not None) == ("", True)  # this card belongs to no product
    assert [event.data["product"] for event in desk.logged(EventKind.PINNED)] == ["sun", "moon", ""]
    assert received == ["sun", "sun", "sun", "moon", "moon", ""]
    with pytest.raises(ShowError) as raised:
        selling.pin("gone")
    assert raised.value.code == "show.no_product"
    selling.pin("star")
    desk.book.document.edit_show("Remove", partial(remove_products, product_ids=["star"]))
    assert selling.pinned is None


def test_keyword_cards_are_shown_and_hidden(desk: SellingDesk) -> None:
    selling = desk.selling
    selling.pin("sun")
    assert [card.id for card in selling.deck] == ["free", "return", "sun-1", "sun-2"]
    selling.pin("moon")
    assert [card.id for card in selling.deck] == ["free", "return", "moon-1", "moon-2"], "a card keeps its shortcut"
    selling.unpin()
    assert [card.id for card in selling.deck] == ["free", "return"]
    selling.pin("sun")
    selling.show_number(3)
    assert selling.card_words["de"] == "Folgt der Sonne"
    desk.book.document.edit_show("Words", partial(change_product, product_id="sun", points=(product("sun").points[1],)))
    assert selling.card_words == {}
    selling.show_number(1)
    assert (selling.shown.card and selling.shown.card.kind, selling.card_words["en"]) == (OnScreenKind.CARD, "Free delivery")
    selling.show_number(1)
    assert selling.shown.card is None
    selling.hide()
    for number in (0, 4):
        with pytest.raises(ShowError):
            selling.show_number(number)
    for kind in (OnScreenKind.TICKER, OnScreenKind.CODE):
        selling.show_lasting(kind, on=True)
        selling.show_lasting(kind, on=True)
    selling.show_lasting(OnScreenKind.TICKER, on=False)
    assert selling.shown.lasting == {OnScreenKind.CODE}
    assert len(desk.logged(EventKind.CARD_SHOWN)) == 4


def test_a_coupon_ends_automatically_and_no_code_is_dropped_twice(desk: SellingDesk) -> None:
    selling, book = desk.selling, desk.book
    selling.drop_coupon("ten")
    drop = selling.shown.drop
    assert drop is not None
    assert (drop.codes, drop.expires_ms - desk.now_ms(), selling.coupon_left) == (("AAA", "BBB", "CCC"), 60_000, 3)
    book.log.append(EventKind.COUPON_CLAIMED, coupon="ten", code="AAA", viewer="v1")
    book.log.append(EventKind.COUPON_CLAIMED, coupon="ten", code="AAA", viewer="v1")
    assert selling.coupon_left == 2
    desk.pass_s(59)
    assert selling.shown.drop == drop
    desk.pass_s(1)
    assert selling.coupon_left == 0
    assert desk.logged(EventKind.COUPON_CLOSED)[0].data == {"coupon": "ten", "why": "expired"}
    selling.drop_coupon("ten")
    assert selling.shown.drop is not None
    assert selling.shown.drop.codes == ("BBB", "CCC")
    for code, viewer in (("BBB", "v2"), ("CCC", "v3")):
        book.log.append(EventKind.COUPON_CLAIMED, coupon="ten", code=code, viewer=viewer)
    assert (selling.coupon_left, dict(selling.claims("ten"))) == (0, {"AAA": "v1", "BBB": "v2", "CCC": "v3"})
    selling.close_coupon()
    selling.close_coupon()
    with pytest.raises(ShowError) as raised:
        selling.drop_coupon("ten")
    assert (raised.value.code, raised.value.data["coupon"]) == ("coupon.none_left", "Ten off")


def test_codes_are_generated_if_the_coupon_has_none(desk: SellingDesk) -> None:
    desk.selling.drop_coupon("made")
    first = desk.selling.shown.drop
    assert first is not None
    assert len(set(first.codes)) == 4
    assert all(len(code) == CODE_LENGTH and code.isalnum() for code in first.codes)
    desk.selling.drop_coupon("ten")  # replaces the other coupon
    assert desk.logged(EventKind.COUPON_CLOSED)[0].data["why"] == "replaced"
    taken = frozenset(make_codes(50))
    assert not taken & set(make_codes(500, taken))


def test_pasted_codes_are_cleaned_and_invalid_ones_dropped(desk: SellingDesk) -> None:
    def drop(*codes: str) -> tuple[str, ...]:
        desk.book.document.edit_show("Codes", lambda show: put_coupon(show, replace(coupon_of(show, "ten"), codes=codes)))
        desk.selling.drop_coupon("ten")
        assert desk.selling.shown.drop is not None
        return desk.selling.shown.drop.codes

    assert drop("\ufeffSAVE-1", "SAVE\u200b-2 ", "x" * 65, "SAVE-1", "\u200b") == ("SAVE-1", "SAVE-2")
    assert [(notice.code, notice.data["count"]) for notice in desk.heard if notice.code.startswith("coupon")] == [
        ("coupon.codes_left_out", 1)
    ]
    desk.book.log.append(EventKind.COUPON_CLAIMED, coupon="ten", code="SAVE-1", viewer="v1")
    assert drop("SAVE-1\u2060", "SAVE-3") == ("SAVE-3",), "a given code is recognised in another spelling"
    with pytest.raises(ShowError) as raised:
        drop("x" * 65, "y" * 70)
    assert raised.value.code == "coupon.codes_too_long"


def test_stock_changes_are_reported(desk: SellingDesk) -> None:
    selling = desk.selling
    received: list[tuple[str, int]] = []
    selling.stock_changed.connect(lambda product_id, left: received.append((product_id, left)))
    selling.sell("star", 2)
    selling.sell("star", 2)
    assert units(desk, "star") == 0
    assert desk.codes() == ["stock.gone", "stock.oversold"]
    assert desk.heard[1].data["units"] == 1
    selling.count_stock("star", 12)
    selling.sell("star", 8)
    assert desk.codes()[2:] == ["stock.low"]
    assert received == [("star", 1), ("star", 0), ("star", 12), ("star", 4)]
    assert [event.data["why"] for event in desk.logged(EventKind.STOCK_CHANGED)] == ["order", "order", "counted", "order"]
    desk.book.document.edit_show("Elsewhere", partial(change_product, product_id="sun", stock=(Stock("DE", 5), Stock("US", 9))))
    selling.sell("sun", 7, market_id="DE")
    assert desk.products["sun"].stock == (Stock("DE", 0), Stock("US", 7))
    desk.book.document.undo()
    assert units(desk, "sun") == 33
    desk.book.document.edit_show("None", partial(change_product, product_id="moon", stock=()))
    selling.sell("moon", 3)
    assert desk.products["moon"].stock == ()
    with pytest.raises(ShowError):
        selling.count_stock("star", -1)


def order(order_id: str, product_name: str = "SKU-sun", count: int = 1, minor: int = 1999, currency: str = "USD") -> Order:
    return Order(order_id, product_name, count, Money(minor, currency), 1, "webhook")


def test_an_order_counts_once_from_any_source(desk: SellingDesk) -> None:
    orders = Orders(desk.book, desk.products, desk.selling, notify=desk.heard.append)
    assert orders.place(order("1", count=2, minor=3998))
    assert not orders.place(order("1"))
    assert (
        orders.place_all([order("1"), order("2", "sun"), order("3", "sun", 1, 1899, "EUR"), order("4", "unheard"), order("5", "unheard")])
        == 4
    )
    assert units(desk, "sun") == 36
    assert {currency: (total.orders, total.units, total.minor) for currency, total in orders.of("sun").items()} == {
        "USD": (2, 3, 5997),
        "EUR": (1, 1, 1899),
    }
    assert desk.codes() == ["orders.unknown_product"]
    reloaded = Orders(desk.book, desk.products, desk.selling, notify=desk.heard.append)
    reloaded.reload()
    assert (reloaded.totals, reloaded.count) == (orders.totals, 5)
    assert not reloaded.place(order("4", "unheard"))


def test_an_order_without_an_id_or_units_is_ignored(desk: SellingDesk) -> None:
    orders = Orders(desk.book, desk.products, desk.selling, notify=desk.heard.append)
    assert orders.place_all([order("", "sun"), order("", "sun"), order("7", "sun", 0), order("7", "sun", -2)]) == 0
    assert (units(desk, "sun"), orders.count, desk.logged(EventKind.ORDER_PLACED)) == (40, 0, [])


def test_invalid_orders_are_refused() -> None:
    valid = {"order": "1", "product": "sun", "units": 1, "minor": 100, "currency": "USD"}
    assert order_of(valid, "webhook") is not None
    for wrong in ({"units": 0}, {"units": "many"}, {"currency": "dollars"}, {"order": ""}, {"minor": None}):
        assert order_of({**valid, **wrong}, "webhook") is None


def test_order_lines_count_once_and_corrections_are_logged_separately(desk: SellingDesk) -> None:
    orders = Orders(desk.book, desk.products, desk.selling, notify=desk.heard.append)
    first = Order("A1", " sku-SUN ", 2, Money(3998, "USD"), 5, "import", 1, 600)
    lines = [
        first,
        Order("A1", "SKU-moon", 1, Money(1999, "USD"), 5, "import"),
        Order("A1", "SKU-moon", 1, Money(1999, "USD"), 5, "import", 2),
    ]
    assert orders.place_all(lines) == 3
    assert orders.place_all(lines) == 0
    assert (orders.count, units(desk, "sun"), units(desk, "moon")) == (1, 38, 38), "SKUs are matched in any spelling"
    assert orders.in_all() == {"USD": 3998 + 1999 + 1999 + 600}
    cancelled_line = Order("A1", "SKU-moon", 0, Money(0, "USD"), 5, "import", 2)
    assert orders.correct(cancelled_line, "cancelled")
    assert not orders.correct(cancelled_line, "cancelled")
    assert (units(desk, "moon"), orders.totals["moon", "USD"]) == (39, OrderTotal(1, 1, 1999)), "cancelled units are back in stock"
    assert orders.correct(replace(first, units=0, total=Money(0, "USD"), extra_minor=0), "refunded")
    assert (units(desk, "sun"), orders.in_all()) == (38, {"USD": 1999}), "refunded units are not put back in stock"
    assert [event.data["why"] for event in desk.logged(EventKind.ORDER_CHANGED)] == ["cancelled", "refunded"]
    assert len(desk.logged(EventKind.ORDER_PLACED)) == 3, "logged orders stay in the log"
    reloaded = Orders(desk.book, desk.products, desk.selling, notify=desk.heard.append)
    reloaded.reload()
    assert (reloaded.totals, reloaded.count, reloaded.in_all()) == (orders.totals, 1, {"USD": 1999})
    assert not orders.correct(Order("unheard", "SKU-sun", 1, Money(1, "USD"), 5), "changed")
