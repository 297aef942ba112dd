"""Alerts of the schedule: shows that start soon, are late or overrun; clock steps; zone changes of the PC."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.base.errors import Value
from app.domain.base.local_time import MINUTE, wall_of
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.planning.schedule import Occurrence, ShowReminder
from app.session.planning.dates.clock_watch import ClockWatch
from app.session.planning.scheduler import LATE, NOTHING, Scheduler
from app.storage.last_time_zone import LastTimeZone

LOOK_S = 5  # seconds between checks of the clock
PLACE_LOOKS = 12  # checks of the clock per check of the zone (once a minute)
OVERRUN = timedelta(minutes=2)
STALE = timedelta(hours=1)  # a reminder that is later than this is not sent


class ScheduleAlerts:
    """Call `tick` once a second; it is cheap while nothing is planned. Each alert is sent once, with actions.

    `reminder_due` is emitted once for each reminder that is due. `soon_min` is the time of the "soon" alert in minutes, 0 = off.
    """

    def __init__(
        self, scheduler: Scheduler, *, watch: ClockWatch, place: LastTimeZone, soon_min: Callable[[], int], notify: Callable[[Notice], None]
    ) -> None:
        self.reminder_due: Signal[[ShowReminder, Occurrence]] = Signal()
        self._scheduler = scheduler
        self._watch = watch
        self._place = place
        self._soon_min = soon_min
        self._notify = notify
        self._told: set[tuple[str, str]] = set()
        self._seen_place = ""  # in this run, even if it cannot be stored
        self._ticks = 0
        self._fresh = True

    def reload(self) -> None:
        """Start over for another show. The first tick is skipped, so that the window can open."""
        self._told.clear()
        self._fresh = True
        self._ticks = 0

    def tick(self) -> None:
        """Check for alerts."""
        self._ticks += 1
        if self._ticks == 1:
            return
        stepped_s = self._watch.stepped_s() if self._ticks % LOOK_S == 0 else 0.0
        if not self._scheduler.schedule.airings:
            return
        self._wake()
        if stepped_s:
            self._tell_step(stepped_s)
        if self._ticks % (LOOK_S * PLACE_LOOKS) == 0:
            self._look_at_place()
        self._tell_status()
        self._tell_reminders()

    def _wake(self) -> None:
        self._scheduler.awake = True
        if self._fresh:
            self._fresh = False
            self._look_at_place()
            self._tell_moved()

    # Shows ----------------------------------------------------------------------------------------------------------------

    def _tell_status(self) -> None:
        status = self._scheduler.status
        coming = status.next
        if coming is not None and status.current is None:
            self._tell_coming(coming, status.late)
        if status.current is not None and status.overrun >= OVERRUN and self._first("overrun", status.current):
            data: dict[str, Value] = {"title": self._scheduler.title_of(status.current), "minutes": status.overrun // MINUTE}
            if coming is not None:
                data |= {"next": self._scheduler.title_of(coming), "time": self._clock(coming.start)}
            self._notify(Notice(Severity.WARNING, "schedule.overrun", data, status.current.key, ("schedule.replan",)))

    def _tell_coming(self, coming: Occurrence, late: timedelta) -> None:
        data: dict[str, Value] = {"title": self._scheduler.title_of(coming)}
        soon = timedelta(minutes=self._soon_min())
        left = coming.start - self._scheduler.now()
        if late >= LATE:
            if self._first("late", coming):
                data["time"] = self._clock(coming.start)
                self._notify(Notice(Severity.WARNING, "schedule.late", data, coming.key, ("schedule.start", "schedule.replan")))
        elif late == NOTHING and soon and left <= soon and self._first("soon", coming):
            data["minutes"] = -(-left // MINUTE)
            self._notify(Notice(Severity.INFO, "schedule.soon", data, coming.key, ("schedule.start",)))

    def _tell_reminders(self) -> None:
        now = self._scheduler.now()
        for reminder in self._scheduler.schedule.reminders:
            if reminder.sent_ms or ("reminder", reminder.id) in self._told:
                continue
            occurrence = self._scheduler.occurrence(reminder.occurrence)
            if occurrence is None or self._scheduler.is_over(occurrence):
                continue
            moments = [occurrence.start - minutes * MINUTE for minutes in reminder.all_minutes]
            if any(moment <= now < min(moment + STALE, occurrence.end) for moment in moments):
                self._told.add(("reminder", reminder.id))
                self.reminder_due.emit(reminder, occurrence)

    # The clock and the place ----------------------------------------------------------------------------------------------

    def _tell_step(self, step_s: float) -> None:
        """Alert about a clock step. Shows keep their instants."""
        seconds = round(abs(step_s))
        data: dict[str, Value] = {"minutes": seconds // 60, "seconds": seconds % 60}
        coming = self._scheduler.next
        if coming is not None:
            data |= {"title": self._scheduler.title_of(coming), "time": self._clock(coming.start)}
        code = "schedule.clock_forward" if step_s > 0 else "schedule.clock_back"
        self._notify(Notice(Severity.WARNING, code, data, "schedule.clock"))
        self._scheduler.changed.emit()

    def _look_at_place(self) -> None:
        """Compare the PC's zone with the last known one."""
        scheduler = self._scheduler
        zone = scheduler.read_local_zone()
        seen = self._seen_place or self._place.read()
        self._seen_place = zone
        if zone == seen:
            return
        self._place.write(zone)
        if not seen or not scheduler.zones.knows(seen):
            return
        data: dict[str, Value] = {"before": seen, "after": zone}
        if (coming := scheduler.next) is not None:
            data |= {
                "title": scheduler.title_of(coming),
                "time_before": self._clock(coming.start, seen),
                "time_after": self._clock(coming.start, zone),
            }
        code = "schedule.place_changed" if not scheduler.schedule.host_zone else "schedule.place_kept"
        self._notify(Notice(Severity.WARNING, code, data, "schedule.place"))

    def _tell_moved(self) -> None:
        scheduler = self._scheduler
        moved = scheduler.moved()
        if moved:
            data: dict[str, Value] = {"count": len(moved), "before": scheduler.schedule.tzdata, "after": scheduler.zones.version}
            self._notify(Notice(Severity.WARNING, "schedule.moved", data, "schedule.moved", ("schedule.moved",)))

    def _clock(self, instant: datetime, zone: str = "") -> str:
        """An instant in local time, in a format that every language can parse."""
        wall = wall_of(instant, zone or self._scheduler.host_zone, self._scheduler.zones).wall
        return f"{wall:%Y-%m-%d %H:%M}"

    def _first(self, what: str, occurrence: Occurrence) -> bool:
        """Whether this alert is new for this date; remembers it."""
        told = (what, f"{occurrence.key} {occurrence.start.isoformat()}")
        if told in self._told:
            return False
        self._told.add(told)
        return True
