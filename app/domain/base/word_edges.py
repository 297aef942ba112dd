"""Where a word may begin and end in scripts without spaces."""

import unicodedata

_SHORT_KATAKANA = 3  # characters: a loanword this short begins many others, a longer one only compounds with the same meaning
_SHORT_HANGUL = 2  # syllables
_GOES_ON = frozenset("ーァィゥェォッャュョヮヵヶぁぃぅぇぉゃゅょゎゝゞヽヾ々")  # never the first character of a word
_THAI_LEADING = range(0x0E40, 0x0E45)  # vowels that are written before their consonant
_THAI_FOLLOWING = frozenset("ะาำๅๆฯ")


def is_written_without_spaces(sign: str) -> bool:
    """Han, kana, Thai, Lao, Khmer, Burmese and emoji. Hangul too, because of its particles."""
    code = ord(sign)
    return 0x0E00 <= code <= 0x0EFF or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or 0x2600 <= code <= 0x27BF or code >= 0x2E80


def is_part_of_word(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def is_word_start(text: str, begin: int) -> bool:
    """Whether no word of a script with spaces goes on at `begin`."""
    return begin == 0 or not is_part_of_word(text[begin - 1]) or is_written_without_spaces(text[begin - 1])


def _is_katakana(sign: str) -> bool:
    return "ァ" <= sign <= "ヺ" or sign == "ー"


def _is_hangul(sign: str) -> bool:
    return "가" <= sign <= "힣"


def _is_thai(sign: str) -> bool:
    return "\u0e00" <= sign <= "\u0e7f"


def begins_word(text: str, match: str, begin: int) -> bool:
    """Whether a match at `begin` is not the end of a longer word. Not every script shows this."""
    first, before = match[0], text[begin - 1] if begin else ""
    if not before:
        return True
    if _is_katakana(first):
        return not _is_katakana(before)
    if _is_hangul(first):
        return not _is_hangul(before) or len(match) > _SHORT_HANGUL
    return not (_is_thai(first) and _is_thai(before) and ord(before) in _THAI_LEADING)


def ends_word(text: str, match: str, end: int) -> bool:
    """Whether a match up to `end` is not the start of a longer word. Not every script shows this."""
    last, after = match[-1], text[end] if end < len(text) else ""
    if not after or not is_part_of_word(last):
        return True
    if after in _GOES_ON or (is_written_without_spaces(last) and unicodedata.category(after) in ("Mn", "Mc")):
        return False
    if _is_katakana(last):
        return not (_is_katakana(after) and len(match) <= _SHORT_KATAKANA)
    if _is_thai(last):
        return after not in _THAI_FOLLOWING
    return is_written_without_spaces(last) or not is_part_of_word(after) or is_written_without_spaces(after)
