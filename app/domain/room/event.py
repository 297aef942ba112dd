"""What viewers and shops do in a room: one record, from the relay to the show's log."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.domain.event import EventKind
from app.domain.selling.order import Order, order_data, order_of

MAX_CHARS = 160  # of a text field: a relay that isn't ours may send anything
MAX_COUNT = 2**53


class RoomEventKind(Enum):
    """The value is the word between relay and host; it never gets another meaning."""

    JOINED = "joined"
    LEFT = "left"
    MARKET = "market"
    LIKE = "like"
    SEEN = "seen"
    CLICKED = "clicked"
    ADDED = "added"
    ASKED = "asked"
    CLAIMED = "claimed"
    RESERVED = "reserved"
    UNRESERVED = "unreserved"
    ORDER = "order"


COUNTED_KINDS = frozenset({RoomEventKind.LIKE, RoomEventKind.SEEN})  # always summed over all viewers
_LOGGED_AS: Mapping[RoomEventKind, EventKind] = {
    RoomEventKind.JOINED: EventKind.VIEWER_JOINED,
    RoomEventKind.LEFT: EventKind.VIEWER_LEFT,
    RoomEventKind.MARKET: EventKind.VIEWER_MARKET,
    RoomEventKind.LIKE: EventKind.LIKED,
    RoomEventKind.SEEN: EventKind.PRODUCT_SEEN,
    RoomEventKind.CLICKED: EventKind.PRODUCT_CLICKED,
    RoomEventKind.ADDED: EventKind.PRODUCT_ADDED,
    RoomEventKind.ASKED: EventKind.DETAIL_ASKED,
    RoomEventKind.CLAIMED: EventKind.COUPON_CLAIMED,
    RoomEventKind.RESERVED: EventKind.RESERVED,
    RoomEventKind.UNRESERVED: EventKind.UNRESERVED,
    RoomEventKind.ORDER: EventKind.ORDER_PLACED,
}
ROOM_KINDS = frozenset(_LOGGED_AS.values())
_SENT_FIELDS: Mapping[RoomEventKind, tuple[str, ...]] = {
    RoomEventKind.JOINED: ("languages",),
    RoomEventKind.LEFT: (),
    RoomEventKind.MARKET: ("languages",),
    RoomEventKind.LIKE: ("count", "product"),
    RoomEventKind.SEEN: ("count", "product"),
    RoomEventKind.CLICKED: ("product",),
    RoomEventKind.ADDED: ("product",),
    RoomEventKind.ASKED: ("product",),
    RoomEventKind.CLAIMED: ("coupon", "code", "left"),
    RoomEventKind.RESERVED: ("date",),
    RoomEventKind.UNRESERVED: ("date",),
}
_LOGGED_TEXTS = ("product", "language", "market", "coupon", "code", "date")


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something a viewer or a shop did; a field that doesn't belong to the kind is empty.

    `viewer` is "" for a sum over viewers and for an order. `over`: a sum of what exceeded a rate limit. `left`: codes of the coupon
    that are still free. `mark` identifies the event forever, as BOOT:SEQ; the host sets it.
    """

    kind: RoomEventKind
    at_ms: int
    viewer: str = ""
    language: str = ""
    market: str = ""
    languages: tuple[str, ...] = ()
    product: str = ""
    count: int = 1
    over: bool = False
    coupon: str = ""
    code: str = ""
    left: int = 0
    date: str = ""
    order: Order | None = None
    mark: str = ""


def event_data(event: RoomEvent) -> dict[str, Any]:
    """The event's "data" as the relay sends it to the host."""
    if event.order is not None:
        return dict(order_data(event.order))
    names = ("count", "product") if event.over else _SENT_FIELDS[event.kind]
    data = {name: getattr(event, name) for name in names} | {"language": event.language, "market": event.market}
    return data | {"over": True} if event.over else data


def read_event(kind: str, at_ms: int, viewer: str, data: Mapping[str, Any], mark: str) -> RoomEvent | None:
    """The event that a relay sent; None for a kind that we don't know, and for an order that can't be one.

    A field of the wrong type, or too long, is left out.
    """
    try:
        known = RoomEventKind(kind)
    except ValueError:
        return None
    if known is RoomEventKind.ORDER:
        order = order_of(data, str(data.get("source", "webhook")))
        return None if order is None else RoomEvent(known, at_ms, order=order, mark=mark)
    return RoomEvent(
        known,
        at_ms,
        viewer[:MAX_CHARS],
        language=_text(data.get("language")),
        market=_text(data.get("market")),
        product=_text(data.get("product")),
        count=_whole(data.get("count"), least=1, default=1),
        over=data.get("over") is True,
        coupon=_text(data.get("coupon")),
        code=_text(data.get("code")),
        left=_whole(data.get("left"), least=0, default=0),
        date=_text(data.get("date")),
        mark=mark,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_CHARS else ""


def _whole(value: object, *, least: int, default: int) -> int:
    return value if type(value) is int and least <= value <= MAX_COUNT else default


def log_entry(event: RoomEvent) -> tuple[EventKind, dict[str, Any]]:
    """Kind and data of the event in the show's log; an order is logged by the order book instead."""
    data: dict[str, Any] = {"viewer": event.viewer} if event.viewer else {}
    data |= {name: value for name in _LOGGED_TEXTS if (value := getattr(event, name))}
    if event.kind in COUNTED_KINDS or event.over or event.count != 1:
        data["count"] = event.count
    if event.over:
        data["over"] = True
    return _LOGGED_AS[event.kind], data | {"at_ms": event.at_ms, "mark": event.mark}
