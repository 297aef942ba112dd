"""Every change a user makes to what a show sells and says, as pure functions from one Show to the next.

All of them raise ShowError for an unknown id, and return a show that `show.check_show` accepts.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import uuid4

from app.domain.base.id_list import Identified, index_by_id, indexes_by_id, put, without
from app.domain.base.localized_text import pick
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Product, Role
from app.domain.program.project import Project
from app.domain.rundown.rundown import Act, Segment
from app.domain.show import Coupon, KeywordCard, Show, ShowError, product_by_id, segment_by_id

T = TypeVar("T", bound=Identified)


def new_id() -> str:
    """A unique id."""
    return uuid4().hex[:12]


def on_project(change: Callable[[Project], Project]) -> Callable[[Show], Show]:
    """A change of the project as a change of the show that holds it."""
    return lambda show: replace(show, project=change(show.project))


def _moved(many: tuple[T, ...], ids: Collection[str], index: int) -> tuple[T, ...]:
    """The list with these elements together at `index`, in their order; an index beyond an end means that end."""
    places = indexes_by_id(many, ids)
    index = min(max(index, 0), len(many)) - bisect_left(places, index)
    others: tuple[T, ...] = without(many, places)
    return (*others[:index], *(many[place] for place in places), *others[index:])


# --- products -----------------------------------------------------------------------------------------------------------


def put_product(show: Show, product: Product) -> Show:
    """Add a product, or replace the one with its id."""
    return replace(show, products=put(show.products, product))


def put_products(show: Show, products: Iterable[Product]) -> Show:
    """Add or replace many products at once, for an import."""
    wanted = {product.id: product for product in products}
    kept = tuple(wanted.pop(known.id, known) for known in show.products)
    return replace(show, products=(*kept, *wanted.values()))


def change_product(show: Show, product_id: str, **changes: Any) -> Show:
    """Change some fields of a product."""
    place = index_by_id(show.products, product_id)
    if place < 0:
        raise ShowError("show.no_product", product=product_id)
    changed = replace(show.products[place], **changes)
    return replace(show, products=(*show.products[:place], changed, *show.products[place + 1 :]))


def duplicate_product(show: Show, product_id: str, name_suffix: str = " (2)") -> tuple[Show, str]:
    """Insert a copy after the original; returns its id too."""
    original = product_by_id(show, product_id)
    copy = replace(original, id=new_id(), name={language: text + name_suffix for language, text in original.name.items()})
    index = index_by_id(show.products, product_id) + 1
    return replace(show, products=(*show.products[:index], copy, *show.products[index:])), copy.id


def remove_products(show: Show, product_ids: Collection[str]) -> Show:
    """Remove these products; their segments stay, without a product."""
    gone = set(product_ids)
    places = indexes_by_id(show.products, gone)
    if not places:
        raise ShowError("show.no_product", product=next(iter(gone), ""))

    def unsold(segment: Segment) -> Segment:
        return replace(
            segment,
            product_id="" if segment.product_id in gone else segment.product_id,
            backup_id="" if segment.backup_id in gone else segment.backup_id,
        )

    segments, coupons = show.segments, show.coupons
    if any(one.product_id in gone or one.backup_id in gone for one in segments):
        segments = tuple(unsold(one) if one.product_id in gone or one.backup_id in gone else one for one in segments)
    if any(one.product_id in gone for one in coupons):
        coupons = tuple(replace(one, product_id="") if one.product_id in gone else one for one in coupons)
    return replace(show, products=without(show.products, places), segments=segments, coupons=coupons)


def move_products(show: Show, product_ids: Collection[str], index: int) -> Show:
    """Move these products together to this index of the list."""
    return replace(show, products=_moved(show.products, product_ids, index))


# --- the rundown --------------------------------------------------------------------------------------------------------


def put_segment(show: Show, segment: Segment, index: int | None = None) -> Show:
    """Replace the segment with this id, else insert it at `index` (None = the end)."""
    if index is None or any(known.id == segment.id for known in show.segments):
        return replace(show, segments=put(show.segments, segment))
    return replace(show, segments=(*show.segments[:index], segment, *show.segments[index:]))


def change_segment(show: Show, segment_id: str, **changes: Any) -> Show:
    """Change some fields of a segment."""
    return put_segment(show, replace(segment_by_id(show, segment_id), **changes))


def duplicate_segment(show: Show, segment_id: str) -> tuple[Show, str]:
    """Insert a copy after the original; returns its id too."""
    original = segment_by_id(show, segment_id)
    copy = replace(original, id=new_id(), cues=tuple(replace(cue, id=new_id()) for cue in original.cues))
    return put_segment(show, copy, show.segments.index(original) + 1), copy.id


def remove_segments(show: Show, segment_ids: Collection[str]) -> Show:
    """Remove these segments."""
    segments = tuple(segment for segment in show.segments if segment.id not in segment_ids)
    if len(segments) == len(show.segments):
        raise ShowError("show.no_segment", segment=next(iter(segment_ids), ""))
    return replace(show, segments=segments)


def move_segments(show: Show, segment_ids: Collection[str], index: int) -> Show:
    """Move these segments together to this index of the rundown."""
    return replace(show, segments=_moved(show.segments, segment_ids, index))


def swap_to_backup(show: Show, segment_id: str) -> Show:
    """Swap a segment's product with its backup; cues stay."""
    segment = segment_by_id(show, segment_id)
    if not segment.backup_id:
        raise ShowError("show.no_backup", segment=segment.title)
    return put_segment(show, replace(segment, product_id=segment.backup_id, backup_id=segment.product_id))


def segment_for(product: Product, *, title: str = "", act: Act = Act.MIDDLE, planned_s: int = 300) -> Segment:
    """A new segment that sells a product."""
    name = title or next(iter(product.name.values()), product.sku or product.id)
    role = product.role if product.role is not Role.BACKUP else Role.HERO
    return Segment(new_id(), name, act=act, planned_s=planned_s, product_id=product.id, role=role)


def planned_show(show: Show, welcome: Segment, close: Segment, languages: Sequence[str]) -> Show:
    """Replace the rundown with one in three acts: `welcome`, traffic products before heroes, `close`.

    At most two traffic products and five heroes; each hero gets a backup while there are any.
    """
    traffic = [product for product in show.products if product.role is Role.TRAFFIC][:2]
    heroes = [product for product in show.products if product.role is Role.HERO][:5]
    backups = [product for product in show.products if product.role is Role.BACKUP]
    made = [segment_for(one, title=pick(one.name, languages)[0], planned_s=240) for one in traffic]
    for number, hero in enumerate(heroes):
        segment = segment_for(hero, title=pick(hero.name, languages)[0], planned_s=420)
        made.append(replace(segment, backup_id=backups[number % len(backups)].id if backups else ""))
    return replace(show, segments=(welcome, *made, close))


# --- markets, cards, coupons --------------------------------------------------------------------------------------------


def put_market(show: Show, market: Market) -> Show:
    """Add a market, or replace its profile."""
    return replace(show, markets=put(show.markets, market))


def remove_market(show: Show, market_id: str) -> Show:
    """Remove a market; its prices stay in the products, in case it comes back."""
    if all(market.id != market_id for market in show.markets):
        raise ShowError("show.no_market", market=market_id)
    presentation = replace(show.presentation, market_id="") if show.presentation.market_id == market_id else show.presentation
    return replace(show, presentation=presentation, markets=tuple(market for market in show.markets if market.id != market_id))


def put_card(show: Show, card: KeywordCard) -> Show:
    """Add a keyword card, or replace the one with its id."""
    return replace(show, cards=put(show.cards, card))


def remove_card(show: Show, card_id: str) -> Show:
    """Remove a keyword card."""
    if all(card.id != card_id for card in show.cards):
        raise ShowError("show.no_card", card=card_id)
    return replace(show, cards=tuple(card for card in show.cards if card.id != card_id))


def put_coupon(show: Show, coupon: Coupon) -> Show:
    """Add a coupon, or replace the one with its id."""
    return replace(show, coupons=put(show.coupons, coupon))


def remove_coupon(show: Show, coupon_id: str) -> Show:
    """Remove a coupon; viewers keep the codes they have."""
    if all(coupon.id != coupon_id for coupon in show.coupons):
        raise ShowError("show.no_coupon", coupon=coupon_id)
    return replace(show, coupons=tuple(coupon for coupon in show.coupons if coupon.id != coupon_id))


def change_presentation(show: Show, **changes: Any) -> Show:
    """Change some fields of the presentation."""
    return replace(show, presentation=replace(show.presentation, **changes))
