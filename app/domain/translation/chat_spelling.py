"""Writes chat as a translator's training texts are written: plain letters, no stretched words, no shouting."""

import re
import unicodedata
from collections.abc import Collection, Sequence

from app.domain.base.localized_text import primary

# Forms of letters for looks: full-width and half-width, mathematical, ligatures, Arabic presentation forms, spaces of all widths.
# Other compatibility forms stay: Thai ำ, Hangul ㅋ, "²" and "½" would lose their meaning.
_LOOKS = re.compile(
    "[\uff01-\uff5e\uff66-\uff9f\uffe0-\uffe6\ufb00-\ufb06\ufb50-\ufdff\ufe70-\ufefc\U0001d400-\U0001d7ff\u00a0\u2000-\u200a\u202f\u3000]+"
)
_WIDE_MARKS = frozenset("！？，：；（）～")  # right in these languages, and the end of a sentence there
_WIDE_LANGUAGES = ("zh", "ja")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_MARKS = re.compile(r"[!?！？]{2,}|([,，;；~～、])\1+|(\.{4,}|。{2,}|…{2,})")
_SENTENCE_START = re.compile(r"(^\W*|[.!?。！？…]\s*)(\w)")
_SHOUTED_LETTERS = 4  # a text with fewer is a size, a code or a short word
_SHOUTED_SHARE = 0.8  # of the letters; one small word in a shouted text is a slip


def plain_letters(text: str, language: str) -> str:
    """The text with ordinary letters. Full-width marks stay where they are right."""
    wide = primary(language) in _WIDE_LANGUAGES

    def plain(found: re.Match[str]) -> str:
        if wide:
            return "".join(sign if sign in _WIDE_MARKS else unicodedata.normalize("NFKC", sign) for sign in _whole(found[0]))
        return unicodedata.normalize("NFKC", found[0])

    return unicodedata.normalize("NFC", _LOOKS.sub(plain, text))


def _whole(signs: str) -> Sequence[str]:
    """The signs, half-width kana with the voice mark that belongs to them."""
    return re.findall(r".[\uff9e\uff9f]?", signs, re.DOTALL)


def squeezed(text: str, doubled: Collection[str] = ()) -> str:
    """Without stretched letters and repeated marks: "soooo!!!" is "so!". `doubled` are words that keep a double letter: "good"."""

    def short(found: re.Match[str]) -> str:
        word = found[0]
        if not _STRETCHED.search(word):
            return word
        if len(word) == 3 and word.isupper():  # "AAA" is no stretched "A"
            return word
        double = _STRETCHED.sub(r"\1\1", word)
        return double if double.casefold() in doubled else _STRETCHED.sub(r"\1", word)

    if _STRETCHED.search(text):
        text = _LONG_WORD.sub(short, text)
    return _MARKS.sub(_one_mark, text)


def _one_mark(found: re.Match[str]) -> str:
    signs = found[0]
    if found[1]:
        return found[1]
    if found[2]:
        return "..." if signs[0] == "." else "…"
    return "".join(dict.fromkeys(signs))


def is_shouted(parts: Sequence[str]) -> bool:
    """Whether a text, in parts, is written in capitals."""
    upper = lower = 0
    for sign in "".join(parts):
        upper += sign.isupper()
        lower += sign.islower()
    return upper >= _SHOUTED_LETTERS and upper >= _SHOUTED_SHARE * (upper + lower)


def lowered(text: str, language: str) -> str:
    """In small letters; Turkish keeps its dots."""
    if primary(language) in ("tr", "az"):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()


def with_capitals(text: str) -> str:
    """With a capital at the start of each sentence."""
    return _SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), text)
