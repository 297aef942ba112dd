"""The protocol between the desk and a plugin's process: JSON lines over standard input and output, with size limits and checks.

The plugin sends `on`, `beat`, `tell`, `order` and `failed`, and a chat what `chat_wire.py` says. The desk's first line says what to run,
the later ones are answers to `order`, in turn, and requests to a chat. It closes the stream to end the plugin.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.base.errors import AppError, Value
from app.domain.base.money import Money
from app.domain.selling.order import Order
from app.plugin.permissions import AllowedHost

MAX_LINE = 64 * 1024
MAX_START = 1024 * 1024  # settings may contain long texts
MAX_TEXT = 2000  # of a text for the user
MAX_NAME = 200
MAX_UNITS = 1_000_000
MAX_LINES = 10_000
MAX_MINOR = 10**15
MAX_AT_MS = 253_402_300_799_999  # the last millisecond of the year 9999

Message = Mapping[str, Any]


class WireError(ValueError):
    """A line that is not a valid message."""


@dataclass(frozen=True, slots=True)
class StartMessage:
    """What a plugin's process runs, and its permissions."""

    plugin_id: str
    module: Path
    folder: Path
    settings: Mapping[str, Value]
    orders: bool
    chat: bool
    network: tuple[AllowedHost, ...]
    readable: tuple[Path, ...]
    beat_s: float
    memory_mb: int


def encode_line(message: Message, limit: int = MAX_LINE) -> bytes:
    """Encode a message as a line; raises WireError if it is too long or not plain data."""
    try:
        line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"not plain data: {error}") from error
    if len(line) > limit:
        raise WireError(f"longer than {limit} bytes")
    return line


def decode_line(line: bytes) -> dict[str, Any]:
    """Decode a line; raises WireError."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise WireError(str(error)) from error
    if not isinstance(found, dict) or not line.endswith(b"\n"):
        raise WireError("expected an object in one line")
    return found


def start_line(start: StartMessage) -> bytes:
    """Encode the first line."""
    return encode_line(
        {
            "id": start.plugin_id,
            "module": str(start.module),
            "folder": str(start.folder),
            "settings": dict(start.settings),
            "orders": start.orders,
            "chat": start.chat,
            "network": [[host.name, host.port] for host in start.network],
            "readable": [str(path) for path in start.readable],
            "beat_s": start.beat_s,
            "memory_mb": start.memory_mb,
        },
        MAX_START,
    )


def read_start(line: bytes) -> StartMessage:
    """Decode the first line; it comes from the desk, so it is trusted."""
    found = decode_line(line)
    return StartMessage(
        plugin_id=found["id"],
        module=Path(found["module"]),
        folder=Path(found["folder"]),
        settings=found["settings"],
        orders=found["orders"],
        chat=found["chat"],
        network=tuple(AllowedHost(name, port) for name, port in found["network"]),
        readable=tuple(Path(path) for path in found["readable"]),
        beat_s=found["beat_s"],
        memory_mb=found["memory_mb"],
    )


def order_message(order: Order) -> Message:
    """Encode an order for the desk."""
    total = order.total
    return {
        "order": {
            "id": order.id,
            "product": order.product,
            "units": order.units,
            "minor": total.minor,
            "currency": total.currency,
            "at_ms": order.at_ms,
            "source": order.source,
            "line": order.line,
            "extra_minor": order.extra_minor,
        }
    }


def read_order(data: object) -> Order:
    """Decode an order; raises WireError."""
    if not isinstance(data, dict):
        raise WireError("expected an order")
    try:
        money = Money(read_whole(data, "minor", -MAX_MINOR, MAX_MINOR), read_text(data.get("currency"), 3))
    except AppError as error:
        raise WireError(str(error)) from error
    return Order(
        read_text(data.get("id"), MAX_NAME),
        read_text(data.get("product"), MAX_NAME),
        read_whole(data, "units", -MAX_UNITS, MAX_UNITS),
        money,
        read_whole(data, "at_ms", 0, MAX_AT_MS),
        read_text(data.get("source"), MAX_NAME),
        read_whole(data, "line", 1, MAX_LINES),
        read_whole(data, "extra_minor", -MAX_MINOR, MAX_MINOR),
    )


def read_text(value: object, limit: int = MAX_TEXT) -> str:
    """Check a text that is stored and shown; raises WireError."""
    if not isinstance(value, str) or len(value) > limit:
        raise WireError(f"expected a text of at most {limit} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise WireError("lone surrogate") from error
    return value.replace("\0", "")


def read_whole(data: Mapping[str, Any], key: str, least: int, most: int) -> int:
    """Check an integer and its bounds; raises WireError."""
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise WireError(f"{key}: expected an integer from {least} to {most}")
    return value
