"""The shop's glossary: names and words that stay as they are, or are said in one way only."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.domain.base.folding import folded
from app.domain.base.localized_text import LocalizedText, primary
from app.domain.base.word_edges import begins_word, ends_word, is_word_start, is_written_without_spaces
from app.domain.translation.language_codes import normal_tag
from app.domain.translation.protection import Protected, Span

MAX_TERM_CHARS = 120
_KEY = 2  # folded characters that terms are looked up by; a shorter term is its own key
_SHORTEST_NAME = 2  # characters: a product called "包" must not change "包邮"
_JOINS = ("-", "_", ".", "/")


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """How a term is written in translations. `source` is the language of the texts that it is looked for in, `target` that of the
    translation, "" = every language. An empty `rendering` keeps the term as the viewer wrote it."""

    term: str
    rendering: str = ""
    source: str = ""
    target: str = ""


def name_entries(names: Iterable[LocalizedText]) -> Iterator[GlossaryEntry]:
    """Entries for names of products and brands: each name in each of its languages, and kept where it has none."""
    for name in names:
        written = {tag: text.strip() for tag, text in name.items() if len(text.strip()) >= _SHORTEST_NAME}
        for term in dict.fromkeys(written.values()):
            yield GlossaryEntry(term)
            yield from (GlossaryEntry(term, rendering, target=tag) for tag, rendering in written.items())


class Terms:
    """Finds the terms of a glossary in texts: the longest first, in any case, with or without accents, as whole words.

    Of two entries for the same term and language, the first counts, so a shop's own come before its products' names.
    """

    def __init__(self, entries: Iterable[GlossaryEntry] = ()) -> None:
        self._by_term: dict[str, list[GlossaryEntry]] = {}
        lengths: dict[str, set[int]] = {}
        for entry in entries:
            term = _folded_with_places(entry.term[:MAX_TERM_CHARS])[0].strip()
            if term:
                self._by_term.setdefault(term, []).append(entry)
                lengths.setdefault(term[:_KEY], set()).add(len(term))
        self._lengths: Mapping[str, tuple[int, ...]] = {key: tuple(sorted(found, reverse=True)) for key, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._by_term)

    def spans(self, text: str, language: str) -> Iterator[Span]:
        """The terms in a text of this language, from left to right; they do not overlap."""
        if not self._by_term:
            return
        plain, places = _folded_with_places(text)
        at = 0
        while at < len(plain):
            found = self._at(text, plain, places, at, language)
            if found is None:
                at += 1
            else:
                length, span = found
                yield span
                at += length

    def _at(self, text: str, plain: str, places: list[int], at: int, language: str) -> tuple[int, Span] | None:
        if at and places[at] == places[at - 1]:  # inside a character: the second "s" of "ß"
            return None
        lengths = self._lengths.get(plain[at : at + _KEY], ()) + self._lengths.get(plain[at], ())
        for length in lengths:
            term = plain[at : at + length]
            entries = self._by_term.get(term)
            if entries is None or len(term) < length:
                continue
            begin, end = places[at], places[at + length - 1] + 1
            limit = places[at + length] if at + length < len(places) else len(text)
            if limit < end:  # it ends inside a character
                continue
            while end < limit and unicodedata.category(text[end]) == "Mn":  # accents that were folded away
                end += 1
            if _is_whole_word(text, begin, end):
                item = _protected(text[begin:end], entries, language)
                if item is not None:
                    return length, Span(begin, end, item)
        return None


def _is_whole_word(text: str, begin: int, end: int) -> bool:
    match = text[begin:end]
    if not is_word_start(text, begin) and not is_written_without_spaces(match[0]):
        return False
    if text[end : end + 1] in _JOINS and text[end + 1 : end + 2].isdigit():  # "K" in "K-100"
        return False
    return begins_word(text, match, begin) and ends_word(text, match, end)


def _protected(text: str, entries: Iterable[GlossaryEntry], language: str) -> Protected | None:
    """What the entries for texts in this language say, None if none is for it."""
    chosen = [entry for entry in entries if not entry.source or primary(entry.source) == primary(language)]
    if not chosen:
        return None
    renderings: dict[str, str] = {}
    for entry in chosen:
        if entry.target:
            renderings.setdefault(normal_tag(entry.target), entry.rendering or text)
    fallback = next((entry.rendering for entry in chosen if not entry.target), "")
    return Protected(text, renderings, fallback)


class _Folds(dict[str, str]):
    """Each character folded alone; " " for what separates words, "" for marks that count for nothing."""

    def __missing__(self, sign: str) -> str:
        plain = folded(sign) or ("" if unicodedata.category(sign)[0] in "MC" else " ")
        self[sign] = plain
        return plain


_FOLDS = _Folds()


def _folded_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in the text that it comes from."""
    plain: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for one in _FOLDS[sign]:
            if one != " " or (plain and plain[-1] != " "):
                plain.append(one)
                places.append(place)
    return "".join(plain), places
