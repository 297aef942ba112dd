"""What a heading means: its field, and the language, market or place that it speaks of."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from app.domain.column_words import LANGUAGE_NAMES
from app.domain.market import Market
from app.domain.table import Matching, Use
from app.domain.words import primary

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_BRACKETS = re.compile(r"[\[(（【](.*?)[\])）】]")


def folded(text: str) -> str:
    """Small letters without accents, words set apart by one blank."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"\w+", bare.replace("_", " ")))


def _stands_in(word: str, heading: str) -> bool:
    return word in heading if _CJK.search(word) else f" {word} " in f" {heading} "


def _field_of(heading: str, words: Mapping[str, Sequence[str]]) -> str:
    """The field with the longest word in a folded heading; "" = none."""
    found = [(len(word), field) for field, many in words.items() for word in many if _stands_in(word, heading)]
    return max(found, key=lambda one: one[0])[1] if found else ""


def _tags(heading: str) -> tuple[str, ...]:
    """Where an abbreviation may say whose column it is: in brackets, else at the end or the beginning. In between stand words like "de"."""
    inside = [found.strip() for found in _BRACKETS.findall(heading)]
    words = [word for word in re.split(r"[\s_:/|-]+", heading.strip()) if word]
    return tuple(inside) if inside else (*words[-1:], *(words[:1] if len(words) > 1 else ()))


def _language_of(heading: str, languages: Collection[str]) -> str:
    """The language that a heading names, as the show writes its tag; "" = none."""
    known = {primary(tag): tag for tag in reversed(tuple(languages))}
    for tag in (one.replace("_", "-") for one in _tags(heading)):
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) and (primary(tag) in known or primary(tag) in LANGUAGE_NAMES):
            return next(
                (one for one in languages if one.lower() == tag.lower()), tag if "-" in tag else known.get(primary(tag), tag.lower())
            )
    whole = folded(heading)
    for language, names in LANGUAGE_NAMES.items():
        if any(_stands_in(name, whole) for name in names):
            return known.get(language, language)
    return ""


def _market_of(heading: str, markets: Sequence[Market]) -> str:
    """The market that a heading names by its id, its name or its currency; "" = none."""
    tags, whole = {tag.upper() for tag in _tags(heading)}, folded(heading)
    for market in markets:
        names = [folded(name) for name in market.name.values()]
        if market.id.upper() in tags or market.currency in tags or any(name and _stands_in(name, whole) for name in names):
            return market.id
    return ""


def guess_use(
    heading: str,
    words: Mapping[str, Sequence[str]],
    *,
    languages: Sequence[str] = (),
    markets: Sequence[Market] = (),
    in_languages: Collection[str] = (),
    in_markets: Collection[str] = (),
    in_places: Collection[str] = (),
) -> Use | None:
    """What a heading means, None = nothing that is known; fields in `in_…` exist once for each language, market or place."""
    bare = folded(_BRACKETS.sub(" ", heading))
    field = _field_of(bare, words) or _field_of(folded(heading), words)
    if not field:
        return None
    if field in ("point", "keyword"):
        number = re.search(r"[1-9]", heading)
        field = f"{field}{number[0] if number else 1}"
    if field in in_languages:
        return Use(field, _language_of(heading, languages))
    if field in in_markets:
        return Use(field, _market_of(heading, markets))
    if field in in_places:
        inside = _BRACKETS.findall(heading)
        return Use(field, inside[0].strip() if inside else _market_of(heading, markets))
    return Use(field)


def heading_of(use: Use) -> str:
    """A heading that the import understands: "price [US]", "keyword 2 [zh-Hans]"."""
    words = use.field.replace("_", " ")
    if words[-1].isdigit():
        words = f"{words[:-1]} {words[-1]}"
    return f"{words} [{use.of}]" if use.of else words


def own_use(heading: str, fields: Collection[str]) -> Use | None:
    """The use that `heading_of` wrote this for, None = it is nobody's or somebody else's."""
    found = re.fullmatch(r"(.+?)(?: \[(.*)\])?", heading)
    words = found[1] if found is not None else ""
    field = re.sub(r" (?=\d$)", "", words).replace(" ", "_")
    return Use(field, found[2] or "") if found is not None and field in fields and words == words.lower() else None


def without_doubles(uses: Iterable[Use | None]) -> Matching:
    """The first column of each use keeps it."""
    seen: set[Use] = set()
    kept: list[Use | None] = []
    for use in uses:
        kept.append(None if use in seen else use)
        if use is not None:
            seen.add(use)
    return tuple(kept)
