"""The characters that a line of text may contain, by Unicode category. Joiners and hard spaces are allowed."""

import unicodedata

# Control characters, surrogates, line and paragraph separators.
_BROKEN = frozenset(("Cc", "Cs", "Zl", "Zp"))
# They change the direction of the text after them, even of other texts: U+202A to U+202E and U+2066 to U+2069.
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def is_plain_character(character: str) -> bool:
    """Whether a line may contain it. ZWJ, ZWNJ, NBSP, direction marks and characters newer than Python's tables are allowed."""
    return unicodedata.category(character) not in _BROKEN and character not in _TURNING


def is_plain(text: str) -> bool:
    """Whether the whole text is one plain line; "" is."""
    return (text.isascii() and text.isprintable()) or all(map(is_plain_character, text))


def without_invisible(text: str) -> str:
    """The visible part of the text without leading and trailing spaces, for codes that are compared character by character."""
    return "".join(one for one in text if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip()
