"""The chat's part of the protocol between the desk and a plugin's process.

The plugin sends `chat` (a list of messages), `health`, `dropped` and `undone` (a request that failed). The desk sends `request`. Neither
waits for the other.
"""

from collections.abc import Mapping
from typing import Any

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
from app.plugin.wire import MAX_AT_MS, Message, WireError, read_text, read_whole

MAX_BATCH = 40  # messages in one line; a line of this many has room for all but the longest texts
MAX_BATCH_CHARS = 8000  # of all texts in one line: each may take six bytes, and a line has 64 kB
MAX_ID = 200
MAX_NAME_CHARS = 200
MAX_CHAT_TEXT = 2000
MAX_DETAIL = 300
MAX_REASON = 40
MAX_LANGUAGE = 35  # RFC 5646, section 4.4.1
MAX_COUNT = 1_000_000_000
MAX_RETRY_S = 86_400.0
MAX_NUMBER = 2**53
TIME_OUT_MOST_S = 366 * 86_400


def plain(value: object, limit: int) -> str:
    """A plugin's value as a text that fits into a message."""
    return str(value)[:limit].encode(errors="replace").decode().replace("\0", "")


# From the plugin ----------------------------------------------------------------------------------------------------------


def chat_record(message: PlatformMessage) -> dict[str, Any]:
    """One message of a batch, cut to the limits; what is empty is left out."""
    record: dict[str, Any] = {
        "id": plain(message.id, MAX_ID),
        "author": plain(message.author, MAX_ID),
        "name": plain(message.name, MAX_NAME_CHARS),
        "text": plain(message.text, MAX_CHAT_TEXT),
        "at_ms": min(max(int(message.at_ms), 0), MAX_AT_MS),
        "moderator": bool(message.moderator),
        "language": plain(message.language, MAX_LANGUAGE),
        "reply_to": plain(message.reply_to, MAX_ID),
    }
    return {key: value for key, value in record.items() if value}


def read_chat(data: object) -> tuple[PlatformMessage, ...]:
    """Decode a batch of messages; raises WireError."""
    if not isinstance(data, list) or len(data) > MAX_BATCH:
        raise WireError(f"expected a list of at most {MAX_BATCH} messages")
    return tuple(_read_message(record) for record in data)


def _read_message(record: object) -> PlatformMessage:
    if not isinstance(record, dict):
        raise WireError("expected a message")
    return PlatformMessage(
        id=read_text(record.get("id", ""), MAX_ID),
        author=read_text(record.get("author", ""), MAX_ID),
        name=read_text(record.get("name", ""), MAX_NAME_CHARS),
        text=read_text(record.get("text", ""), MAX_CHAT_TEXT),
        at_ms=read_whole({"at_ms": record.get("at_ms", 0)}, "at_ms", 0, MAX_AT_MS),
        moderator=_read_flag(record, "moderator"),
        language=read_text(record.get("language", ""), MAX_LANGUAGE),
        reply_to=read_text(record.get("reply_to", ""), MAX_ID),
    )


def health_message(health: ChatHealth) -> Message:
    """Encode the state of the connection."""
    retry_s = min(max(float(health.retry_s), 0.0), MAX_RETRY_S)
    return {"health": {"state": health.state.value, "detail": plain(health.detail, MAX_DETAIL), "retry_s": retry_s}}


def read_health(data: object) -> ChatHealth:
    """Decode the state of the connection; raises WireError."""
    if not isinstance(data, dict):
        raise WireError("expected a state")
    retry_s = data.get("retry_s", 0)
    if isinstance(retry_s, bool) or not isinstance(retry_s, int | float) or not 0 <= retry_s <= MAX_RETRY_S:
        raise WireError("retry_s: expected seconds of at most a day")
    try:
        state = ChatState(data.get("state"))
    except (ValueError, TypeError) as error:
        raise WireError("unknown state") from error
    return ChatHealth(state, read_text(data.get("detail", ""), MAX_DETAIL), float(retry_s))


def dropped_message(reason: str, count: int) -> Message:
    """Encode how many messages were dropped for a reason."""
    return {"dropped": {"reason": plain(reason, MAX_REASON), "count": min(max(int(count), 0), MAX_COUNT)}}


def read_dropped(data: object) -> tuple[str, int]:
    """Decode the reason and number of dropped messages; raises WireError."""
    if not isinstance(data, dict):
        raise WireError("expected a count")
    return read_text(data.get("reason", ""), MAX_REASON), read_whole(data, "count", 0, MAX_COUNT)


def undone_message(number: int, reason: str) -> Message:
    """Encode that a request failed."""
    return {"undone": {"number": number, "reason": plain(reason, MAX_DETAIL)}}


def read_undone(data: object) -> tuple[int, str]:
    """Decode the number of a failed request and why it failed; raises WireError."""
    if not isinstance(data, dict):
        raise WireError("expected a failure")
    return read_whole(data, "number", 0, MAX_NUMBER), read_text(data.get("reason", ""), MAX_DETAIL)


def abilities_part(abilities: ChatAbilities) -> dict[str, bool]:
    """The part of `on` that says what a chat can do."""
    return {"send": abilities.send, "delete": abilities.delete, "time_out": abilities.time_out}


def read_abilities(data: object) -> ChatAbilities:
    """Decode what a chat can do; raises WireError."""
    if not isinstance(data, dict):
        raise WireError("expected abilities")
    return ChatAbilities(_read_flag(data, "send"), _read_flag(data, "delete"), _read_flag(data, "time_out"))


# From the desk ------------------------------------------------------------------------------------------------------------


def request_message(request: ChatRequest) -> Message:
    """Encode a request."""
    match request:
        case SendRequest(number, message, text, reply_to, language):
            part: dict[str, Any] = {"number": number, "message": message, "text": text, "reply_to": reply_to, "language": language}
            return {"request": {"kind": "send", **part}}
        case DeleteRequest(number, message):
            return {"request": {"kind": "delete", "number": number, "message": message}}
        case TimeOutRequest(number, author, seconds):
            return {"request": {"kind": "time_out", "number": number, "author": author, "seconds": seconds}}


def read_request(data: object) -> ChatRequest:
    """Decode a request; raises WireError."""
    if not isinstance(data, dict):
        raise WireError("expected a request")
    number = read_whole(data, "number", 0, MAX_NUMBER)
    match data.get("kind"):
        case "send":
            texts = [read_text(data.get(key), limit) for key, limit in _SEND_TEXTS]
            return SendRequest(number, *texts)
        case "delete":
            return DeleteRequest(number, read_text(data.get("message"), MAX_ID))
        case "time_out":
            seconds = None if data.get("seconds") is None else read_whole(data, "seconds", 0, TIME_OUT_MOST_S)
            return TimeOutRequest(number, read_text(data.get("author"), MAX_ID), seconds)
        case _:
            raise WireError("unknown request")


_SEND_TEXTS = (("message", MAX_ID), ("text", MAX_CHAT_TEXT), ("reply_to", MAX_ID), ("language", MAX_LANGUAGE))


def _read_flag(data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise WireError(f"{key}: expected true or false")
    return value
