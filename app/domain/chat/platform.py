"""What the desk and a chat plugin exchange: messages, requests, and the state of the connection."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class PlatformMessage:
    """A message as the platform gave it. `id` and `author` are the platform's, unique there, and stay the same when it sends them again.

    `at_ms` is the platform's time, 0 = now. `reply_to` is the id of the message that this one answers, `language` a BCP 47 tag.
    """

    id: str
    author: str
    name: str
    text: str
    at_ms: int = 0
    moderator: bool = False
    language: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send a text. `message` is the desk's id for it: a DeleteRequest may name it later. `reply_to` is a platform's id, or ""."""

    number: int
    message: str
    text: str
    reply_to: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """Delete a message: one of the platform's, or one that the desk sent."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class TimeOutRequest:
    """Keep an author from writing for this long; 0 = let them write again, None = for ever."""

    number: int
    author: str
    seconds: int | None


ChatRequest = SendRequest | DeleteRequest | TimeOutRequest


@dataclass(frozen=True, slots=True)
class ChatAbilities:
    """What a chat can do besides reading."""

    send: bool = False
    delete: bool = False
    time_out: bool = False


class ChatState(Enum):
    """How the connection to the platform is. The value is sent between processes."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"  # for the next try


@dataclass(frozen=True, slots=True)
class ChatHealth:
    """`detail` is for the user, `retry_s` the pause until the next try."""

    state: ChatState
    detail: str = ""
    retry_s: float = 0.0
