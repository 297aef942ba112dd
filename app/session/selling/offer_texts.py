"""What an offer says in a viewer's language: units left and delivery time, with the market's number format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.base.localized_text import LocalizedText, has, pick
from app.domain.base.money import Money
from app.domain.catalogue.product import Delivery, Product, units_in_stock

FEW = 50  # units left are named when there are no more than this

Phrases = Mapping[str, LocalizedText]  # name → text with {placeholders}


class OfferFormats(Protocol):
    """`app.language.formats`, loaded with the first text."""

    def money(self, amount: Money, language: str, *, market: str = "") -> str: ...

    def number(self, value: int, language: str, *, market: str = "") -> str: ...

    def percent(self, value: float, language: str, *, market: str = "") -> str: ...


@dataclass(frozen=True, slots=True)
class OfferTexts:
    """`phrases` are those of `resources/phrases`. A text is "" in a language without its phrase, rather than foreign words."""

    formats: OfferFormats
    phrases: Phrases

    def phrase(self, name: str, language: str, **values: str) -> str:
        """A phrase with its values inserted."""
        words = self.phrases.get(name, {})
        return pick(words, [language])[0].format(**values) if has(words, language) else ""

    def units_left(self, product: Product, language: str, market_id: str) -> str:
        """How many units are left, "" while there are more than a few."""
        units = units_in_stock(product)
        if not product.stock or units > FEW:
            return ""
        return self.phrase("left", language, units=self.formats.number(units, language, market=market_id))

    def delivery_time(self, delivery: Delivery | None, language: str, market_id: str) -> str:
        """How many days delivery takes, "" if the product does not say."""
        if delivery is None or delivery.days_to <= 0:
            return ""
        ends = dict.fromkeys((delivery.days_from or delivery.days_to, delivery.days_to))
        days = "–".join(self.formats.number(day, language, market=market_id) for day in ends)
        return self.phrase("delivery", language, days=days)
