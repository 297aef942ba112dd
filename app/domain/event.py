"""The show's log: what happened and when, append-only. Panels, reports and a running show are computed from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class EventKind(Enum):
    """The value is stored in files; its meaning never changes."""

    SHOW_STARTED = "show.started"
    SHOW_ENDED = "show.ended"  # why, until_ms (it has been paused since then: its desk was gone)
    SHOW_RESUMED = "show.resumed"  # continues where it was cut off
    ON_AIR = "air.on"
    OFF_AIR = "air.off"
    AIRING_STARTED = "airing.started"  # airing, occurrence (its key), planned_ms, title, parties: a planned show went on air
    AIRING_ENDED = "airing.ended"  # occurrence, why
    SEGMENT_ENTERED = "segment.entered"  # segment, skipped
    SEGMENT_EXTENDED = "segment.extended"  # segment, seconds
    POINT_TICKED = "point.ticked"  # segment, item, done
    POINTS_LEFT = "points.left"  # segment, items: left without being said
    BACKUP_TAKEN = "backup.taken"  # segment, out, in
    PINNED = "product.pinned"  # product; "" = none
    TIMER_SET = "timer.set"  # length_s, left_s, running
    CARD_SHOWN = "card.shown"  # card, type, product
    CARD_HIDDEN = "card.hidden"  # card, type
    COUNTDOWN_STARTED = "countdown.started"  # ends_ms, text, segment
    COUNTDOWN_ENDED = "countdown.ended"
    DISCLOSURE_SHOWN = "disclosure.shown"  # market, text
    DISCLOSURE_ENDED = "disclosure.ended"
    RESERVED = "viewer.reserved"  # viewer, date, language, market: wants to attend this date of the plan
    UNRESERVED = "viewer.unreserved"
    COUPON_DROPPED = "coupon.dropped"  # coupon, codes, stock, expires_ms
    COUPON_CLAIMED = "coupon.claimed"  # coupon, code, viewer
    COUPON_CLOSED = "coupon.closed"  # coupon, why
    STOCK_CHANGED = "stock.changed"  # product, place, units (in stock now), why
    VIEWER_JOINED = "viewer.joined"  # viewer, language, market
    VIEWER_LEFT = "viewer.left"
    VIEWER_MARKET = "viewer.market"  # viewer, language, market: chose another market
    LIKED = "viewer.liked"  # count, product: of all viewers within some seconds; older logs have one per viewer
    PRODUCT_SEEN = "product.seen"  # count, product: likewise. "over" in these and the next: the sum of what exceeded the limit
    PRODUCT_CLICKED = "product.clicked"
    PRODUCT_ADDED = "product.added"  # to the cart
    DETAIL_ASKED = "product.asked"  # "show it closer"
    CHAT_SAID = "chat.said"  # source, message (its id), author, name, text, role, language, market, reply, at_ms
    CHAT_TRANSLATED = "chat.translated"  # source, message, text, language, from, engine, via, doubts
    CHAT_REMOVED = "chat.removed"  # source, message, why
    CHAT_REPORTED = "chat.reported"  # source, message, viewer
    CHAT_STARRED = "chat.starred"  # source, message, done
    CHAT_CLAIMED = "chat.claimed"  # source, message, by: who of the team answers this question; "" = nobody
    CHAT_ANSWERED = "chat.answered"  # source, message, done: answered aloud on air
    CHAT_MUTED = "chat.muted"  # source, author, name, until_ms; 0 = may write again
    ORDER_PLACED = "order.placed"  # order, product, units, minor, currency, at_ms, source; sku, line, extra_minor if set
    ORDER_CHANGED = "order.changed"  # the same keys with the new state of this line, and why: cancelled, refunded, changed


@dataclass(frozen=True, slots=True)
class ShowEvent:
    """`seq` counts from 1 without gaps within a show's file; `at_ms` is UTC; `data` holds plain JSON values."""

    seq: int
    at_ms: int
    kind: EventKind
    data: Mapping[str, Any] = field(default_factory=dict)
