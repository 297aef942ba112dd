"""Who has reserved which date of the plan: read from the log, then counted event by event."""

import asyncio

from app.domain.base.signal import Signal
from app.domain.event import ShowEvent
from app.domain.room.event import RoomEvent, RoomEventKind
from app.session.document.show_book import ShowBook
from app.session.room.room_schedule import PLACE_KINDS, Places, take_place

PIECE = 2000  # events read in one turn of the loop
_ON = {RoomEventKind.RESERVED: True, RoomEventKind.UNRESERVED: False}


class Reservations:
    """`places`: date key → viewers who reserved it, always up to date; empty until the log has been read.

    `changed` is emitted with a date's key, "" = any.
    """

    def __init__(self, book: ShowBook) -> None:
        self.changed: Signal[[str]] = Signal()
        self._book = book
        self._places: dict[str, set[str]] = {}
        self._read = False

    @property
    def places(self) -> Places:
        return self._places

    def waiting(self, date: str) -> int:
        """How many viewers have reserved a date."""
        return len(self._places.get(date, ()))

    async def read(self) -> None:
        """Read the whole log, in pieces because a long one takes a second. Reservations from before this show are for this show."""
        self._read, self._places = False, {}
        places: dict[str, set[str]] = {}
        seq = 0
        while seq < (last := self._book.log.last_seq()):
            upto = min(seq + PIECE, last)
            for event in self._book.log.events(PLACE_KINDS, seq, upto):
                take_place(places, event)
            seq = upto
            await asyncio.sleep(0)
        self._read, self._places = True, places
        self.changed.emit("")

    def count(self, event: ShowEvent) -> None:
        """An event was logged. While the log is being read, the reading finds it."""
        if self._read and take_place(self._places, event):
            self.changed.emit(str(event.data.get("date", "")))

    def has(self, event: RoomEvent) -> bool:
        """Whether the log has this reservation already: every page repeats it to a new relay."""
        on = _ON.get(event.kind)
        return on is not None and (event.viewer in self._places.get(event.date, ())) is on and self._read
