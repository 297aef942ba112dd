"""Orders as they come in: each once into the log, out of the stock, and into the totals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.domain.event import EventKind, ShowEvent
from app.domain.money import Money, is_currency
from app.domain.notice import Notice, Severity
from app.domain.order import Order, OrderTotal, order_data
from app.domain.signal import Signal
from app.session.product_index import ProductIndex
from app.session.selling import Selling
from app.session.show_book import ShowBook


def order_of(data: Mapping[str, Any], source: str) -> Order | None:
    """The order that a room's event tells of; None when it makes no sense."""
    try:
        units, minor, currency = int(data["units"]), int(data["minor"]), str(data["currency"])
        order, product, at_ms = str(data["order"]), str(data["product"]), int(data.get("at_ms") or 0)
    except (KeyError, TypeError, ValueError):
        return None
    if not order or units <= 0 or not is_currency(currency):
        return None
    return Order(order, product, units, Money(minor, currency), at_ms, source)


class Orders:
    """`totals` by (product, currency), where the product is its id in the show, or as the shop calls it when the show has none of it.

    `changed` is emitted after every order. All orders of the file are known, so that none is counted twice, whatever brings it again.
    """

    def __init__(self, book: ShowBook, products: ProductIndex, selling: Selling, *, notify: Callable[[Notice], None]) -> None:
        self.changed: Signal[[]] = Signal()
        self.totals: dict[tuple[str, str], OrderTotal] = {}
        self.count = 0
        self._book = book
        self._products = products
        self._selling = selling
        self._notify = notify
        self._known: set[str] = set()
        self._unknown_told: set[str] = set()
        book.logged.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self.totals, self.count, self._known = {}, 0, set()
        for event in self._book.events((EventKind.ORDER_PLACED,)):
            self._note(event)
        self.changed.emit()

    def place(self, order: Order, **more: Any) -> bool:
        """Take an order in; False when it was known already, or is none: without an id it could not be told from the next one. `more`
        goes into the log beside it."""
        if order.id in self._known or order_of(order_data(order), order.source) is None:
            return False
        product = self._products.named(order.product)
        if product is None:
            self._tell_unknown(order)
        else:
            order = replace(order, product=product.id)
        self._book.log(EventKind.ORDER_PLACED, **order_data(order), **more)
        if product is not None:
            self._selling.sell(product.id, order.units, market_id=self._market_of(order.total.currency))
        return True

    def place_all(self, orders: Iterable[Order]) -> int:
        """Take in a file's orders; how many of them were new."""
        return sum([self.place(order) for order in orders])

    def of(self, product_id: str) -> Mapping[str, OrderTotal]:
        """A product's totals by currency."""
        return {currency: total for (product, currency), total in self.totals.items() if product == product_id}

    def _market_of(self, currency: str) -> str:
        """The one market that pays with this; "" when none or several do."""
        markets = [market.id for market in self._book.show.markets if market.currency == currency]
        return markets[0] if len(markets) == 1 else ""

    def _tell_unknown(self, order: Order) -> None:
        if order.product not in self._unknown_told:
            self._unknown_told.add(order.product)
            self._notify(Notice(Severity.WARNING, "orders.unknown_product", {"product": order.product, "order": order.id}, order.product))

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind is EventKind.ORDER_PLACED:
            self._note(event)
            self.changed.emit()

    def _note(self, event: ShowEvent) -> None:
        order = order_of(event.data, "")
        if order is None or order.id in self._known:
            return
        self._known.add(order.id)
        self.count += 1
        key = (order.product, order.total.currency)
        self.totals[key] = self.totals.get(key, OrderTotal()).with_order(order.units, order.total.minor)
