"""A whole show: its project, and everything that it sells, says and shows."""

from dataclasses import dataclass, field

from app.domain.base.errors import AppError
from app.domain.base.id_list import changed_range, element_by_id, first_duplicate, indexes_by_id, reordered
from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import MAX_POINTS, Product
from app.domain.planning.schedule import Schedule, check_schedule
from app.domain.program.project import Project, check_project
from app.domain.rundown.rundown import Segment

PLANNED_S_BOUNDS = (5, 24 * 3600)


class ShowError(AppError):
    """The show is inconsistent, or lacks what was asked for; `data` names it."""


@dataclass(frozen=True, slots=True)
class KeywordCard:
    """A text for viewers that belongs to no product ("Free delivery"), in their languages."""

    id: str
    words: LocalizedText


@dataclass(frozen=True, slots=True)
class Coupon:
    """Codes, each given once: the shop's own, or `stock` codes made at the drop if it has none; `percent` or a fixed amount off;
    `expires_in_s` counts from the drop."""

    id: str
    title: LocalizedText
    codes: tuple[str, ...] = ()
    product_id: str = ""
    percent: float = 0.0
    expires_in_s: int = 600
    stock: int = 20


@dataclass(frozen=True, slots=True)
class Presentation:
    """How the show is told: the host's language, the card theme (a name in resources/cards), the market that the picture speaks to,
    lines of the ticker and the lower third."""

    host_language: str = "en"
    card_theme: str = "harbour"
    market_id: str = ""
    ticker: LocalizedText = field(default_factory=dict)
    lower_third: LocalizedText = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Show:
    """What one file holds, beside pictures and the log."""

    project: Project
    presentation: Presentation = Presentation()
    markets: tuple[Market, ...] = ()
    products: tuple[Product, ...] = ()
    segments: tuple[Segment, ...] = ()
    cards: tuple[KeywordCard, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    schedule: Schedule = Schedule()


def product_by_id(show: Show, product_id: str) -> Product:
    """Raises ShowError when there is none."""
    return element_by_id(show.products, product_id, ShowError("show.no_product", product=product_id))


def segment_by_id(show: Show, segment_id: str) -> Segment:
    """Raises ShowError when there is none."""
    return element_by_id(show.segments, segment_id, ShowError("show.no_segment", segment=segment_id))


def market_by_id(show: Show, market_id: str) -> Market:
    """Raises ShowError when the show has no such market."""
    return element_by_id(show.markets, market_id, ShowError("show.no_market", market=market_id))


def languages_of(show: Show) -> tuple[str, ...]:
    """The host's language, then every language of the markets, each once, in order."""
    spoken = (show.presentation.host_language, *(language for market in show.markets for language in market.languages))
    return tuple(dict.fromkeys(spoken))


def _distinct(kind: str, ids: tuple[str, ...]) -> set[str]:
    again = first_duplicate(ids)
    if again is not None:
        raise ShowError("show.duplicate_id", kind=kind, id=again)
    return set(ids)


def check_product(product: Product) -> None:
    """Raise ShowError when a product is inconsistent."""
    if len(product.points) > MAX_POINTS:
        raise ShowError("show.too_many_points", product=product.id, limit=MAX_POINTS)
    if any(stock.units < 0 for stock in product.stock):
        raise ShowError("show.negative_stock", product=product.id)
    if any(price.price.minor < 0 for price in product.prices):
        raise ShowError("show.negative_price", product=product.id)
    _distinct("price", tuple(price.market_id for price in product.prices))


def check_show(show: Show, before: Show | None = None) -> None:
    """Raise ShowError or ProjectError at the first inconsistency; parts that are the same objects as in `before` are not checked again."""
    if before is None or show.project is not before.project:
        check_project(show.project)
    if before is None or show.schedule is not before.schedule:
        check_schedule(show.schedule, None if before is None else before.schedule)
    _distinct("market", tuple(market.id for market in show.markets))
    _distinct("card", tuple(card.id for card in show.cards))
    _distinct("coupon", tuple(coupon.id for coupon in show.coupons))
    gone = _check_products(show.products, () if before is None else before.products)
    if before is None or show.segments is not before.segments or gone:
        _check_segments(show, () if before is None else before.segments, gone)


def _check_products(products: tuple[Product, ...], before: tuple[Product, ...]) -> frozenset[str]:
    """Check the products that are not in `before`; those that stayed or only moved are skipped. Returns the removed ids."""
    start, old_end, new_end = changed_range(before, products)
    replaced, changed = before[start:old_end], products[start:new_end]
    if reordered(replaced, changed):
        return frozenset()
    replaced_ids = {product.id for product in replaced}
    changed_ids = _distinct("product", tuple(product.id for product in changed))
    if new := changed_ids - replaced_ids:
        for place in indexes_by_id(products, new):
            if not start <= place < new_end:
                raise ShowError("show.duplicate_id", kind="product", id=products[place].id)
    known = set(map(id, replaced))
    for product in changed:
        if id(product) not in known:
            check_product(product)
    return frozenset(replaced_ids - changed_ids)


def _check_segments(show: Show, before: tuple[Segment, ...], gone: frozenset[str]) -> None:
    """Check the segments that are not in `before`, and those whose product is in `gone`."""
    _distinct("segment", tuple(segment.id for segment in show.segments))
    seen = set(map(id, before))
    sound = {one for segment in before for one in (segment.product_id, segment.backup_id)} - gone | {""}
    wanted = {one for segment in show.segments for one in (segment.product_id, segment.backup_id)} - sound
    missing = wanted - {show.products[place].id for place in indexes_by_id(show.products, wanted)} if wanted else wanted
    for segment in show.segments:
        for one in (segment.product_id, segment.backup_id):
            if one in missing:
                raise ShowError("show.no_product", product=one, segment=segment.title)
        if id(segment) not in seen and not PLANNED_S_BOUNDS[0] <= segment.planned_s <= PLANNED_S_BOUNDS[1]:
            raise ShowError("show.planned_time", segment=segment.title, minimum=PLANNED_S_BOUNDS[0], maximum=PLANNED_S_BOUNDS[1])
