"""Orders: what was bought, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.money import Money


@dataclass(frozen=True, slots=True)
class Order:
    """`product` is an id or a SKU as the shop names it; `total` is for all units; `id` is the shop's, and counts once however often it
    comes. `at_ms` is UTC."""

    id: str
    product: str
    units: int
    total: Money
    at_ms: int
    source: str = ""  # "webhook", "import"


@dataclass(frozen=True, slots=True)
class OrderTotal:
    """Of one product in one currency, or of all products."""

    orders: int = 0
    units: int = 0
    minor: int = 0

    def with_order(self, units: int, minor: int) -> "OrderTotal":
        return OrderTotal(self.orders + 1, self.units + units, self.minor + minor)


def order_data(order: Order) -> Mapping[str, Any]:
    """What the log holds of it."""
    return {
        "order": order.id,
        "product": order.product,
        "units": order.units,
        "minor": order.total.minor,
        "currency": order.total.currency,
        "at_ms": order.at_ms,
        "source": order.source,
    }
