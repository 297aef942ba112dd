"""Messages from strangers: JSON that is looked at before it is believed."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from app.domain.base.plain_text import is_plain
from app.relay.refusals import Refusal

VERSION = 1
Message = Mapping[str, Any]

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_MARKET = re.compile(r"[A-Za-z0-9_-]{0,16}")
_MAX_LANGUAGES = 8
_LARGEST = 2**53  # beyond it a page's numbers are no longer whole


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read_message(text: str) -> Message:
    """One message: an object with a word under "t". Raises Refusal."""
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal("relay.room_message", reason="it is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("t"), str):
        raise Refusal("relay.room_message", reason='it is not an object with "t"')
    return message


def _wrong(field: str) -> Refusal:
    return Refusal("relay.room_message", reason=f"{field} is wrong")


def text_of(message: Message, field: str, *, most: int, default: str | None = "") -> str:
    """A text of at most `most` characters without control characters or broken halves of characters."""
    value = message.get(field, default)
    if not isinstance(value, str) or len(value) > most or not is_plain(value):
        raise _wrong(field)
    return value


def int_field(message: Message, field: str, *, least: int = 0, most: int = _LARGEST, default: int | None = None) -> int:
    """A whole number within bounds."""
    value = message.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _wrong(field)
    return value


def bool_field(message: Message, field: str) -> bool:
    """True or false."""
    value = message.get(field)
    if not isinstance(value, bool):
        raise _wrong(field)
    return value


def languages_of(message: Message) -> tuple[str, ...]:
    """The first of the reader's languages; what is none is left out."""
    value = message.get("languages", [])
    if not isinstance(value, list):
        raise _wrong("languages")
    known = [tag for tag in value[:_MAX_LANGUAGES] if isinstance(tag, str) and len(tag) <= 35 and _LANGUAGE.fullmatch(tag)]
    return tuple(dict.fromkeys(known))


def market_of(message: Message) -> str:
    market = text_of(message, "market", most=16)
    if not _MARKET.fullmatch(market):
        raise _wrong("market")
    return market


def texts_of(message: Message, field: str, *, most: int, each: int) -> Sequence[str]:
    """A list of non-empty texts."""
    value = message.get(field)
    if not isinstance(value, list) or len(value) > most:
        raise _wrong(field)
    if not all(_is_short(one, each) for one in value):
        raise _wrong(field)
    return value


def _is_short(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and is_plain(value)


def usable_texts_of(message: Message, field: str, *, most: int, each: int) -> tuple[Sequence[str], int]:
    """(the texts of a list that can be used, how many of the others there are): one that is wrong costs itself alone."""
    value = message.get(field)
    if not isinstance(value, list) or len(value) > most:
        raise _wrong(field)
    usable = [one for one in value if _is_short(one, each)]
    return usable, len(value) - len(usable)


def claims_of(message: Message, *, most: int) -> Mapping[str, str]:
    """Code → viewer."""
    value = message.get("claimed", {})
    if not isinstance(value, dict) or len(value) > most or not all(isinstance(one, str) for one in value.values()):
        raise _wrong("claimed")
    return value


def check_version(message: Message) -> None:
    """Raises Refusal unless the message is a hello of this version."""
    if message["t"] != "hello":
        raise Refusal("relay.room_message", reason="the first message must be hello")
    if message.get("v") != VERSION:
        raise Refusal("relay.room_version", version=VERSION)
