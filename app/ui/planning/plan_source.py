"""The plan as the planner's pages ask for it: hours of a span weighed, strips of a day, and what a week is like."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain.base.errors import AppError
from app.domain.base.local_time import day_start, wall_of
from app.domain.base.notice import Notice, Severity
from app.domain.planning.hours.comfort import DAY, Habits
from app.domain.planning.hours.hour_finder import HourField
from app.domain.planning.party import Party
from app.domain.planning.schedule import Occurrence
from app.ui.context import WindowContext
from app.ui.planning.choice import Choice, next_quarter
from app.ui.planning.hours.strip_model import Planned, StripModel
from app.ui.planning.reading import Speaker, strips_of

AROUND = timedelta(days=4)  # nights in a row, and rest between two shows
Heat = tuple[tuple[float | None, ...], ...]


class PlanSource:
    """Reads the scheduler for what was chosen; holds nothing of the plan itself."""

    def __init__(self, context: WindowContext, choice: Choice) -> None:
        self.context = context
        self.choice = choice
        self.scheduler = context.studio.control.scheduler
        self.speaker = Speaker(context.formats, context.language)

    @property
    def parties(self) -> tuple[Party, ...]:
        """Those who are asked."""
        return self.choice.parties(self.scheduler.schedule)

    def tell(self, error: AppError) -> None:
        """Show what was refused."""
        self.context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))

    def habits(self, begin: datetime, end: datetime) -> Habits:
        """What decides how the hours between two instants suit."""
        zone, zones = self.choice.zone, self.scheduler.zones
        first, last = (wall_of(instant, zone, zones).wall.date() for instant in (begin - AROUND, end + AROUND))
        return self.scheduler.habits(first, last)

    def day(self, day: date) -> tuple[datetime, datetime]:
        """A day of the planner's own clock, as instants."""
        return self.days(day, 1)

    def days(self, first: date, count: int) -> tuple[datetime, datetime]:
        """So many days of the planner's own clock, as instants."""
        zone, zones = self.choice.zone, self.scheduler.zones
        return day_start(first, zone, zones), day_start(first + count * DAY, zone, zones)

    def to_come(self, begin: datetime, end: datetime) -> tuple[datetime, datetime]:
        """What of a span is not over yet; all of one that is."""
        now = next_quarter(self.scheduler.now())
        return (max(begin, now), end) if now < end else (begin, end)

    def strips(self) -> StripModel:
        """The strips of the chosen day."""
        choice = self.choice
        begin, end = self.day(choice.day)
        model = strips_of(self.parties, choice.day, choice.zone, choice.minutes, self.habits(begin, end), self.speaker)
        shows = self.planned(model.begin, model.instant(model.quarters))
        return replace(model, planned=tuple(Planned(model.place(one.start), model.place(one.end), title) for one, title in shows))

    def planned(self, begin: datetime, end: datetime) -> list[tuple[Occurrence, str]]:
        """What is in the plan already between two instants, with its titles."""
        return [(one, self.scheduler.title_of(one)) for one in self.scheduler.occurrences(begin, end)]

    def field(self, begin: datetime, end: datetime) -> HourField:
        """The hours between two instants, weighed."""
        return self.field_maker(begin, end)()

    def field_maker(self, begin: datetime, end: datetime) -> Callable[[], HourField]:
        """As `field`; all is read now, and weighed wherever it is called."""
        schedule, habits, burdens = self.scheduler.schedule, self.habits(begin, end), self.scheduler.ledger()
        taken = self.scheduler.occurrences(begin - AROUND, end + AROUND)
        ids, minutes = [party.id for party in self.parties], self.choice.minutes
        return lambda: HourField(schedule, ids, minutes, (begin, end), habits=habits, taken=taken, burdens=burdens)

    def heat(self, monday: date) -> Heat:
        """Seven days of 96 quarters on the planner's own clock."""
        ids = [party.id for party in self.parties]
        return self.scheduler.week_heat(ids, self.choice.minutes, monday, zone=self.choice.zone)
