"""Guesses the encoding of a text file from its bytes; charset-normalizer covers the legacy encodings."""

import codecs
import logging
import re

from charset_normalizer import from_bytes

from app.domain.tables.table import ENCODINGS

log = logging.getLogger(__name__)

SAMPLE_BYTES = 256 * 1024  # more bytes do not improve the guess
_CUT = 0.02  # share of non-ASCII characters that may be broken in a UTF-8 file
_FEW = 8  # that many may be broken in any case, if more are intact

# These Latin encodings decode each other's files without errors, so letters decide; the first wins a tie.
_LATIN = ("cp1252", "cp1254", "cp1250")
_LATIN_LETTERS = {
    "cp1252": "àáâãäåæçèéêëìíîïñòóôõöøœùúûüßªº",
    "cp1254": "çğıöşüâîûi̇",
    "cp1250": "áâäăąćčçďđéęěëíîĺľłńňóôöőŕřśšşťţúůüűýźżžß",
}
_WHOLE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CLOSE = 0.1  # tolerance in charset-normalizer's chaos value
_PAIRED = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")


def guess(content: bytes) -> str:
    """One of ENCODINGS; UTF-8 if nothing suggests another."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8"
    sample = content[:SAMPLE_BYTES]
    if _is_utf16(sample):
        return "utf-16"
    if _is_utf8(content):
        return "utf-8"
    return _old(_telling(sample))


def _is_utf16(sample: bytes) -> bool:
    """Without a byte order mark: every other byte of delimiters and digits is zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    return max(even, odd) * 8 > len(sample) and min(even, odd) * 4 < max(even, odd)


def _is_utf8(content: bytes) -> bool:
    """UTF-8, possibly with a few characters cut in half. Other encodings would hardly decode by accident."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        high = sum(byte > 0x7F for byte in content[:SAMPLE_BYTES])
        whole = [len(found) for found in _WHOLE.findall(content[:SAMPLE_BYTES])]
        broken = high - sum(whole)
        return sum(whole) > 2 * broken and broken <= max(_FEW, _CUT * len(whole))
    return True


def _telling(sample: bytes) -> bytes:
    """The lines with non-ASCII characters, which the guess is based on; all lines if there are none."""
    lines = [line for line in sample.splitlines(keepends=True) if not line.isascii()]
    return b"".join(lines) or sample


def _old(sample: bytes) -> str:
    """The most likely legacy encoding."""
    whole = _best(sample)
    if whole not in _LATIN:
        return whole
    lines = sample.splitlines(keepends=True)
    for name in _PAIRED:
        good = [line for line in lines if _reads(line, name)]
        if 0 < len(lines) - len(good) <= max(1, len(lines) // 20) and len(good) > 1 and _best(b"".join(good)) == name:
            return name  # except for one or two cut characters
    letters = [sample.decode(name, errors="replace") for name in _LATIN]
    wrong = [sum(ord(sign) > 0x7F and sign.isalpha() and sign.lower() not in usual for sign in text) for text, usual in _usual(letters)]
    return _LATIN[wrong.index(min(wrong))]


def _best(sample: bytes) -> str:
    """charset-normalizer's guess. For short texts it is unreliable, so common double-byte characters weigh more.

    Falls back to Windows-1252, which accepts nearly all bytes.
    """
    known = [name for name in ENCODINGS if name not in ("utf-8", "utf-16")]
    try:
        found = list(from_bytes(sample, cp_isolation=known, enable_fallback=False, preemptive_behaviour=False))
    except Exception as error:  # a failed guess is harmless: the user sees the first lines and can choose
        log.error("cannot guess the encoding of a table", exc_info=error)
        found = []
    usual = [one for one in found if one.encoding in _PAIRED and one.chaos <= found[0].chaos + _CLOSE and _everyday(str(one), one.encoding)]
    return usual[0].encoding if usual else found[0].encoding if found else "cp1252"


def _everyday(text: str, encoding: str) -> bool:
    """Whether most non-ASCII characters are common ones in this encoding."""
    signs = [sign for sign in text if ord(sign) > 0x7F and sign.isalpha()]
    if encoding in ("cp932", "euc_jp"):
        kana = sum("\u3041" <= sign <= "\u30fa" for sign in signs)
        return kana * 4 >= len(signs) > 0 and not any("\uff66" <= sign <= "\uff9d" for sign in signs)
    if encoding == "cp949":
        common = sum("\uac00" <= sign <= "\ud7a3" and sign.encode("cp949")[0] >= 0xB0 and sign.encode("cp949")[1] > 0xA0 for sign in signs)
    else:
        first, last = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)  # both sets put common characters first
        common = sum(len(code := sign.encode(encoding)) == 2 and first <= code[0] <= last for sign in signs)
    return common * 10 >= len(signs) * 8 > 0


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _usual(texts: list[str]) -> list[tuple[str, str]]:
    return list(zip(texts, (_LATIN_LETTERS[name] for name in _LATIN), strict=True))


def decoded(content: bytes, encoding: str) -> str:
    """Decode the text; undecodable bytes become U+FFFD."""
    if encoding == "utf-16" and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        sample = content[:SAMPLE_BYTES]
        encoding = "utf-16-be" if sample[0::2].count(0) > sample[1::2].count(0) else "utf-16-le"
    text = content.decode(encoding, errors="replace")
    return text.removeprefix("\ufeff")
