"""What a heading means: its field, and its language, market, place or currency. All of its words count."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.base.currencies import CODES
from app.domain.base.folding import folded
from app.domain.base.localized_text import primary
from app.domain.catalogue.market import Market
from app.domain.tables.column_words import LANGUAGE_NAMES, NOT_OURS
from app.domain.tables.table import Matching, Use

_RUN_ON = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")  # scripts that write words without spaces, or with few
_BRACKETS = re.compile(r"[\[(（【](.*?)[\])）】]")
SURE = 0.85  # share of a heading's letters that belong to a field's words: enough to be sure
PROBABLE = 0.4  # … enough if the cells below agree
_HEAD_FIRST = frozenset({"de", "del", "da", "do", "du", "des", "di", "der"})  # "fecha del pedido" is a date: the noun comes first

Fits = Callable[[str], bool]  # whether the column's cells look like this field


@dataclass(frozen=True, slots=True)
class Sense:
    """A field, and the share of the heading that means it, 0 to 1."""

    field: str
    share: float


def _contains_word(word: str, heading: str) -> bool:
    return word in heading if _RUN_ON.search(word) else f" {word} " in f" {heading} "


def _letters(text: str) -> int:
    return len(text.replace(" ", "")) or 1


def senses(heading: str, words: Mapping[str, Sequence[str]]) -> list[Sense]:
    """The fields that a folded heading may mean, the likeliest first. Of two with as many letters, the last word decides, or the first in
    languages that put the noun first."""
    best: dict[str, tuple[float, int, int]] = {}
    first = bool(_HEAD_FIRST & set(heading.split()))
    for field, many in words.items():
        for word in many:
            if word and _contains_word(word, heading):
                share, place = len(word.replace(" ", "")) / _letters(heading), f" {heading} ".rfind(word)
                rank = (min(1.0, share), -place if first else place, len(word))
                best[field] = max(best.get(field, rank), rank)
    ordered = sorted(best.items(), key=lambda one: (_step(one[1][0]), one[1][1], one[1][2]), reverse=True)
    return [Sense(field, rank[0]) for field, rank in ordered]


def _step(share: float) -> int:
    """Shares that hardly differ count as equal."""
    return 3 if share >= SURE else round(share * 3)


def _tags(heading: str) -> tuple[str, ...]:
    """Where an abbreviation may say whose column it is: in brackets, else at the end or the beginning. "de" may be between."""
    inside = [found.strip() for found in _BRACKETS.findall(heading)]
    words = [word for word in re.split(r"[\s_:/|-]+", heading.strip()) if word]
    return tuple(inside) if inside else (*words[-1:], *(words[:1] if len(words) > 1 else ()))


def _language_of(heading: str, languages: Collection[str]) -> str:
    """The language named in a heading, as the show's tag; "" = none."""
    known = {primary(tag): tag for tag in reversed(tuple(languages))}
    for tag in (one.replace("_", "-") for one in _tags(heading)):
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) and (primary(tag) in known or primary(tag) in LANGUAGE_NAMES):
            return next(
                (one for one in languages if one.lower() == tag.lower()), tag if "-" in tag else known.get(primary(tag), tag.lower())
            )
    whole = folded(heading)
    for language, names in LANGUAGE_NAMES.items():
        if any(_contains_word(name, whole) for name in names):
            return known.get(language, language)
    return ""


def currency_in(heading: str) -> str:
    """The currency whose code is in a heading ("Price USD", "Cost (CNY)"); "" = none."""
    words = re.split(r"[^A-Za-z]+", heading)
    return next((word for word in words if word in CODES), "")


def _market_of(heading: str, markets: Sequence[Market]) -> str:
    """The market named in a heading by id, name or currency. A currency of several markets means all of them and is returned itself. "" =
    none."""
    tags, whole = {tag.upper() for tag in _tags(heading)}, folded(heading)
    for market in markets:
        names = [folded(name) for name in market.name.values()]
        if market.id.upper() in tags or any(name and _contains_word(name, whole) for name in names):
            return market.id
    currency = currency_in(heading)
    paying = [market.id for market in markets if currency and market.currency == currency]
    return paying[0] if len(paying) == 1 else currency


def _without_owner(heading: str, languages: Sequence[str], markets: Sequence[Market]) -> str:
    """A folded heading without the words that say whose it is."""
    rest = heading
    for names in (*(LANGUAGE_NAMES.values()), *([folded(name) for name in market.name.values()] for market in markets)):
        for name in names:
            if name and _contains_word(name, rest):
                rest = " ".join(rest.replace(name, " ").split()) if _RUN_ON.search(name) else f" {rest} ".replace(f" {name} ", " ").strip()
    short = {*(primary(tag) for tag in languages), *(market.id.lower() for market in markets), *LANGUAGE_NAMES}
    words = rest.split()
    kept = [word for place, word in enumerate(words) if not (word.upper() in CODES or (word in short and place in (0, len(words) - 1)))]
    return " ".join(word for word in kept if not word.isdigit())


def guess_use(
    heading: str,
    words: Mapping[str, Sequence[str]],
    *,
    languages: Sequence[str] = (),
    markets: Sequence[Market] = (),
    in_languages: Collection[str] = (),
    in_markets: Collection[str] = (),
    in_places: Collection[str] = (),
    in_currencies: Collection[str] = (),
    fits: Fits = lambda _: True,
) -> Use | None:
    """What a heading means, None = unknown. Fields in `in_…` exist once per language, market, place or currency.

    A heading that only partly says what it is needs cells that `fits` accepts.
    """
    field = _field_of(heading, words, languages, markets, fits)
    if not field:
        return None
    if field in ("point", "keyword", "competitor"):
        number = re.search(r"[1-9]", heading)
        field = f"{field}{number[0] if number else 1}"
    if field in in_languages:
        return Use(field, _language_of(heading, languages))
    if field in in_markets:
        return Use(field, _market_of(heading, markets))
    if field in in_currencies:
        return Use(field, currency_in(heading))
    if field in in_places:
        inside = _BRACKETS.findall(heading)
        return Use(field, inside[0].strip() if inside else _market_of(heading, markets))
    return Use(field)


def _field_of(heading: str, words: Mapping[str, Sequence[str]], languages: Sequence[str], markets: Sequence[Market], fits: Fits) -> str:
    bare, whole = folded(_BRACKETS.sub(" ", heading)), folded(heading)
    forms = dict.fromkeys((bare, whole, _without_owner(bare, languages, markets), _without_owner(whole, languages, markets)))
    found = [sense for form in forms if form for sense in senses(form, words)[:2]]
    best = max(found, key=lambda sense: _step(sense.share), default=Sense("", 0.0))
    if best.field == NOT_OURS or best.share < PROBABLE:
        return ""
    return best.field if best.share >= SURE or fits(best.field) else ""


def known_heading(heading: str, words: Mapping[str, Sequence[str]]) -> bool:
    """Whether this cell is certainly a heading of such a table."""
    found = senses(folded(heading), words)
    return bool(found) and found[0].share >= SURE


def heading_of(use: Use) -> str:
    """A heading that the import understands: "price [US]", "keyword 2 [zh-Hans]"."""
    words = use.field.replace("_", " ")
    if words[-1].isdigit():
        words = f"{words[:-1]} {words[-1]}"
    return f"{words} [{use.of}]" if use.of else words


def own_use(heading: str, fields: Collection[str]) -> Use | None:
    """The use for which `heading_of` wrote this, None = it did not."""
    found = re.fullmatch(r"(.+?)(?: \[(.*)\])?", heading)
    words = found[1] if found is not None else ""
    field = re.sub(r" (?=\d$)", "", words).replace(" ", "_")
    return Use(field, found[2] or "") if found is not None and field in fields and words == words.lower() else None


def without_doubles(uses: Iterable[Use | None]) -> Matching:
    """Only the first column of each use keeps it."""
    seen: set[Use] = set()
    kept: list[Use | None] = []
    for use in uses:
        kept.append(None if use in seen else use)
        if use is not None:
            seen.add(use)
    return tuple(kept)
