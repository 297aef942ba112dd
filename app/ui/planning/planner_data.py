"""The plan as the planner's pages ask for it: hours of a span weighed, strips of a day, and what a week is like."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain.base.errors import AppError
from app.domain.base.local_time import day_start, wall_of
from app.domain.base.notice import Notice, Severity
from app.domain.planning.hours.comfort import DAY, ComfortRules
from app.domain.planning.hours.hour_finder import HourScorer
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Occurrence
from app.ui.context import WindowContext
from app.ui.planning.hours.hour_selection import HourSelection, next_quarter
from app.ui.planning.hours.strip_builder import WindowFormats, build_strips
from app.ui.planning.hours.strip_model import PlannedShow, StripModel

AROUND = timedelta(days=4)  # nights in a row, and rest between two shows
WeekScores = tuple[tuple[float | None, ...], ...]


class PlannerData:
    """Reads the scheduler for what was chosen; holds nothing of the plan itself."""

    def __init__(self, context: WindowContext, choice: HourSelection) -> None:
        self.context = context
        self.choice = choice
        self.scheduler = context.studio.control.scheduler
        self.speaker = WindowFormats(context.formats, context.language)

    @property
    def parties(self) -> tuple[Party, ...]:
        """Those who are asked."""
        return self.choice.parties(self.scheduler.schedule)

    def tell(self, error: AppError) -> None:
        """Show what was refused."""
        self.context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))

    def comfort_rules(self, begin: datetime, end: datetime) -> ComfortRules:
        """What decides how the hours between two instants suit."""
        zone, zones = self.choice.zone, self.scheduler.zones
        first, last = (wall_of(instant, zone, zones).wall.date() for instant in (begin - AROUND, end + AROUND))
        return self.scheduler.advice.comfort_rules(first, last)

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
        model = build_strips(self.parties, choice.day, choice.zone, choice.minutes, self.comfort_rules(begin, end), self.speaker)
        shows = self.planned(model.begin, model.instant(model.quarters))
        return replace(model, planned=tuple(PlannedShow(model.place(one.start), model.place(one.end), title) for one, title in shows))

    def planned(self, begin: datetime, end: datetime) -> list[tuple[Occurrence, str]]:
        """What is in the plan already between two instants, with its titles."""
        return [(one, self.scheduler.title_of(one)) for one in self.scheduler.occurrences(begin, end)]

    def field(self, begin: datetime, end: datetime) -> HourScorer:
        """The hours between two instants, weighed."""
        return self.scorer_maker(begin, end)()

    def scorer_maker(self, begin: datetime, end: datetime) -> Callable[[], HourScorer]:
        """As `field`; all is read now, and weighed wherever it is called."""
        schedule, comfort_rules, workloads = self.scheduler.schedule, self.comfort_rules(begin, end), self.scheduler.advice.workloads()
        taken = self.scheduler.occurrences(begin - AROUND, end + AROUND)
        ids, minutes = [party.id for party in self.parties], self.choice.minutes
        return lambda: HourScorer(schedule, ids, minutes, (begin, end), comfort_rules=comfort_rules, taken=taken, workloads=workloads)

    def heat(self, monday: date) -> WeekScores:
        """Seven days of 96 quarters on the planner's own clock."""
        ids = [party.id for party in self.parties]
        return self.scheduler.advice.week_heat(ids, self.choice.minutes, monday, zone=self.choice.zone)
