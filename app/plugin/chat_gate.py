"""The desk's side of one plugin's chat: checks what it sends, takes a limited number of messages a second, and numbers requests."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.base.clock import Clock, SystemClock
from app.domain.base.token_bucket import TokenBucket
from app.domain.chat.platform import ChatAbilities, ChatHealth, ChatRequest, PlatformMessage
from app.plugin.chat_wire import read_abilities, read_chat, read_dropped, read_health, read_undone, request_message
from app.plugin.wire import Message

MESSAGES_HZ, MESSAGES_BURST = 100.0, 400  # taken from one plugin; the rest is counted
TOO_FAST = "too_fast"
MAX_ASKED = 500  # requests that may still fail
PARTS = frozenset({"chat", "health", "dropped", "undone"})  # keys of a chat's messages


@dataclass(frozen=True, slots=True)
class ChatDoor:
    """A plugin's chat that has just started. `ask` sends a request; False when too many wait or the plugin has ended."""

    plugin_id: str
    name: str
    abilities: ChatAbilities
    ask: Callable[[ChatRequest], bool]


class ChatIntake(Protocol):
    """Takes what plugins' chats bring. Called on the desk's loop."""

    def opened(self, door: ChatDoor) -> None: ...

    def received(self, plugin_id: str, messages: tuple[PlatformMessage, ...]) -> None: ...

    def health_changed(self, plugin_id: str, health: ChatHealth) -> None: ...

    def dropped(self, plugin_id: str, reason: str, count: int) -> None: ...

    def undone(self, plugin_id: str, number: int, reason: str) -> None:
        """A request failed."""

    def closed(self, plugin_id: str) -> None:
        """The plugin's process is no longer there."""


class NoChat:
    """Takes nothing, for a desk without a chat."""

    def opened(self, door: ChatDoor) -> None: ...

    def received(self, plugin_id: str, messages: tuple[PlatformMessage, ...]) -> None: ...

    def health_changed(self, plugin_id: str, health: ChatHealth) -> None: ...

    def dropped(self, plugin_id: str, reason: str, count: int) -> None: ...

    def undone(self, plugin_id: str, number: int, reason: str) -> None: ...

    def closed(self, plugin_id: str) -> None: ...


class ChatGate:
    """Between one plugin's process and the intake, from `open` to `close`."""

    def __init__(self, plugin_id: str, name: str, intake: ChatIntake, clock: Clock | None = None) -> None:
        self._plugin_id = plugin_id
        self._name = name
        self._intake = intake
        self._allowed = TokenBucket(MESSAGES_HZ, MESSAGES_BURST, clock or SystemClock())
        self._asked: deque[int] = deque(maxlen=MAX_ASKED)
        self._open = False

    def open(self, abilities: object, ask: Callable[[Message], bool]) -> None:
        """The plugin has started with a chat; raises WireError."""
        door = ChatDoor(self._plugin_id, self._name, read_abilities(abilities), lambda request: self._ask(ask, request))
        self._asked.clear()
        self._open = True
        self._intake.opened(door)

    def _ask(self, ask: Callable[[Message], bool], request: ChatRequest) -> bool:
        self._asked.append(request.number)
        return ask(request_message(request))

    def close(self) -> None:
        """The process is gone. More than once is ignored."""
        if self._open:
            self._open = False
            self._intake.closed(self._plugin_id)

    def take(self, said: Message) -> None:
        """Take one of the messages in `PARTS`; raises WireError. What comes before `open` counts: the plugin's tasks have started."""
        if "chat" in said:
            messages = read_chat(said["chat"])
            taken = self._allowed.take(len(messages))
            self._intake.received(self._plugin_id, messages[:taken])
            if taken < len(messages):
                self._intake.dropped(self._plugin_id, TOO_FAST, len(messages) - taken)
        elif "health" in said:
            self._intake.health_changed(self._plugin_id, read_health(said["health"]))
        elif "dropped" in said:
            self._intake.dropped(self._plugin_id, *read_dropped(said["dropped"]))
        else:
            number, reason = read_undone(said["undone"])
            if number in self._asked:  # each request fails at most once: the user sees a notice
                self._asked.remove(number)
                self._intake.undone(self._plugin_id, number, reason)
