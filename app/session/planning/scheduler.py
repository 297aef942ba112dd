"""The plan while time goes by: what comes next, what is on air, what is late, and starting a show in one click."""

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
EARLY = timedelta(minutes=45)  # going live so long before the hour is meant for that show
LATE = timedelta(minutes=1)
WINDOWS = (timedelta(days=14), timedelta(days=92), timedelta(days=400))  # how far is looked for the next shows
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
    """What the scheduler needs of the studio."""

    @property
    def broadcast(self) -> ShowBroadcast: ...

    @property
    def engine(self) -> EngineReadings: ...

    @property
    def relays(self) -> MeasuredRelays: ...


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """How the plan stands at this moment. `current` is on air; `next` is the one to be ready for, which may be due already; `late` is how
    long `next` should have begun, `overrun` how long `current` should have ended."""

    current: Occurrence | None = None
    next: Occurrence | None = None
    late: timedelta = NOTHING
    overrun: timedelta = NOTHING


class Scheduler(AdvisedSchedule):
    """Everything about when: `ScheduleBook` has the plan with its verbs, `AdvisedSchedule` what can be said of it, this the present.

    `reload` belongs to the show desk; `waiting` says how many wait for the date with a key. Nothing here is
    loaded or looked at before something is planned.
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
        self.awake = False  # whether anybody has looked at the plan yet: the window is shown before
        self._wanted = ""  # the date that was started and is not on air yet
        self._next: tuple[Schedule, datetime, datetime, tuple[Occurrence, ...]] | None = None  # for which span of time
        self.airings.changed.connect(self._on_airings_changed)
        studio.log.appended.connect(self._on_logged)
        studio.broadcast.state.changed.connect(self._on_broadcast)

    # What comes and what is -----------------------------------------------------------------------------------------------

    def upcoming(self, count: int = 5) -> tuple[Occurrence, ...]:
        """The next dates that are not over: the one on air, those that are due, those to come."""
        if not self.schedule.airings:
            return ()
        now = self.now()
        found = self._coming(now) if count <= KEPT_NEXT else self._look_ahead(now, count)
        return tuple(one for one in found if one.end > now and not self.is_over(one))[:count]

    @property
    def status(self) -> ScheduleStatus:
        """What is on air and what is next, at this moment."""
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
        """The planned date that is on air; None when nothing is, or what is was not planned."""
        return self.occurrence(self.airings.key) if self.airings.key else None

    @property
    def next(self) -> Occurrence | None:
        """The date to be ready for; it may be due already."""
        return self.status.next

    def is_over(self, occurrence: Occurrence) -> bool:
        """Whether it took place, however long it was planned to last; one that was lost goes on with the next start, until its end."""
        return self.airings.is_over(occurrence.key)

    @property
    def starting(self) -> bool:
        """Whether a date was started and is not on air yet."""
        return bool(self._wanted) and self._studio.broadcast.state.value is BroadcastState.STARTING

    @property
    def can_start(self) -> bool:
        """Whether there is a date to start, as far as one has looked."""
        if not self.schedule.airings or self.starting or self.current is not None:
            return False
        return not self.awake or self.next is not None

    @property
    def has_moved(self) -> bool:
        """Whether new clock rules moved anything, as far as one has looked."""
        return self.awake and bool(self.moved())

    @property
    def is_behind(self) -> bool:
        """Whether a show is late, or the one on air should be over."""
        if not self.awake:
            return False
        status = self.status
        return status.late > NOTHING or status.overrun > NOTHING

    @property
    def due(self) -> Occurrence | None:
        """The date that going live now is meant for: from three quarters of an hour before its begin until its end."""
        coming = self.next
        return coming if coming is not None and coming.start - EARLY <= self.now() else None

    def _coming(self, now: datetime) -> tuple[Occurrence, ...]:
        """Kept as long as the plan is the same and none of them has passed; a clock that was set back makes it look again."""
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
        """Whether all is there for a date, at this moment: devices, the relay, products, people, permits, and who waits. Raises
        ScheduleError when its airing is gone."""
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
        """What has to change today because a show is late, or will not end in time: the first may be that show itself. Empty when nothing
        has to."""
        late, ends = self._delayed()
        return self.review.replan(late, ends) if late is not None else ()

    def apply_replan(self, shifts: "Sequence[Shift]") -> None:
        """Carry out what `replan` proposed, or some of it, as one step."""
        self.edit("Shift the day", lambda schedule: self.review.shifted(schedule, shifts))

    def _delayed(self) -> tuple[Occurrence | None, datetime]:
        """The show that is behind its time, and when it will end as things are."""
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
        """Go on air with this date (None = the next one), in one step: live, in the log, the run of show begun. Raises ScheduleError
        when nothing is planned. A date that is on air goes on."""
        chosen = occurrence or self.next
        if chosen is None:
            raise ScheduleError("schedule.nothing_planned")
        self._wanted = chosen.key
        if self._studio.broadcast.state.value is BroadcastState.LIVE:
            self.went_live()
        else:
            self._studio.broadcast.go_live()

    def went_live(self) -> bool:
        """The program is on air: the date that was asked for, or that is due, has begun. True: its run of show was started with it."""
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
