"""Data for the planner's pages: scores, strips and heat maps of the selection."""

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
    """Reads the scheduler for the selection; keeps no data."""

    def __init__(self, context: WindowContext, selection: HourSelection) -> None:
        self.context = context
        self.selection = selection
        self.scheduler = context.studio.control.scheduler
        self.window_formats = WindowFormats(context.formats, context.language)

    @property
    def parties(self) -> tuple[Party, ...]:
        """The selected parties."""
        return self.selection.parties(self.scheduler.schedule)

    def show_error(self, error: AppError) -> None:
        """Report an error."""
        self.context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))

    def comfort_rules(self, begin: datetime, end: datetime) -> ComfortRules:
        """The comfort rules for the hours between two instants."""
        zone, zones = self.selection.zone, self.scheduler.zones
        first, last = (wall_of(instant, zone, zones).wall.date() for instant in (begin - AROUND, end + AROUND))
        return self.scheduler.advice.comfort_rules(first, last)

    def day(self, day: date) -> tuple[datetime, datetime]:
        """A day in the planner's zone, as instants."""
        return self.days(day, 1)

    def days(self, first: date, count: int) -> tuple[datetime, datetime]:
        """Days in the planner's zone, as instants."""
        zone, zones = self.selection.zone, self.scheduler.zones
        return day_start(first, zone, zones), day_start(first + count * DAY, zone, zones)

    def to_come(self, begin: datetime, end: datetime) -> tuple[datetime, datetime]:
        """The future part of a span; the whole span if it is past."""
        now = next_quarter(self.scheduler.now())
        return (max(begin, now), end) if now < end else (begin, end)

    def strips(self) -> StripModel:
        """The strips of the selected day."""
        selection = self.selection
        begin, end = self.day(selection.day)
        model = build_strips(
            self.parties, selection.day, selection.zone, selection.minutes, self.comfort_rules(begin, end), self.window_formats
        )
        shows = self.planned(model.begin, model.instant(model.quarters))
        return replace(model, planned=tuple(PlannedShow(model.place(one.start), model.place(one.end), title) for one, title in shows))

    def planned(self, begin: datetime, end: datetime) -> list[tuple[Occurrence, str]]:
        """The planned dates between two instants, with titles."""
        return [(one, self.scheduler.title_of(one)) for one in self.scheduler.occurrences(begin, end)]

    def scorer(self, begin: datetime, end: datetime) -> HourScorer:
        """The scores between two instants."""
        return self.scorer_maker(begin, end)()

    def scorer_maker(self, begin: datetime, end: datetime) -> Callable[[], HourScorer]:
        """Like `scorer`, but split: reads the schedule now; the returned function scores on any thread."""
        schedule, comfort_rules, workloads = self.scheduler.schedule, self.comfort_rules(begin, end), self.scheduler.advice.workloads()
        taken = self.scheduler.occurrences(begin - AROUND, end + AROUND)
        ids, minutes = [party.id for party in self.parties], self.selection.minutes
        return lambda: HourScorer(schedule, ids, minutes, (begin, end), comfort_rules=comfort_rules, taken=taken, workloads=workloads)

    def heat(self, monday: date) -> WeekScores:
        """Scores of seven days of 96 quarters, in the planner's zone."""
        ids = [party.id for party in self.parties]
        return self.scheduler.advice.week_heat(ids, self.selection.minutes, monday, zone=self.selection.zone)
