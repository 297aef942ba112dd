"""Signs that an engine went astray: its output is too long, repeats itself or is the original."""

import re
import unicodedata
from collections.abc import Mapping

from app.domain.base.localized_text import primary

_LOOP = re.compile(r"(.{2,24}?)\1{4,}", re.DOTALL)
_LONGEST = 3.0  # times the original, by width
_SHORTEST = 0.25
_ALLOWANCE = 14.0  # widths that a short text may differ by
_COPIED_LETTERS = 8  # shorter ones, as "Pix" and "ok", are the same word in many languages
_FIGURE = re.compile(r"\d{2,}")  # single digits are often a word of the original
# Words for numbers that engines write in figures.
_NUMBER_WORDS = re.compile(
    r"[一二三四五六七八九十百千万萬亿億两兩半]"
    r"|\b(?:ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozen|hundreds?|thousands?|millions?"
    r"|die[zc]\w*|once|doce|quince|veint\w*|treinta|cuarenta|cincuenta|cien\w*|mil|vinte|trinta|quarenta|cem|cento|duzentos|trezentos"
    r"|dix|vingt|trente|quarante|cinquante|cents?|mille|zehn|zwanzig|hundert|tausend|puluh|belas|ratus|ribu|juta"
    r"|mươi|trăm|nghìn|ngàn|triệu|yirmi|otuz|elli|yüz|bin|десять|двадцать|тридцать|сто|тысяч\w*|مية|مئة|ألف|الف|สิบ|ร้อย|พัน)\b",
    re.IGNORECASE,
)
_QUESTIONS: Mapping[str, str] = {"ar": "؟", "fa": "؟", "ur": "؟", "ja": "？", "zh": "？"}


def without_loops(text: str) -> str:
    """The text with each repeated chunk once."""
    return _LOOP.sub(lambda found: found[1], text)


def width(text: str) -> float:
    """How much a text says, roughly, in Latin letters: Han writes a word of three letters with one character, kana and Hangul two."""
    total = 0.0
    for sign in text:
        if sign.isascii():
            total += sign.isalnum()
        elif "\u3400" <= sign <= "\u9fff":
            total += 3.0
        elif "\u3040" <= sign <= "\u30ff" or "\uac00" <= sign <= "\ud7a3":
            total += 2.0
        else:
            total += unicodedata.category(sign)[0] in "LN"
    return total


def has_odd_length(original: str, translated: str) -> bool:
    """Whether the translation says far more or far less than the original."""
    before, after = width(original), width(translated)
    return after > before * _LONGEST + _ALLOWANCE or after < before * _SHORTEST - _ALLOWANCE / 4


def is_copied(original: str, translated: str) -> bool:
    """Whether the original came back, and is too long to be the same in both languages."""
    before = "".join(original.casefold().split())
    return width(original) >= _COPIED_LETTERS and before == "".join(translated.casefold().split())


def has_added_figure(original: str, translated: str) -> bool:
    """Whether a number appears that the original has neither in figures nor, likely, in words."""
    added = set(_FIGURE.findall(translated)) - set(_FIGURE.findall(original))
    return bool(added) and not _NUMBER_WORDS.search(original)


def as_question(original: str, translated: str, target: str) -> str:
    """The translation with a question mark if the original ends with one and the engine lost its end mark."""
    if original[-1:] in ("?", "？", "؟") and translated[-1:].isalnum():
        return f"{translated}{_QUESTIONS.get(primary(target), '?')}"
    return translated
