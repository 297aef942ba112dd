"""The same text in several languages, and which one a reader gets."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

LocalizedText = Mapping[str, str]  # BCP 47 tag ("en", "zh-Hans", "pt-BR") → text

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "dv", "yi"})


@lru_cache(maxsize=1024)
def primary(tag: str) -> str:
    """The primary language: "pt" of "pt-BR"."""
    return tag.replace("_", "-").split("-", 1)[0].lower()


def is_right_to_left(tag: str) -> bool:
    """Whether the language is written from right to left."""
    return primary(tag) in RIGHT_TO_LEFT


def reads_right_to_left(text: str, language: str) -> bool:
    """Whether a text runs from right to left, by its letters: an untranslated text keeps its direction.

    A text in a right-to-left language may begin with a foreign name; it runs left to right only without any letter of such a script.
    """
    kinds = [unicodedata.bidirectional(character) for character in text]
    if is_right_to_left(language):
        return not {"R", "AL", "AN"}.isdisjoint(kinds)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def has(words: LocalizedText, tag: str) -> bool:
    """Whether there is text in this language, in any region."""
    wanted = primary(tag)
    return any(primary(known) == wanted and text.strip() for known, text in words.items())


def languages_in(words: LocalizedText) -> frozenset[str]:
    """The primary languages that have text: "pt" for "pt-BR"."""
    return frozenset(primary(known) for known, text in words.items() if text.strip())


def pick(words: LocalizedText, tags: Sequence[str]) -> tuple[str, str]:
    """(text, its language) for a reader of these languages, in order of preference; else English, else any, else ("", "")."""
    written = {known: text for known, text in words.items() if text.strip()}
    for tag in (*tags, "en"):
        if tag in written:
            return written[tag], tag
        for known, text in written.items():
            if primary(known) == primary(tag):
                return text, known
    return next(((text, known) for known, text in written.items()), ("", ""))


def with_text(words: LocalizedText, tag: str, text: str) -> LocalizedText:
    """A copy with this text in this language; an empty text removes the language."""
    others = {known: kept for known, kept in words.items() if known != tag}
    return {**others, tag: text} if text.strip() else others
