"""What visitors of the room did, as the show's log keeps it."""

from collections.abc import Mapping
from typing import Any

from app.domain.event import EventKind
from app.session.room.room_socket import RoomEvent

_KINDS: Mapping[str, EventKind] = {
    "joined": EventKind.VIEWER_JOINED,
    "left": EventKind.VIEWER_LEFT,
    "market": EventKind.VIEWER_MARKET,
    "like": EventKind.LIKED,
    "seen": EventKind.PRODUCT_SEEN,
    "clicked": EventKind.PRODUCT_CLICKED,
    "added": EventKind.PRODUCT_ADDED,
    "asked": EventKind.DETAIL_ASKED,
    "claimed": EventKind.COUPON_CLAIMED,
    "reserved": EventKind.RESERVED,
    "unreserved": EventKind.UNRESERVED,
}
MAX_CHARS = 160  # of a field: a relay that is not ours may say anything
ROOM_KINDS = frozenset({*_KINDS.values(), EventKind.ORDER_PLACED})
_FIELDS: Mapping[str, type[str] | type[int] | type[bool]] = {
    "product": str,
    "language": str,
    "market": str,
    "coupon": str,
    "code": str,
    "date": str,
    "count": int,
    "over": bool,
}


def logged_as(event: RoomEvent) -> tuple[EventKind, dict[str, Any]] | None:
    """Its kind and data in the log; None for what the log does not keep."""
    kind = _KINDS.get(event.kind)
    if kind is None:
        return None
    data: dict[str, Any] = {"viewer": event.viewer[:MAX_CHARS]} if event.viewer else {}
    for name, kind_of in _FIELDS.items():
        value = event.data.get(name)
        if type(value) is kind_of and value != "" and (not isinstance(value, str) or len(value) <= MAX_CHARS):
            data[name] = value
    return kind, {**data, "at_ms": event.at_ms, "mark": event.mark}
