"""The plan while time goes by: what comes next, what is on air, what is late, and starting a show in one click."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from app.domain.broadcast import BroadcastState
from app.domain.clock import Clock
from app.domain.event import EventKind, ShowEvent
from app.domain.market import Market
from app.domain.notice import Notice
from app.domain.schedule import Occurrence, Schedule, ScheduleError
from app.domain.show import Show
from app.domain.state import StateCell
from app.session.airing_log import AiringLog
from app.session.calendar_port import Calendar
from app.session.schedule_book import ScheduleBook
from app.session.show_book import ShowBook
from app.session.show_runner import ShowRunner
from app.session.slow_work import Slowly
from app.storage.settings import Settings

if TYPE_CHECKING:
    from app.domain.burden import Burden
    from app.domain.comfort import Habits
    from app.domain.festival import Festival
    from app.domain.hour_finder import Candidate
    from app.domain.lead_tasks import Task
    from app.domain.month_plan import Plan
    from app.session.schedule_advice import ScheduleAdvice

MakeAdvice = Callable[["ScheduleBook", Callable[[], Show], Calendar, Slowly], "ScheduleAdvice"]
NOTHING = timedelta()
DAY = timedelta(days=1)
EARLY = timedelta(minutes=45)  # going live so long before the hour is meant for that show
LATE = timedelta(minutes=1)
WINDOWS = (timedelta(days=14), timedelta(days=92), timedelta(days=400))  # how far is looked for the next shows
KEPT_NEXT = 12


class AiringStudio(ShowBook, Protocol):
    """What the scheduler needs of the studio."""

    settings: Settings
    broadcast: StateCell[BroadcastState]

    def go_live(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How the plan stands at this moment. `current` is on air; `next` is the one to be ready for, which may be due already; `late` is how
    long `next` should have begun, `overrun` how long `current` should have ended."""

    current: Occurrence | None = None
    next: Occurrence | None = None
    late: timedelta = NOTHING
    overrun: timedelta = NOTHING


class Scheduler(ScheduleBook):
    """Everything about when: `ScheduleBook` has the plan with its verbs, this the present.

    `reload` belongs to the show desk. Nothing here is loaded or looked at before something is planned.
    """

    def __init__(
        self,
        studio: AiringStudio,
        *,
        calendar: Calendar,
        make_advice: MakeAdvice,
        clock: Clock,
        runner: ShowRunner,
        slowly: Slowly,
        notify: Callable[[Notice], None],
    ) -> None:
        super().__init__(studio, calendar=calendar, clock=clock, notify=notify)
        self.airings = AiringLog(studio)
        self._studio = studio
        self._runner = runner
        self._make_advice = make_advice
        self._slowly = slowly
        self._advice: ScheduleAdvice | None = None
        self._wanted = ""  # the date that was started and is not on air yet
        self._next: tuple[Schedule, datetime, tuple[Occurrence, ...]] | None = None
        self.airings.changed.connect(self._on_airings_changed)
        studio.logged.connect(self._on_logged)
        studio.broadcast.changed.connect(self._on_broadcast)

    # What comes and what is -----------------------------------------------------------------------------------------------

    def upcoming(self, count: int = 5) -> tuple[Occurrence, ...]:
        """The next dates that are not over: the one on air, those that are due, those to come."""
        if not self.schedule.airings:
            return ()
        now = self.now()
        found = self._coming(now) if count <= KEPT_NEXT else self._look_ahead(now, count)
        return tuple(one for one in found if one.end > now and self._is_open(one))[:count]

    @property
    def standing(self) -> Standing:
        """What is on air and what is next, at this moment."""
        if not self.schedule.airings:
            return Standing()
        now = self.now()
        current = self.current
        coming = next((one for one in self.upcoming(KEPT_NEXT) if one.key != self.airings.key), None)
        late = max(NOTHING, now - coming.start) if coming is not None else NOTHING
        overrun = max(NOTHING, now - current.end) if current is not None else NOTHING
        return Standing(current, coming, late, overrun)

    @property
    def current(self) -> Occurrence | None:
        """The planned date that is on air; None when nothing is, or what is was not planned."""
        return self.occurrence(self.airings.key) if self.airings.key else None

    @property
    def next(self) -> Occurrence | None:
        """The date to be ready for; it may be due already."""
        return self.standing.next

    @property
    def starting(self) -> bool:
        """Whether a date was started and is not on air yet."""
        return bool(self._wanted) and self._studio.broadcast.value is BroadcastState.STARTING

    @property
    def is_behind(self) -> bool:
        """Whether a show is late, or the one on air should be over."""
        standing = self.standing
        return standing.late > NOTHING or standing.overrun > NOTHING

    @property
    def due(self) -> Occurrence | None:
        """The date that going live now is meant for: from three quarters of an hour before its begin until its end."""
        coming = self.next
        return coming if coming is not None and coming.start - EARLY <= self.now() else None

    def _coming(self, now: datetime) -> tuple[Occurrence, ...]:
        """Kept as long as the plan is the same and none of them has passed."""
        kept = self._next
        if kept is None or kept[0] is not self.schedule or now >= kept[1] or now + DAY < kept[1] - WINDOWS[-1]:
            found = self._look_ahead(now, KEPT_NEXT)
            until = min((one.end for one in found), default=now + DAY)
            kept = self._next = (self.schedule, until, found)
        return kept[2]

    def _look_ahead(self, now: datetime, count: int) -> tuple[Occurrence, ...]:
        found: tuple[Occurrence, ...] = ()
        for window in WINDOWS:
            found = tuple(one for one in self.occurrences(now, now + window) if self._is_open(one))
            if len(found) >= count:
                break
        return found[:count]

    def _is_open(self, occurrence: Occurrence) -> bool:
        """Whether it did not take place yet, or does now."""
        return occurrence.key == self.airings.key or self.airings.started_ms(occurrence.key) is None

    # What can be said of it: as ScheduleAdvice -----------------------------------------------------------------------------

    @property
    def advice(self) -> "ScheduleAdvice":
        """Whatever needs weighing; loaded with the first question."""
        if self._advice is None:
            self._advice = self._make_advice(self, lambda: self._studio.show, self._calendar, self._slowly)
            self._advice.changed.connect(self.changed.emit)
        return self._advice

    @property
    def markets(self) -> Mapping[str, Market]:
        return self.advice.markets

    def festivals(self, first: date, last: date, market_ids: Iterable[str] | None = None) -> "tuple[Festival, ...]":
        return self.advice.festivals(first, last, market_ids)

    def habits(self, first: date, last: date) -> "Habits":
        return self.advice.habits(first, last)

    def ledger(self) -> "Mapping[str, Burden]":
        return self.advice.ledger()

    def find(
        self, party_ids: Sequence[str], minutes: int, begin: datetime, end: datetime, *, count: int = 5, without: str = ""
    ) -> "tuple[Candidate, ...]":
        return self.advice.find(party_ids, minutes, begin, end, count=count, without=without)

    def week_heat(
        self, party_ids: Sequence[str], minutes: int, monday: date, *, zone: str = "", without: str = ""
    ) -> tuple[tuple[float | None, ...], ...]:
        return self.advice.week_heat(party_ids, minutes, monday, zone=zone, without=without)

    async def optimise(self, begin: datetime, end: datetime, *, move_hours: bool = True, change_duty: bool = True) -> "Plan":
        return await self.advice.optimise(begin, end, move_hours=move_hours, change_duty=change_duty)

    def apply_plan(self, plan: "Plan", keys: Collection[str] | None = None) -> None:
        """Carry out what `optimise` proposed, or what of it is for the dates with these keys, as one step."""
        self.edit("Improve the plan", lambda schedule: self.advice.with_plan(schedule, plan, keys))

    def tasks(self, *, done: bool = True) -> "tuple[Task, ...]":
        return self.advice.tasks(done=done)

    # On air ---------------------------------------------------------------------------------------------------------------

    def start(self, occurrence: Occurrence | None = None) -> None:
        """Go on air with this date (None = the next one), in one step: live, in the log, the run of show begun. Raises ScheduleError
        when nothing is planned. A date that is on air goes on."""
        chosen = occurrence or self.next
        if chosen is None:
            raise ScheduleError("schedule.nothing_planned")
        self._wanted = chosen.key
        if self._studio.broadcast.value is BroadcastState.LIVE:
            self.went_live()
        else:
            self._studio.go_live()

    def went_live(self) -> bool:
        """The programme is on air: the date that was asked for, or that is due, has begun. True: its run of show was started with it."""
        asked, self._wanted = self._wanted, ""
        occurrence = self.occurrence(asked) if asked else None
        if occurrence is None and not self.airings.key:
            occurrence = self.due
        if occurrence is None:
            return False
        self.airings.begin(occurrence, self.title_of(occurrence))
        if asked and self._studio.show.segments:
            self._runner.start()
        return bool(asked)

    def title_of(self, occurrence: Occurrence) -> str:
        """What a date is called; "" when its airing is gone."""
        airing = next((one for one in self.schedule.airings if one.id == occurrence.airing_id), None)
        return airing.title if airing is not None else ""

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind is EventKind.OFF_AIR:
            self.airings.end(str(event.data.get("why", "host")))

    def _on_broadcast(self, old: BroadcastState, new: BroadcastState) -> None:
        if new in (BroadcastState.STOPPING, BroadcastState.IDLE):
            self._wanted = ""

    def _on_airings_changed(self) -> None:
        self._next = None
        self.changed.emit()

    # Life -----------------------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Another show is open, with a log and a plan of its own."""
        self._wanted = ""
        self._next = None
        self.airings.reload()

    def read_local_zone(self) -> str:
        """Look where this PC is now. In another zone no show moves: its hours are shown as they are here."""
        zone = self._calendar.local_zone()
        if zone != self._local_zone:
            self._local_zone = zone
            self.changed.emit()
        return zone
