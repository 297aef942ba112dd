"""SKUs: the form that is stored, and the form that is compared."""

import re
import unicodedata

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


def sku_text(text: str) -> str:
    """A SKU as it is stored and shown: full-width letters made plain, trimmed, without spreadsheet quoting."""
    bare = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).strip()
    formula = _FORMULA.fullmatch(bare)
    if formula is not None:
        bare = formula[1].replace('""', '"').strip()
    elif len(bare) > 1 and bare.startswith("'"):
        bare = bare[1:].strip()
    return " ".join(bare.split())


def sku_key(text: str) -> str:
    """The key under which equal SKUs compare equal: F-1, f-1 and " Ｆ-1 " do."""
    return unicodedata.normalize("NFKC", sku_text(text).casefold())
