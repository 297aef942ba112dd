"""Takes in orders: each once into the log, out of the stock, and into the totals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order import REFUNDED, Order, OrderTotal, order_data, order_of
from app.domain.selling.order_book import ORDER_KINDS, LineState, OrderBook
from app.session.catalogue.product_index import ProductIndex
from app.session.document.show_book import ShowBook
from app.session.selling.selling import Selling


class Orders:
    """`totals` by (product, currency). The product is its id in the show, or the shop's name for it if the show doesn't have it. `extras`
    by currency is what orders cost besides their lines.

    `changed` is emitted after every order. All lines of all orders in the file are known, so none counts twice, wherever it comes from; a
    later import that differs is a further event.
    """

    def __init__(self, book: ShowBook, products: ProductIndex, selling: Selling, *, notify: Callable[[Notice], None]) -> None:
        self.changed: Signal[[]] = Signal()
        self.totals: dict[tuple[str, str], OrderTotal] = {}
        self.extras: dict[str, int] = {}
        self._orders = OrderBook()
        self._book = book
        self._products = products
        self._selling = selling
        self._notify = notify
        self._unknown_told: set[str] = set()
        book.log.appended.connect(self._on_logged)

    @property
    def count(self) -> int:
        """The number of orders that still have something in them."""
        return len(self._orders)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self.totals, self.extras, self._orders = {}, {}, OrderBook()
        for event in self._book.log.events(ORDER_KINDS):
            self._note(event)
        self.changed.emit()

    def place(self, order: Order, **more: Any) -> bool:
        """Add an order line; False if it is known, or has no id to tell it from the next one. `more` goes into the log with it."""
        if order_of(order_data(order), order.source) is None or self._orders.find(order, self._named) is not None:
            return False
        product = self._products.named(order.product)
        if product is None:
            self._tell_unknown(order)
        elif order.product != product.id:
            more = {"sku": order.product, **more}
            order = replace(order, product=product.id)
        self._book.log.append(EventKind.ORDER_PLACED, **order_data(order), **more)
        if product is not None:
            self._selling.sell(product.id, order.units, market_id=self._market_of(order.total.currency))
        return True

    def correct(self, order: Order, why: str) -> bool:
        """Change a known line (no units: it is gone); False if nothing is new. Units of a cancelled order go back into stock."""
        line = self._orders.find(order, self._named)
        if line is None or self._orders.line_state(order, self._named) is not LineState.CHANGED:
            return False
        product = self._products.named(line.product)
        more = order.units - line.units
        self._book.log.append(EventKind.ORDER_CHANGED, **order_data(replace(order, product=line.product)), why=why)
        if product is not None and more > 0:
            self._selling.sell(product.id, more, market_id=self._market_of(line.currency))
        elif product is not None and more < 0 and why != REFUNDED:
            self._selling.return_units(product.id, -more, market_id=self._market_of(line.currency))
        return True

    def place_all(self, orders: Iterable[Order]) -> int:
        """Add a file's orders and return how many were new."""
        return sum([self.place(order) for order in orders])

    def of(self, product_id: str) -> Mapping[str, OrderTotal]:
        """A product's totals by currency."""
        return {currency: total for (product, currency), total in self.totals.items() if product == product_id}

    def in_all(self) -> Mapping[str, int]:
        """The total of all orders with their extras, by currency in minor units."""
        sums = dict(self.extras)
        for (_, currency), total in self.totals.items():
            sums[currency] = sums.get(currency, 0) + total.minor
        return sums

    def _named(self, text: str) -> str:
        product = self._products.named(text)
        return "" if product is None else product.id

    def _market_of(self, currency: str) -> str:
        """The only market with this currency; "" if there is none or several."""
        markets = [market.id for market in self._book.document.show.markets if market.currency == currency]
        return markets[0] if len(markets) == 1 else ""

    def _tell_unknown(self, order: Order) -> None:
        if order.product not in self._unknown_told:
            self._unknown_told.add(order.product)
            self._notify(Notice(Severity.WARNING, "orders.unknown_product", {"product": order.product, "order": order.id}, order.product))

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in ORDER_KINDS:
            self._note(event)
            self.changed.emit()

    def _note(self, event: ShowEvent) -> None:
        change = self._orders.note(event)
        if change is None:
            return
        key = (change.product, change.currency)
        self.totals[key] = self.totals.get(key, OrderTotal()).with_order(change.units, change.minor, change.orders)
        self.extras[change.currency] = self.extras.get(change.currency, 0) + change.extra_minor
