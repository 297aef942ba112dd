"""Chooses the content of the cards on the picture, in the languages of the picture's market."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.domain.base.localized_text import LocalizedText, has, pick, primary
from app.domain.base.money import Money
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Price, Product, price_in, saving_percent
from app.domain.selling.card import Card, CountdownOverlay, DisclosureBadge, KeywordOverlay, LowerThird, ProductCard, QrCard, Ticker
from app.domain.selling.on_screen import OnScreen, OnScreenKind
from app.domain.show import Show
from app.session.selling.offer_texts import OfferFormats, OfferTexts
from app.session.selling.selling import picture_market, urgency_allowed

PRODUCT, KEYWORD, LOWER_THIRD, COUNTDOWN, TICKER, BADGE, CODE = (
    "card.product",
    "card.keyword",
    "card.lower_third",
    "card.countdown",
    "card.ticker",
    "card.badge",
    "card.code",
)
ON_PAGE = (PRODUCT, KEYWORD, COUNTDOWN, TICKER)  # what the viewer page shows beside the picture
OVERLAYS = (LOWER_THIRD, PRODUCT, KEYWORD, COUNTDOWN, CODE, TICKER, BADGE)
NAME_AND_ROLE = " · "  # how people write both on one line


Modules = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True, slots=True)
class CardScene:
    """Everything the cards show at one moment. `badge` is the disclosure on the picture."""

    show: Show
    shown: OnScreen
    product: Product | None
    words: LocalizedText
    badge: LocalizedText
    picture: bytes
    watch_address: str
    now_ms: int
    page_has_cards: bool = False  # everybody watches on our own page, which shows these things itself


@dataclass(frozen=True, slots=True)
class CardWriter:
    """Makes cards from scenes, on any thread; the first call is slow, because it loads the formats and the QR code maker."""

    texts: OfferTexts
    code: Callable[[str], Modules]

    def cards(self, scene: CardScene) -> dict[str, Card]:
        """The cards on the picture, by the id of their overlay."""
        market = picture_market(scene.show)
        languages = _languages(scene.show, market)
        cards: dict[str, Card | None] = {
            PRODUCT: self._product(scene, market, languages),
            KEYWORD: _keyword(scene, languages),
            LOWER_THIRD: _lower_third(scene, languages),
            COUNTDOWN: _countdown(scene, languages),
            TICKER: _ticker(scene, languages),
            BADGE: _badge(scene),
            CODE: self._code(scene, languages),
        }
        left_out = ON_PAGE if scene.page_has_cards else ()
        return {name: card for name in OVERLAYS if name not in left_out and (card := cards[name]) is not None}

    def _product(self, scene: CardScene, market: Market | None, languages: Sequence[str]) -> ProductCard | None:
        product = scene.product
        if product is None:
            return None
        name, language = pick(product.name, languages)
        price = _price(product, market)
        money = _money(self.texts.formats, language, market)
        keywords = [pick(point.keyword, [language, *languages])[0] for point in product.points]
        delivery = None if market is None else next((one for one in product.delivery if one.market_id == market.id), None)
        return ProductCard(
            name=name or product.sku or product.id,
            price="" if price is None else money(price.price),
            was="" if price is None or price.was is None else money(price.was),
            left=self.texts.units_left(product, language, _id(market)),
            keywords=tuple(word for word in keywords if word),
            delivery=self.texts.delivery_time(delivery, language, _id(market)),
            saving=self._saving(price, language, market),
            picture=scene.picture,
            language=language or languages[0],
        )

    def _saving(self, price: Price | None, language: str, market: Market | None) -> str:
        percent = 0 if price is None else saving_percent(price)
        return f"−{self.texts.formats.percent(percent, language, market=_id(market))}" if percent else ""

    def _code(self, scene: CardScene, languages: Sequence[str]) -> QrCard | None:
        if OnScreenKind.CODE not in scene.shown.lasting or not scene.watch_address:
            return None
        address = scene.watch_address.partition("://")[2] or scene.watch_address
        return QrCard(self.code(scene.watch_address), self.texts.phrase("watch", languages[0]), address, languages[0])


def _id(market: Market | None) -> str:
    return "" if market is None else market.id


def _languages(show: Show, market: Market | None) -> tuple[str, ...]:
    """The languages of the picture, the best first; never empty."""
    return (*(market.languages if market is not None else ()), show.presentation.host_language)


def _second_language(show: Show, words: LocalizedText, first: str) -> str:
    """The second language of a card: the host's, else that of the next market that the words are translated for; "" = none."""
    others = (show.presentation.host_language, *(language for market in show.markets for language in market.languages))
    return next((language for language in others if primary(language) != primary(first) and has(words, language)), "")


def _price(product: Product, market: Market | None) -> Price | None:
    """The price in the picture's market; without a market the first price."""
    if market is not None:
        return price_in(product, market.id)
    return product.prices[0] if product.prices else None


def _money(formats: OfferFormats, language: str, market: Market | None) -> Callable[[Money], str]:
    return lambda amount: formats.money(amount, language, market=_id(market))


def _keyword(scene: CardScene, languages: Sequence[str]) -> KeywordOverlay | None:
    first, language = pick(scene.words, languages)
    if not first:
        return None
    second_language = _second_language(scene.show, scene.words, language)
    second = pick(scene.words, [second_language])[0] if second_language else ""
    return KeywordOverlay(first, language, second, second_language or language)


def _lower_third(scene: CardScene, languages: Sequence[str]) -> LowerThird | None:
    text, language = pick(scene.show.presentation.lower_third, languages)
    if OnScreenKind.LOWER_THIRD not in scene.shown.lasting or not text.strip():
        return None
    name, _, role = text.strip().partition("\n" if "\n" in text.strip() else NAME_AND_ROLE)
    return LowerThird(name.strip(), " ".join(role.split()), language)


def _ticker(scene: CardScene, languages: Sequence[str]) -> Ticker | None:
    text, language = pick(scene.show.presentation.ticker, languages)
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    return Ticker(lines, language) if lines and OnScreenKind.TICKER in scene.shown.lasting else None


def _countdown(scene: CardScene, languages: Sequence[str]) -> CountdownOverlay | None:
    countdown = scene.shown.countdown
    if countdown is None or not urgency_allowed(scene.show):
        return None
    title, language = pick(countdown.text, languages)
    return CountdownOverlay(max(0, -(-(countdown.ends_ms - scene.now_ms) // 1000)), title, language or languages[0])


def badge_text(show: Show, badge: LocalizedText) -> tuple[str, str]:
    """(text of a disclosure on the picture, its language)."""
    return pick(badge, _languages(show, picture_market(show)))


def _badge(scene: CardScene) -> DisclosureBadge | None:
    text, language = badge_text(scene.show, scene.badge)
    return DisclosureBadge(text, language) if text else None
