"""Makes a chat line ready for an engine, and its output ready for readers. What must not change is replaced by tokens in between."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from app.domain.base.localized_text import primary
from app.domain.base.word_edges import is_part_of_word, is_written_without_spaces
from app.domain.translation import chat_spelling
from app.domain.translation.glossary import Terms
from app.domain.translation.laughter import LAUGHS, laughter_of
from app.domain.translation.protection import TOKEN_FORM, Protected, Span, figure_spans, named_spans
from app.domain.translation.slang import SlangTable
from app.domain.translation.translation import Doubt
from app.domain.translation.translation_checks import as_question, has_added_figure, has_odd_length, is_copied, without_loops

MAX_TRANSLATED_CHARS = 4000  # an engine that writes more is caught in a loop
_TOKEN = re.compile(TOKEN_FORM, re.IGNORECASE)
_TOKEN_REST = re.compile(r"(?<!\w)(?:[XQZ]{2,3}\d*|\w?QZ\d+)(?!\w)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_NO_SLANG = SlangTable()

Part = str | Protected


@dataclass(frozen=True, slots=True)
class Prepared:
    """`text` is what an engine translates, "" if there is nothing to translate; equal texts may share a translation. `lead` and `tail`
    are what surrounded it, `items` what the tokens in it mean, by number."""

    original: str
    language: str
    text: str
    lead: tuple[Part, ...] = ()
    tail: tuple[Part, ...] = ()
    items: tuple[Protected, ...] = ()


def token(number: int) -> str:
    """What stands for a protected item in an engine's text. Of the forms that were measured, engines keep this one best."""
    return f"XQZ{number}"


def prepare(text: str, language: str, terms: Terms, slang: Mapping[str, SlangTable]) -> Prepared:
    """Make a cleaned line in this language ready for translation. `slang` has the tables by primary language."""
    table = slang.get(primary(language), _NO_SLANG)
    parts, outer = _parted(text, _protected_spans(text, language, terms, table))
    begin, end = _inner_range(parts, outer)
    inner = _tidied(parts[begin:end], language, table)
    if not any(sign.isalpha() for part in inner if isinstance(part, str) for sign in part):
        return Prepared(text, language, "", tuple(parts))
    items = tuple(part for part in inner if isinstance(part, Protected))
    numbers = iter(range(len(items)))
    joined = _joined(part if isinstance(part, str) else token(next(numbers)) for part in inner)
    bare = " ".join(joined.split())
    before, after = joined[: joined.index(bare[0])], joined[len(joined.rstrip()) :]
    return Prepared(text, language, bare, (*parts[:begin], before), (after, *parts[end:]), items)


def finish(prepared: Prepared, translated: str, target: str) -> tuple[str, frozenset[Doubt]]:
    """The text to show for an engine's output, and what speaks against it.

    Every protected item is in it as often as in the original: one that the engine lost comes in brackets at the end. Without output, it is
    the original.
    """
    if not prepared.text:
        return _written((*prepared.lead, *prepared.tail), target), frozenset()
    whole = translated[:MAX_TRANSLATED_CHARS].strip()
    if not whole:
        return prepared.original, frozenset({Doubt.COPIED, Doubt.LENGTH})
    bare = without_loops(whole)
    doubts = _doubts(prepared, bare)
    if bare != whole or len(translated) > MAX_TRANSLATED_CHARS:
        doubts.add(Doubt.REPEATED)
    text, lost, surplus = _restored(as_question(prepared.text, bare, target), prepared.items, target)
    if surplus:
        doubts.add(Doubt.REPEATED)
    if lost:
        doubts.add(Doubt.LOST_TERM)
        text = f"{text} {' '.join(f'[{item.in_language(target)}]' for item in lost)}".strip()
    return f"{_written(prepared.lead, target)}{text}{_written(prepared.tail, target)}", frozenset(doubts)


def _protected_spans(text: str, language: str, terms: Terms, table: SlangTable) -> list[Span]:
    """From left to right. Links and names come before the shop's terms, these before laughter, and figures come last."""
    taken = bytearray(len(text))
    laughs = laughter_of(primary(language)).finditer(text)
    laughing = (Span(found.start(), found.end(), Protected(found[0], LAUGHS), outer=True) for found in laughs)
    spans = _free(chain(named_spans(text), terms.spans(text, language), laughing), taken)
    for begin, end in _gaps(spans, len(text)):
        figures = figure_spans(text, language, begin, end)
        spans += _free((span for span in figures if not table.means_no_figure(text, span.begin, span.end)), taken)
    return sorted(spans, key=lambda span: span.begin)


def _free(spans: Iterable[Span], taken: bytearray) -> list[Span]:
    """The spans that overlap none before them; marks their characters as taken."""
    found = []
    for span in spans:
        if 1 not in taken[span.begin : span.end]:
            taken[span.begin : span.end] = b"\1" * (span.end - span.begin)
            found.append(span)
    return found


def _gaps(spans: Iterable[Span], length: int) -> list[tuple[int, int]]:
    """The ranges between the spans."""
    edges = [0, *(edge for span in sorted(spans, key=lambda one: one.begin) for edge in (span.begin, span.end)), length]
    return [(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if begin < end]


def _parted(text: str, spans: Sequence[Span]) -> tuple[list[Part], list[bool]]:
    """The text in parts, and for each whether it may be taken off at an end."""
    parts: list[Part] = []
    outer: list[bool] = []
    at = 0
    for span in spans:
        if at < span.begin:
            between = text[at : span.begin]
            parts.append(between)
            outer.append(between.isspace())
        parts.append(span.item)
        outer.append(span.outer)
        at = span.end
    if at < len(text):
        parts.append(text[at:])
        outer.append(text[at:].isspace())
    return parts, outer


def _inner_range(parts: Sequence[Part], outer: Sequence[bool]) -> tuple[int, int]:
    """The parts without those that are taken off at both ends, and the marks beyond these."""

    def goes(at: int, inwards: int) -> bool:
        return outer[at] or (begin < at + inwards < end and outer[at + inwards] and _says_nothing(parts[at]))

    begin, end = 0, len(parts)
    while begin < end and goes(begin, 1):
        begin += 1
    while end > begin and goes(end - 1, -1):
        end -= 1
    return begin, end


def _says_nothing(part: Part) -> bool:
    return isinstance(part, str) and not any(map(str.isalnum, part))


def _tidied(parts: Sequence[Part], language: str, table: SlangTable) -> list[Part]:
    """With plain letters, without stretched words, shouting lowered and shorthand spelled out."""
    plain = (chat_spelling.plain_letters(part, language) for part in parts if isinstance(part, str))
    written = [chat_spelling.squeezed(part, table.doubled) for part in plain]
    shouted = chat_spelling.is_shouted(written)
    tidy = (table.spelled_out(chat_spelling.lowered(part, language) if shouted else part) for part in written)
    made: list[Part] = [next(tidy) if isinstance(part, str) else part for part in parts]
    if shouted and isinstance(made[0], str):
        made[0] = chat_spelling.with_capitals(made[0])
    return made


def _doubts(prepared: Prepared, translated: str) -> set[Doubt]:
    """What speaks against the engine's text, apart from its tokens."""
    original, plain = _TOKEN.sub("", prepared.text), _TOKEN.sub("", translated)
    doubts = {Doubt.LENGTH} if has_odd_length(original, plain) else set()
    if has_added_figure(original, plain):
        doubts.add(Doubt.ADDED_FIGURE)
    return doubts | ({Doubt.COPIED} if is_copied(original, plain) else set())


def _restored(translated: str, items: Sequence[Protected], target: str) -> tuple[str, list[Protected], bool]:
    """The text with the items in place of their tokens, the items that are lost, and whether there were tokens too many.

    An item is written once, however often the engine repeats its token: a figure more would be another statement.
    """
    waiting = dict(enumerate(items))
    surplus = False
    pieces: list[str] = []
    at = 0
    for found in _TOKEN.finditer(translated):
        item = waiting.pop(_number(found[1]), None)
        surplus = surplus or item is None
        pieces += (translated[at : found.start()], "" if item is None else item.in_language(target))
        at = found.end()
    pieces.append(translated[at:])
    if waiting:
        pieces[::2] = [_TOKEN_REST.sub("", piece) for piece in pieces[::2]]
    pieces[::2] = [_SPACES.sub(" ", piece) for piece in pieces[::2]]
    return _joined(pieces).strip(), list(waiting.values()), surplus


def _number(digits: str) -> int:
    """The number of a token; -1 for "01", which engines make of two."""
    return int(digits) if len(digits) == 1 or int(digits[0]) else -1


def _written(parts: Sequence[Part], target: str) -> str:
    return "".join(part if isinstance(part, str) else part.in_language(target) for part in parts)


def _joined(pieces: Iterable[str]) -> str:
    """The pieces joined; a space keeps words and figures apart that would become one, and two spaces become one."""
    text = ""
    for piece in pieces:
        if text and piece and _run_together(text[-1], piece[0]):
            text += " "
        text += piece[1:] if text.endswith(" ") and piece.startswith(" ") else piece
    return text


def _run_together(before: str, after: str) -> bool:
    apart = is_written_without_spaces(before) or is_written_without_spaces(after)
    return is_part_of_word(before) and is_part_of_word(after) and not apart
