"""Chat shorthand spelled out, by language: "qnt" → "quanto", "pls" → "please"."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.base.word_edges import is_written_without_spaces
from app.domain.translation.protection import LATIN

_WORD = re.compile(rf"[{LATIN}\d]+(?:['’][{LATIN}\d]+)*|[^\W_{LATIN}\d]+")
_MANY_DIGITS = re.compile(r"(\d)\1{3,}")
_TWICE = re.compile(r"([a-z]{3,})2(nya|an)?", re.IGNORECASE)  # Indonesian and Malay: "baju2" is "baju-baju"
_UNSPACED_BEGIN = "(?<![\u0e40-\u0e44])"  # Thai vowels that are written before the consonant they belong to
_UNSPACED_END = "(?![\u0e30-\u0e3a\u0e45\u0e47-\u0e4e])"  # Thai vowels and tone marks that belong to the consonant before
_MEASURES = frozenset(
    "元块塊円圆個个件号號码碼楼樓折米条條双雙套斤克万萬千百人单單天点點分年月日岁歲份张張只支瓶"
)  # a number is counted with these


@dataclass(frozen=True, slots=True)
class SlangTable:
    """`words`: what is written → what is meant, in lower case. `doubled` are words with a double letter: "goood" is one of these."""

    words: Mapping[str, str] = field(default_factory=dict)
    doubled: frozenset[str] = frozenset()
    repeats_with_2: bool = False
    _phrases: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_phrases", _phrase_pattern(self.words))

    def spelled_out(self, text: str) -> str:
        """The text with all shorthand replaced."""
        if self._phrases is not None:
            text = self._phrases.sub(self._phrase, text)
        return _WORD.sub(self._word, text)

    def means_no_figure(self, text: str, begin: int, end: int) -> bool:
        """Whether `text[begin:end]` only looks like a number or code: "666", "b4", "baju2"."""
        word = text[begin:end].casefold()
        if self.repeats_with_2 and _TWICE.fullmatch(word):
            return True
        if self._meaning(word) is None:
            return False
        if not word.isdecimal():
            return True
        before, after = text[begin - 1 : begin], text[end : end + 1]
        return not before.isalnum() and after not in _MEASURES

    def _meaning(self, word: str) -> str | None:
        """A row of digits counts like three of them: "66666" is "666"."""
        return self.words.get(_MANY_DIGITS.sub(r"\1\1\1", word.casefold()))

    def _phrase(self, found: re.Match[str]) -> str:
        return _as_written(found[0], self.words.get(found[0].casefold(), found[0]))

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        meant = self._meaning(word)
        if meant is not None:
            return _as_written(word, meant)
        twice = _TWICE.fullmatch(word) if self.repeats_with_2 else None
        return f"{twice[1]}-{twice[1]}{twice[2] or ''}" if twice else word


def _as_written(word: str, meant: str) -> str:
    """With a capital where the shorthand has one at its start only: "Pls" is "Please", and "PLS" is "please"."""
    return meant[:1].upper() + meant[1:] if word[:1].isupper() and not word[1:].isupper() else meant


def _phrase_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Finds entries that are no single word: with spaces or signs, or in a script without spaces."""
    chosen = [word for word in words if word and (not _WORD.fullmatch(word) or is_written_without_spaces(word[0]))]
    if not chosen:
        return None
    patterns = []
    for word in sorted(chosen, key=len, reverse=True):
        begins = _UNSPACED_BEGIN if is_written_without_spaces(word[0]) else r"(?<!\w)"
        ends = _UNSPACED_END if is_written_without_spaces(word[-1]) else r"(?!\w)" if word[-1].isalnum() else ""
        patterns.append(f"{begins}{re.escape(word)}{ends}")
    return re.compile("|".join(patterns), re.IGNORECASE)
