"""Calendar files that visitors take home: brought to the room beside what stands on its board."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from app.domain.base.errors import AppError

log = logging.getLogger(__name__)

_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class RoomCalendar:
    """One date in one language. `name` is the beginning of the content's SHA-256, by which the board speaks of it; `file_name` what a
    visitor's device calls it."""

    name: str
    content: bytes = field(repr=False)
    file_name: str


def room_calendar(content: bytes, title: str) -> RoomCalendar:
    """A calendar file (.ics) as the room gets it."""
    return RoomCalendar(hashlib.sha256(content).hexdigest()[:_NAME_LENGTH], content, f"{title.strip() or 'show'}.ics")


class CalendarUploads:
    """Which calendars the hub is to have, and which it has. A page makes one itself where the host's is missing, so nothing waits."""

    def __init__(self) -> None:
        self._wanted: tuple[RoomCalendar, ...] = ()
        self._there: set[str] = set()
        self._news = asyncio.Event()

    def set_wanted(self, calendars: tuple[RoomCalendar, ...]) -> None:
        """These, the first ones soonest."""
        if calendars != self._wanted:
            self._wanted = calendars
            self._news.set()

    def set_uploaded(self, names: Iterable[str]) -> None:
        """A hub has these from before."""
        self._there = set(names)

    async def upload_missing(self, put: Callable[[RoomCalendar], Awaitable[None]]) -> None:
        """Bring what is missing, for as long as the connection lives; `put` raises AppError, "room.calendar" for one that is not taken."""
        while True:
            self._news.clear()
            for calendar in self._wanted:
                if calendar.name not in self._there:
                    await self._upload(calendar, put)
            await self._news.wait()

    async def _upload(self, calendar: RoomCalendar, put: Callable[[RoomCalendar], Awaitable[None]]) -> None:
        try:
            await put(calendar)
        except AppError as error:
            if error.code != "room.calendar":
                raise
            log.warning("a calendar is not in the room: %s", error)
        self._there.add(calendar.name)  # one that is not taken is not tried again
