"""Chat lines with names, sizes, prices, codes, numbers, links, @names and emoji, which no translation may change."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.translation.glossary import GlossaryEntry, Terms

LINES_A_PAIR = 700
PAIRS = (("en", "zh-Hans"), ("zh-Hans", "en"), ("en", "es"), ("es", "en"))
NAMES = ("Lumière", "Magic Bag", "魔法口红", "AirLite Pro 2", "Café del Mar", "เสื้อฟ้า", "No. 5")
TERMS = Terms(map(GlossaryEntry, NAMES))

_TEMPLATES = Path(__file__).parent / "data" / "protected_lines.tsv"
_SLOT = re.compile(r"\{([a-z]+)\d?\}")
_VALUES = {
    "name": NAMES,
    "size": ("XL", "M", "2XL", "XXS", "38", "37.5 cm", "250ml", "34B"),
    "price": ("$19.99", "R$ 1.299,00", "€5", "¥88", "MX$350", "12,50 €", "50k", "USD 20", "199", "٤٥"),
    "code": ("K-100", "SKU100", "AB12-9", "SAVE10", "x7", "N95", "XQZ3"),
    "number": ("2", "15", "1,000", "50%", "12/05", "20:30", "3-4", "+55 11 98888-7777", "１２"),
    "link": ("https://shop.example/p?id=7&x=A_b", "www.tienda.mx/abc", "shop.com/live/9", "ventas@tienda.example"),
    "at": ("@ana_93", "@小红", "@K.O.", "#oferta2"),
    "emoji": ("😍", "👍🏽", "❤️‍🔥", "🇧🇷", "1️⃣", ":)", "👩‍👩‍👧"),
}


@dataclass(frozen=True)
class ProtectedLine:
    """`items` are the parts of the text that must come back as they are."""

    language: str
    text: str
    items: tuple[str, ...]


def protected_lines(language: str) -> Sequence[ProtectedLine]:
    """The lines in this language, the same in every run."""
    rng = random.Random(language)
    pairs = [line.split("\t") for line in _TEMPLATES.read_text(encoding="utf-8").splitlines()]
    templates = [template for code, template in pairs if language.startswith(code)]
    return [_filled(rng, language, templates[number % len(templates)]) for number in range(LINES_A_PAIR)]


def _filled(rng: random.Random, language: str, template: str) -> ProtectedLine:
    items: list[str] = []

    def value(found: re.Match[str]) -> str:
        items.append(rng.choice(_VALUES[found[1]]))
        return items[-1]

    text = _SLOT.sub(value, template)
    return ProtectedLine(language, text, tuple(item.rstrip(".") if item.startswith("@") else item for item in items))


def changed_items(line: ProtectedLine, shown: str) -> list[str]:
    """The items that are not in the shown text, each found once for each time that it was written."""
    changed = []
    for item in sorted(line.items, key=len, reverse=True):
        if item in shown:
            shown = shown.replace(item, "\0", 1)
        else:
            changed.append(item)
    return changed
