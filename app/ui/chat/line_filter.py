"""Which messages the chat panel shows, and how many each filter has."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.localized_text import primary
from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import AuthorRole
from app.domain.translation.language_codes import normal_tag


class LineKind(Enum):
    """The filters that exclude each other."""

    ALL = "all"
    QUESTIONS = "questions"
    UNANSWERED = "unanswered"
    STARRED = "starred"


def language_of(line: ChatLine) -> str:
    """The language that a viewer's message is written in (see `normal_tag`), "" if nobody knows."""
    if line.message.role is not AuthorRole.VIEWER:
        return ""
    tag = line.translation.source if line.translation is not None else line.message.language
    return normal_tag(tag) if tag else ""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """A message must match every part; "" matches all. `search` is looked for in name, text and translation."""

    kind: LineKind = LineKind.ALL
    source: str = ""
    language: str = ""
    search: str = ""

    def matches(self, line: ChatLine) -> bool:
        """Whether the panel shows this line."""
        if self.kind is not LineKind.ALL and not _is_shown(line, self.kind):
            return False
        if self.source and line.message.source != self.source:
            return False
        if self.language and language_of(line) != self.language:
            return False
        return not self.search or self._found_in(line)

    def _found_in(self, line: ChatLine) -> bool:
        wanted, message = self.search.casefold(), line.message
        translated = line.translation.text if line.translation is not None else ""
        return any(wanted in text.casefold() for text in (message.text, translated, message.name))


def _is_shown(line: ChatLine, kind: LineKind) -> bool:
    if kind is LineKind.QUESTIONS:
        return line.question and not line.removed
    return line.open_question if kind is LineKind.UNANSWERED else line.starred


@dataclass(slots=True)
class LineCounts:
    """How many messages each filter has."""

    by_kind: Counter[LineKind] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    by_language: Counter[str] = field(default_factory=Counter)


def count_lines(lines: Iterable[ChatLine]) -> LineCounts:
    """Count these lines."""
    counts = LineCounts()
    questions = unanswered = starred = total = 0
    spoken: Counter[tuple[str, str]] = Counter()
    for line in lines:
        total += 1
        message, translation = line.message, line.translation
        spoken[
            message.source, "" if message.role is not AuthorRole.VIEWER else translation.source if translation else message.language
        ] += 1
        if line.question and not line.removed:
            questions += 1
            unanswered += line.answered_ms is None
        starred += line.starred
    counts.by_kind.update({LineKind.ALL: total, LineKind.QUESTIONS: questions, LineKind.UNANSWERED: unanswered, LineKind.STARRED: starred})
    for (source, tag), number in spoken.items():
        counts.by_source[source] += number
        if tag:
            counts.by_language[normal_tag(tag)] += number
    return counts


def short_tag(tag: str) -> str:
    """The mark of a language in a row: "PT" of "pt-BR"."""
    return primary(tag).upper()
