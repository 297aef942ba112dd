"""Reviews the schedule: findings, tasks, checklists and effects of a delay."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.planning import lead_tasks
from app.domain.planning.lead_tasks import Task
from app.domain.planning.replan import Shift, apply_shifts, replan_day
from app.domain.planning.schedule import Occurrence, Schedule, TaskKind, airing_by_id, parties_on
from app.domain.planning.schedule_checks import ShowRequirements, check_plan
from app.domain.program.device import Devices
from app.domain.program.output import Relay
from app.domain.program.stats import RelayProbe, TargetStats
from app.domain.rundown.finding import Finding
from app.domain.show import Show
from app.session.base.memo import AsyncMemo
from app.session.base.thread_runner import RunInThread
from app.session.planning.hours.schedule_advice import ScheduleAdvice
from app.session.planning.schedule_book import ScheduleBook
from app.session.planning.show_checklist import CheckItem, SystemStatus, checklist

BEFORE = timedelta(days=7)  # past dates that matter for rest and nights
AHEAD = timedelta(days=120)
DAY = timedelta(days=1)
MANY_PRODUCTS = 300  # more run on a thread
MANY_DATES = 25
QUARTER = timedelta(minutes=15)


class ScheduleReview:
    """Results are cached while their input is the same. Big ones are computed on a thread; until `told` is called, the previous result
    is returned."""

    def __init__(
        self,
        planned: ScheduleBook,
        advice: ScheduleAdvice,
        *,
        show: Callable[[], Show],
        run_in_thread: RunInThread,
        told: Callable[[], None],
    ) -> None:
        self._planned = planned
        self.advice = advice
        self._show = show
        self._tasks: AsyncMemo[tuple[Task, ...]] = AsyncMemo("tasks", (), run_in_thread=run_in_thread, changed=told)
        self._checks: AsyncMemo[tuple[Finding, ...]] = AsyncMemo("checks", (), run_in_thread=run_in_thread, changed=told)

    def tasks(self) -> tuple[Task, ...]:
        """The tasks before the shows and festivals of the next four months, by due day. With many products the result may be outdated until
        `told`."""
        planned, show = self._planned, self._show()
        today, now = planned.today(), planned.now()
        objects = (planned.schedule, show.products, show.segments, show.markets)
        dates = planned.occurrences(now, now + AHEAD)
        festivals = self.advice.festivals(today, today + AHEAD)
        schedule, permits = planned.schedule, self.advice.permits
        return self._tasks.get(
            objects,
            (today, self.advice.version),
            lambda: lead_tasks.tasks(schedule, dates, festivals, show, today, permits=permits),
            is_big=len(show.products) > MANY_PRODUCTS,
        )

    def checks(self) -> tuple[Finding, ...]:
        """The findings of the dates of the next four months: Subject.AIRING with the dates' keys, in date order."""
        planned, show = self._planned, self._show()
        now = planned.now()
        hour = now.replace(minute=0, second=0, microsecond=0)
        tasks = self.tasks()
        begin, end = hour - BEFORE, hour + AHEAD
        comfort_rules = self.advice.comfort_rules_between(begin, end)
        schedule, needs = planned.schedule, self._needs(tasks)
        dates = planned.occurrences(begin, end)
        return self._checks.get(
            (schedule, show.segments, show.markets, tasks),
            (hour, self.advice.version, show.presentation.host_language),
            lambda: check_plan(schedule, dates, comfort_rules, needs=needs, now=now),
            is_big=len(dates) > MANY_DATES,
        )

    def checks_of(self, occurrence: Occurrence) -> tuple[Finding, ...]:
        """The findings of one date."""
        return tuple(one for one in self.checks() if one.id == occurrence.key)

    def checklist(
        self,
        occurrence: Occurrence,
        *,
        devices: Devices | None,
        relay: Relay,
        probe: RelayProbe | None,
        target: TargetStats | None,
        waiting: int,
    ) -> tuple[CheckItem, ...]:
        """The checklist of a date. Raises ScheduleError if its airing is gone."""
        schedule = self._planned.schedule
        surroundings = SystemStatus(devices, relay.name or relay.id, probe, target)
        return checklist(
            occurrence,
            airing_by_id(schedule, occurrence.airing_id),
            parties_on(schedule, occurrence),
            self._show(),
            surroundings,
            tasks=self.tasks(),
            findings=self.checks_of(occurrence),
            today=self._planned.today(),
            waiting=waiting,
        )

    def replan(self, late: Occurrence, ends: datetime) -> tuple[Shift, ...]:
        """The shifts of the next day if this date ends at `ends`; empty if none are needed."""
        planned = self._planned
        begin, end = late.start - DAY, late.start + 2 * DAY
        return replan_day(planned.schedule, planned.occurrences(begin, end), late, ends, self.advice.comfort_rules_between(begin, end))

    def shifted(self, schedule: Schedule, shifts: Sequence[Shift]) -> Schedule:
        """As replan.apply_shifts."""
        return apply_shifts(schedule, shifts)

    def _needs(self, tasks: tuple[Task, ...]) -> ShowRequirements:
        """The requirements of the show beyond the schedule."""
        show = self._show()
        permits: dict[str, set[str]] = {}
        for task in tasks:
            if task.kind is TaskKind.PERMIT and not task.done:
                permits.setdefault(task.subject_id, set()).add(str(task.data["market"]))
        return ShowRequirements(
            interpreter=any(segment.needs_interpreter for segment in show.segments),
            host_language=show.presentation.host_language,
            permits=_by_date(self._planned, permits) if permits else {},
        )


def _by_date(planned: ScheduleBook, by_airing: Mapping[str, set[str]]) -> Mapping[str, set[str]]:
    now = planned.now()
    dates = planned.occurrences(now, now + AHEAD)
    return {one.key: by_airing[one.airing_id] for one in dates if one.airing_id in by_airing}
