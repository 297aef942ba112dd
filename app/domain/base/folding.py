"""Folds text for comparison: lower case, no accents, single spaces, in every script."""

import unicodedata

_ACCENTS = ("\u0300", "\u036f")  # combining marks of Latin, Greek and Cyrillic; in other scripts, marks are letters
_ALIKE = str.maketrans({"đ": "d", "ı": "i", "ł": "l", "ø": "o"})


def folded(text: str) -> str:
    """The text in lower case without accents, its words separated by one space."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    bare = unicodedata.normalize("NFKC", "".join(sign for sign in apart if not _ACCENTS[0] <= sign <= _ACCENTS[1]))
    return " ".join("".join(sign if sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc") else " " for sign in bare).split())
