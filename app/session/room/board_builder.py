"""Builds the board that the room shows to every viewer, from the show and what is on screen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.base.localized_text import LocalizedText
from app.domain.base.money import Money
from app.domain.base.web_address import usable_link
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Answer, Delivery, Product, landed_cost, saving_percent, units_in_stock
from app.domain.program.project import UNTITLED
from app.domain.selling.on_screen import OnScreen, OnScreenKind
from app.domain.show import Show
from app.session.catalogue.product_index import ProductIndex

Json = Any
MAX_PICTURES = 6  # of a product; a phone shows one at a time


def words_value(words: LocalizedText) -> Json:
    """The languages that have text."""
    return {language: text for language, text in words.items() if text.strip()}


def _money(money: Money | None) -> Json:
    return None if money is None else {"minor": money.minor, "currency": money.currency}


def _market(market: Market) -> Json:
    return {
        "id": market.id,
        "name": words_value(market.name),
        "languages": list(market.languages),
        "currency": market.currency,
        "urgency": market.urgency,
        "payments": list(market.payments),
    }


def title_for_viewers(show: Show, path: Path | None) -> str:
    """The show's name, or its file name; "" if it has neither."""
    if show.project.name != UNTITLED:
        return show.project.name
    return "" if path is None else path.stem


def show_value(show: Show, title: str) -> Json:
    """The value of "show": title, markets and the host's language."""
    return {
        "title": title,
        "markets": [_market(market) for market in show.markets],
        "host_language": show.presentation.host_language,
    }


def _delivery(one: Delivery) -> Json:
    return {"market": one.market_id, "from": one.days_from, "to": one.days_to, "freight": _money(one.freight)}


def _answer(one: Answer) -> Json:
    return {"question": words_value(one.question), "answer": words_value(one.answer)}


def product_value(product: Product, market_ids: Sequence[str], pictures: Sequence[str]) -> Json:
    """The value of "product/ID": what viewers may know. Cost, claims and competitors stay at the desk.

    `left` None = no stock is kept. `pictures` are names in the room.
    """
    landed = {market_id: landed_cost(product, market_id) for market_id in market_ids}
    return {
        "id": product.id,
        "name": words_value(product.name),
        "points": [{"id": one.id, "keyword": words_value(one.keyword), "text": words_value(one.text)} for one in product.points],
        "prices": [
            {
                "market": one.market_id,
                "minor": one.price.minor,
                "currency": one.price.currency,
                "was": None if one.was is None else one.was.minor,
                "saving": saving_percent(one),
            }
            for one in product.prices
            if one.market_id in market_ids
        ],
        "unit": words_value(product.unit),
        "left": units_in_stock(product) if product.stock else None,
        "pictures": list(pictures),
        "links": {one.market_id: link for one in product.links if (link := usable_link(one.url))},
        "delivery": [_delivery(one) for one in product.delivery if one.market_id in market_ids],
        "returnable": {market_id: cost.returnable for market_id, cost in landed.items() if cost is not None},
        "return_rule": words_value(product.return_rule),
        "size_chart": [list(row) for row in product.size_chart],
        "faq": [_answer(one) for one in product.faq],
    }


def card_value(shown: OnScreen, words: LocalizedText) -> Json:
    """The value of "card": text shown for a moment, None = none."""
    card = shown.card
    if card is None or not words:
        return None
    return {"id": card.id, "words": words_value(words), "product": card.product_id}


def coupon_value(show: Show, shown: OnScreen, left: int) -> Json:
    """The value of "coupon": what can be claimed, and how many codes are left."""
    drop = shown.drop
    coupon = None if drop is None else next((one for one in show.coupons if one.id == drop.coupon_id), None)
    if drop is None or coupon is None:
        return None
    return {
        "id": coupon.id,
        "title": words_value(coupon.title),
        "product": coupon.product_id,
        "percent": coupon.percent,
        "stock": len(drop.codes),
        "left": left,
        "expires_ms": drop.expires_ms,
    }


def listed_ids(show: Show, shown: OnScreen) -> tuple[str, ...]:
    """The products of the page in the order of the rundown: those of segments and the pinned one, but no backups."""
    ids = dict.fromkeys(segment.product_id for segment in show.segments if segment.product_id)
    if shown.pinned_id:
        ids[shown.pinned_id] = None
    return tuple(ids)


@dataclass(frozen=True, slots=True)
class _Made:
    """A value and its inputs: while those are the same objects, the value is reused."""

    of: tuple[object, ...]
    value: Json


@dataclass(frozen=True, slots=True)
class _Page:
    """A product's value on the board, and its inputs."""

    product: Product
    market_ids: tuple[str, ...]
    pictures: tuple[str, ...]
    value: Json


class BoardBuilder:
    """Builds boards; unchanged values are the same objects as before, so a change of one product costs only that product."""

    def __init__(self, products: ProductIndex) -> None:
        self._products = products
        self._made: dict[str, _Made] = {}
        self._pages: dict[str, _Page] = {}  # by key on the board
        self._paged: tuple[tuple[str, ...], Mapping[str, str]] = ((), {})
        self._listed: tuple[tuple[object, str], tuple[str, ...]] = (((), ""), ())
        self._pictured: tuple[list[Product], str, tuple[str, ...]] = ([], "", ())

    def board(
        self,
        show: Show,
        shown: OnScreen,
        *,
        title: str,
        card_words: LocalizedText,
        coupon_left: int,
        disclosure: Mapping[str, LocalizedText],
        pictures: Mapping[str, str],
    ) -> Mapping[str, Json]:
        """Every key with its value. `disclosure`: market → text on screen now; `pictures`: picture of the show → name in the room."""
        before, self._made = self._made, {}
        products = self._on_page(show, shown)
        ids = [product.id for product in products]

        def keep(key: str, of: tuple[object, ...], make: Callable[[], Json]) -> None:
            old = before.get(key)
            same = old is not None and _same(old.of, of)
            self._made[key] = old if old is not None and same else _Made(of, make())

        keep("show", (title, show.markets, show.presentation.host_language), lambda: show_value(show, title))
        keep("list", tuple(ids), lambda: ids)
        keep("pinned", (shown.pinned_id, shown.pinned_ms), lambda: _pinned(shown, ids))
        keep("card", (shown.card, card_words), lambda: card_value(shown, card_words))
        keep("coupon", (shown.drop, show.coupons, coupon_left), lambda: coupon_value(show, shown, coupon_left))
        keep("countdown", (shown.countdown,), lambda: _countdown(shown))
        keep("disclosure", (tuple(disclosure), *disclosure.values()), lambda: _disclosure(disclosure))
        ticker = show.presentation.ticker if OnScreenKind.TICKER in shown.lasting else {}
        keep("ticker", (ticker,), lambda: words_value(ticker) or None)
        self._turn_pages(products, tuple(market.id for market in show.markets), pictures)
        values = {key: made.value for key, made in self._made.items() if made.value is not None}
        products_first = {key: page.value for key, page in self._pages.items()}  # a page must have a product before it is pinned
        return {"show": values.pop("show"), "list": values.pop("list")} | products_first | values

    def _on_page(self, show: Show, shown: OnScreen) -> list[Product]:
        """The products of the page, without removed ones."""
        of, ids = self._listed
        if of[0] is not show.segments or of[1] != shown.pinned_id:
            ids = listed_ids(show, shown)
            self._listed = ((show.segments, shown.pinned_id), ids)
        return self._products.of(ids)

    def _turn_pages(self, products: Sequence[Product], market_ids: tuple[str, ...], pictures: Mapping[str, str]) -> None:
        before, self._pages = self._pages, {}
        same = self._paged[0] == market_ids and self._paged[1] is pictures
        self._paged = (market_ids, pictures)
        for product in products:
            key = f"product/{product.id}"
            page = before.get(key)
            if page is None or page.product is not product or not same:
                names = _names(product, pictures)
                if page is None or page.product is not product or (page.market_ids, page.pictures) != (market_ids, names):
                    page = _Page(product, market_ids, names, product_value(product, market_ids, names))
            self._pages[key] = page

    def wanted_pictures(self, show: Show, shown: OnScreen) -> tuple[str, ...]:
        """Pictures of the page's products: the pinned product's first, then every product's main picture, then the others."""
        listed = self._on_page(show, shown)
        if self._pictured[0] == listed and self._pictured[1] == shown.pinned_id:
            return self._pictured[2]
        first = self._products.find(shown.pinned_id)
        products = [first, *listed] if first is not None else listed
        pinned = first.pictures[:MAX_PICTURES] if first is not None else ()
        pictures = [product.pictures[:MAX_PICTURES] for product in products if product.pictures]
        others = (one[place] for place in range(max(map(len, pictures), default=0)) for one in pictures if place < len(one))
        wanted = tuple(dict.fromkeys((*pinned, *others)))
        self._pictured = (listed, shown.pinned_id, wanted)
        return wanted


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether both hold the same objects or equal small values: comparing whole products would cost more than building a value."""
    return len(one) == len(other) and all(
        a is b or (isinstance(a, str | int | tuple) and _plain(a) and a == b) for a, b in zip(one, other, strict=True)
    )


def _plain(thing: object) -> bool:
    return not isinstance(thing, tuple) or all(isinstance(part, str) for part in thing)


def _names(product: Product, pictures: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(pictures[one] for one in product.pictures[:MAX_PICTURES] if one in pictures)


def _pinned(shown: OnScreen, ids: Iterable[str]) -> Json:
    return {"product": shown.pinned_id, "at_ms": shown.pinned_ms} if shown.pinned_id in ids else None


def _countdown(shown: OnScreen) -> Json:
    countdown = shown.countdown
    return None if countdown is None else {"ends_ms": countdown.ends_ms, "text": words_value(countdown.text)}


def _disclosure(texts: Mapping[str, LocalizedText]) -> Json:
    return {"markets": {market: {"text": words_value(text)} for market, text in texts.items()}} if texts else None
