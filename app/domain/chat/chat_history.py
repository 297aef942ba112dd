"""The newest chat messages with all that happened to them: a reading of the show's log."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.domain.base.errors import AppError
from app.domain.chat.message import AuthorRole, ChatMessage, logged_message
from app.domain.chat.questions import is_question
from app.domain.event import EventKind, ShowEvent
from app.domain.translation.translation import Doubt, Translation

MAX_LINES = 2000

CHAT_KINDS = frozenset(
    {
        EventKind.CHAT_SAID,
        EventKind.CHAT_TRANSLATED,
        EventKind.CHAT_REMOVED,
        EventKind.CHAT_REPORTED,
        EventKind.CHAT_STARRED,
        EventKind.CHAT_CLAIMED,
        EventKind.CHAT_ANSWERED,
        EventKind.CHAT_MUTED,
    }
)


@dataclass(frozen=True, slots=True)
class ChatLine:
    """A message as the chat shows it. `seq` is its number in the log.

    `translation` is into the host's language; `failure` says why there is none, and is not in the log. `claimed_by` names who of the team
    answers. `answered_ms` is when the host answered, in text or aloud. `reports` counts viewers who reported it.
    """

    seq: int
    message: ChatMessage
    question: bool = False
    translation: Translation | None = None
    failure: AppError | None = None
    removed: bool = False
    starred: bool = False
    claimed_by: str = ""
    answered_ms: int | None = None
    reports: int = 0

    @property
    def key(self) -> str:
        return self.message.key

    @property
    def open_question(self) -> bool:
        """Whether it is a viewer's question that nobody has answered."""
        return self.question and self.answered_ms is None and not self.removed


def translation_entry(message: ChatMessage, translation: Translation) -> dict[str, Any]:
    """The data of CHAT_TRANSLATED."""
    data = {
        "source": message.source,
        "message": message.id,
        "text": translation.text,
        "language": translation.target,
        "from": translation.source,
        "engine": translation.engine,
    }
    if translation.via:
        data["via"] = translation.via
    return data | ({"doubts": sorted(doubt.value for doubt in translation.doubts)} if translation.doubts else {})


def logged_translation(data: Mapping[str, Any]) -> Translation | None:
    """The translation of a CHAT_TRANSLATED entry, None if its text or language is missing."""
    if not isinstance(data.get("text"), str) or not data.get("text") or not data.get("language"):
        return None
    known = {doubt.value: doubt for doubt in Doubt}
    doubts = frozenset(known[value] for value in data.get("doubts", ()) if value in known)
    return Translation(data["text"], data.get("from", ""), data["language"], data.get("engine", ""), data.get("via", ""), doubts)


class ChatHistory:
    """At most `MAX_LINES` lines, oldest first. `total` counts all messages, also those that are no longer here."""

    def __init__(self, limit: int = MAX_LINES) -> None:
        self.total = 0
        self._limit = limit
        self._lines: OrderedDict[str, ChatLine] = OrderedDict()
        self._muted: dict[tuple[str, str], int] = {}  # source and author → until when, UTC ms

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[ChatLine]:
        return iter(self._lines.values())

    def __reversed__(self) -> Iterator[ChatLine]:
        return reversed(self._lines.values())

    def find(self, key: str) -> ChatLine | None:
        """The line with this key, None if it is gone or never was."""
        return self._lines.get(key)

    def oldest_seq(self) -> int:
        """The number of the oldest line that is kept, 0 if there is none."""
        return next(iter(self._lines.values())).seq if self._lines else 0

    def muted_until(self, message: ChatMessage) -> int:
        """When the author of a message may write again, in UTC milliseconds; 0 if they were not muted."""
        return self._muted.get((message.source, message.author), 0)

    def take(self, event: ShowEvent) -> tuple[ChatLine, ...]:
        """Read one log entry. Returns the lines that are new (their `seq` is the event's) or changed; of a muted author, all lines."""
        if event.kind is EventKind.CHAT_SAID:
            return self._said(event)
        if event.kind is EventKind.CHAT_MUTED:
            return self._mute(str(event.data.get("source", "")), str(event.data.get("author", "")), event.data.get("until_ms", 0))
        line = self._lines.get(f"{event.data.get('source', '')}/{event.data.get('message', '')}")
        changed = None if line is None else self._put(_changed(line, event), line)
        return () if changed is None else (changed,)

    def set_failure(self, key: str, failure: AppError | None) -> ChatLine | None:
        """Say why a line has no translation. Returns the changed line."""
        line = self._lines.get(key)
        return None if line is None else self._put(replace(line, failure=failure), line)

    def clear(self) -> None:
        """Forget everything: another show is open."""
        self._lines.clear()
        self._muted.clear()
        self.total = 0

    def _said(self, event: ShowEvent) -> tuple[ChatLine, ...]:
        message = logged_message(event)
        if message is None or message.key in self._lines:
            return ()
        self.total += 1
        line = ChatLine(event.seq, message, question=message.role is AuthorRole.VIEWER and is_question(message.text))
        self._lines[message.key] = line
        if len(self._lines) > self._limit:
            self._lines.popitem(last=False)
        return (line, *self._answered(message, event.at_ms))

    def _mute(self, source: str, author: str, until_ms: int) -> tuple[ChatLine, ...]:
        self._muted[source, author] = until_ms
        return tuple(line for line in self if line.message.author == author and line.message.source == source)

    def _answered(self, message: ChatMessage, at_ms: int) -> tuple[ChatLine, ...]:
        """The line that this message of the host's team answers."""
        if message.role is AuthorRole.VIEWER or not message.reply_to:
            return ()
        line = self._lines.get(f"{message.source}/{message.reply_to}")
        changed = None if line is None or line.answered_ms is not None else self._put(replace(line, answered_ms=at_ms), line)
        return () if changed is None else (changed,)

    def _put(self, line: ChatLine, before: ChatLine) -> ChatLine | None:
        if line == before:
            return None
        self._lines[line.key] = line
        return line


def _changed(line: ChatLine, event: ShowEvent) -> ChatLine:
    data = event.data
    match event.kind:
        case EventKind.CHAT_TRANSLATED:
            translation = logged_translation(data)
            return line if translation is None else replace(line, translation=translation, failure=None)
        case EventKind.CHAT_REMOVED:
            return replace(line, removed=True)
        case EventKind.CHAT_REPORTED:
            return replace(line, reports=line.reports + 1)
        case EventKind.CHAT_STARRED:
            return replace(line, starred=data.get("done") is not False)
        case EventKind.CHAT_CLAIMED:
            return replace(line, claimed_by=data.get("by", ""))
        case EventKind.CHAT_ANSWERED:
            return replace(line, answered_ms=event.at_ms if data.get("done") is not False else None)
        case _:
            return line
