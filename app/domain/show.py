"""A whole show: its technical side, and everything that is sold, said and shown in it."""

from dataclasses import dataclass, field

from app.domain.errors import AppError
from app.domain.market import Market
from app.domain.product import MAX_POINTS, Product
from app.domain.project import Project
from app.domain.project import check as check_project
from app.domain.rundown import Segment
from app.domain.schedule import Schedule, check_schedule
from app.domain.spans import differing
from app.domain.words import Words

PLANNED_S_BOUNDS = (5, 24 * 3600)


class ShowError(AppError):
    """The show contradicts itself, or does not hold what was asked for; `data` names it."""


@dataclass(frozen=True, slots=True)
class KeywordCard:
    """Words for viewers that belong to no product ("Free delivery"), in their languages."""

    id: str
    words: Words


@dataclass(frozen=True, slots=True)
class Coupon:
    """Codes, each given once: the shop's own, or `stock` that are made at the drop when there are none; `percent` or a fixed amount
    off; `expires_in_s` counts from the drop."""

    id: str
    title: Words
    codes: tuple[str, ...] = ()
    product_id: str = ""
    percent: float = 0.0
    expires_in_s: int = 600
    stock: int = 20


@dataclass(frozen=True, slots=True)
class Desk:
    """How the show is told: the host's language, the card theme (a name in resources/cards), the market that the picture speaks to,
    lines of the ticker and the lower third."""

    host_language: str = "en"
    card_theme: str = "harbour"
    market_id: str = ""
    ticker: Words = field(default_factory=dict)
    lower_third: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Show:
    """What one file holds, beside pictures and the log."""

    project: Project
    desk: Desk = Desk()
    markets: tuple[Market, ...] = ()
    products: tuple[Product, ...] = ()
    segments: tuple[Segment, ...] = ()
    cards: tuple[KeywordCard, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    schedule: Schedule = Schedule()


def product_by_id(show: Show, product_id: str) -> Product:
    """Raises ShowError when there is none."""
    for product in show.products:
        if product.id == product_id:
            return product
    raise ShowError("show.no_product", product=product_id)


def segment_by_id(show: Show, segment_id: str) -> Segment:
    """Raises ShowError when there is none."""
    for segment in show.segments:
        if segment.id == segment_id:
            return segment
    raise ShowError("show.no_segment", segment=segment_id)


def market_by_id(show: Show, market_id: str) -> Market:
    """Raises ShowError when the show is not made for it."""
    for market in show.markets:
        if market.id == market_id:
            return market
    raise ShowError("show.no_market", market=market_id)


def languages_of(show: Show) -> tuple[str, ...]:
    """The host's language, then every language of the markets, each once, in order."""
    spoken = (show.desk.host_language, *(language for market in show.markets for language in market.languages))
    return tuple(dict.fromkeys(spoken))


def _distinct(kind: str, ids: tuple[str, ...]) -> set[str]:
    known = set(ids)
    if len(known) != len(ids):
        again = next(one for number, one in enumerate(ids) if one in ids[:number])
        raise ShowError("show.duplicate_id", kind=kind, id=again)
    return known


def check_product(product: Product) -> None:
    """Raise ShowError when a product contradicts itself."""
    if len(product.points) > MAX_POINTS:
        raise ShowError("show.too_many_points", product=product.id, limit=MAX_POINTS)
    if any(stock.units < 0 for stock in product.stock):
        raise ShowError("show.negative_stock", product=product.id)
    if any(price.price.minor < 0 for price in product.prices):
        raise ShowError("show.negative_price", product=product.id)
    _distinct("price", tuple(price.market_id for price in product.prices))


def check_show(show: Show, before: Show | None = None) -> None:
    """Raise ShowError or ProjectError at the first contradiction; parts that are the same as in `before` are not looked at again."""
    if before is None or show.project is not before.project:
        check_project(show.project)
    if before is None or show.schedule is not before.schedule:
        check_schedule(show.schedule, None if before is None else before.schedule)
    _distinct("market", tuple(market.id for market in show.markets))
    _distinct("card", tuple(card.id for card in show.cards))
    _distinct("coupon", tuple(coupon.id for coupon in show.coupons))
    before_products = () if before is None else before.products
    start, old_end, new_end = differing(before_products, show.products)
    replaced = before_products[start:old_end]
    _check_changed(show.products, start, new_end, replaced)
    gone = {product.id for product in replaced} - {product.id for product in show.products[start:new_end]}
    if before is None or show.segments is not before.segments or gone:
        _check_segments(show)


def _check_changed(products: tuple[Product, ...], start: int, end: int, replaced: tuple[Product, ...]) -> None:
    """Look at what stands in the place of `replaced`; the rest was looked at before, and so was what only moved."""
    changed = products[start:end]
    new = _distinct("product", tuple(product.id for product in changed)) - {product.id for product in replaced}
    if new:
        for product in (*products[:start], *products[end:]):
            if product.id in new:
                raise ShowError("show.duplicate_id", kind="product", id=product.id)
    known = set(map(id, replaced))
    for product in changed:
        if id(product) not in known:
            check_product(product)


def _check_segments(show: Show) -> None:
    _distinct("segment", tuple(segment.id for segment in show.segments))
    products = {product.id for product in show.products}
    for segment in show.segments:
        for wanted in (segment.product_id, segment.backup_id):
            if wanted and wanted not in products:
                raise ShowError("show.no_product", product=wanted, segment=segment.title)
        if not PLANNED_S_BOUNDS[0] <= segment.planned_s <= PLANNED_S_BOUNDS[1]:
            raise ShowError("show.planned_time", segment=segment.title, minimum=PLANNED_S_BOUNDS[0], maximum=PLANNED_S_BOUNDS[1])
