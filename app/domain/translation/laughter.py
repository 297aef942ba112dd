"""Laughter as chats write it, which means something else, or nothing, in other languages: "555" laughs in Thai and weeps in Chinese."""

import re
from collections.abc import Mapping

from app.domain.translation.protection import LATIN

# What is repeated, by language. A single sign must come three times, a longer one twice.
_UNITS: Mapping[str, str] = {
    "": "ha he hi ah eh ja je ji xa ха хи хе ах 哈 嘿 呵 嘻 ㅋ ㅎ ه خ ฮ่า",
    "ar": "ه خ",
    "en": "lol lmao",
    "es": "ja je ji aj",
    "fr": "mdr ptdr hihi",
    "id": "wk kw awok",
    "ja": "w ｗ 笑 草 あは ふふ",
    "ko": "ㅋ ㅎ ㅠ ㅜ k",
    "ms": "wk kah kuang",
    "pt": "k rs kk hua ua sh hau",
    "ru": "ха ах хи хе аха",
    "th": "5 ฮ่า",
    "tr": "ah sj ksk jk",
    "vi": "k kk hi hì haha",
    "zh": "哈 嘿 呵 嘻 h hh",
}
_ALONE: Mapping[str, str] = {
    "en": "lol lmao rofl",
    "fr": "mdr ptdr lol",
    "es": "lol",
    "pt": "rs lol",
    "ja": "笑 草 w ｗ",
    "zh": "",
}
# What laughing readers of each language write.
LAUGHS: Mapping[str, str] = {
    "ar": "هههه",
    **dict.fromkeys(("de", "en", "fr", "hi", "ms", "nl", "pl", "tr", "vi"), "haha"),
    "es": "jaja",
    "id": "wkwk",
    "it": "ahah",
    "ja": "笑",
    "ko": "ㅋㅋ",
    **dict.fromkeys(("pt", "pt-BR"), "kkk"),
    "ru": "хаха",
    "th": "555",
    **dict.fromkeys(("zh-Hans", "zh-Hant"), "哈哈"),
}
_NO_PRICE = r"(?<![฿$€£¥])(?<!ราคา)(?<!ราคา )(?!5+\s?(?:บาท|฿|ชิ้น|กรัม|ตัว|[.,:/%-]\s?\d|\.-))"  # "555" may be a price in Thai, too


def _pattern(units: str, alone: str) -> re.Pattern[str]:
    """Only what is no part of a word: Latin letters and digits beside it make another word of it."""
    repeated = [f"(?:{unit}){{{3 if len(unit) == 1 and unit.isascii() else 2},}}{_half(unit)}" for unit in units.split()]
    whole = "|".join((*repeated, *sorted(alone.split(), key=len, reverse=True)))
    return re.compile(rf"(?<![{LATIN}\d\u0400-\u04ff]){_NO_PRICE}(?:{whole})(?![{LATIN}\d\u0400-\u04ff])", re.IGNORECASE)


def _half(unit: str) -> str:
    """People stop in the middle: "jajaj"."""
    return f"{unit[0]}?" if len(unit) > 1 else ""


_PATTERNS: Mapping[str, re.Pattern[str]] = {
    language: _pattern(f"{units} {_UNITS['']}" if language else units, _ALONE.get(language, "")) for language, units in _UNITS.items()
}
ANY_LAUGHTER = _pattern(" ".join(dict.fromkeys(" ".join(_UNITS.values()).split())), "lol lmao rofl mdr ptdr 233 2333 笑")


def laughter_of(language: str) -> re.Pattern[str]:
    """Finds laughter in texts of this primary language; the international "haha" in all others."""
    return _PATTERNS.get(language, _PATTERNS[""])
