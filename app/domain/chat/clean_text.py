"""Makes what strangers wrote safe to show: one line, no direction tricks, no towers of accents; and spots borrowed names."""

import re
import unicodedata
from collections.abc import Collection

from app.domain.base.plain_text import is_plain_character

_READ_AHEAD = 8  # characters read for each one shown: cleaning a line of 100 kB must not take longer
_ACCENTS_EACH = 2  # on one letter, after NFC: no language needs more of these
_MARKS_EACH = 6  # of any script: Tibetan, Hebrew and Khmer stack several
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")  # Persian, Indic scripts and emoji need them
_SHARED_ACCENTS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_REGIONAL = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)  # spell the flags of Scotland, Wales and England; anywhere else they hide text
_BLACK_FLAG = "\U0001f3f4"
_TAGS_EACH = 7  # of one flag: a country, a region and an end; hundreds take milliseconds to shape

# Letters of other scripts, digits and signs that look like a Latin letter, in folded text.
_LOOKALIKES = {
    "a": "аәα4@", "b": "вβ", "c": "с", "d": "ԁđ", "e": "еҽε3", "h": "нһħ", "i": "іїι1!|ı", "j": "ј", "k": "кκ", "l": "ӏł", "m": "м",
    "n": "пη", "o": "оοø0", "p": "рρ", "q": "ԛ", "r": "г", "s": "ѕ5$", "t": "тτ7", "u": "υ", "v": "ѵν", "w": "ԝω", "x": "хχ", "y": "уүγ",
}  # fmt: skip
_ALIKE = str.maketrans({sign: letter for letter, signs in _LOOKALIKES.items() for sign in signs})


def clean(text: str, limit: int = 500) -> str:
    """The text as one line of at most `limit` characters, "" if nothing visible is left. Longer text ends with "…"."""
    read = text[: limit * _READ_AHEAD]
    if read.isascii() and read.isprintable():
        line = " ".join(read.split())
    else:
        known = unicodedata.normalize("NFC", read.encode(errors="ignore").decode())
        line = unicodedata.normalize("NFC", " ".join("".join(_shown(known)).split()))
    if not any(unicodedata.category(sign)[0] in "LNPS" for sign in line):
        return ""
    cut = len(line) > limit or len(text) > len(read)
    return f"{_whole_signs(line, limit - 1).rstrip()}…" if cut else line


def _shown(text: str) -> list[str]:
    """The characters that may be shown; spaces for those that end lines or control something."""
    shown: list[str] = []
    marks = accents = 0
    tags_left = 0
    for sign in text:
        category = unicodedata.category(sign)
        if category in ("Mn", "Me"):
            marks, accents = marks + 1, accents + bool(_SHARED_ACCENTS.match(sign))
            if marks <= _MARKS_EACH and accents <= _ACCENTS_EACH:
                shown.append(sign)
            continue
        spells_flag = ord(sign) in _TAGS and tags_left > 0
        if category == "Cf" and sign not in _JOINERS and not spells_flag:
            continue
        tags_left = _TAGS_EACH if sign == _BLACK_FLAG else tags_left - 1 if spells_flag else 0
        marks = accents = 0
        shown.append(sign if is_plain_character(sign) and category not in ("Zs", "Co", "Cn") else _replaced(sign, category))
    return shown


def _replaced(sign: str, category: str) -> str:
    """A space for other spaces and controls; characters that are newer than Python's tables stay, as new emoji do."""
    return sign if category == "Cn" and ord(sign) >= 0x1F000 and ord(sign) < 0x20000 else " "


def _whole_signs(line: str, limit: int) -> str:
    """The start of the line, not cut inside a sign that consists of several characters."""
    end = limit
    while 0 < end < len(line) and _belongs_to_previous(line, end):
        end -= 1
    return line[: end or limit]


def _belongs_to_previous(line: str, at: int) -> bool:
    sign, before = line[at], line[at - 1]
    if unicodedata.category(sign)[0] == "M" or sign in _JOINERS or before == "\u200d" or ord(sign) in _SKIN_TONES:
        return True
    return ord(sign) in _REGIONAL and ord(before) in _REGIONAL


def skeleton(name: str) -> str:
    """The name without what the eye overlooks: case, accents, spaces, signs, and letters of other scripts that look like Latin ones."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(sign for sign in apart.translate(_ALIKE) if sign.isalnum())
    return bare.replace("rn", "m").replace("vv", "w").replace("l", "i")


def is_borrowed(name: str, names: Collection[str]) -> bool:
    """Whether the name looks like one of these, which belong to the host and moderators."""
    looks = skeleton(name)
    return bool(looks) and any(looks == skeleton(known) for known in names)
