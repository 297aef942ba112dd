"""The chat of a show: takes messages from every source, keeps them in the log, answers and moderates."""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.chat.answer_tracker import AnswerTracker
from app.domain.chat.chat_history import CHAT_KINDS, ChatHistory, ChatLine, translation_entry
from app.domain.chat.clean_text import clean, is_borrowed
from app.domain.chat.message import MAX_CHARS, MAX_NAME_CHARS, PAGE, AuthorRole, ChatMessage, chat_entry
from app.domain.event import EventKind, ShowEvent
from app.domain.translation.translation import Translation
from app.session.document.show_book import Now, ShowBook

TAIL = 20_000  # log entries that are read when a show is opened; more than the history keeps
MAX_ID_CHARS = 120
FOREVER_MS = 2**53


class ChatError(AppError):
    """A verb of the chat that cannot be carried out."""


class ChatOutput(Protocol):
    """Where messages of one source go: the relay's room, or a platform's plugin. Nothing here waits; a failure becomes a notice there."""

    def send(self, message: ChatMessage, texts: Mapping[str, Translation]) -> None:
        """Send the host's message, with its translations by language."""

    def remove(self, message_id: str) -> None: ...

    def mute(self, author: str, until_ms: int) -> None:
        """Let the author write again at this time: 0 = at once, FOREVER_MS = never."""


class ChatRoom:
    """`history` and `answers` are readings of the show's log with verbs, so a desk that restarts shows the same chat.

    `added` is emitted with each new line, `changed` with each line that something happened to, `reloaded` when another show is open.
    `ignored` counts what was not taken by (source, reason): "double", "empty", "blank id". Verbs raise ChatError "chat.no_message" for a
    line that is gone.
    """

    def __init__(self, book: ShowBook, *, now_ms: Now, host_name: Callable[[], str], notify: Callable[[Notice], None]) -> None:
        self.added: Signal[[ChatLine]] = Signal()
        self.changed: Signal[[ChatLine]] = Signal()
        self.reloaded: Signal[[]] = Signal()
        self.history = ChatHistory()
        self.answers = AnswerTracker()
        self.ignored: Counter[tuple[str, str]] = Counter()
        self._book = book
        self._now_ms = now_ms
        self._host_name = host_name
        self._notify = notify
        self._outputs: dict[str, ChatOutput] = {}
        self._sent = 0
        self._run = secrets.token_hex(4)  # of this desk: its message ids are unique
        book.log.appended.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        log = self._book.log
        self.history.clear()
        self.answers.clear()
        self.ignored.clear()
        for event in log.events(CHAT_KINDS, max(0, log.last_seq() - TAIL)):
            self.history.take(event)
            self.answers.take(event)
        self.reloaded.emit()

    def add_output(self, source: str, output: ChatOutput) -> Callable[[], None]:
        """Send what belongs to this source here; returns what ends that."""
        self._outputs[source] = output
        return lambda: self._remove_output(source, output)

    def _remove_output(self, source: str, output: ChatOutput) -> None:
        if self._outputs.get(source) is output:
            del self._outputs[source]

    # What arrives ---------------------------------------------------------------------------------------------------------

    def receive(self, message: ChatMessage) -> bool:
        """Take a message in; returns whether it is new and has anything to show. Its texts come from strangers and are cleaned here."""
        cleaned = _cleaned(message, (self._host_name(),))
        reason = self._ignored_because(cleaned)
        if reason:
            self.ignored[cleaned.source, reason] += 1
            return False
        self._book.log.append(EventKind.CHAT_SAID, **chat_entry(cleaned))
        return True

    def _ignored_because(self, message: ChatMessage) -> str:
        if not message.source or not message.id:
            return "blank id"
        if not message.text:
            return "empty"
        return "double" if self.history.find(message.key) is not None else ""

    def report(self, source: str, message_id: str, viewer: str) -> None:
        """A viewer reported a message."""
        if self.history.find(f"{source}/{message_id}") is not None:
            self._book.log.append(EventKind.CHAT_REPORTED, source=source, message=message_id, viewer=viewer)

    # What the host does ---------------------------------------------------------------------------------------------------

    def say(self, text: str, *, reply_to: str = "", texts: Mapping[str, Translation] | None = None) -> ChatMessage:
        """Send a message: a reply goes to the source of the line with the key `reply_to`, anything else to all sources.

        `texts` are translations by language. Raises ChatError "chat.empty", "chat.no_output" where nothing leads to that source, and
        "chat.nobody" where nothing is connected at all.
        """
        said = clean(text, MAX_CHARS)
        if not said:
            raise ChatError("chat.empty")
        line = self._line(reply_to) if reply_to else None
        source = line.message.source if line is not None else PAGE
        if line is not None and source not in self._outputs:
            raise ChatError("chat.no_output", source=source)
        if not self._outputs:
            raise ChatError("chat.nobody")
        self._sent += 1
        message = ChatMessage(
            source=source,
            id=f"{self._run}.{self._sent}",
            author="",
            name=clean(self._host_name(), MAX_NAME_CHARS),
            text=said,
            at_ms=self._now_ms(),
            role=AuthorRole.HOST,
            reply_to="" if line is None else line.message.id,
        )
        self._book.log.append(EventKind.CHAT_SAID, **chat_entry(message))
        targets = [self._outputs[source]] if line is not None else list(self._outputs.values())
        for output in targets:
            output.send(message, texts or {})
        return message

    def remove(self, key: str) -> None:
        """Take a message off every page and platform that allows it."""
        message = self._line(key).message
        self._log(EventKind.CHAT_REMOVED, message)
        output = self._outputs.get(message.source)
        if output is not None:
            output.remove(message.id)

    def mute(self, key: str, until_ms: int = FOREVER_MS) -> None:
        """Keep the author of a line from writing until then; 0 lets them write again."""
        message = self._line(key).message
        data = {"source": message.source, "author": message.author, "name": message.name, "until_ms": until_ms}
        self._book.log.append(EventKind.CHAT_MUTED, **data)
        output = self._outputs.get(message.source)
        if output is None:
            self._notify(Notice(Severity.WARNING, "chat.no_output", {"source": message.source}))
        else:
            output.mute(message.author, until_ms)

    def star(self, key: str, *, on: bool) -> None:
        """Mark a line to come back to."""
        self._log(EventKind.CHAT_STARRED, self._line(key).message, done=on)

    def claim(self, key: str, by: str) -> None:
        """Say who of the team answers this line; "" gives it back."""
        self._log(EventKind.CHAT_CLAIMED, self._line(key).message, by=by)

    def mark_answered(self, key: str, *, done: bool) -> None:
        """The host answered this line aloud."""
        self._log(EventKind.CHAT_ANSWERED, self._line(key).message, done=done)

    # Translations ---------------------------------------------------------------------------------------------------------

    def translated(self, key: str, translation: Translation) -> None:
        """The translation of a line into the host's language has come. One for a line that is gone is dropped."""
        line = self.history.find(key)
        if line is not None and line.translation != translation:
            self._book.log.append(EventKind.CHAT_TRANSLATED, **translation_entry(line.message, translation))

    def not_translated(self, key: str, failure: AppError) -> None:
        """There is no translation, and why."""
        line = self.history.set_failure(key, failure)
        if line is not None:
            self.changed.emit(line)

    # ----------------------------------------------------------------------------------------------------------------------

    def _line(self, key: str) -> ChatLine:
        line = self.history.find(key)
        if line is None:
            raise ChatError("chat.no_message", key=key)
        return line

    def _log(self, kind: EventKind, message: ChatMessage, **data: object) -> None:
        self._book.log.append(kind, source=message.source, message=message.id, **data)

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind not in CHAT_KINDS:
            return
        self.answers.take(event)
        for line in self.history.take(event):
            (self.added if line.seq == event.seq else self.changed).emit(line)


def _cleaned(message: ChatMessage, names: tuple[str, ...]) -> ChatMessage:
    """The message with texts that are safe to show, each within its bounds; `names` belong to the host."""
    name = _clean_name(message.name)
    return replace(
        message,
        id=message.id[:MAX_ID_CHARS],
        author=message.author[:MAX_ID_CHARS],
        name=name,
        borrowed=message.role is AuthorRole.VIEWER and _is_borrowed(name, names),
        text=clean(message.text, MAX_CHARS),
        reply_to=message.reply_to[:MAX_ID_CHARS],
    )


@lru_cache(maxsize=2048)  # the same people write again and again
def _clean_name(name: str) -> str:
    return clean(name, MAX_NAME_CHARS)


_is_borrowed = lru_cache(maxsize=2048)(is_borrowed)
