"""Who waits for the dates of the plan, kept by counting each reservation as it comes; the log is what it is read from."""

import asyncio

from app.domain.base.signal import Signal
from app.domain.event import ShowEvent
from app.session.document.show_book import ShowBook
from app.session.room.room_schedule import PLACE_KINDS, Places, take_place
from app.session.room.room_socket import RoomEvent

PIECE = 2000  # events that are read in one turn of the loop
ON = {"reserved": True, "unreserved": False}


class Reservations:
    """`places`: a date's key → viewers who wait for it, as it stands whenever it is looked at; empty until the log is read.

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
        """How many wait for a date."""
        return len(self._places.get(date, ()))

    async def read(self) -> None:
        """Those of the whole log, also from before the show that runs: it is what they wait for. In pieces; a long log takes a second."""
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
        """One more thing has happened; what comes while the log is read stands in it."""
        if self._read and take_place(self._places, event):
            self.changed.emit(str(event.data.get("date", "")))

    def knows(self, event: RoomEvent) -> bool:
        """Whether the log has this already: a hub that is new is told by every page again."""
        on = ON.get(event.kind)
        return on is not None and (event.viewer in self._places.get(str(event.data.get("date", "")), ())) is on and self._read
