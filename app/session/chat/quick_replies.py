"""Replies that the host sends with one click: price, delivery and answers, in the viewer's language and for their market."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from app.domain.base.localized_text import LocalizedText, has, pick
from app.domain.catalogue.product import Delivery, Price, Product, price_in, units_in_stock
from app.domain.show import Show
from app.session.catalogue.product_index import ProductIndex
from app.session.selling.offer_texts import OfferTexts

GAP = " · "
MAX_SIZES = 12


@dataclass(frozen=True, slots=True)
class QuickReply:
    """`text` is what the host reads, in `text_language`; `sent` is what the viewer gets, in `sent_language`. Where a reply has no text in
    the viewer's language, both are the host's."""

    id: str
    text: str
    text_language: str
    sent: str
    sent_language: str


class QuickReplies:
    """Makes replies about one product. `load_texts` returns the phrases of the cards and of `resources/phrases/replies.toml`, and is called
    with the first reply."""

    def __init__(self, show: Callable[[], Show], products: ProductIndex, load_texts: Callable[[], OfferTexts]) -> None:
        self._show = show
        self._products = products
        self._load_texts = load_texts

    @cached_property
    def _texts(self) -> OfferTexts:
        return self._load_texts()

    def about(self, product_id: str, *, language: str, market_id: str) -> tuple[QuickReply, ...]:
        """The replies to a viewer of this language and market; "" as market: the first one that the product has a price for.

        Without a product, only the general ones.
        """
        product = self._products.find(product_id)
        host_language = self._show().presentation.host_language
        made = [] if product is None else list(self._of_product(product, market_id))
        replies = (*made, *(self._general(name) for name in ("soon", "thanks")))
        return tuple(_reply(name, write, host_language, language) for name, write in replies if write(host_language))

    def _general(self, name: str) -> "tuple[str, _Write]":
        return name, lambda language: self._texts.phrase(name, language)

    def _of_product(self, product: Product, market_id: str) -> "Iterator[tuple[str, _Write]]":
        market = market_id or (product.prices[0].market_id if product.prices else "")
        price = price_in(product, market)
        delivery = next((one for one in product.delivery if one.market_id == market), None)
        if price is not None:
            yield "price", lambda language: self._price(product, price, delivery, language)
        elif market and product.prices:
            yield self._general("not_to_market")
        if delivery is not None:
            yield "delivery", lambda language: self._delivery(delivery, language)
        if product.stock:
            yield "left", lambda language: self._left(product, language, market)
        if len(product.size_chart) > 1:
            yield "sizes", lambda language: self._texts.phrase("sizes", language, sizes=_sizes(product))
        yield "returns", partial(_written, product.return_rule)
        for number, answer in enumerate(product.faq):
            yield f"faq.{number}", partial(_written, answer.answer)

    def _price(self, product: Product, price: Price, delivery: Delivery | None, language: str) -> str:
        name = pick(product.name, (language,))[0] or product.sku
        amount = self._texts.formats.money(price.price, language, market=price.market_id)
        text = self._texts.phrase("price", language, product=name, price=amount)
        return GAP.join(part for part in (text, "" if delivery is None else self._delivery(delivery, language)) if part)

    def _delivery(self, delivery: Delivery, language: str) -> str:
        market, freight = delivery.market_id, delivery.freight
        parts = [self._texts.delivery_time(delivery, language, market)]
        if freight is not None and freight.minor:
            parts.append(self._texts.phrase("freight", language, amount=self._texts.formats.money(freight, language, market=market)))
        elif freight is not None:
            parts.append(self._texts.phrase("free_shipping", language))
        return GAP.join(part for part in parts if part)

    def _left(self, product: Product, language: str, market: str) -> str:
        if units_in_stock(product) <= 0:
            return self._texts.phrase("sold_out", language)
        return self._texts.units_left(product, language, market)


_Write = Callable[[str], str]


def _reply(name: str, write: _Write, host_language: str, language: str) -> QuickReply:
    text, sent = write(host_language), write(language) if language else ""
    return QuickReply(name, text, host_language, sent or text, language if sent else host_language)


def _written(words: LocalizedText, language: str) -> str:
    """The text in this language, "" if it has none."""
    return pick(words, [language])[0].strip() if has(words, language) else ""


def _sizes(product: Product) -> str:
    """The sizes of the chart: the first cell of each row below the header."""
    names: Sequence[str] = [row[0].strip() for row in product.size_chart[1:] if row and row[0].strip()]
    return ", ".join(names[:MAX_SIZES]) + ("…" if len(names) > MAX_SIZES else "")
