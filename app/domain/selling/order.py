"""Orders: what was bought, and for how much."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.base.money import Money, is_currency

CANCELLED, REFUNDED, CHANGED = "cancelled", "refunded", "changed"  # why a line of the log no longer counts


@dataclass(frozen=True, slots=True)
class Order:
    """One line of an order. `product` is an id or a SKU as the shop names it; `total` is for all units; `id` is the shop's number of the
    whole order. `at_ms` is UTC.

    An order has a line per product; `line` numbers the lines of one product from 1. Each line counts once, however often it arrives.
    `extra_minor` is what the whole order costs besides its lines (shipping and taxes less discounts and refunds), on its first line.
    """

    id: str
    product: str
    units: int
    total: Money
    at_ms: int
    source: str = ""  # "webhook", "import"
    line: int = 1
    extra_minor: int = 0


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """The total of one product in one currency, or of all products."""

    orders: int = 0
    units: int = 0
    minor: int = 0

    def with_order(self, units: int, minor: int, orders: int = 1) -> "OrderTotal":
        return OrderTotal(self.orders + orders, self.units + units, self.minor + minor)


def order_data(order: Order) -> Mapping[str, Any]:
    """The order as the log holds it."""
    data = {
        "order": order.id,
        "product": order.product,
        "units": order.units,
        "minor": order.total.minor,
        "currency": order.total.currency,
        "at_ms": order.at_ms,
        "source": order.source,
    }
    if order.line != 1:
        data["line"] = order.line
    if order.extra_minor:
        data["extra_minor"] = order.extra_minor
    return data


def order_of(data: Mapping[str, Any], source: str, *, least: int = 1) -> Order | None:
    """The order line in an event's data; None if it makes no sense or has fewer than `least` units."""
    try:
        units, minor, currency = int(data["units"]), int(data["minor"]), str(data["currency"])
        order, product, at_ms = str(data["order"]), str(data["product"]), int(data.get("at_ms") or 0)
        line, extra = int(data.get("line", 1)), int(data.get("extra_minor", 0))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not order or units < least or line < 1 or not is_currency(currency):
        return None
    return Order(order, product, units, Money(minor, currency), at_ms, source, line, extra)
