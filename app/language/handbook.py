"""Writes the handbook of a show's products in one language: a self-contained page for the screen, and one for printing."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.base.localized_text import LocalizedText, has, is_right_to_left, pick
from app.domain.catalogue.handbook import completeness
from app.domain.catalogue.product import Product, landed_cost
from app.domain.show import Show
from app.language import formats

PICTURE_SCHEME = "picture:"  # `picture:ID` in the printed page; the printing code provides the picture

PictureOf = Callable[[str], tuple[str, bytes] | None]  # id → (media type, content)


@dataclass(frozen=True, slots=True)
class Text:
    """`foreign` = in another language than the page, because nothing else exists. An empty text is a gap."""

    text: str
    language: str
    direction: str
    foreign: bool


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A product's price and delivery in a market, formatted for the reader."""

    market: str
    price: str
    was: str
    days: str
    freight: str
    total: str


class HandbookWriter:
    """`folder` has the templates; `labels` are the handbook's own texts in many languages."""

    def __init__(self, folder: Path, labels: Mapping[str, LocalizedText]) -> None:
        self._labels = labels
        self._environment = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

        self._environment.filters["isolated"] = _isolated

    def page(self, show: Show, title: str, language: str, picture_of: PictureOf) -> str:
        """One HTML file with embedded style and pictures."""

        def address(picture_id: str) -> str:
            found = picture_of(picture_id)
            return "" if found is None else f"data:{found[0]};base64,{b64encode(found[1]).decode()}"

        return self._render("screen.html", show, title, language, address)

    def printed(self, show: Show, title: str, language: str) -> str:
        """The page for printing: plain HTML that Qt can lay out, with pictures as `picture:ID`."""
        return self._render("print.html", show, title, language, lambda picture_id: PICTURE_SCHEME + picture_id)

    def _render(self, template: str, show: Show, title: str, language: str, address: Callable[[str], str]) -> str:
        return self._environment.get_template(template).render(
            title=title,
            language=language,
            direction=_direction(language),
            language_name=formats.language_name(language, language),
            label={name: pick(words, (language,))[0] for name, words in self._labels.items()},
            products=[_product(product, show, language, address) for product in show.products],
        )


def _isolated(text: str) -> str:
    """Isolate a text's direction from its surroundings: "72 × 40" must not be reversed in an Arabic line."""
    return f"\u2068{text}\u2069" if text else ""


def _direction(language: str) -> str:
    return "rtl" if is_right_to_left(language) else "ltr"


def _text(words: LocalizedText, languages: Sequence[str]) -> Text:
    text, written_in = pick(words, languages)
    foreign = bool(text) and written_in.split("-")[0] != languages[0].split("-")[0]
    return Text(text, written_in or languages[0], _direction(written_in or languages[0]), foreign)


def _product(product: Product, show: Show, language: str, address: Callable[[str], str]) -> dict[str, Any]:
    languages = (language, show.presentation.host_language)

    def text(words: LocalizedText) -> Text:
        return _text(words, languages)

    return {
        "id": product.id,
        "sku": product.sku,
        "name": text(product.name),
        "percent": formats.percent(completeness(product, language).percent, language),
        "pictures": [found for picture in product.pictures if (found := address(picture))],
        "facts": [("pain_point", text(product.pain_point)), ("audience", text(product.audience))],
        "points": [(text(point.text), text(point.keyword)) for point in product.points],
        "scenarios": [text(words) for words in product.scenarios],
        "faq": [(text(answer.question), text(answer.answer)) for answer in product.faq],
        "comparisons": [(row.competitor, text(row.theirs), text(row.ours)) for row in product.comparisons],
        "prices": _prices(product, show, language),
        "return_rule": text(product.return_rule),
        "size_chart": product.size_chart,
        "claims": [(text(claim.text), claim.evidence) for claim in product.claims],
    }


def _prices(product: Product, show: Show, language: str) -> list[PriceRow]:
    rows = []
    by_market = {price.market_id: price for price in product.prices}
    deliveries = {one.market_id: one for one in product.delivery}
    for market in show.markets:
        price = by_market.get(market.id)
        if price is None:
            continue
        delivery = deliveries.get(market.id)
        landed = landed_cost(product, market.id)
        rows.append(
            PriceRow(
                market=pick(market.name, (language,))[0] if has(market.name, language) else formats.territory_name(market.id, language),
                price=formats.money(price.price, language, market=market.id),
                was="" if price.was is None else formats.money(price.was, language, market=market.id),
                days="" if delivery is None else _days(delivery.days_from, delivery.days_to, language),
                freight="" if delivery is None or delivery.freight is None else formats.money(delivery.freight, language, market=market.id),
                total="" if landed is None else formats.money(landed.total, language, market=market.id),
            )
        )
    return rows


def _days(first: int, last: int, language: str) -> str:
    shown = [formats.number(day, language) for day in dict.fromkeys((first, last))]
    return "–".join(shown)
