"""Who has reserved which date of the plan: read from the log, then counted event by event."""

import asyncio

from app.domain.base.signal import Signal
from app.domain.event import ShowEvent
from app.domain.room.event import RoomEvent, RoomEventKind
from app.session.document.show_book import ShowBook
from app.session.room.room_schedule import RESERVATION_KINDS, ReservedBy, apply_reservation

PIECE = 2000  # events read in one turn of the loop
_ON = {RoomEventKind.RESERVED: True, RoomEventKind.UNRESERVED: False}


class Reservations:
    """`reserved`: date key → viewers who reserved it, always up to date; empty until the log has been read.

    `changed` is emitted with a date's key, "" = any.
    """

    def __init__(self, book: ShowBook) -> None:
        self.changed: Signal[[str]] = Signal()
        self._book = book
        self._reserved: dict[str, set[str]] = {}
        self._read = False

    @property
    def reserved(self) -> ReservedBy:
        return self._reserved

    def waiting(self, date: str) -> int:
        """How many viewers have reserved a date."""
        return len(self._reserved.get(date, ()))

    async def read(self) -> None:
        """Read the whole log, in pieces because a long one takes a second. Reservations from before this show are for this show."""
        self._read, self._reserved = False, {}
        reserved: dict[str, set[str]] = {}
        seq = 0
        while seq < (last := self._book.log.last_seq()):
            upto = min(seq + PIECE, last)
            for event in self._book.log.events(RESERVATION_KINDS, seq, upto):
                apply_reservation(reserved, event)
            seq = upto
            await asyncio.sleep(0)
        self._read, self._reserved = True, reserved
        self.changed.emit("")

    def count(self, event: ShowEvent) -> None:
        """An event was logged. While the log is being read, the reading finds it."""
        if self._read and apply_reservation(self._reserved, event):
            self.changed.emit(str(event.data.get("date", "")))

    def has(self, event: RoomEvent) -> bool:
        """Whether the log has this reservation already: every page repeats it to a new relay."""
        on = _ON.get(event.kind)
        return on is not None and (event.viewer in self._reserved.get(event.date, ())) is on and self._read
