"""Joins the chats of plugins to the room, and keeps the state of each."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.chat.message import AuthorRole, ChatMessage
from app.domain.chat.platform import (
    ChatAbilities,
    ChatHealth,
    ChatRequest,
    ChatState,
    DeleteRequest,
    PlatformMessage,
    SendRequest,
    TimeOutRequest,
)
from app.domain.translation.translation import Translation
from app.plugin.chat_gate import ChatDoor
from app.plugin.chat_wire import TIME_OUT_MOST_S
from app.session.base.refresh import Refresh
from app.session.chat.chat_room import FOREVER_MS, ChatRoom
from app.session.document.show_book import Now

MAX_REASONS = 20  # for dropping messages, of one platform; others are counted together
OTHER = "other"
COUNT_GAP_S = 0.5  # between two reports of changed figures


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    """How a platform's chat is. `state` is None while its plugin does not run. `last_ms` is when the last message came, 0 = none yet;
    `retry_at_ms` is when the plugin tries again, 0 = it is not waiting. `dropped` counts by reason what is not shown."""

    name: str = ""
    state: ChatState | None = None
    detail: str = ""
    received: int = 0
    last_ms: int = 0
    retry_at_ms: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    abilities: ChatAbilities = ChatAbilities()


class ChatPlatforms:
    """The source of a platform's messages is its plugin's id. `changed` is emitted when a state changes, and twice a second while only
    figures do."""

    def __init__(self, room: ChatRoom, *, now_ms: Now, notify: Callable[[Notice], None]) -> None:
        self.changed: Signal[[]] = Signal()
        self._room = room
        self._now_ms = now_ms
        self._notify = notify
        self._healths: dict[str, PlatformHealth] = {}
        self._dropped: dict[str, Counter[str]] = {}
        self._close_outputs: dict[str, Callable[[], None]] = {}
        self._figures = Refresh(self.changed.emit, COUNT_GAP_S)

    def start(self) -> None:
        """Report changed figures from now on, on the running loop."""
        self._figures.start()

    def close(self) -> None:
        """Report no more. More than once is ignored."""
        self._figures.close()

    def health(self, plugin_id: str) -> PlatformHealth | None:
        """The state of a platform's chat; None for a plugin that has had none since the start."""
        known = self._healths.get(plugin_id)
        if known is None:
            return None
        ignored = {reason: count for (source, reason), count in self._room.ignored.items() if source == plugin_id}
        return replace(known, dropped=Counter(ignored) + self._dropped.get(plugin_id, Counter()))

    # What plugins bring (see `ChatIntake`) ----------------------------------------------------------------------------------

    def opened(self, door: ChatDoor) -> None:
        health = self._health(door.plugin_id)
        state = health.state or ChatState.CONNECTING
        self._healths[door.plugin_id] = replace(health, name=door.name, abilities=door.abilities, state=state)
        output = PlatformOutput(door, now_ms=self._now_ms, notify=self._notify)
        self._close_outputs[door.plugin_id] = self._room.add_output(door.plugin_id, output)
        self.changed.emit()

    def received(self, plugin_id: str, messages: tuple[PlatformMessage, ...]) -> None:
        taken = sum(self._room.receive(_chat_message(plugin_id, message, self._now_ms())) for message in messages)
        health = self._health(plugin_id)
        last_ms = self._now_ms() if taken else health.last_ms
        self._healths[plugin_id] = replace(health, received=health.received + taken, last_ms=last_ms)
        self._figures.later()

    def health_changed(self, plugin_id: str, health: ChatHealth) -> None:
        retry_at_ms = self._now_ms() + round(health.retry_s * 1000) if health.state is ChatState.WAITING else 0
        known = self._health(plugin_id)
        self._healths[plugin_id] = replace(known, state=health.state, detail=health.detail, retry_at_ms=retry_at_ms)
        self.changed.emit()

    def dropped(self, plugin_id: str, reason: str, count: int) -> None:
        counts = self._dropped.setdefault(plugin_id, Counter())
        counts[reason if reason in counts or len(counts) < MAX_REASONS else OTHER] += count
        self._health(plugin_id)
        self._figures.later()

    def undone(self, plugin_id: str, number: int, reason: str) -> None:
        del number
        name = self._health(plugin_id).name or plugin_id
        self._notify(Notice(Severity.WARNING, "chat.not_done", {"source": name, "reason": reason}, subject=f"chat.{plugin_id}"))

    def closed(self, plugin_id: str) -> None:
        close = self._close_outputs.pop(plugin_id, None)
        if close is not None:
            close()
        self._healths[plugin_id] = replace(self._health(plugin_id), state=None, detail="", retry_at_ms=0)
        self.changed.emit()

    def _health(self, plugin_id: str) -> PlatformHealth:
        return self._healths.setdefault(plugin_id, PlatformHealth())


class PlatformOutput:
    """Sends what the room has for one platform. What cannot be sent becomes a notice."""

    def __init__(self, door: ChatDoor, *, now_ms: Now, notify: Callable[[Notice], None]) -> None:
        self._door = door
        self._now_ms = now_ms
        self._notify = notify
        self._number = 0

    def send(self, message: ChatMessage, texts: Mapping[str, Translation]) -> None:
        """Send the host's message. A reply goes out in the language it was translated into, anything else as the host wrote it."""
        if not self._door.abilities.send:
            if message.reply_to:  # a platform that is only read misses what goes to everybody, as the user knows
                self._tell("chat.cannot_send")
            return
        language, text = message.language, message.text
        if message.reply_to and len(texts) == 1:
            ((language, translation),) = texts.items()
            text = translation.text
        self._ask(SendRequest(self._next(), message.id, text, message.reply_to, language))

    def remove(self, message_id: str) -> None:
        """Delete a message on the platform."""
        if self._door.abilities.delete:
            self._ask(DeleteRequest(self._next(), message_id))
        else:
            self._tell("chat.cannot_delete")

    def mute(self, author: str, until_ms: int) -> None:
        """Keep the author from writing on the platform until then."""
        if not self._door.abilities.time_out:
            self._tell("chat.cannot_time_out")
            return
        seconds = None if until_ms >= FOREVER_MS else max(0, min(-(-(until_ms - self._now_ms()) // 1000), TIME_OUT_MOST_S))
        self._ask(TimeOutRequest(self._next(), author, seconds))

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _ask(self, request: ChatRequest) -> None:
        if not self._door.ask(request):
            self._tell("chat.platform_busy")

    def _tell(self, code: str) -> None:
        self._notify(Notice(Severity.WARNING, code, {"source": self._door.name}, subject=f"chat.{self._door.plugin_id}"))


def _chat_message(plugin_id: str, message: PlatformMessage, now_ms: int) -> ChatMessage:
    return ChatMessage(
        source=plugin_id,
        id=message.id,
        author=message.author,
        name=message.name,
        text=message.text,
        at_ms=min(message.at_ms or now_ms, now_ms),  # servers elsewhere set it, and a time in the future may have no local time
        role=AuthorRole.MODERATOR if message.moderator else AuthorRole.VIEWER,
        language=message.language,
        reply_to=message.reply_to,
    )
