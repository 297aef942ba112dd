"""Which scripts a text is written in, and which Chinese."""

from collections.abc import Mapping
from functools import lru_cache

# First and last code point of each script's letters, and how many Latin letters one of them says as much as.
_RANGES: tuple[tuple[int, int, str, float], ...] = (
    (0x0370, 0x03FF, "Grek", 1.0),
    (0x0400, 0x052F, "Cyrl", 1.0),
    (0x0590, 0x05FF, "Hebr", 1.0),
    (0x0600, 0x06FF, "Arab", 1.2),
    (0x0750, 0x077F, "Arab", 1.2),
    (0x0900, 0x097F, "Deva", 1.2),
    (0x0980, 0x09FF, "Beng", 1.2),
    (0x0B80, 0x0BFF, "Taml", 1.2),
    (0x0E00, 0x0E7F, "Thai", 1.0),
    (0x0E80, 0x0EFF, "Laoo", 1.0),
    (0x1000, 0x109F, "Mymr", 1.0),
    (0x1780, 0x17FF, "Khmr", 1.0),
    (0x1100, 0x11FF, "Hang", 2.5),
    (0x3130, 0x318F, "Hang", 1.0),
    (0xAC00, 0xD7A3, "Hang", 2.5),
    (0x3041, 0x30FF, "Kana", 2.5),
    (0x3400, 0x4DBF, "Hani", 2.5),
    (0x4E00, 0x9FFF, "Hani", 2.5),
    (0xFB50, 0xFDFF, "Arab", 1.2),
    (0xFE70, 0xFEFF, "Arab", 1.2),
    (0xFF66, 0xFF9F, "Kana", 1.5),
)
# The languages of scripts that one language has to itself, among those that shops write.
LANGUAGE_OF_SCRIPT: Mapping[str, str] = {
    "Beng": "bn",
    "Deva": "hi",
    "Grek": "el",
    "Hang": "ko",
    "Hebr": "he",
    "Kana": "ja",
    "Khmr": "km",
    "Laoo": "lo",
    "Mymr": "my",
    "Taml": "ta",
    "Thai": "th",
}
_FOREIGN_SHARE = 0.3  # texts of other scripts borrow Latin words; Latin texts seldom borrow theirs

# Both character sets have these, but texts of only one script use them.
_SIMPLIFIED = frozenset("万与么价优体儿几厂听坏宁怀怜愿机极气洁种网胜适离确构愿异惊挂晒痒触")
_TRADITIONAL = frozenset("後於夥喔欸唔嘅冇喺咁啲佢哋㗎咗嚟裡妳")
_COMMON_BIG5 = 0xC6  # lead byte up to which Big5 has the common characters
_JAPANESE = frozenset("円込気択売価払駅図応対発届検済歳値団処変竜働楽")
_JAPANESE_WORDS = (
    "送料", "無料", "在庫", "注文", "値段", "税込", "色違", "本革", "初見", "配信", "割引", "何日", "何円", "再販", "予約", "完売",
    "大丈夫", "返品", "到着", "入荷", "同梱", "品切", "洗濯", "即日",
)  # fmt: skip


def script_weights(text: str) -> dict[str, float]:
    """How much of the text is in each script (ISO 15924), in Latin letters."""
    weights: dict[str, float] = {}
    latin = 0
    for sign in text:
        if not sign.isalpha():
            continue
        code = ord(sign)
        if code < 0x0250 or 0x1E00 <= code <= 0x1EFF:
            latin += 1
            continue
        for first, last, script, weight in _RANGES:
            if first <= code <= last:
                weights[script] = weights.get(script, 0.0) + weight
                break
    if latin:
        weights["Latn"] = latin
    return weights


def main_script(weights: Mapping[str, float]) -> str:
    """The script that the text's language is written in, "" for none of ours."""
    foreign = {script: weight for script, weight in weights.items() if script != "Latn"}
    total = sum(weights.values())
    if not total:
        return ""
    if sum(foreign.values()) < _FOREIGN_SHARE * total:
        return "Latn"
    return max(foreign, key=lambda script: foreign[script])


def chinese_script(text: str) -> str:
    """ "zh-Hans" or "zh-Hant" by its characters, "" if they are the same in both."""
    traditional = sum(map(_kind_of, text))
    return "zh-Hant" if traditional > 0 else "zh-Hans" if traditional < 0 else ""


@lru_cache(maxsize=8192)
def _kind_of(sign: str) -> int:
    """1 for a character of traditional texts alone, -1 of simplified ones, by the character sets of Taiwan and of the mainland."""
    if sign in _TRADITIONAL:
        return 1
    if sign in _SIMPLIFIED:
        return -1
    if not "\u4e00" <= sign <= "\u9fff":
        return 0
    taiwan, mainland = sign.encode("big5", "ignore"), sign.encode("gb2312", "ignore")
    if mainland:
        return 0 if taiwan else -1
    return 1 if taiwan and taiwan[0] <= _COMMON_BIG5 else 0


def has_japanese_signs(text: str) -> bool:
    """Whether there are characters that only Japanese uses."""
    return any(sign in _JAPANESE for sign in text)


def has_japanese_words(text: str) -> bool:
    """Whether there are words in Han characters that Japanese shoppers use, and Chinese ones hardly ever."""
    return any(word in text for word in _JAPANESE_WORDS)
