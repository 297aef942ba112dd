"""A product, with everything that host, overlay and viewers need to know about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.localized_text import LocalizedText
from app.domain.base.money import Money
from app.domain.base.web_address import usable_link

MAX_POINTS = 3  # key selling points; viewers remember no more


class Role(Enum):
    """Why a product is in the show: it makes the profit, attracts viewers, or steps in for another."""

    HERO = "hero"
    TRAFFIC = "traffic"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Point:
    """A selling point: what the host says, and the keyword that viewers read meanwhile."""

    id: str
    text: LocalizedText = field(default_factory=dict)
    keyword: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Price:
    """`was` is the compare-at price, None = none."""

    market_id: str
    price: Money
    was: Money | None = None


def saving_percent(price: Price) -> int:
    """The saving in whole per cent, rounded down; 0 = nothing to claim."""
    was = price.was
    if was is None or was.currency != price.price.currency or not 0 <= price.price.minor < was.minor:
        return 0
    return (was.minor - price.price.minor) * 100 // was.minor


@dataclass(frozen=True, slots=True)
class Stock:
    """Units in stock at a location (a market's id or a warehouse's name)."""

    place: str
    units: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Shipping to a market and back; costs are in the currency of the market's price."""

    market_id: str
    days_from: int
    days_to: int
    freight: Money | None = None
    return_freight: Money | None = None
    duty_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A frequent question."""

    question: LocalizedText
    answer: LocalizedText


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the comparison with a competitor."""

    competitor: str
    theirs: LocalizedText
    ours: LocalizedText


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim about the product, and its proof."""

    text: LocalizedText
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """The buy link of a market ("" = all other markets)."""

    market_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Product:
    """`pictures` are ids of the show's pictures, the main one first; `size_chart` is rows of cells, the header first; `role` is its usual
    role; `unit` is what one unit is called ("piece", "set of 3")."""

    id: str
    name: LocalizedText
    sku: str = ""
    category: str = ""
    role: Role = Role.HERO
    pain_point: LocalizedText = field(default_factory=dict)
    audience: LocalizedText = field(default_factory=dict)
    price_band: str = ""
    points: tuple[Point, ...] = ()
    scenarios: tuple[LocalizedText, ...] = ()
    faq: tuple[Answer, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    prices: tuple[Price, ...] = ()
    unit_cost: Money | None = None
    unit: LocalizedText = field(default_factory=dict)
    size_chart: tuple[tuple[str, ...], ...] = ()
    stock: tuple[Stock, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    return_rule: LocalizedText = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    claims: tuple[Claim, ...] = ()
    pictures: tuple[str, ...] = ()
    native_reviewed: tuple[str, ...] = ()  # languages whose texts a native speaker has reviewed


MANDATORY = ("name", "pain_point", "audience", "price_band", "points")


def missing_fields(product: Product) -> tuple[str, ...]:
    """The empty mandatory fields, in form order; ("pain_point", "points")."""

    def empty(value: object) -> bool:
        if isinstance(value, dict):
            return not any(str(text).strip() for text in value.values())
        return not value.strip() if isinstance(value, str) else not value

    return tuple(key for key in MANDATORY if empty(getattr(product, key)))


def price_in(product: Product, market_id: str) -> Price | None:
    """The price in a market, None if it is not sold there."""
    return next((price for price in product.prices if price.market_id == market_id), None)


def units_in_stock(product: Product) -> int:
    """The units in stock at all locations."""
    return sum(stock.units for stock in product.stock)


def link_in(product: Product, market_id: str) -> str:
    """The buy link for viewers in a market, as a browser opens it; "" = none."""
    by_market = {link.market_id: usable_link(link.url) for link in product.links}
    return by_market.get(market_id) or by_market.get("", "")


def missing_to_sell(product: Product, market_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """What keeps viewers from buying: "prices" if there are none, "links" with the markets that have a price but no link."""
    priced = tuple(one for one in market_ids if price_in(product, one) is not None)
    missing: dict[str, tuple[str, ...]] = {}
    if not priced and (market_ids or not product.prices):
        missing["prices"] = tuple(market_ids)
    unlinked = tuple(one for one in priced or market_ids if not link_in(product, one))
    if unlinked or (not market_ids and not any(usable_link(link.url) for link in product.links)):
        missing["links"] = unlinked
    return missing


@dataclass(frozen=True, slots=True)
class LandedCost:
    """The delivered price of a product, and whether a return is worth its shipping."""

    total: Money
    duty: Money
    returnable: bool


def landed_cost(product: Product, market_id: str) -> LandedCost | None:
    """Price, shipping and duty in a market; None without a price there, or if the shipping is in another currency, because currencies are
    never added up.

    Not returnable if return shipping costs as much as the goods.
    """
    price = price_in(product, market_id)
    if price is None:
        return None
    nothing = Money(0, price.price.currency)
    delivery = next((one for one in product.delivery if one.market_id == market_id), None)
    if delivery is None:
        return LandedCost(price.price, nothing, True)
    back = delivery.return_freight
    if any(amount is not None and amount.currency != price.price.currency for amount in (delivery.freight, back)):
        return None
    duty = price.price.share(delivery.duty_percent)
    return LandedCost(price.price + (delivery.freight or nothing) + duty, duty, back is None or back < price.price)
