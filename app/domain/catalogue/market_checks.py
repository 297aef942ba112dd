"""Finds what markets object to in a text, a number or a colour: taboos, phrases and claims of many markets in one pass."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from app.domain.base.localized_text import LocalizedText, primary
from app.domain.base.money import Money, minor_digits
from app.domain.base.word_edges import begins_word, ends_word, is_part_of_word, is_word_start, is_written_without_spaces
from app.domain.catalogue.market import ClaimRule, Market, Phrase, Taboo, TabooKind

Rule = Taboo | Phrase | ClaimRule

_TOKEN = re.compile(r"[^\s.,;:!?…、。，；：！？“”„«»\"'()（）\[\]{}/\\|·—–-]+")
_DIGITS = re.compile(r"\d+")
_SAME_SIGN = {"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-"}
# In Arabic, "and", "with", "for" and "the" are written as one word with the word after them.
_ARABIC_PREFIXES = ("", "وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف", "ك")
_KEPT = 50_000  # cached words: enough for a long show with some hundred products, and what is typed meanwhile
_COLOUR_DISTANCE = 48.0  # of 441 from black to white: shades that people call by the same name


@dataclass(frozen=True, slots=True)
class Hit:
    """`text[start:end]` breaks the rule, in these markets."""

    start: int
    end: int
    text: str
    rule: Rule
    markets: tuple[str, ...]


@dataclass(slots=True)
class _Entry:
    rule: Rule
    markets: list[Market] = field(default_factory=list)
    unless: tuple[str, ...] = ()  # folded

    def is_other_word(self, folded: str, start: int, end: int) -> bool:
        """Whether the match is part of a word that means something else."""
        return any(
            found < end and found + len(word) > start
            for word in self.unless
            for found in _places(folded, word, max(0, start - len(word) + 1), end)
        )


class _Folding(dict[int, str]):
    """The text folded character by character, so that positions stay the same."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        sign = _SAME_SIGN.get(sign, sign)
        folded = unicodedata.normalize("NFKC", sign).lower()
        self[code] = folded if len(folded) == 1 else sign
        return self[code]


def _places(text: str, word: str, begin: int, last: int) -> Iterator[int]:
    """The positions where a word begins, from `begin` and before `last`."""
    while 0 <= (begin := text.find(word, begin)) < last:
        yield begin
        begin += 1


def rules_of(market: Market) -> Iterator[Rule]:
    """All rules of a market."""
    return chain(market.taboos, market.phrases, market.claims)


class RuleBook:
    """The rules of all markets of a show, indexed for lookup. Texts in the host's language reach all of them."""

    def __init__(self, markets: Sequence[Market], host_language: str) -> None:
        self._host = primary(host_language)
        self._fold = _Folding()
        self._by_token: dict[str, list[tuple[str, int, _Entry]]] = {}  # (match, position of the token in it, rule)
        self._by_sign: dict[str, list[tuple[str, _Entry]]] = {}
        self._seldom: re.Pattern[str] = re.compile(r"(?!)")
        self._read: dict[int, tuple[LocalizedText, tuple[tuple[str, Hit], ...]]] = {}
        self._numbers: list[_Entry] = []
        self._colours: list[_Entry] = []
        for entry in _merged(markets):
            if isinstance(entry.rule, Taboo) and entry.rule.kind is TabooKind.NUMBER:
                self._numbers.append(entry)
            elif isinstance(entry.rule, Taboo) and entry.rule.kind is TabooKind.COLOUR:
                self._colours.append(entry)
            else:
                self._add(entry)
        if self._by_sign:
            self._seldom = re.compile(f"[{re.escape(''.join(self._by_sign))}]")

    def _add(self, entry: _Entry) -> None:
        entry.unless = tuple(folded for word in entry.rule.unless if (folded := word.strip().translate(self._fold)))
        for match in entry.rule.matches:
            folded = match.strip().translate(self._fold)
            if not folded:
                continue
            if is_written_without_spaces(folded[0]) or not is_part_of_word(folded[0]):
                self._by_sign.setdefault(folded[0], []).append((folded, entry))
            else:  # the longest word is the rarest: "with" is in every second text, "prisa" is not
                token = max(_TOKEN.finditer(folded), key=lambda one: len(one.group()))
                self._by_token.setdefault(token.group(), []).append((folded, token.start(), entry))

    def hits_in(self, words: LocalizedText) -> tuple[tuple[str, Hit], ...]:
        """(language, hit) of each text. Texts that did not change since the last call are not read again."""
        known = self._read.get(id(words))
        if known is None or known[0] is not words:
            if len(self._read) >= _KEPT:
                self._read.clear()
            known = (words, tuple((language, hit) for language, text in words.items() for hit in self.hits(text, language)))
            self._read[id(words)] = known
        return known[1]

    def hits(self, text: str, language: str) -> tuple[Hit, ...]:
        """What the markets that hear this language object to, in text order, each rule once per position."""
        folded = text.lower() if text.isascii() else text.translate(self._fold)
        words = _TOKEN.findall(folded)
        has_words = not self._by_token.keys().isdisjoint(words) or any(_is_arabic(word) for word in words)
        has_signs = self._seldom.search(folded) is not None
        if not has_words and not has_signs:  # true for nearly every text: this is what makes it fast enough to run while somebody types
            return ()
        found = list(self._at_tokens(folded)) if has_words else []
        if has_signs:
            found += self._at_signs(folded)
        found = [one for one in found if not one[2].is_other_word(folded, one[0], one[1])]
        if not found:
            return ()
        return tuple(
            Hit(start, end, text[start:end], entry.rule, heard)
            for start, end, entry in _widest(found)
            if (heard := self._heard(entry, language))
        )

    def _at_signs(self, folded: str) -> Iterator[tuple[int, int, _Entry]]:
        for place, sign in enumerate(folded):
            for match, entry in self._by_sign.get(sign, ()):
                end = place + len(match)
                if folded.startswith(match, place) and begins_word(folded, match, place) and ends_word(folded, match, end):
                    yield place, end, entry

    def _at_tokens(self, folded: str) -> Iterator[tuple[int, int, _Entry]]:
        for token in _TOKEN.finditer(folded):
            word = token.group()
            if word in self._by_token or _is_arabic(word):
                yield from self._at_token(folded, token.start(), word)

    def _at_token(self, folded: str, start: int, word: str) -> Iterator[tuple[int, int, _Entry]]:
        for prefix in _ARABIC_PREFIXES if _is_arabic(word) else ("",):
            if not word.startswith(prefix):
                continue
            for match, offset, entry in self._by_token.get(word[len(prefix) :], ()):
                begin = start + len(prefix) - offset
                # The first word of a match may have a prefix; later words only the one that the match itself has.
                starts = offset == 0 or (not prefix and begin >= 0 and is_word_start(folded, begin))
                if starts and folded.startswith(match, begin) and ends_word(folded, match, begin + len(match)):
                    yield begin, begin + len(match), entry

    def _heard(self, entry: _Entry, language: str) -> tuple[str, ...]:
        spoken = primary(language)
        if spoken == self._host:
            return tuple(market.id for market in entry.markets)
        return tuple(market.id for market in entry.markets if any(primary(tag) == spoken for tag in market.languages))

    def price_hits(self, price: Money, market_id: str) -> tuple[Taboo, ...]:
        """Taboo numbers that a market sees in a price: 13 in 13.99, and 4 in prices made of fours and zeros only."""
        whole = str(abs(price.minor) // 10 ** minor_digits(price.currency))
        return tuple(rule for rule in self._number_rules(market_id) if any(_is_number_in_price(match, whole) for match in rule.matches))

    def count_hits(self, text: str, language: str) -> tuple[Hit, ...]:
        """Taboo numbers that are a number of their own in a unit: "set of 4"."""
        return tuple(
            Hit(number.start(), number.end(), number.group(), entry.rule, heard)
            for number in _DIGITS.finditer(text)
            for entry in self._numbers
            if number.group() in entry.rule.matches and (heard := self._heard(entry, language))
        )

    def colour_hits(self, colour: str) -> tuple[tuple[Taboo, tuple[str, ...]], ...]:
        """(taboo, markets) for a colour "#rrggbb" that people would give the same name."""
        return tuple(
            (entry.rule, tuple(market.id for market in entry.markets))
            for entry in self._colours
            if isinstance(entry.rule, Taboo) and any(_distance(colour, match) <= _COLOUR_DISTANCE for match in entry.rule.matches)
        )

    def _number_rules(self, market_id: str) -> Iterator[Taboo]:
        for entry in self._numbers:
            if isinstance(entry.rule, Taboo) and any(market.id == market_id for market in entry.markets):
                yield entry.rule


def _merged(markets: Sequence[Market]) -> list[_Entry]:
    """Each rule once, with all markets that have it."""
    entries: dict[tuple[object, ...], _Entry] = {}
    for market in markets:
        for rule in rules_of(market):
            kind = rule.kind if isinstance(rule, Taboo) else None
            level = None if isinstance(rule, Phrase) else rule.level
            entry = entries.setdefault((type(rule), kind, level, rule.matches, tuple(rule.reason.items())), _Entry(rule))
            if not any(known.id == market.id for known in entry.markets):
                entry.markets.append(market)
    return list(entries.values())


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"


def _widest(found: list[tuple[int, int, _Entry]]) -> list[tuple[int, int, _Entry]]:
    """In order, without hits inside another hit of the same kind: "hurry" in "hurry up"."""
    kept: list[tuple[int, int, _Entry]] = []
    for start, end, entry in sorted(found, key=lambda one: (one[0], -one[1])):
        if not any(start < other_end and end > other and type(entry.rule) is type(known.rule) for other, other_end, known in kept):
            kept.append((start, end, entry))
    return kept


def _is_number_in_price(match: str, whole: str) -> bool:
    if len(match) == 1:
        return set(whole.rstrip("0")) == {match}
    return whole == match


def _distance(one: str, other: str) -> float:
    try:
        ours, theirs = (tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5)) for colour in (one, other))
    except ValueError:
        return float("inf")
    return float(sum((a - b) ** 2 for a, b in zip(ours, theirs, strict=True)) ** 0.5)
