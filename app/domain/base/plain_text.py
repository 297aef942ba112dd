"""Which characters a text of one line may hold. Decided by Unicode category: joiners and hard spaces are ordinary letters' company."""

import unicodedata

# Control characters, halves of characters, line and paragraph separators.
_BROKEN = frozenset(("Cc", "Cs", "Zl", "Zp"))
# They turn round what stands after them, in the words of others too: U+202A to U+202E and U+2066 to U+2069.
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def is_plain_character(character: str) -> bool:
    """Whether it can stand in a line. ZWJ, ZWNJ, NBSP, direction marks and characters newer than this Python's tables can."""
    return unicodedata.category(character) not in _BROKEN and character not in _TURNING


def is_plain(text: str) -> bool:
    """Whether the whole text is one harmless line; "" is."""
    return (text.isascii() and text.isprintable()) or all(map(is_plain_character, text))


def without_invisible(text: str) -> str:
    """What a reader sees of it, with the spaces at both ends cut off: for codes that are compared sign by sign."""
    return "".join(one for one in text if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip()
