"""Counts what the room's viewers do."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order_book import ORDER_KINDS, OrderBook
from app.domain.show_period import PERIOD_KINDS, ShowPeriod

GAP_S = 0.2  # more frequent repaints would be invisible


@dataclass(slots=True)
class ProductCounts:
    """How often viewers saw a product, opened its link, added it to their cart, requested a close-up; units ordered."""

    seen: int = 0
    clicked: int = 0
    added: int = 0
    asked: int = 0
    ordered: int = 0
    likes: int = 0


COUNTED = {
    EventKind.PRODUCT_SEEN: "seen",
    EventKind.PRODUCT_CLICKED: "clicked",
    EventKind.PRODUCT_ADDED: "added",
    EventKind.DETAIL_ASKED: "asked",
}
SUMMARY_KINDS = frozenset({*COUNTED, *PERIOD_KINDS, *ORDER_KINDS, EventKind.LIKED, EventKind.VIEWER_JOINED, EventKind.COUPON_CLAIMED})


@dataclass(slots=True)
class _Counts:
    joined: int = 0
    likes: int = 0
    orders: int = 0
    units: int = 0
    claims: int = 0
    details_asked: int = 0
    products: dict[str, ProductCounts] = field(default_factory=dict)
    book: OrderBook = field(default_factory=OrderBook)

    def of(self, event: ShowEvent) -> ProductCounts:
        return self.products.setdefault(str(event.data.get("product", "")), ProductCounts())


class RoomSummary:
    """Counts of the current show, or of the last one, from the first viewers who waited for it: see `ShowPeriod`. `viewers` are present
    now, `peak` is the highest number so far, `joined` counts all who came.

    `changed` is emitted at most five times a second; `asked` at once, with a product's id ("" = what is on screen); `begun` when a show
    starts, whose counts then include those of the waiting time.
    """

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.asked: Signal[[str]] = Signal()
        self.begun: Signal[[]] = Signal()
        self.viewers = 0
        self.peak = 0
        self._period = ShowPeriod()
        self._now = _Counts()
        self._waiting = _Counts()  # what came since the last show ended
        self._due: asyncio.TimerHandle | None = None
        self._emitted_at = -GAP_S

    @property
    def joined(self) -> int:
        return self._now.joined

    @property
    def likes(self) -> int:
        return self._now.likes

    @property
    def orders(self) -> int:
        return self._now.orders

    @property
    def units(self) -> int:
        return self._now.units

    @property
    def claims(self) -> int:
        return self._now.claims

    @property
    def details_asked(self) -> int:
        return self._now.details_asked

    @property
    def products(self) -> Mapping[str, ProductCounts]:
        return self._now.products

    def of(self, product_id: str) -> ProductCounts:
        """A product's counts; zeros if nobody has seen it."""
        return self._now.products.get(product_id) or ProductCounts()

    def clear(self) -> None:
        """Reset all counts."""
        self._period = ShowPeriod()
        self._now, self._waiting = _Counts(), _Counts()
        self.peak = self.viewers
        self._tell()

    def add(self, events: Iterable[ShowEvent]) -> None:
        """Count earlier events."""
        for event in events:
            self._take(event)
        self._tell()

    def count(self, event: ShowEvent) -> None:
        """Count a new event."""
        if event.kind not in SUMMARY_KINDS:
            return
        begins = self._take(event)
        self._tell()
        if begins:
            self.begun.emit()
        if event.kind is EventKind.DETAIL_ASKED:
            self.asked.emit(str(event.data.get("product", "")))

    def set_viewers(self, viewers: int) -> None:
        """Set the number of viewers now."""
        if viewers != self.viewers:
            self.viewers = viewers
            self.peak = max(self.peak, viewers)
            self._tell()

    def close(self) -> None:
        """Emit no more signals."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _take(self, event: ShowEvent) -> bool:
        """Count the event; returns whether a show starts with it."""
        if event.kind in PERIOD_KINDS:
            was_over = self._period.over
            begins = self._period.take(event)
            if begins:
                self._now, self.peak = self._waiting, self.viewers
            if self._period.over is not was_over:
                self._waiting = _Counts()
            return begins
        _count(self._now, event)
        if self._period.over:
            _count(self._waiting, event)
        return False

    def _tell(self) -> None:
        if self._due is not None:
            return
        loop = asyncio.get_running_loop()
        self._due = loop.call_later(max(0.0, self._emitted_at + GAP_S - loop.time()), self._emit)

    def _emit(self) -> None:
        self._due = None
        self._emitted_at = asyncio.get_running_loop().time()
        self.changed.emit()


def _times(event: ShowEvent) -> int:
    """How often it happened: one event can be a sum."""
    return max(1, int(event.data.get("count", 1)))


def _count(counts: _Counts, event: ShowEvent) -> None:
    times = _times(event)
    if event.kind in COUNTED:
        of, name = counts.of(event), COUNTED[event.kind]
        setattr(of, name, getattr(of, name) + times)
        counts.details_asked += times if event.kind is EventKind.DETAIL_ASKED else 0
    elif event.kind is EventKind.LIKED:
        counts.likes += times
        if event.data.get("product"):
            counts.of(event).likes += times
    elif event.kind is EventKind.VIEWER_JOINED:
        counts.joined += times
    elif event.kind is EventKind.COUPON_CLAIMED:
        counts.claims += 1
    elif event.kind in ORDER_KINDS and (change := counts.book.note(event)) is not None:
        counts.orders = len(counts.book)
        counts.units += change.units
        counts.of(event).ordered += change.units
