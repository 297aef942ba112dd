"""Checks a whole show: the shape of its rundown, its products and texts; and fixes findings."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.domain.base.errors import AppError
from app.domain.base.localized_text import LocalizedText, has, pick
from app.domain.base.money import Money
from app.domain.catalogue.market import Level, Market
from app.domain.catalogue.product import Product, Role, units_in_stock
from app.domain.rundown.finding import Fact, Finding, Subject, segment_texts, with_words_at, words_at
from app.domain.rundown.product_lint import REPLACE_PHRASE, Audience, audience_of, product_findings, text_findings
from app.domain.rundown.rundown import Act, Segment
from app.domain.selling.card_theme import CardColours
from app.domain.show import Show, product_by_id, segment_by_id
from app.domain.show_editing import change_segment, put_card, put_coupon, put_product, put_segment, swap_to_backup

HEROES = (3, 5)
TRAFFIC = (1, 2)

Colours = Mapping[str, str]  # a theme's name for the colour → "#rrggbb"
_Compared = tuple[Sequence[Market], Sequence[Product], Sequence[Product]]  # markets, heroes, traffic


_GROUNDS = ("panel", "panel_end", "accent", "chip", "saving", "badge", "ticker")


def background_colours(colours: CardColours) -> dict[str, str]:
    """The colours of a card theme that fill areas; text may have any colour."""
    return {name: str(getattr(colours, name)) for name in _GROUNDS}


class LintError(AppError):
    """An unknown fix, or one whose text is gone; `data` has `fix`."""


def lint(show: Show, *, today: str = "", colours: Colours | None = None) -> tuple[Finding, ...]:
    """All findings of a show. `RundownLint` finds the same and only checks what changed, for use while somebody types."""
    return RundownLint().findings(show, today=today, colours=colours)


class RundownLint:
    """Caches the findings of each product and segment while they are the same objects."""

    def __init__(self) -> None:
        self._audience = audience_of((), "")
        self._products: dict[int, tuple[Product, tuple[Finding, ...]]] = {}
        self._segments: dict[int, tuple[Segment, tuple[Finding, ...]]] = {}
        self._compared: tuple[_Compared, tuple[Finding, ...]] = (((), [], []), ())
        self._catalogue: tuple[tuple[Product, ...], dict[str, Product]] = ((), {})

    def findings(self, show: Show, *, today: str = "", colours: Colours | None = None) -> tuple[Finding, ...]:
        """Findings on the whole show first, then on segments in order, then on their products, cards and coupons.

        `today` is an ISO date ("" = facts never age); `colours` are the `background_colours` of the card theme.
        """
        audience = self._audience_for(show)
        products = self._by_id(show.products)
        used = _used(show.segments, products)
        spare = _has_spare(show)
        found = (
            *_shape(show.segments),
            *self._prices_of(show, products),
            *_of_markets(show, audience, today, colours or {}),
            *(one for segment in show.segments for one in _of_segment(segment, show, products, spare)),
            *(one for segment in show.segments for one in self._texts_of(segment, audience)),
            *(one for product in used for one in self.of_product(product, show)),
            *_of_cards(show, audience),
        )
        self._forget(used, show.segments)
        return found

    def of_product(self, product: Product, show: Show) -> tuple[Finding, ...]:
        """The findings of one product, even if the rundown does not contain it."""
        audience = self._audience_for(show)
        known = self._products.get(id(product))
        if known is None or known[0] is not product:
            known = (product, product_findings(product, audience))
            self._products[id(product)] = known
        return known[1]

    def warm(self, show: Show) -> Iterator[None]:
        """Check the rundown's products one per step, so that opening a long show does not block."""
        for product in _used(show.segments, self._by_id(show.products)):
            self.of_product(product, show)
            yield

    def _texts_of(self, segment: Segment, audience: Audience) -> tuple[Finding, ...]:
        known = self._segments.get(id(segment))
        if known is None or known[0] is not segment:
            texts = segment_texts(segment, audience.host_language)
            known = (segment, tuple(text_findings(audience, Subject.SEGMENT, segment.id, segment.title, texts)))
            self._segments[id(segment)] = known
        return known[1]

    def _prices_of(self, show: Show, products: Mapping[str, Product]) -> tuple[Finding, ...]:
        """Compared again only after a market, hero or traffic product changed."""
        heroes, traffic = (_with_role(show.segments, products, role) for role in (Role.HERO, Role.TRAFFIC))
        seen, found = self._compared
        now = (show.markets, heroes, traffic)
        if not all(_same(one, other) for one, other in zip(seen, now, strict=True)):
            found = tuple(_prices(*now))
            self._compared = (now, found)
        return found

    def _audience_for(self, show: Show) -> Audience:
        known = self._audience
        if known.markets is show.markets and known.host_language == show.presentation.host_language:
            return known
        if not _same(known.markets, show.markets) or known.host_language != show.presentation.host_language:
            self._audience = audience_of(show.markets, show.presentation.host_language)
            self._products.clear()
            self._segments.clear()
        else:
            self._audience = replace(known, markets=show.markets)
        return self._audience

    def _by_id(self, products: tuple[Product, ...]) -> dict[str, Product]:
        if self._catalogue[0] is not products:
            self._catalogue = (products, {product.id: product for product in products})
        return self._catalogue[1]

    def _forget(self, used: Sequence[Product], segments: Sequence[Segment]) -> None:
        """Drop cached findings of old states before the cache is twice the size of the show."""
        if len(self._products) > 2 * len(used) + 1000:
            kept = {id(product) for product in used}
            self._products = {key: value for key, value in self._products.items() if key in kept}
        if len(self._segments) > 2 * len(segments) + 100:
            kept = {id(segment) for segment in segments}
            self._segments = {key: value for key, value in self._segments.items() if key in kept}


def _same(some: Sequence[object], others: Sequence[object]) -> bool:
    """Whether both hold the same objects."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _used(segments: Sequence[Segment], products: Mapping[str, Product]) -> list[Product]:
    ids = dict.fromkeys(wanted for segment in segments for wanted in (segment.product_id, segment.backup_id) if wanted in products)
    return [products[wanted] for wanted in ids]


# --- the shape of the rundown ---------------------------------------------------------------------------------------------


def sells(segment: Segment) -> bool:
    """Whether the segment sells something."""
    return bool(segment.product_id) or segment.role is not None


def _shape(segments: Sequence[Segment]) -> Iterator[Finding]:
    if not segments:
        return
    heroes = len({segment.product_id or segment.id for segment in segments if segment.role is Role.HERO})
    traffic = len({segment.product_id or segment.id for segment in segments if segment.role is Role.TRAFFIC})
    if not HEROES[0] <= heroes <= HEROES[1]:
        yield _of_show("rundown.heroes", Level.WARNING, count=heroes, minimum=HEROES[0], maximum=HEROES[1])
    if not TRAFFIC[0] <= traffic <= TRAFFIC[1]:
        yield _of_show("rundown.traffic", Level.WARNING, count=traffic, minimum=TRAFFIC[0], maximum=TRAFFIC[1])
    acts = {segment.act for segment in segments}
    if Act.OPEN not in acts:
        yield _of_show("rundown.no_opening", Level.INFO)
    if Act.END not in acts:
        yield _of_show("rundown.no_close", Level.INFO)
    last_open = max((number for number, segment in enumerate(segments) if segment.act is Act.OPEN), default=-1)
    for number, segment in enumerate(segments):
        if number <= last_open and sells(segment):
            fix = "act_middle" if segment.act is Act.OPEN else ""
            yield Finding("rundown.selling_early", Level.WARNING, Subject.SEGMENT, segment.id, {"name": segment.title}, "act", fix=fix)


def _of_show(code: str, level: Level, **data: Fact) -> Finding:
    return Finding(code, level, Subject.SHOW, data=data)


# --- prices and margins -----------------------------------------------------------------------------------------------------


def _with_role(segments: Sequence[Segment], products: Mapping[str, Product], role: Role) -> list[Product]:
    ids = dict.fromkeys(segment.product_id for segment in segments if segment.role is role and segment.product_id in products)
    return [products[wanted] for wanted in ids]


def _by_market(products: Sequence[Product]) -> dict[str, list[tuple[Product, Money]]]:
    found: dict[str, list[tuple[Product, Money]]] = {}
    for product in products:
        for price in product.prices:
            found.setdefault(price.market_id, []).append((product, price.price))
    return found


def _prices(markets: Sequence[Market], heroes: Sequence[Product], traffic: Sequence[Product]) -> Iterator[Finding]:
    earning, drawing = _by_market(heroes), _by_market(traffic)
    for market in markets:
        ours = [(product, price) for product, price in earning.get(market.id, ()) if price.currency == market.currency]
        theirs = [(product, price) for product, price in drawing.get(market.id, ()) if price.currency == market.currency]
        if ours and theirs:
            yield from _cheap_enough(market, ours, theirs)
            yield from _worth_more(market, ours, theirs)


def _cheap_enough(market: Market, heroes: list[tuple[Product, Money]], traffic: list[tuple[Product, Money]]) -> Iterator[Finding]:
    cheapest, lowest = min(heroes, key=lambda one: one[1].minor)
    for product, price in traffic:
        if price.minor >= lowest.minor:
            data: dict[str, Fact] = {
                "name": product.name,
                "markets": market.id,
                "price": price,
                "other": cheapest.name,
                "other_price": lowest,
            }
            yield Finding("rundown.traffic_dear", Level.WARNING, Subject.PRODUCT, product.id, data, where="prices")


def _worth_more(market: Market, heroes: list[tuple[Product, Money]], traffic: list[tuple[Product, Money]]) -> Iterator[Finding]:
    """Only if cost and price are in one currency; there are no exchange rates here."""
    margins = [(product, margin) for product, price in traffic if (margin := _margin(product, price)) is not None]
    if not margins:
        return
    best, most = max(margins, key=lambda one: one[1])
    for product, price in heroes:
        margin = _margin(product, price)
        if margin is not None and margin <= most:
            data: dict[str, Fact] = {
                "name": product.name,
                "markets": market.id,
                "margin": Money(margin, price.currency),
                "other": best.name,
                "other_margin": Money(most, price.currency),
            }
            yield Finding("rundown.hero_margin", Level.WARNING, Subject.PRODUCT, product.id, data, where="unit_cost")


def _margin(product: Product, price: Money) -> int | None:
    cost = product.unit_cost
    return None if cost is None or cost.currency != price.currency else price.minor - cost.minor


# --- one segment --------------------------------------------------------------------------------------------------------------


def _of_segment(segment: Segment, show: Show, products: Mapping[str, Product], spare: bool) -> Iterator[Finding]:
    def of(code: str, where: str, fix: str = "", level: Level = Level.WARNING, **data: Fact) -> Finding:
        return Finding(code, level, Subject.SEGMENT, segment.id, {"name": segment.title, **data}, where, fix=fix)

    if segment.role is not None and segment.product_id not in products:
        yield of("rundown.no_product", "product_id")
    if segment.needs_interpreter and not segment.interpreter.strip():
        yield of("rundown.no_interpreter", "interpreter")
    calm = [market.id for market in show.markets if not market.urgency]
    if segment.countdown and calm:
        yield of("rundown.countdown", "countdown", "countdown_off", markets=" ".join(calm))
    product = products.get(segment.product_id)
    if product is not None:
        yield from _of_backup(segment, product, products, spare)


def _of_backup(segment: Segment, product: Product, products: Mapping[str, Product], spare: bool) -> Iterator[Finding]:
    def of(code: str, where: str, fix: str = "", **data: Fact) -> Finding:
        return Finding(code, Level.WARNING, Subject.SEGMENT, segment.id, {"name": segment.title, **data}, where, fix=fix)

    backup = products.get(segment.backup_id)
    ready = backup is not None and backup is not product and units_in_stock(backup) > 0
    if units_in_stock(product) <= 0:
        yield of("rundown.sold_out", "product_id", "swap_to_backup" if ready else "", product=product.name)
    if segment.role is not Role.HERO or ready:
        return
    fix = "choose_backup" if spare else ""
    if backup is None:
        yield of("rundown.no_backup", "backup_id", fix)
    elif backup is product:
        yield of("rundown.backup_same", "backup_id", fix)
    else:
        yield of("rundown.backup_sold_out", "backup_id", fix, product=backup.name)


def _has_spare(show: Show) -> bool:
    """Whether any product is in stock and in no slot, and so could be a backup."""
    taken = {wanted for segment in show.segments for wanted in (segment.product_id, segment.backup_id)}
    return any(units_in_stock(one) > 0 for one in show.products if one.id not in taken)


def backup_for(show: Show, segment: Segment) -> Product | None:
    """The best backup: in stock and in no slot; products with the role of a backup and of the same category come first."""
    taken = {one.product_id for one in show.segments} | {one.backup_id for one in show.segments if one.id != segment.id}
    category = next((product.category for product in show.products if product.id == segment.product_id), "")
    ready = [one for one in show.products if one.id not in taken and one.id != segment.product_id and units_in_stock(one) > 0]
    return max(ready, key=lambda one: (one.role is Role.BACKUP, bool(category) and one.category == category), default=None)


# --- markets, cards and coupons ---------------------------------------------------------------------------------------------


def _of_markets(show: Show, audience: Audience, today: str, colours: Colours) -> Iterator[Finding]:
    for market in show.markets:
        data: dict[str, Fact] = {"market": market.id, "date": market.expires_on}
        if not market.expires_on:
            yield Finding("market.undated", Level.INFO, Subject.MARKET, market.id, data)
        elif today and market.expires_on < today:
            yield Finding("market.stale", Level.WARNING, Subject.MARKET, market.id, data)
    for name, colour in colours.items():
        for taboo, markets in audience.book.colour_hits(colour):
            found: dict[str, Fact] = {"name": name, "colour": colour, "markets": " ".join(markets), "reason": taboo.reason}
            yield Finding("taboo.colour", taboo.level, Subject.SHOW, data=found, where="presentation/card_theme")


def _of_cards(show: Show, audience: Audience) -> Iterator[Finding]:
    for card in show.cards:
        name = pick(card.words, (audience.host_language,))[0]
        yield from text_findings(audience, Subject.CARD, card.id, name, [("words", card.words)])
        yield from _untranslated("card.untranslated", Subject.CARD, card.id, card.words, audience)
    for coupon in show.coupons:
        name = pick(coupon.title, (audience.host_language,))[0]
        yield from text_findings(audience, Subject.COUPON, coupon.id, name, [("title", coupon.title)])
        yield from _untranslated("coupon.untranslated", Subject.COUPON, coupon.id, coupon.title, audience)
    texts = [("presentation/ticker", show.presentation.ticker), ("desk/lower_third", show.presentation.lower_third)]
    yield from text_findings(audience, Subject.SHOW, "", "", texts)


def _untranslated(code: str, subject: Subject, subject_id: str, words: LocalizedText, audience: Audience) -> Iterator[Finding]:
    lacking = [language for language in audience.languages if not has(words, language)]
    if lacking:
        name = pick(words, (audience.host_language,))[0]
        yield Finding(code, Level.WARNING, subject, subject_id, {"name": name, "languages": " ".join(lacking)})


# --- remedies -----------------------------------------------------------------------------------------------------------------


def apply_fix(show: Show, finding: Finding) -> Show:
    """The show with the finding's fix; raises LintError if it has none or its text is gone, ShowError if its subject is gone."""
    remedy = _FIXES.get(finding.fix)
    if remedy is None:
        raise LintError("lint.no_fix", fix=finding.code)
    return remedy(show, finding)


def _choose_backup(show: Show, finding: Finding) -> Show:
    found = backup_for(show, segment_by_id(show, finding.id))
    if found is None:
        raise LintError("lint.no_fix", fix=finding.code)
    return change_segment(show, finding.id, backup_id=found.id)


def _replace_phrase(show: Show, finding: Finding) -> Show:
    """Replaces the phrase with the market's own wording, in one language."""
    instead, phrase = finding.data.get("instead"), str(finding.data.get("phrase", ""))
    try:
        subject, put = _place(show, finding)
        words = words_at(subject, finding.where)
        text = words if isinstance(words, str) else words[finding.language]
        if not isinstance(instead, Mapping) or phrase not in text:
            raise LintError("lint.no_fix", fix=finding.code)
        better = _as_capital_as(phrase, pick(instead, (finding.language,))[0])
        return put(with_words_at(subject, finding.where, finding.language, text.replace(phrase, better, 1)))
    except LookupError as error:
        raise LintError("lint.no_fix", fix=finding.code) from error


def _as_capital_as(phrase: str, text: str) -> str:
    return text[:1].upper() + text[1:] if phrase[:1].isupper() else text


def _place(show: Show, finding: Finding) -> tuple[Any, Callable[[Any], Show]]:
    """The subject of a finding, and a function that puts a changed one back."""
    if finding.subject is Subject.PRODUCT:
        return product_by_id(show, finding.id), lambda product: put_product(show, product)
    if finding.subject is Subject.SEGMENT:
        return segment_by_id(show, finding.id), lambda segment: put_segment(show, segment)
    if finding.subject is Subject.CARD:
        return _by_id(show.cards, finding.id), lambda card: put_card(show, card)
    if finding.subject is Subject.COUPON:
        return _by_id(show.coupons, finding.id), lambda coupon: put_coupon(show, coupon)
    return show, lambda changed: replace(show, presentation=changed.presentation)


def _by_id(many: Collection[Any], wanted: str) -> Any:
    for one in many:
        if one.id == wanted:
            return one
    raise LookupError(wanted)


_FIXES: Mapping[str, Callable[[Show, Finding], Show]] = {
    "act_middle": lambda show, finding: change_segment(show, finding.id, act=Act.MIDDLE),
    "countdown_off": lambda show, finding: change_segment(show, finding.id, countdown=False),
    "choose_backup": _choose_backup,
    "swap_to_backup": lambda show, finding: swap_to_backup(show, finding.id),
    REPLACE_PHRASE: _replace_phrase,
}
FIXES = frozenset(_FIXES)
