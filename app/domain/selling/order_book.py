"""The current state of all orders of a show, read from the log, where later entries correct earlier ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.domain.catalogue.sku import sku_key
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order import Order, order_of
from app.domain.show import Show

ORDER_KINDS = (EventKind.ORDER_PLACED, EventKind.ORDER_CHANGED)
Named = Callable[[str], str]  # the product id that an id or a SKU refers to, "" = not in the show


class LineState(Enum):
    """How a new line relates to the log."""

    NEW = "new"
    KNOWN = "known"
    CHANGED = "changed"


@dataclass(slots=True)
class BookedLine:
    """A line in its current state. `product` is from the log, `sku` from the shop ("" in events of earlier versions)."""

    product: str
    sku: str
    line: int
    units: int
    minor: int
    extra_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Change:
    """How an event changes the totals: of a product in a currency, and of the orders' extras."""

    product: str
    currency: str
    orders: int
    units: int
    minor: int
    extra_minor: int


def product_names(show: Show) -> Named:
    """Maps ids and SKUs to products of a show. Of several products with the same SKU, the first one wins."""
    known = {sku_key(product.sku): product.id for product in reversed(show.products) if product.sku}
    ids = {product.id for product in show.products}
    return lambda text: text if text in ids else known.get(sku_key(text), "") if sku_key(text) else ""


class OrderBook:
    """Order lines by order number."""

    def __init__(self, events: Iterable[ShowEvent] = ()) -> None:
        self._lines: dict[str, list[BookedLine]] = {}
        self._count = 0
        for event in events:
            self.note(event)

    def __len__(self) -> int:
        """The number of orders that still have something in them."""
        return self._count

    def note(self, event: ShowEvent) -> Change | None:
        """Add an event and return what it changes; None if it is a repeat or makes no sense."""
        order = order_of(event.data, "", least=0)
        if order is None:
            return None
        sku = str(event.data.get("sku", ""))
        if event.kind is EventKind.ORDER_PLACED:
            return self._placed(order, sku)
        return self._changed(order, sku)

    def _placed(self, order: Order, sku: str) -> Change | None:
        lines = self._lines.setdefault(order.id, [])
        if not order.units or any(line.product == order.product and line.line == order.line for line in lines):
            return None
        currency, minor = order.total.currency, order.total.minor
        self._count += not any(line.units for line in lines)
        lines.append(BookedLine(order.product, sku, order.line, order.units, minor, order.extra_minor, currency))
        return Change(order.product, currency, 1, order.units, minor, order.extra_minor)

    def _changed(self, order: Order, sku: str) -> Change | None:
        lines = self._lines.get(order.id, [])
        line = next((one for one in lines if one.product == order.product and one.line == order.line), None)
        if line is None or line.currency != order.total.currency:
            return None
        there = bool(order.units) - bool(line.units)
        change = Change(
            line.product,
            line.currency,
            there,
            order.units - line.units,
            order.total.minor - line.minor,
            order.extra_minor - line.extra_minor,
        )
        others = any(one.units for one in lines if one is not line)
        self._count += there if not others else 0
        line.units, line.minor, line.extra_minor, line.sku = order.units, order.total.minor, order.extra_minor, line.sku or sku
        return change

    def find(self, order: Order, named: Named) -> BookedLine | None:
        """The known line that this is, even if the show has renamed its product since."""
        wanted, sku = named(order.product), sku_key(order.product)
        lines = [line for line in self._lines.get(order.id, []) if line.line == order.line]
        for line in lines:
            if line.product == order.product or (wanted and (line.product == wanted or named(line.product) == wanted)):
                return line
            if sku and sku in (sku_key(line.sku), sku_key(line.product)):
                return line
        # a product that was removed from the show, in a log without the shop's SKU
        unsaid = [line for line in lines if not line.sku and not named(line.product)]
        return unsaid[0] if len(unsaid) == 1 == len(self._lines.get(order.id, [])) else None

    def line_state(self, order: Order, named: Named) -> LineState:
        """Whether this line is new, known, or differs from the log."""
        line = self.find(order, named)
        if line is None:
            return LineState.NEW if order.units else LineState.KNOWN
        now = (line.units, line.minor, line.extra_minor, line.currency)
        same = now == (order.units, order.total.minor, order.extra_minor, order.total.currency)
        return LineState.KNOWN if same or line.currency != order.total.currency else LineState.CHANGED


def booked(events: Iterable[ShowEvent]) -> Mapping[tuple[str, str, int], Mapping[str, Any]]:
    """The latest state of each line, by order, product and line."""
    last: dict[tuple[str, str, int], Mapping[str, Any]] = {}
    for event in events:
        if event.kind is EventKind.ORDER_CHANGED and (order := order_of(event.data, "", least=0)) is not None:
            last[order.id, order.product, order.line] = event.data
    return last
