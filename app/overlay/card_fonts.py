"""Chooses font families by script, in addition to a theme's own, and knows the line height each script needs."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.base.localized_text import primary
from app.domain.selling.card_theme import CardFonts


@dataclass(frozen=True, slots=True)
class Script:
    """A script's font families, and the room `above` and `below` the baseline, relative to the font size."""

    sans: tuple[str, ...] = ()
    serif: tuple[str, ...] = ()
    above: float = 0.98
    below: float = 0.27


_LATIN = Script()
_INDIC = ("Kohinoor Devanagari", "Nirmala UI")


def _indic(name: str) -> Script:
    return Script((f"Noto Sans {name}", *_INDIC), (f"Noto Serif {name}", *_INDIC), 1.04, 0.42)


def _han(tag: str, sans: tuple[str, ...], serif: tuple[str, ...]) -> Script:
    return Script((f"Noto Sans CJK {tag}", f"Noto Sans {tag}", *sans), (f"Noto Serif CJK {tag}", f"Noto Serif {tag}", *serif))


# Families of free systems first, then Apple's, then Microsoft's. The key is the first word of the letters' Unicode names.
_SCRIPTS: Mapping[str, Script] = {
    "ARABIC": Script(("Noto Sans Arabic", "Geeza Pro", "Segoe UI"), ("Noto Naskh Arabic", "Geeza Pro", "Segoe UI"), 1.02, 0.46),
    "HEBREW": Script(("Noto Sans Hebrew", "Arial Hebrew", "Segoe UI"), ("Noto Serif Hebrew", "Arial Hebrew", "Segoe UI"), 0.95, 0.3),
    "THAI": Script(("Noto Sans Thai", "Thonburi", "Leelawadee UI"), ("Noto Serif Thai", "Thonburi", "Leelawadee UI"), 1.14, 0.38),
    "LAO": Script(("Noto Sans Lao", "Lao Sangam MN", "Leelawadee UI"), ("Noto Serif Lao", "Lao Sangam MN", "Leelawadee UI"), 1.14, 0.38),
    "KHMER": Script(("Noto Sans Khmer", "Khmer Sangam MN", "Leelawadee UI"), ("Noto Serif Khmer", "Leelawadee UI"), 1.1, 0.6),
    "MYANMAR": Script(("Noto Sans Myanmar", "Myanmar Text"), ("Noto Serif Myanmar", "Myanmar Text"), 1.1, 0.6),
    "ETHIOPIC": Script(("Noto Sans Ethiopic", "Kefa", "Ebrima"), ("Noto Serif Ethiopic", "Kefa", "Ebrima")),
    "GEORGIAN": Script(("Noto Sans Georgian",), ("Noto Serif Georgian",)),
    "ARMENIAN": Script(("Noto Sans Armenian",), ("Noto Serif Armenian",)),
    **{
        name.upper(): _indic(name)
        for name in ("Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala")
    },
}
_HAN: Mapping[str, Script] = {
    "zh": _han("SC", ("PingFang SC", "Microsoft YaHei"), ("Songti SC", "SimSun")),
    "zh-hant": _han("TC", ("PingFang TC", "Microsoft JhengHei"), ("Songti TC", "PMingLiU")),
    "ja": _han("JP", ("Hiragino Sans", "Yu Gothic UI", "Meiryo"), ("Hiragino Mincho ProN", "Yu Mincho")),
    "ko": _han("KR", ("Apple SD Gothic Neo", "Malgun Gothic"), ("AppleMyungjo", "Batang")),
}
_EAST_ASIAN = {"CJK": "", "BOPOMOFO": "zh-hant", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "FULLWIDTH": "", "IDEOGRAPHIC": ""}
_TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo", "yue")


def _han_of(language: str) -> str:
    """Han characters look different in each country, so the language decides."""
    tag = language.replace("_", "-").lower()
    if tag.startswith(_TRADITIONAL):
        return "zh-hant"
    return known if (known := primary(tag)) in _HAN else "zh"


def scripts_in(text: str, language: str) -> list[Script]:
    """The scripts in the text besides Latin and its relatives, in order of appearance."""
    found: dict[Script, None] = {}
    for name in dict.fromkeys(_first_words(text)):
        if name in _EAST_ASIAN:
            found[_HAN[_EAST_ASIAN[name] or _han_of(language)]] = None
        elif name in _SCRIPTS:
            found[_SCRIPTS[name]] = None
    return list(found)


def _first_words(text: str) -> Iterator[str]:
    for character in dict.fromkeys(text):
        if ord(character) > 0x2FF:
            yield unicodedata.name(character, "").split(" ", 1)[0].split("-", 1)[0]


def breaks_anywhere(text: str) -> bool:
    """Whether lines can break between any two characters, as in Chinese. Balancing such lines would split words."""
    return any(name in _EAST_ASIAN and name != "HANGUL" for name in _first_words(text))


def font_families(text: str, language: str, fonts: CardFonts, *, display: bool) -> list[str]:
    """Font families for this text, best first: those of its script before the theme's.

    A theme's Latin family may claim letters that it cannot shape. And Qt (seen in 6.11) caches fallbacks by the first family alone:
    Japanese after a family that was used for Chinese before would look Chinese.
    """
    own = fonts.display if display else fonts.text
    serif = display and fonts.serif
    scripts = scripts_in(text, language)
    return [*(family for script in scripts for family in (script.serif if serif else script.sans)), *own]


def line_extents(text: str, language: str) -> tuple[float, float]:
    """The room (above, below) the baseline that a line of this text needs, relative to the font size."""
    scripts = [_LATIN, *scripts_in(text, language)]
    return max(script.above for script in scripts), max(script.below for script in scripts)
