"""Keeps the coming shows on the viewer page up to date: dates, calendar files and the last reminder."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from app.domain.base.localized_text import LocalizedText
from app.domain.base.notice import Notice
from app.domain.planning.schedule import Occurrence, Schedule
from app.session.base.background import background_tasks
from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.planning.scheduler import Scheduler
from app.session.room.room_schedule import HORIZON, schedule_board

Json = Any
Show = Callable[[Mapping[str, Json], tuple[RoomCalendar, ...]], None]
Made = tuple[tuple[RoomCalendar, ...], Mapping[str, LocalizedText]]


class MakeCalendars(Protocol):
    """As Announcements.room_calendars."""

    async def __call__(self, occurrences: Iterable[Occurrence]) -> Made: ...


class RoomDates:
    """Call `follow` when anything may have changed; it is cheap if nothing has. `show` gets the board's keys and the calendar files,
    which are made in the background and follow later. `make_calendars` None = no files."""

    def __init__(
        self,
        scheduler: Scheduler,
        *,
        make_calendars: MakeCalendars | None,
        host_language: Callable[[], str],
        link: Callable[[], str],
        show: Show,
        notify: Callable[[Notice], None],
    ) -> None:
        self._scheduler = scheduler
        self._make_calendars = make_calendars
        self._host_language = host_language
        self._link = link
        self._show = show
        self._background = background_tasks(notify)
        self._made: Made = ((), {})
        self._made_for: tuple[Schedule, str, tuple[str, ...]] | None = None
        self._making = False
        self._shown: tuple[Schedule, Made, tuple[object, ...]] | None = None

    def follow(self) -> None:
        """Show the current dates; on the loop."""
        scheduler = self._scheduler
        schedule = scheduler.schedule
        if not schedule.airings:
            if self._shown is not None:
                self._made, self._made_for, self._shown = ((), {}), None, None
                self._show({}, ())
            return
        now = scheduler.now()
        marks = (now.replace(second=0, microsecond=0), scheduler.airings.key, self._host_language(), self._link())
        shown = self._shown
        if shown is not None and shown[0] is schedule and shown[1] is self._made and shown[2] == marks:
            return
        self._shown = (schedule, self._made, marks)
        board = schedule_board(
            schedule,
            (one for one in scheduler.occurrences(now, now + HORIZON) if not scheduler.is_over(one)),
            now=now,
            host_language=self._host_language(),
            calendars=self._made[1],
            on_air=scheduler.airings.key,
        )
        self._show(board, self._made[0])
        self._renew(schedule, tuple(board.get("schedule", ())))

    async def aclose(self) -> None:
        """Stop making files."""
        await self._background.aclose()

    def _renew(self, schedule: Schedule, keys: tuple[str, ...]) -> None:
        """Make the files again if the plan, their link or the dates have changed; one batch at a time."""
        wanted = (schedule, self._link(), keys)
        made = self._made_for
        same = made is not None and made[0] is schedule and made[1:] == wanted[1:]
        if same or self._making or self._make_calendars is None:
            return
        self._making = True
        self._made_for = wanted
        dates = [one for one in map(self._scheduler.occurrence, keys) if one is not None]
        self._background.start(self._make(self._make_calendars, dates), "room-calendars")

    async def _make(self, make: MakeCalendars, dates: list[Occurrence]) -> None:
        try:
            self._made = await make(dates)
        finally:
            self._making = False
        self.follow()
