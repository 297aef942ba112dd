"""The plan with all that can be said of it; what says it is loaded with the first question, not with the window."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.domain.base.clock import Clock
from app.domain.base.notice import Notice
from app.domain.catalogue.market import Market
from app.domain.planning.festival import Festival
from app.domain.planning.schedule import Occurrence
from app.domain.rundown.finding import Finding
from app.domain.show import Show
from app.session.base.slow_work import Slowly
from app.session.document.show_book import ShowBook
from app.session.planning.calendar_port import Calendar
from app.session.planning.schedule_book import ScheduleBook

if TYPE_CHECKING:
    from app.domain.planning.hours.burden import Burden
    from app.domain.planning.hours.comfort import Habits
    from app.domain.planning.hours.hour_finder import Candidate
    from app.domain.planning.lead_tasks import Task
    from app.domain.planning.months.month_plan import Plan
    from app.session.planning.schedule_advice import ScheduleAdvice
    from app.session.planning.schedule_review import ScheduleReview

MakeReview = Callable[[ScheduleBook, Callable[[], Show], Calendar, Slowly], "ScheduleReview"]


class AdvisedSchedule(ScheduleBook):
    """Each question as ScheduleAdvice and ScheduleReview answer it."""

    def __init__(
        self,
        book: ShowBook,
        *,
        calendar: Calendar,
        clock: Clock,
        make_review: MakeReview,
        slowly: Slowly,
        notify: Callable[[Notice], None],
    ) -> None:
        super().__init__(book, calendar=calendar, clock=clock, notify=notify)
        self._make_review = make_review
        self._slowly = slowly
        self._review: ScheduleReview | None = None

    @property
    def review(self) -> "ScheduleReview":
        """What looks the plan through."""
        if self._review is None:
            self._review = self._make_review(self, lambda: self._book.document.show, self._calendar, self._slowly)
            self._review.advice.changed.connect(self.changed.emit)
        return self._review

    @property
    def advice(self) -> "ScheduleAdvice":
        """What weighs hours."""
        return self.review.advice

    # Hours ----------------------------------------------------------------------------------------------------------------

    @property
    def markets(self) -> Mapping[str, Market]:
        """The markets of plan and show by id, with the show's own words on them."""
        return self.advice.markets

    def festivals(self, first: date, last: date, market_ids: Iterable[str] | None = None) -> tuple[Festival, ...]:
        """Those that touch [first, last]; what is not loaded yet comes with `changed`."""
        return self.advice.festivals(first, last, market_ids)

    def habits(self, first: date, last: date) -> "Habits":
        """What decides how hours suit on these days."""
        return self.advice.habits(first, last)

    def ledger(self) -> "Mapping[str, Burden]":
        """What each person bears from a month ago to two months ahead, by party id."""
        return self.advice.ledger()

    def find(
        self, party_ids: Sequence[str], minutes: int, begin: datetime, end: datetime, *, count: int = 5, without: str = ""
    ) -> "tuple[Candidate, ...]":
        """The best begins in [begin, end), the best first; `without` is the key of the date that is looked for anew."""
        return self.advice.find(party_ids, minutes, begin, end, count=count, without=without)

    def week_heat(
        self, party_ids: Sequence[str], minutes: int, monday: date, *, zone: str = "", without: str = ""
    ) -> tuple[tuple[float | None, ...], ...]:
        """Seven days of 96 quarter hours on a zone's clocks ("" = the host's), each the score of a show that begins there."""
        return self.advice.week_heat(party_ids, minutes, monday, zone=zone, without=without)

    async def optimise(self, begin: datetime, end: datetime, *, move_hours: bool = True, change_duty: bool = True) -> "Plan":
        """The dates of [begin, end) at better hours of their days, and with those on duty whose turn it is: a proposal."""
        return await self.advice.optimise(begin, end, move_hours=move_hours, change_duty=change_duty)

    def apply_plan(self, plan: "Plan", keys: Collection[str] | None = None) -> None:
        """Carry out what `optimise` proposed, or what of it is for the dates with these keys, as one step."""
        self.edit("Improve the plan", lambda schedule: self.advice.with_plan(schedule, plan, keys))

    # What speaks against it, and what is to be done ------------------------------------------------------------------------

    def tasks(self, *, done: bool = True) -> "tuple[Task, ...]":
        """What has to be done before the shows and festivals of the next four months, in order of the last day for it; `done` False =
        without what is ticked off."""
        found = self.review.tasks()
        return found if done else tuple(one for one in found if not one.done)

    def checks(self) -> tuple[Finding, ...]:
        """What speaks against the dates of the next four months: findings of Subject.AIRING by the dates' keys, in their order."""
        return self.review.checks() if self.schedule.airings else ()

    def checks_of(self, occurrence: Occurrence) -> tuple[Finding, ...]:
        """Those of one date."""
        return self.review.checks_of(occurrence)
