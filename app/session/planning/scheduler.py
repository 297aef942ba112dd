"""The scheduler: next show, show on air, delays, and starting a show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from app.domain.base.clock import Clock
from app.domain.base.notice import Notice
from app.domain.base.state_machine import StateMachine
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.schedule import Occurrence, Schedule, ScheduleError, parties_on
from app.domain.program.broadcast import BroadcastState
from app.domain.program.device import Devices
from app.domain.program.output import Relay
from app.domain.program.stats import EngineStats, RelayProbe
from app.session.base.thread_runner import RunInThread
from app.session.document.show_book import ShowBook
from app.session.engine.engine_supervisor import EngineState
from app.session.planning.advised_schedule import AdvisedSchedule, MakeReview
from app.session.planning.calendar_port import Calendar
from app.session.planning.dates.zone_update import EPOCH, MILLISECOND
from app.session.rundown.show_runner import ShowRunner

if TYPE_CHECKING:
    from app.domain.planning.replan import Shift
    from app.session.planning.show_checklist import CheckItem

NOTHING = timedelta()
DAY = timedelta(days=1)
EARLY = timedelta(minutes=45)  # going live this early counts for the show
LATE = timedelta(minutes=1)
WINDOWS = (timedelta(days=14), timedelta(days=92), timedelta(days=400))  # search ranges for the next shows
KEPT_NEXT = 12


class ShowBroadcast(Protocol):
    @property
    def state(self) -> StateMachine[BroadcastState]: ...

    def main_relay(self) -> Relay: ...

    def go_live(self) -> None: ...


class EngineReadings(Protocol):
    @property
    def state(self) -> StateMachine[EngineState]: ...

    @property
    def devices(self) -> Devices: ...

    @property
    def stats(self) -> EngineStats | None: ...


class MeasuredRelays(Protocol):
    @property
    def probes(self) -> tuple[RelayProbe, ...]: ...


class SchedulerStudio(ShowBook, Protocol):
    """The part of the studio that the scheduler uses."""

    @property
    def broadcast(self) -> ShowBroadcast: ...

    @property
    def engine(self) -> EngineReadings: ...

    @property
    def relays(self) -> MeasuredRelays: ...


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """The current state: `current` is on air, `next` is the coming date (maybe overdue), `late` is the delay of `next`, `overrun` the
    overtime of `current`."""

    current: Occurrence | None = None
    next: Occurrence | None = None
    late: timedelta = NOTHING
    overrun: timedelta = NOTHING


class Scheduler(AdvisedSchedule):
    """Knows what is on air and what is next. `ScheduleBook` has the schedule with its edits, `AdvisedSchedule` the advice.

    `reload` is called for another show; `waiting` returns how many viewers set a reminder for a date. Nothing is loaded before a show is
    planned.
    """

    def __init__(
        self,
        studio: SchedulerStudio,
        *,
        calendar: Calendar,
        make_review: MakeReview,
        clock: Clock,
        runner: ShowRunner,
        waiting: Callable[[str], int],
        run_in_thread: RunInThread,
        notify: Callable[[Notice], None],
    ) -> None:
        super().__init__(studio, calendar=calendar, clock=clock, make_review=make_review, run_in_thread=run_in_thread, notify=notify)
        self._studio = studio
        self._runner = runner
        self._waiting = waiting
        self.awake = False  # false until the first use, so the window opens first
        self._wanted = ""  # the date that is starting
        self._next: tuple[Schedule, datetime, datetime, tuple[Occurrence, ...]] | None = None  # cache: schedule, from, until, dates
        self.airings.changed.connect(self._on_airings_changed)
        studio.log.appended.connect(self._on_logged)
        studio.broadcast.state.changed.connect(self._on_broadcast)

    # Now and next -----------------------------------------------------------------------------------------------

    def upcoming(self, count: int = 5) -> tuple[Occurrence, ...]:
        """The next dates that are not over, including the one on air and overdue ones."""
        if not self.schedule.airings:
            return ()
        now = self.now()
        found = self._coming(now) if count <= KEPT_NEXT else self._look_ahead(now, count)
        return tuple(one for one in found if one.end > now and not self.is_over(one))[:count]

    @property
    def status(self) -> ScheduleStatus:
        """What is on air and what is next."""
        if not self.schedule.airings:
            return ScheduleStatus()
        now = self.now()
        current = self.current
        coming = next((one for one in self.upcoming(KEPT_NEXT) if one.key != self.airings.key), None)
        late = max(NOTHING, now - coming.start) if coming is not None else NOTHING
        overrun = max(NOTHING, now - current.end) if current is not None else NOTHING
        return ScheduleStatus(current, coming, late, overrun)

    @property
    def current(self) -> Occurrence | None:
        """The planned date on air; None if there is none."""
        return self.occurrence(self.airings.key) if self.airings.key else None

    @property
    def next(self) -> Occurrence | None:
        """The coming date; it may be overdue."""
        return self.status.next

    def is_over(self, occurrence: Occurrence) -> bool:
        """Whether a date took place and ended. A date lost in a crash can resume until its planned end."""
        return self.airings.is_over(occurrence.key)

    @property
    def starting(self) -> bool:
        """Whether a date is starting."""
        return bool(self._wanted) and self._studio.broadcast.state.value is BroadcastState.STARTING

    @property
    def can_start(self) -> bool:
        """Whether there is a date to start; true while unknown."""
        if not self.schedule.airings or self.starting or self.current is not None:
            return False
        return not self.awake or self.next is not None

    @property
    def has_moved(self) -> bool:
        """Whether a time zone update moved anything; false while unknown."""
        return self.awake and bool(self.moved())

    @property
    def is_behind(self) -> bool:
        """Whether a show is late or overruns."""
        if not self.awake:
            return False
        status = self.status
        return status.late > NOTHING or status.overrun > NOTHING

    @property
    def due(self) -> Occurrence | None:
        """The date that going live now would start: from 45 minutes before its start until its end."""
        coming = self.next
        return coming if coming is not None and coming.start - EARLY <= self.now() else None

    def _coming(self, now: datetime) -> tuple[Occurrence, ...]:
        """Cached until the schedule changes, a date passes or the clock is set back."""
        kept = self._next
        if kept is None or kept[0] is not self.schedule or not kept[1] <= now < kept[2]:
            found = self._look_ahead(now, KEPT_NEXT)
            until = min((one.end for one in found), default=now + DAY)
            kept = self._next = (self.schedule, now, until, found)
        return kept[3]

    def _look_ahead(self, now: datetime, count: int) -> tuple[Occurrence, ...]:
        found: tuple[Occurrence, ...] = ()
        for window in WINDOWS:
            found = tuple(one for one in self.occurrences(now, now + window) if not self.is_over(one))
            if len(found) >= count:
                break
        return found[:count]

    # Ready, late --------------------------------------------------------------------------------------------------------------

    def checklist(self, occurrence: Occurrence) -> "tuple[CheckItem, ...]":
        """The checklist of a date: devices, relay, products, people, permits and reminders set. Raises ScheduleError if its airing is
        gone."""
        studio = self._studio
        relay = studio.broadcast.main_relay()
        targets = studio.engine.stats.targets if studio.engine.stats is not None else ()
        return self.review.checklist(
            occurrence,
            devices=studio.engine.devices if studio.engine.state.value is EngineState.ATTACHED else None,
            relay=relay,
            probe=next((probe for probe in studio.relays.probes if probe.relay_id == relay.id), None),
            target=next((target for target in targets if target.relay_id == relay.id), None),
            waiting=self._waiting(occurrence.key),
        )

    def replan(self) -> "tuple[Shift, ...]":
        """The shifts that a late or overrunning show needs today; the first may be that show itself. Empty if none are needed."""
        late, ends = self._delayed()
        return self.review.replan(late, ends) if late is not None else ()

    def apply_replan(self, shifts: "Sequence[Shift]") -> None:
        """Apply shifts in one undo step."""
        self.edit("Shift the rest of the day", lambda schedule: self.review.shifted(schedule, shifts))

    def _delayed(self) -> tuple[Occurrence | None, datetime]:
        """The delayed show and its expected end."""
        status, now = self.status, self.now()
        if status.current is not None:
            ends = now
            if self._runner.run.running:
                ends = max(now, EPOCH + self._runner.timing().ends_ms * MILLISECOND)
            return (status.current, ends) if ends > status.current.end else (None, now)
        if status.next is not None and status.late >= LATE:
            return status.next, now + (status.next.end - status.next.start)
        return None, now

    # On air ---------------------------------------------------------------------------------------------------------------

    def start(self, occurrence: Occurrence | None = None) -> None:
        """Go live with this date (None = the next one), log it and start the rundown. Raises ScheduleError if nothing is planned. A date
        on air continues."""
        chosen = occurrence or self.next
        if chosen is None:
            raise ScheduleError("schedule.nothing_planned")
        self._wanted = chosen.key
        if self._studio.broadcast.state.value is BroadcastState.LIVE:
            self.went_live()
        else:
            self._studio.broadcast.go_live()

    def went_live(self) -> bool:
        """Log the start of the requested or due date. Returns whether its rundown was started."""
        asked, self._wanted = self._wanted, ""
        occurrence = self.occurrence(asked) if asked else None
        if occurrence is None and not self.airings.key:
            occurrence = self.due
        if occurrence is None:
            return False
        parties = tuple(party.id for party in parties_on(self.schedule, occurrence))
        self.airings.begin(occurrence, self.title_of(occurrence), parties)
        if asked and self._studio.document.show.segments:
            self._runner.start()
        return bool(asked)

    def title_of(self, occurrence: Occurrence) -> str:
        """The title of a date; "" if its airing is gone."""
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
        """Start over for another show."""
        self._wanted = ""
        self._next = None
        self.airings.reload()

    def read_local_zone(self) -> str:
        """Read the PC's zone. Shows keep their instants; only displayed times change."""
        zone = self._calendar.local_zone()
        if zone != self._local_zone:
            self._local_zone = zone
            self.changed.emit()
        return zone
