"""What the room does, in numbers: kept by counting each event once."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.domain.event import EventKind, ShowEvent
from app.domain.signal import Signal

GAP_S = 0.2  # a panel that repaints more often tells nobody more


@dataclass(slots=True)
class ProductCounts:
    """How often visitors saw a product, followed its link, put it into their cart, asked to see more of it; units that were ordered."""

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
SUMMARY_KINDS = frozenset(
    {*COUNTED, EventKind.SHOW_STARTED, EventKind.LIKED, EventKind.VIEWER_JOINED, EventKind.ORDER_PLACED, EventKind.COUPON_CLAIMED}
)


class RoomSummary:
    """Since the show that runs (or ran last) began. `viewers` are there now, `peak` were there at most, `joined` came in all.

    `changed` is emitted at most five times a second; `asked` at once, with a product's id ("" = what is on the picture).
    """

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.asked: Signal[[str]] = Signal()
        self.viewers = 0
        self.peak = 0
        self.joined = 0
        self.likes = 0
        self.orders = 0
        self.units = 0
        self.claims = 0
        self.details_asked = 0
        self.products: dict[str, ProductCounts] = {}
        self._due: asyncio.TimerHandle | None = None
        self._emitted_at = -GAP_S

    def of(self, product_id: str) -> ProductCounts:
        """A product's counts; zeros when nobody has seen it."""
        return self.products.get(product_id) or ProductCounts()

    def clear(self) -> None:
        """Begin to count anew."""
        self._begin()
        self._tell()

    def add(self, events: Iterable[ShowEvent]) -> None:
        """These have happened too."""
        for event in events:
            self._count(event)
        self._tell()

    def count(self, event: ShowEvent) -> None:
        """One more thing has happened."""
        if event.kind not in SUMMARY_KINDS:
            return
        self._count(event)
        self._tell()
        if event.kind is EventKind.DETAIL_ASKED:
            self.asked.emit(str(event.data.get("product", "")))

    def set_viewers(self, viewers: int) -> None:
        """So many are there now."""
        if viewers != self.viewers:
            self.viewers = viewers
            self.peak = max(self.peak, viewers)
            self._tell()

    def close(self) -> None:
        """Tell nothing more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _begin(self) -> None:
        self.peak, self.joined, self.likes, self.orders, self.units = self.viewers, 0, 0, 0, 0
        self.claims, self.details_asked, self.products = 0, 0, {}

    def _count(self, event: ShowEvent) -> None:
        if event.kind in COUNTED:
            counts, name = self._counts(event), COUNTED[event.kind]
            times = _times(event)
            setattr(counts, name, getattr(counts, name) + times)
            self.details_asked += times if event.kind is EventKind.DETAIL_ASKED else 0
        else:
            _OTHERS[event.kind](self, event)

    def _counts(self, event: ShowEvent) -> ProductCounts:
        return self.products.setdefault(str(event.data.get("product", "")), ProductCounts())

    def _started(self, event: ShowEvent) -> None:
        self._begin()

    def _liked(self, event: ShowEvent) -> None:
        count = _times(event)
        self.likes += count
        if event.data.get("product"):
            self._counts(event).likes += count

    def _came(self, event: ShowEvent) -> None:
        self.joined += _times(event)

    def _ordered(self, event: ShowEvent) -> None:
        units = int(event.data.get("units", 1))
        self.orders += 1
        self.units += units
        self._counts(event).ordered += units

    def _claimed(self, event: ShowEvent) -> None:
        self.claims += 1

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
    """How often it happened: rooms sum up what is only counted."""
    return max(1, int(event.data.get("count", 1)))


_OTHERS: dict[EventKind, Callable[[RoomSummary, ShowEvent], None]] = {
    EventKind.SHOW_STARTED: RoomSummary._started,
    EventKind.LIKED: RoomSummary._liked,
    EventKind.VIEWER_JOINED: RoomSummary._came,
    EventKind.ORDER_PLACED: RoomSummary._ordered,
    EventKind.COUPON_CLAIMED: RoomSummary._claimed,
}
