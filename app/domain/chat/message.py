"""One chat message, the same for every source, and its entry in the show's log."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.domain.event import EventKind, ShowEvent

MAX_CHARS = 500
MAX_NAME_CHARS = 40
PAGE = "page"  # the source of our own viewer page; a platform's source is its plugin's id
_TEXTS = ("author", "name", "text", "language", "market", "reply", "mark")


class AuthorRole(Enum):
    """Who wrote a message. The value is stored in files."""

    VIEWER = "viewer"
    MODERATOR = "moderator"
    HOST = "host"


_ROLES: Mapping[str, AuthorRole] = {role.value: role for role in AuthorRole}


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message whose text and name have been cleaned.

    `id` and `author` are unique within the source. `reply_to` is the id of the message that this one answers, `language` (BCP 47) what the
    author's page or platform says, `market` the author's market. `borrowed`: the name looks like the host's. `mark` is the room event that
    brought it, "" for other sources.
    """

    source: str
    id: str
    author: str
    name: str
    text: str
    at_ms: int
    role: AuthorRole = AuthorRole.VIEWER
    language: str = ""
    market: str = ""
    reply_to: str = ""
    borrowed: bool = False
    mark: str = ""

    @property
    def key(self) -> str:
        """Identifies the message among all sources."""
        return f"{self.source}/{self.id}"


def chat_entry(message: ChatMessage) -> dict[str, Any]:
    """The data of CHAT_SAID for this message; empty fields are left out."""
    texts = {name: getattr(message, "reply_to" if name == "reply" else name) for name in _TEXTS}
    role = {} if message.role is AuthorRole.VIEWER else {"role": message.role.value}
    borrowed = {"borrowed": True} if message.borrowed else {}
    filled = {name: text for name, text in texts.items() if text}
    return {"source": message.source, "message": message.id, "at_ms": message.at_ms, **role, **borrowed, **filled}


def logged_message(event: ShowEvent) -> ChatMessage | None:
    """The message of a CHAT_SAID entry; None for another kind, and for an entry without source, id or text."""
    data: Mapping[str, Any] = event.data
    if event.kind is not EventKind.CHAT_SAID or not all(data.get(name) for name in ("source", "message", "text")):
        return None
    texts = {name: str(data.get(name, "")) for name in _TEXTS}
    texts["reply_to"] = texts.pop("reply")
    return ChatMessage(
        source=data["source"],
        id=data["message"],
        at_ms=int(data.get("at_ms", event.at_ms)),
        role=_role(data),
        borrowed=data.get("borrowed") is True,
        **texts,
    )


def _role(data: Mapping[str, Any]) -> AuthorRole:
    return _ROLES.get(str(data.get("role", "")), AuthorRole.VIEWER)  # also for a role of a newer version
