"""Messages between desk and engine: (link version, type name, payload) as MessagePack."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from app.domain.base.errors import AppError
from app.domain.program.command import COMMANDS, EVENTS, LINK_VERSION, Command, Event

MAX_COMMAND_BYTES: Final = 72 * 1024 * 1024  # the largest picture that a desk sends, 4096 × 4096 RGBA, and some headroom
MAX_EVENT_BYTES: Final = 16 * 1024 * 1024

# Raised for bytes that are not a message, for text that is not UTF-8, and for endless nesting.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Envelope = tuple[int, str, msgspec.Raw]


class LinkError(AppError):
    """The link cannot be made, or cannot carry a message.

    "link.garbage" (`reason`), "link.unknown" (`name`), "link.bad" (`name`, `reason`), "link.version" (`theirs`, `ours`), "link.missing",
    "link.refused", "link.silent", "link.closed", "link.overflow".
    """


def _decoders(types: tuple[type[Any], ...]) -> Mapping[str, msgspec.msgpack.Decoder[Any]]:
    return {one.__name__: msgspec.msgpack.Decoder(one) for one in types}


_ENVELOPE = msgspec.msgpack.Decoder(Envelope)
_COMMANDS = _decoders(COMMANDS)
_EVENTS = _decoders(EVENTS)


def encode(message: Command | Event) -> bytes:
    """Encode a message for the wire."""
    return msgspec.msgpack.encode((LINK_VERSION, type(message).__name__, message))


def decode_command(data: bytes) -> Command:
    """Raises LinkError for anything but a command of this version."""
    command: Command = _decoded(data, _COMMANDS)
    return command


def decode_event(data: bytes) -> Event:
    """Raises LinkError for anything but an event of this version."""
    event: Event = _decoded(data, _EVENTS)
    return event


def _decoded(data: bytes, known: Mapping[str, msgspec.msgpack.Decoder[Any]]) -> Any:
    try:
        version, name, payload = _ENVELOPE.decode(data)
    except _UNREADABLE as error:
        raise LinkError("link.garbage", reason=str(error)) from error
    if version != LINK_VERSION:
        raise LinkError("link.version", theirs=version, ours=LINK_VERSION)
    decoder = known.get(name)
    if decoder is None:
        raise LinkError("link.unknown", name=name[:80])
    try:
        return decoder.decode(payload)
    except _UNREADABLE as error:
        raise LinkError("link.bad", name=name, reason=str(error)) from error
