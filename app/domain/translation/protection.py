"""Finds what a translation must not change: links, @names, emoji, prices, sizes, codes and numbers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.base.localized_text import primary
from app.domain.translation.language_codes import normal_tag

TOKEN_FORM = r"[xх]\s?[qк]\s?[zз]\s?(\d{1,4})"  # what an engine may make of "XQZ0": another case, split, in Cyrillic letters
LATIN = r"A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff"


@dataclass(frozen=True, slots=True)
class Protected:
    """A part of a text that no engine sees. `renderings` has the languages (see `normal_tag`) in which it is written differently,
    `elsewhere` is for all others; "" = unchanged."""

    text: str
    renderings: Mapping[str, str] = field(default_factory=dict)
    elsewhere: str = ""

    def in_language(self, target: str) -> str:
        """How to write it in this language; the rendering of another region serves if there is none of its own."""
        if self.renderings:
            found = self.renderings.get(normal_tag(target))
            if found is None:
                found = next((text for tag, text in self.renderings.items() if primary(tag) == primary(target)), None)
            if found is not None:
                return found
        return self.elsewhere or self.text


@dataclass(frozen=True, slots=True)
class Span:
    """`text[begin:end]` is protected. An `outer` one says nothing in the sentence: at its start or end it is taken off."""

    begin: int
    end: int
    item: Protected
    outer: bool = False


_ADDRESS = rf"[!-~{LATIN}\u0400-\u04ff]"
_DOMAINS = (
    "com|net|org|shop|store|app|link|live|info|biz|co|io|me|tv|ly|gl|be|br|cn|hk|tw|id|my|vn|th|ru|tr|mx|es|fr|de|it|pt|uk|jp|kr|in|ae|sa"
)
_JOINED = "[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_EMOJI = (
    "(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u25ff\u2600-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d"
    f"\u3297\u3299\U0001f000-\U0001ffff]|[0-9#*]\ufe0f?\u20e3){_JOINED}*"
)
_NAMED = re.compile(
    rf"(?P<address>https?://{_ADDRESS}+|www\.{_ADDRESS}+|[\w.+-]{{1,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,64}}){{1,4}}"
    rf"|(?<![\w.@-])(?:[a-z0-9-]{{1,63}}\.){{1,4}}(?:{_DOMAINS})(?![\w-])(?:/{_ADDRESS}*)?"
    rf"|(?<!\w)[@＠#＃][\w.-]*\w)"
    rf"|(?P<emoji>{_EMOJI}(?:\s?{_EMOJI})*|:[a-z0-9_+-]{{2,32}}:|[:;=]['’]?-?(?:[)(*]+|[DPO]+(?!\w))|<3+(?!\d)|\^[_.]?\^|T[_.]T|(?<!\w)xD+(?!\w)|¯\\_\(ツ\)_/¯)"
    rf"|{TOKEN_FORM}",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?)]}\"'»”’"

_ISO = "USD|EUR|GBP|BRL|CNY|RMB|JPY|KRW|THB|VND|IDR|MYR|SGD|MXN|TRY|RUB|SAR|AED|EGP|TWD|HKD|PHP|INR|AUD|CAD"
_SIGN = rf"(?:(?<![{LATIN}\d])(?:(?:R|US|S|A|C|HK|NT|MX|AU|CA)\$|{_ISO}|RM|Rp\.?)|[$€£¥￥₫฿₹₩₺₽₱₦₴﷼])"
_UNIT = (
    rf"(?:%|％|°C|°F|°|″|\$|€|£|¥|₫|đ|฿|₩|₺|₽|{_ISO}|TL"
    r"|am|pm|cm|mm|km|ml|kg|mg|oz|lbs?|gb|mb|tb|mah|rb|jt|k|g|l|m|w|v)"
)
_NUMBER = r"\d++(?:(?:[.,:/٫٬'’ ]|\s?[-–~x×*]\s?)\d++)*+"
_WORD = rf"[{LATIN}\d]"
_FIGURES = re.compile(
    rf"(?P<size>(?<![{LATIN}\d'’])(?:[2-9]?X{{1,3}}[SL]|[2-9]?x{{1,3}}[sl]|[SML](?:/[SML])*)(?![{LATIN}\d'’]))"
    rf"|(?P<price>(?:{_SIGN}\s?{_NUMBER}(?:\s?(?:k|rb|jt)(?!{_WORD}))?|(?<![{LATIN}\d])[+\-−№]?{_NUMBER}\s?{_UNIT}(?!{_WORD})))"
    rf"|(?P<code>(?<!{_WORD})(?=[{LATIN}_-]{{0,40}}\d)(?=[\d_-]{{0,40}}[{LATIN}]){_WORD}+(?:[-_]+{_WORD}+|(?<=\d)[./](?={_WORD}*\d){_WORD}+)*(?!{_WORD}))"
    rf"|(?P<number>[+\-−№]?{_NUMBER})"
)
_NUMBER_ONLY = re.compile(rf"[+\-−№]?{_NUMBER}")
# Sizes that are words elsewhere, by language.
_OWN_SIZES: Mapping[str, re.Pattern[str]] = {
    "pt": re.compile(rf"(?<![{LATIN}\d'’.])(?:PP|P|GG|G|XG|XGG|EG)(?![{LATIN}\d'’.])"),
    "es": re.compile(rf"(?<![{LATIN}\d'’.])(?:CH|G|XG|EG)(?![{LATIN}\d'’.])"),
}
_SIZE_WORD = re.compile(
    rf"(?<!\w)(?:size|tam(?:anho)?|tam\.|talla|talle|taille|taglia|größe|ukuran|saiz|beden|размер)\s?(?P<size>[smlpg]{{1,2}}|x{{1,3}}[sl]|gg|pp|ch)"
    rf"(?![{LATIN}\d])",
    re.IGNORECASE,
)


def named_spans(text: str) -> Iterator[Span]:
    """Links, mail addresses, @names, #tags, emoji, and text that looks like a token of ours."""
    for found in _NAMED.finditer(text):
        begin, end = found.span()
        emoji = found.lastgroup == "emoji"
        while not emoji and end > begin + 1 and text[end - 1] in _CLOSING:
            end -= 1
        yield Span(begin, end, Protected(text[begin:end]), outer=found.lastgroup in ("address", "emoji"))


def figure_spans(text: str, language: str, begin: int, end: int) -> Iterator[Span]:
    """Sizes, prices, codes and numbers in `text[begin:end]`, in no order; they may overlap."""
    for pattern in (_SIZE_WORD, _OWN_SIZES.get(primary(language))):
        for found in pattern.finditer(text, begin, end) if pattern else ():
            group = "size" if pattern is _SIZE_WORD else 0
            yield Span(found.start(group), found.end(group), Protected(found[group]))
    for found in _FIGURES.finditer(text, begin, end):
        yield Span(found.start(), found.end(), Protected(found[0]))
