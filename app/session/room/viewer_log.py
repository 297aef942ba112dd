"""Writes what viewers do into the show's log, and counts it."""

import asyncio
from collections.abc import Callable

from app.domain.base.signal import Signal
from app.domain.event import ShowEvent
from app.domain.room.event import ROOM_KINDS, RoomEvent, log_entry
from app.domain.show_period import PERIOD_KINDS, ShowPeriod
from app.session.document.show_book import ShowBook
from app.session.room.reservations import Reservations
from app.session.room.room_schedule import ReservedBy
from app.session.room.room_summary import SUMMARY_KINDS, RoomSummary
from app.session.selling.orders import Orders

TAIL = 5000  # the relay repeats no event that is older than this many
PIECE = 2000  # events read in one turn of the loop: 20 ms


class ViewerLog:
    """`summary` counts the open sitting; `reservations` knows who waits for which date.

    `likes_counted` is emitted with the likes from which the relay continues, `reservations_read` when the reservations of another show are
    read. `relay_likes` returns the relay's own count.
    """

    def __init__(self, book: ShowBook, orders: Orders, *, relay_likes: Callable[[], int]) -> None:
        self.summary = RoomSummary()
        self.reservations = Reservations(book)
        self.likes_counted: Signal[[int]] = Signal()
        self.reservations_read: Signal[[ReservedBy]] = Signal()
        self._book = book
        self._orders = orders
        self._relay_likes = relay_likes
        self._counting: asyncio.Task[None] | None = None
        self._recount = False  # a show may have begun while it was counted
        self._reading: asyncio.Task[None] | None = None
        self._disconnects: list[Callable[[], None]] = []

    def start(self) -> None:
        """Count what is logged from now on."""
        self._disconnects = [self._book.log.appended.connect(self._on_logged), self.summary.begun.connect(self._on_begun)]

    def close(self) -> None:
        """Stop counting. More than once is ignored."""
        for disconnect in self._disconnects:
            disconnect()
        self._disconnects = []
        self._cancel()
        self.summary.close()

    def reload(self) -> None:
        """Another show was opened: count its log."""
        self._cancel()
        loop = asyncio.get_running_loop()
        self._counting = loop.create_task(self._count(), name="room-summary")
        self._reading = loop.create_task(self._read_reservations(), name="reservations")

    def last_mark(self) -> str:
        """The mark of the newest viewers' event in the log, "" if there is none.

        The relay forgets only what we acknowledged, so the mark is among the last `TAIL` events.
        """
        events = self._book.log.events(ROOM_KINDS, max(0, self._book.log.last_seq() - TAIL))
        return next((str(one.data["mark"]) for one in reversed(events) if "mark" in one.data), "")

    def take(self, event: RoomEvent) -> None:
        """Log what a viewer did, or place the order that a shop reported."""
        if event.order is not None:
            self._orders.place(event.order, mark=event.mark)
        elif not self.reservations.has(event):
            kind, data = log_entry(event)
            self._book.log.append(kind, **data)

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in PERIOD_KINDS and self._counting is not None and not self._counting.done():
            self._recount = True
            self._counting.cancel()  # the log has to be counted in its order
            self._counting = asyncio.get_running_loop().create_task(self._count(), name="room-summary")
        else:
            self.summary.count(event)
        self.reservations.count(event)

    def _on_begun(self) -> None:
        """A new period: host and viewers count from the same number, which includes the likes of those who waited."""
        self.likes_counted.emit(self.summary.likes)

    async def _count(self) -> None:
        """Count the period in pieces: a long show has a hundred thousand events, which take a second to read."""
        period = ShowPeriod()
        for event in self._book.log.events(PERIOD_KINDS):
            period.take(event)
        seq, upto = period.since_seq, self._book.log.last_seq()
        self.summary.clear()
        while seq < upto:
            self.summary.add(self._book.log.events(SUMMARY_KINDS, seq, min(seq + PIECE, upto)))
            seq += PIECE
            await asyncio.sleep(0)
        if self._recount or self.summary.likes > self._relay_likes():  # for a relay that starts at zero, and after another show
            self._recount = False
            self.likes_counted.emit(self.summary.likes)

    async def _read_reservations(self) -> None:
        await self.reservations.read()
        self.reservations_read.emit(self.reservations.reserved)

    def _cancel(self) -> None:
        for task in (self._counting, self._reading):
            if task is not None:
                task.cancel()
        self._counting = self._reading = None
