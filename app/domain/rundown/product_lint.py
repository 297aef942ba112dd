"""Checks one product for the markets of a show: what is missing, forbidden, or needs proof."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.base.localized_text import LocalizedText, has, languages_in, primary
from app.domain.catalogue.market import ClaimRule, Level, Market, Phrase, Taboo, TabooKind
from app.domain.catalogue.market_checks import Hit, RuleBook
from app.domain.catalogue.product import Product, landed_cost, link_in, missing_fields
from app.domain.rundown.finding import Fact, Finding, Subject, product_texts

MISSING_CODES: Mapping[str, str] = {
    "name": "product.missing_name",
    "pain_point": "product.missing_pain_point",
    "audience": "product.missing_audience",
    "price_band": "product.missing_price_band",
    "points": "product.missing_points",
}
TABOO_CODES: Mapping[TabooKind, str] = {
    TabooKind.NUMBER: "taboo.number",
    TabooKind.COLOUR: "taboo.colour",
    TabooKind.GESTURE: "taboo.gesture",
    TabooKind.TOPIC: "taboo.topic",
    TabooKind.IMAGE: "taboo.image",
    TabooKind.WORD: "taboo.word",
}
REPLACE_PHRASE = "replace_phrase"
_COUNTED = "unit"  # where a number counts pieces; in a name it may be a model number


@dataclass(frozen=True, slots=True)
class Audience:
    """Who the show talks to: the markets, all languages needed, and the rules of all markets."""

    markets: tuple[Market, ...]
    host_language: str
    languages: tuple[str, ...]
    book: RuleBook


def audience_of(markets: tuple[Market, ...], host_language: str) -> Audience:
    """Build it once per set of markets: a rule book is expensive."""
    spoken = (host_language, *(language for market in markets for language in market.languages))
    return Audience(markets, host_language, tuple(dict.fromkeys(spoken)), RuleBook(markets, host_language))


def text_findings(
    audience: Audience,
    subject: Subject,
    subject_id: str,
    name: Fact,
    texts: Iterable[tuple[str, LocalizedText]],
    proven: Sequence[ClaimRule] = (),
) -> Iterator[Finding]:
    """Findings in these texts. `proven` claims pass unless a market forbids them altogether."""
    for where, words in texts:
        found = audience.book.hits_in(words)
        if where == _COUNTED:
            counted = [(language, hit) for language, text in words.items() for hit in audience.book.count_hits(text, language)]
            found = (*found, *counted)
        for language, hit in found:
            if not (isinstance(hit.rule, ClaimRule) and hit.rule.level is not Level.BLOCK and hit.rule in proven):
                yield _of_hit(hit, subject, subject_id, name, where, language)


def _of_hit(hit: Hit, subject: Subject, subject_id: str, name: Fact, where: str, language: str) -> Finding:
    data: dict[str, Fact] = {"name": name, "phrase": hit.text, "markets": " ".join(hit.markets), "reason": hit.rule.reason}
    rule = hit.rule
    if isinstance(rule, Phrase):
        code = "phrase.pressure" if rule.pressure else "phrase.unwelcome"
        instead = rule.instead if has(rule.instead, language) else {}
        fix = REPLACE_PHRASE if instead else ""
        return Finding(code, Level.WARNING, subject, subject_id, {**data, "instead": rule.instead}, where, language, fix)
    if isinstance(rule, Taboo):
        return Finding(TABOO_CODES[rule.kind], rule.level, subject, subject_id, data, where, language)
    code = "claim.forbidden" if rule.level is Level.BLOCK else "claim.unproven"
    return Finding(code, rule.level, subject, subject_id, data, where, language)


def product_findings(product: Product, audience: Audience) -> tuple[Finding, ...]:
    """All findings of one product, for the product list and the rundown check."""
    return (
        *_missing(product),
        *_languages(product, audience),
        *_markets(product, audience),
        *_numbers(product, audience),
        *text_findings(audience, Subject.PRODUCT, product.id, product.name, product_texts(product), _proven(product, audience)),
        *_claims(product),
    )


def _missing(product: Product) -> Iterator[Finding]:
    data: dict[str, Fact] = {"name": product.name or product.sku or product.id}
    for field in missing_fields(product):
        yield Finding(MISSING_CODES[field], Level.WARNING, Subject.PRODUCT, product.id, data, where=field)
    if not product.pictures:
        yield Finding("product.missing_picture", Level.INFO, Subject.PRODUCT, product.id, data, where="pictures")
    if product.points and not product.scenarios:
        yield Finding("product.specs_only", Level.WARNING, Subject.PRODUCT, product.id, data, where="scenarios")


def missing_languages(product: Product, languages: Iterable[str]) -> tuple[str, ...]:
    """Languages in which a viewer would miss the name or some keywords."""
    written = [languages_in(words) for words in (product.name, *(point.keyword for point in product.points))]
    return tuple(language for language in languages if not all(primary(language) in one for one in written))


def _languages(product: Product, audience: Audience) -> Iterator[Finding]:
    """Viewers read names and keywords, so every language needs them."""
    data: dict[str, Fact] = {"name": product.name}
    lacking = missing_languages(product, audience.languages)
    if lacking and product.name:
        yield Finding(
            "product.untranslated", Level.WARNING, Subject.PRODUCT, product.id, {**data, "languages": " ".join(lacking)}, where="name"
        )
    unread = [
        one for one in audience.languages if one not in lacking and one != audience.host_language and one not in product.native_reviewed
    ]
    if unread:
        yield Finding(
            "product.unreviewed", Level.INFO, Subject.PRODUCT, product.id, {**data, "languages": " ".join(unread)}, where="native_reviewed"
        )


def _markets(product: Product, audience: Audience) -> Iterator[Finding]:
    def of(code: str, level: Level, markets: list[str], where: str) -> Iterator[Finding]:
        if markets:
            yield Finding(code, level, Subject.PRODUCT, product.id, {"name": product.name, "markets": " ".join(markets)}, where=where)

    prices = {price.market_id: price for price in product.prices}
    unpriced = [market.id for market in audience.markets if market.id not in prices]
    foreign = [one.id for one in audience.markets if one.id in prices and prices[one.id].price.currency != one.currency]
    unlinked = [market.id for market in audience.markets if not link_in(product, market.id)]
    kept = [market.id for market in audience.markets if market.id in prices and _not_returnable(product, market.id)]
    yield from of("product.no_price", Level.WARNING, unpriced, "prices")
    yield from of("product.foreign_currency", Level.INFO, foreign, "prices")
    yield from of("product.no_link", Level.WARNING, unlinked, "links")
    yield from of("product.not_returnable", Level.INFO, kept, "delivery")


def _not_returnable(product: Product, market_id: str) -> bool:
    landed = landed_cost(product, market_id)
    return landed is not None and not landed.returnable


def _numbers(product: Product, audience: Audience) -> Iterator[Finding]:
    known = {market.id for market in audience.markets}
    for price in product.prices:
        if price.market_id in known:
            for taboo in audience.book.price_hits(price.price, price.market_id):
                data: dict[str, Fact] = {
                    "name": product.name,
                    "price": price.price,
                    "markets": price.market_id,
                    "reason": taboo.reason,
                }
                yield Finding("taboo.price", taboo.level, Subject.PRODUCT, product.id, data, where="prices")


def _proven(product: Product, audience: Audience) -> tuple[ClaimRule, ...]:
    """The rules whose words appear in a claim with proof."""
    return tuple(
        hit.rule
        for claim in product.claims
        if claim.evidence.strip()
        for _, hit in audience.book.hits_in(claim.text)
        if isinstance(hit.rule, ClaimRule)
    )


def _claims(product: Product) -> Iterator[Finding]:
    for number, claim in enumerate(product.claims):
        if not claim.evidence.strip():
            data: dict[str, Fact] = {"name": product.name, "claim": claim.text}
            yield Finding("product.claim_without_proof", Level.WARNING, Subject.PRODUCT, product.id, data, where=f"claims/{number}/text")
