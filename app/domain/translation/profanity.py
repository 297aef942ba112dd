"""Masks insults in translations: engines have put slurs where nobody wrote one."""

import unicodedata
from collections.abc import Collection, Mapping

from app.domain.base.localized_text import primary
from app.domain.base.word_edges import is_written_without_spaces
from app.domain.translation.glossary import GlossaryEntry, Terms

_MASK = "*"


class Profanity:
    """The words of each primary language that are not shown in full."""

    def __init__(self, words: Mapping[str, Collection[str]]) -> None:
        self._terms = Terms(GlossaryEntry(word, source=language) for language, found in words.items() for word in found)
        self._written = {language: frozenset(map(_plain, found)) for language, found in words.items()}

    def masked(self, text: str, language: str) -> tuple[str, tuple[str, ...]]:
        """The text with these words masked, and the words as they were written.

        Words with letters around them are left alone, and so are those with other accents: Vietnamese "lớn" is "large".
        """
        written = self._written.get(primary(language), frozenset())
        pieces: list[str] = []
        found: list[str] = []
        at = 0
        for span in self._terms.spans(text, language):
            if _plain(span.item.text) not in written:
                continue
            pieces += (text[at : span.begin], _mask(span.item.text))
            found.append(span.item.text)
            at = span.end
        return "".join((*pieces, text[at:])), tuple(found)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", " ".join(word.casefold().split()))


def _mask(word: str) -> str:
    """The first letter and a star for each other one; stars alone where one character is a word."""
    kept = 0 if is_written_without_spaces(word[0]) else 1
    return word[:kept] + "".join(sign if sign.isspace() else _MASK for sign in word[kept:])
