"""The schedule book with its advice and review, which are created on first use."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from app.domain.base.clock import Clock
from app.domain.base.notice import Notice
from app.domain.planning.schedule import Occurrence
from app.domain.rundown.finding import Finding
from app.domain.show import Show
from app.session.base.thread_runner import RunInThread
from app.session.document.show_book import ShowBook
from app.session.planning.calendar_port import Calendar
from app.session.planning.schedule_book import ScheduleBook

if TYPE_CHECKING:
    from app.domain.planning.lead_tasks import Task
    from app.domain.planning.months.month_plan import SuggestedPlan
    from app.session.planning.hours.schedule_advice import ScheduleAdvice
    from app.session.planning.schedule_review import ScheduleReview

MakeReview = Callable[[ScheduleBook, Callable[[], Show], Calendar, RunInThread], "ScheduleReview"]


class AdvisedSchedule(ScheduleBook):
    """A schedule book with findings and tasks."""

    def __init__(
        self,
        book: ShowBook,
        *,
        calendar: Calendar,
        clock: Clock,
        make_review: MakeReview,
        run_in_thread: RunInThread,
        notify: Callable[[Notice], None],
    ) -> None:
        super().__init__(book, calendar=calendar, clock=clock, notify=notify)
        self._make_review = make_review
        self._run_in_thread = run_in_thread
        self._review: ScheduleReview | None = None

    @property
    def review(self) -> "ScheduleReview":
        """Findings, tasks and checklists, created on first use."""
        if self._review is None:
            self._review = self._make_review(self, lambda: self._book.document.show, self._calendar, self._run_in_thread)
            self._review.advice.changed.connect(self.changed.emit)
        return self._review

    @property
    def advice(self) -> "ScheduleAdvice":
        """Scores, workload and festivals."""
        return self.review.advice

    def apply_plan(self, plan: "SuggestedPlan", keys: Collection[str] | None = None) -> None:
        """Apply a suggested plan in one undo step; with `keys`, only for those dates."""
        self.edit("Improve plan", lambda schedule: self.advice.with_plan(schedule, plan, keys))

    # Findings and tasks ------------------------------------------------------------------------

    def tasks(self, *, done: bool = True) -> "tuple[Task, ...]":
        """The tasks before the shows and festivals of the next four months, by due day; `done` False leaves out completed ones."""
        found = self.review.tasks()
        return found if done else tuple(one for one in found if not one.done)

    def checks(self) -> tuple[Finding, ...]:
        """The findings of the dates of the next four months: Subject.AIRING with the dates' keys, in date order."""
        return self.review.checks() if self.schedule.airings else ()

    def checks_of(self, occurrence: Occurrence) -> tuple[Finding, ...]:
        """The findings of one date."""
        return self.review.checks_of(occurrence)
