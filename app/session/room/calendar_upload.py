"""Uploads the calendar files of coming shows to the room."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.room.room_error import RoomError

log = logging.getLogger(__name__)


class CalendarUpload:
    """Nothing waits for it: a page makes a calendar file of its own if the host's is missing."""

    def __init__(self) -> None:
        self._wanted: tuple[RoomCalendar, ...] = ()
        self._uploaded: set[str] = set()
        self._more = asyncio.Event()

    def want(self, calendars: tuple[RoomCalendar, ...]) -> None:
        """The calendars that the page names, the most urgent first."""
        if calendars != self._wanted:
            self._wanted = calendars
            self._more.set()

    def welcomed(self, uploaded: Iterable[str]) -> None:
        """The relay has these calendars."""
        self._uploaded = set(uploaded)

    async def run(self, put: Callable[[RoomCalendar], Awaitable[None]]) -> None:
        """Upload missing calendars as long as the connection lives; `put` raises RoomError."""
        while True:
            self._more.clear()
            for calendar in self._wanted:
                if calendar.name not in self._uploaded:
                    await self._upload(calendar, put)
            await self._more.wait()

    async def _upload(self, calendar: RoomCalendar, put: Callable[[RoomCalendar], Awaitable[None]]) -> None:
        try:
            await put(calendar)
        except RoomError as error:
            if error.code != "room.calendar":
                raise
            log.warning("the room refused a calendar: %s", error)
        self._uploaded.add(calendar.name)  # a refused one is not tried again
