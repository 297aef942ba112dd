"""Words made comparable: small letters without accents, set apart by single blanks, in every script."""

import unicodedata

_ACCENTS = ("\u0300", "\u036f")  # combining marks of Latin, Greek and Cyrillic; those of other scripts are letters of their own
_ALIKE = str.maketrans({"đ": "d", "ı": "i", "ł": "l", "ø": "o"})


def folded(text: str) -> str:
    """Small letters without accents, words set apart by one blank."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_ALIKE))
    bare = unicodedata.normalize("NFKC", "".join(sign for sign in apart if not _ACCENTS[0] <= sign <= _ACCENTS[1]))
    return " ".join("".join(sign if sign.isalnum() or unicodedata.category(sign) in ("Mn", "Mc") else " " for sign in bare).split())
