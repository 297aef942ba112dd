"""The messages that pages and hosts send to a room, checked before anything believes them."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import msgspec
from msgspec import Meta

from app.domain.base.plain_text import is_plain
from app.relay.refusals import Refusal

VERSION = 1
Message = Mapping[str, Any]
T = TypeVar("T")

MAX_REPORTED = 200  # events that one page has had no ack for
MAX_CODES = 5000
CODE_CHARS = 64
_MAX_VIEWERS = 5000  # that one message of the host names
_MAX_LIKES_EACH = 20
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")
_MAX_LANGUAGES = 8

Number = Annotated[int, Meta(ge=0, le=2**53)]  # beyond 2**53 a page's numbers are no longer whole
EventNumber = Annotated[int, Meta(ge=1, le=2**53)]
Id = Annotated[str, Meta(max_length=120)]
Date = Annotated[str, Meta(max_length=110)]
ShortText = Annotated[str, Meta(max_length=64)]
ViewerId = Annotated[str, Meta(min_length=1, max_length=64)]
BootId = Annotated[str, Meta(max_length=32)]
Market = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{0,16}\Z")]


class _Checked(msgspec.Struct, frozen=True):
    """Refuses texts with control characters or lone surrogates."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and not is_plain(value):
                raise ValueError(f"{name} has control characters")


class PageHello(_Checked, frozen=True):
    token: ShortText = ""
    page: ShortText = ""
    board: Number = 0
    boot: BootId = ""
    languages: list[Any] = []
    market: Market = ""


class PageEvent(_Checked, frozen=True):
    n: EventNumber
    kind: Literal["like", "seen", "clicked", "added", "asked"]
    product: Id = ""
    count: Annotated[int, Meta(ge=1, le=_MAX_LIKES_EACH)] = 1


class PageReport(_Checked, frozen=True):
    events: Annotated[list[PageEvent], Meta(max_length=MAX_REPORTED)]
    token: ShortText = ""
    page: ShortText = ""


class CouponClaim(_Checked, frozen=True):
    n: EventNumber
    coupon: Id = ""


class Reserve(_Checked, frozen=True):
    date: Date
    on: bool


class MarketChoice(_Checked, frozen=True):
    market: Market = ""
    languages: list[Any] = []


class HostHello(_Checked, frozen=True):
    boot: BootId = ""
    after: Number = 0
    likes: Number = 0


class Put(_Checked, frozen=True):
    key: Annotated[str, Meta(max_length=1000)]
    value: Any = None

    def __post_init__(self) -> None:
        if not is_plain(self.key):  # the board replaces what a frame cannot carry in a value
            raise ValueError("key has control characters")


class Ack(_Checked, frozen=True):
    seq: Number


class HostCoupon(_Checked, frozen=True):
    """`codes` None closes the coupon; `claimed`: code → viewer."""

    id: Id
    codes: Annotated[list[Any], Meta(max_length=MAX_CODES)] | None = None
    expires_ms: Number = 0
    claimed: Annotated[dict[str, str], Meta(max_length=MAX_CODES)] = {}


class HostReservations(_Checked, frozen=True):
    date: Date
    viewers: Annotated[list[ViewerId], Meta(max_length=_MAX_VIEWERS)]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(map(is_plain, self.viewers)):
            raise ValueError("viewers have control characters")


class HostLikes(_Checked, frozen=True):
    likes: Number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read_message(text: str) -> Message:
    """A JSON object with a text under "t"; raises Refusal for anything else."""
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal("relay.room_message", reason="it is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("t"), str):
        raise Refusal("relay.room_message", reason='it is not an object with "t"')
    return message


def typed(message: Message, kind: type[T]) -> T:
    """The message as its type; raises Refusal that names the wrong field."""
    try:
        return msgspec.convert(message, kind)
    except (msgspec.ValidationError, UnicodeError, RecursionError) as error:
        raise Refusal("relay.room_message", reason=str(error)[:200]) from error


def known_languages(tags: Sequence[Any]) -> tuple[str, ...]:
    """The first few BCP 47 tags of a list, each once; anything else in it is left out."""
    known = [tag for tag in tags[:_MAX_LANGUAGES] if isinstance(tag, str) and len(tag) <= 35 and _LANGUAGE.fullmatch(tag)]
    return tuple(dict.fromkeys(known))


def usable_codes(codes: Sequence[Any]) -> list[str]:
    """The coupon codes that can be given out: one bad code doesn't cost the others."""
    return [code for code in codes if isinstance(code, str) and 0 < len(code) <= CODE_CHARS and is_plain(code)]


def check_version(message: Message) -> None:
    """Raises Refusal unless the message is a hello of this version."""
    if message["t"] != "hello":
        raise Refusal("relay.room_message", reason="the first message must be hello")
    if message.get("v") != VERSION:
        raise Refusal("relay.room_version", version=VERSION)
