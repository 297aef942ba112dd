"""Reads what web servers answer to a plugin: JSON of a limited size, in which any value may have the wrong type."""

import json
from collections import OrderedDict
from collections.abc import AsyncIterable, Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")


async def read_json(parts: AsyncIterable[bytes], most_bytes: int, otherwise: str = "the answer is not JSON") -> object:
    """The JSON value of a body that comes in parts. Raises ConnectionError for one that is too large, or not JSON (`otherwise`)."""
    content = bytearray()
    async for part in parts:
        content += part
        if len(content) > most_bytes:
            raise ConnectionError("the answer is too large")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConnectionError(otherwise) from error


def as_table(value: object) -> Mapping[str, Any]:
    """The object, empty if it is something else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The list, empty if it is something else."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The text, "" if it is something else."""
    return value if isinstance(value, str) else ""


def remember(kept: OrderedDict[str, Value], key: str, value: Value, most: int) -> None:
    """Keep a value as the newest, and forget the oldest when there are more than `most`."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
