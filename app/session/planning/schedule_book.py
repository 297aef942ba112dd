"""The schedule of the open show: its dates and all edits."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.domain.base.clock import Clock
from app.domain.base.errors import AppError
from app.domain.base.local_time import LocalTime, resolve, wall_of
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.base.zones import Zones
from app.domain.planning import schedule_editing
from app.domain.planning.dates.series_rule import parse_rule
from app.domain.planning.people.party import Party, Priorities
from app.domain.planning.schedule import (
    Airing,
    FestivalChange,
    Occurrence,
    Schedule,
    ShowReminder,
    airing_by_id,
)
from app.domain.show import Show
from app.session.base.memo import Memo
from app.session.document.show_book import ShowBook
from app.session.planning.calendar_port import Calendar
from app.session.planning.dates.airing_log import AiringLog
from app.session.planning.dates.schedule_dates import ScheduleDates
from app.session.planning.dates.series_edit import Scope, changed_dates, moved_dates, starts_of, without_dates
from app.session.planning.dates.zone_update import AHEAD, EPOCH, MILLISECOND, MovedDate, dates_moved, with_zone_tables

NS_PER_MS = 1_000_000
UNKNOWN_PLACE = "Etc/UTC"


class ScheduleBook:
    """Takes `LocalTime` wall times and returns `datetime` instants in UTC.

    Each edit is one undo step. On AppError nothing changes: WallTimeError ("time.skipped", "time.repeated") offers both alternatives of a
    wall time, ScheduleError names a rule or id. Consecutive edits with the same non-empty `merge` are one step.
    `airings` knows which dates went on air. `changed` is emitted when anything read here may differ: schedule, time zone data, the PC's
    zone, loaded data.
    """

    def __init__(self, book: ShowBook, *, calendar: Calendar, clock: Clock, notify: Callable[[Notice], None]) -> None:
        self.changed: Signal[[]] = Signal()
        self.airings = AiringLog(book)
        self._book = book
        self._calendar = calendar
        self._clock = clock
        self._notify = notify
        self._dates = ScheduleDates(calendar, self._on_broken)
        self._local_zone = ""
        self._moved: tuple[Schedule, tuple[MovedDate, ...]] | None = None
        self._seen: Schedule | None = None
        self._readable: Memo[Schedule] = Memo()
        self._lost: set[tuple[str, str]] = set()
        book.document.show_changed.connect(self._on_show_changed)

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def book(self) -> ShowBook:
        """The show with its log."""
        return self._book

    @property
    def schedule(self) -> Schedule:
        """The schedule of the show. Parties in a zone that this time zone data lacks get UTC."""
        plan = self._book.document.show.schedule
        if not plan.parties:
            return plan
        return self._readable.get((plan,), (), lambda: self._placed(plan))

    @property
    def zones(self) -> Zones:
        """The built-in time zone data (`zones.version`)."""
        return self._calendar.zones

    @property
    def local_zone(self) -> str:
        """The zone of this PC, as last read."""
        if not self._local_zone:
            self._local_zone = self._calendar.local_zone()
        return self._local_zone

    @property
    def host_zone(self) -> str:
        """The zone of the host: the show's setting, or else the PC's."""
        chosen = self.schedule.host_zone
        return chosen if chosen and self.zones.knows(chosen) else self.local_zone

    def now(self) -> datetime:
        """The current time in UTC."""
        return EPOCH + self._clock.wall_ns() // NS_PER_MS * MILLISECOND

    def today(self) -> date:
        """The current date in the host's zone."""
        return wall_of(self.now(), self.host_zone, self.zones).wall.date()

    def occurrences(self, begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """The dates that overlap [begin, end), by start."""
        return self._dates.between(self.schedule, begin, end) if self.schedule.airings else ()

    def occurrence(self, key: str) -> Occurrence | None:
        """The date with this key; None if it no longer exists."""
        return self._dates.named(self.schedule, key)

    def aired(self, begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """The dates that took place in [begin, end), with their actual times and participants."""
        return self.airings.took_place(begin, end)

    def airing_of(self, occurrence: Occurrence) -> Airing:
        """The airing of a date. Raises ScheduleError if it is gone."""
        return airing_by_id(self.schedule, occurrence.airing_id)

    def preview(self, airing: Airing, begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """The dates that an airing would have. Raises ScheduleError, ZoneError."""
        return self._calendar.occurrences(airing, begin, end, self.zones)

    def moved(self) -> tuple[MovedDate, ...]:
        """The dates of the next three years that a time zone update moved, for the show or for a participant. Empty after
        `accept_moved`."""
        schedule = self.schedule
        if not schedule.airings or schedule.tzdata in ("", self.zones.version):
            return ()
        if self._moved is None or self._moved[0] is not schedule:
            now = self.now()
            dates = self.occurrences(now, now + AHEAD)
            self._moved = (schedule, dates_moved(schedule, dates, self.zones, self.host_zone))
        return self._moved[1]

    # Shows ----------------------------------------------------------------------------------------------------------------

    def put_airing(self, airing: Airing, *, merge: str = "") -> None:
        """Add a show, or replace the one with its id."""
        known = any(one.id == airing.id for one in self.schedule.airings)
        self._edit("Edit a show" if known else "Plan a show", lambda plan: schedule_editing.put_airing(plan, airing), merge)

    def change(self, occurrence: Occurrence, airing: Airing, scope: Scope = Scope.THIS, *, merge: str = "") -> None:
        """Edit a date: `airing.start`, `minutes` and parties belong to this date; the scope's other dates follow. `Scope.THIS` keeps the
        rule, and a date with another title or news than its series becomes a single show."""
        split = self._calendar.split
        self._edit("Edit a show", lambda plan: changed_dates(plan, occurrence, airing, scope, split), merge)

    def move(self, occurrence: Occurrence, start: LocalTime, *, minutes: int = 0, scope: Scope = Scope.THIS, merge: str = "") -> None:
        """Reschedule a date; the scope's other dates shift equally. `minutes` 0 = same length."""
        split = self._calendar.split
        self._edit("Reschedule a show", lambda plan: moved_dates(plan, occurrence, start, minutes, scope, split), merge)

    def move_to(self, occurrence: Occurrence, instant: datetime, *, minutes: int = 0, scope: Scope = Scope.THIS, merge: str = "") -> None:
        """As `move`, to an instant, in the show's zone."""
        self.move(occurrence, wall_of(instant, occurrence.local.zone, self.zones), minutes=minutes, scope=scope, merge=merge)

    def duplicate(self, occurrence: Occurrence, start: LocalTime) -> str:
        """Copy a date as a single show at another time. Returns its id."""
        made: list[str] = []

        def copied(plan: Schedule) -> Schedule:
            changed, airing_id = schedule_editing.duplicate_airing(plan, occurrence.airing_id, start)
            made.append(airing_id)
            minutes = (occurrence.end - occurrence.start).total_seconds() // 60
            changed = schedule_editing.change_airing(changed, airing_id, minutes=int(minutes))
            return schedule_editing.change_airing(changed, airing_id, party_ids=occurrence.party_ids) if occurrence.party_ids else changed

        self._edit("Duplicate a show", copied)
        return made[0]

    def cancel(self, occurrence: Occurrence, scope: Scope = Scope.THIS) -> None:
        """Cancel the dates of the scope. A single show is removed."""
        self._edit("Cancel a show", lambda plan: without_dates(plan, occurrence, scope, self._calendar.split))

    def remove_airings(self, airing_ids: Collection[str]) -> None:
        """Remove shows with all their dates."""
        self._edit("Remove shows", lambda plan: schedule_editing.remove_airings(plan, airing_ids))

    def restore(self, airing_id: str, original: datetime) -> None:
        """Reset a moved or cancelled date of a series to its rule."""
        self._edit("Restore a date", lambda plan: schedule_editing.restore_occurrence(plan, airing_id, original))

    def set_fixed(self, airing_id: str, fixed: bool) -> None:
        """Lock or unlock the time of a show; optimising keeps locked times."""
        self._edit("Lock time", lambda plan: schedule_editing.change_airing(plan, airing_id, fixed=fixed))

    # People, settings, tasks and reminders ---------------------------------------------------------------------------------------

    def put_party(self, party: Party, *, merge: str = "") -> None:
        """Add a party, or replace the one with its id. Raises ZoneError for an unknown zone."""
        self.zones.zone(party.zone)
        known = any(one.id == party.id for one in self.schedule.parties)
        self._edit("Edit a participant" if known else "Add a participant", lambda plan: schedule_editing.put_party(plan, party), merge)

    def remove_parties(self, party_ids: Collection[str]) -> None:
        """Remove parties; their shows stay."""
        self._edit("Remove a participant", lambda plan: schedule_editing.remove_parties(plan, party_ids))

    def set_priorities(self, priorities: Priorities, *, merge: str = "") -> None:
        """Set the priorities of audience, host and team."""
        self._edit("Change priorities", lambda plan: schedule_editing.set_priorities(plan, priorities), merge)

    def set_host_zone(self, zone: str) -> None:
        """Set the host's zone; "" = the PC's. Raises ZoneError."""
        if zone:
            self.zones.zone(zone)
        self._change_field("Change your time zone", host_zone=zone)

    def set_rest_hours(self, hours: int, *, merge: str = "") -> None:
        """Set the minimum rest between shows."""
        self._change_field("Change minimum rest", merge, rest_hours=hours)

    def set_quiet_hours(self, begin: str, end: str) -> None:
        """Set the quiet hours in local time ("HH:MM"); reminders avoid them."""
        self._change_field("Edit quiet hours", quiet_hours=(begin, end))

    def change_festival(self, change: FestivalChange) -> None:
        """Change the date of a festival in a year, or hide it."""
        self._edit("Edit festival", lambda plan: replace(plan, festival_changes=_with_change(plan.festival_changes, change)))

    def keep_festival(self, market_id: str, festival: str, year: int) -> None:
        """Remove a change of a festival."""
        others = tuple(
            one for one in self.schedule.festival_changes if (one.market_id, one.festival, one.year) != (market_id, festival, year)
        )
        self._change_field("Edit festival", festival_changes=others)

    def tick(self, task_id: str, *, done: bool = True) -> None:
        """Mark a task done or open."""
        self._edit("Mark a task done", lambda plan: schedule_editing.tick_task(plan, task_id, done))

    def put_reminder(self, reminder: ShowReminder, *, merge: str = "") -> None:
        """Add a reminder, or replace the one with its id."""
        others = self.schedule.reminders
        known = any(one.id == reminder.id for one in others)
        made = tuple(reminder if one.id == reminder.id else one for one in others) if known else (*others, reminder)
        self._change_field("Edit reminder", merge, reminders=made)

    def remove_reminder(self, reminder_id: str) -> None:
        """Remove a reminder."""
        self._change_field("Remove reminder", reminders=tuple(one for one in self.schedule.reminders if one.id != reminder_id))

    def mark_sent(self, reminder_id: str) -> None:
        """Mark a reminder as sent. This is not an undo step."""
        sent_ms = self._clock.wall_ns() // NS_PER_MS

        def marked(plan: Schedule) -> Schedule:
            return replace(plan, reminders=tuple(replace(one, sent_ms=sent_ms) if one.id == reminder_id else one for one in plan.reminders))

        self._book.document.apply_external(schedule_editing.on_schedule(marked))

    def accept_moved(self) -> None:
        """Accept a time zone update: wall times stay, and the schedule uses the new data."""
        self._book.document.edit_show("Accept time zone update", self._with_tables(lambda plan: plan, keep=False))

    # Internals -------------------------------------------------------------------------------------------------------

    def edit(self, title: str, change: Callable[[Schedule], Schedule], *, merge: str = "") -> None:
        """Make any other edit as one undo step. On AppError nothing changes."""
        self._edit(title, change, merge)

    def _change_field(self, title: str, merge: str = "", **changes: Any) -> None:
        self._edit(title, lambda plan: replace(plan, **changes), merge)

    def _edit(self, title: str, change: Callable[[Schedule], Schedule], merge: str = "") -> None:
        before = self._book.document.show.schedule
        after = change(before)
        if after != before:
            self._check(after, before)
            keep = bool(self.moved())  # an edit must not hide what moved
            self._book.document.edit_show(title, self._with_tables(lambda plan: after, keep=keep), merge=merge)

    def _check(self, after: Schedule, before: Schedule) -> None:
        """Reject new wall times that are skipped or repeated, and invalid rules."""
        for local in starts_of(after, before):
            resolve(local, self.zones)
        known = {id(airing) for airing in before.airings}
        for airing in after.airings:
            if airing.rule and id(airing) not in known:
                parse_rule(airing.rule)

    def _with_tables(self, change: Callable[[Schedule], Schedule], *, keep: bool) -> Callable[[Show], Show]:
        def changed(show: Show) -> Show:
            plan = change(show.schedule)
            return replace(show, schedule=with_zone_tables(plan, self.zones, self.now(), self.host_zone, keep=keep))

        return changed

    def _placed(self, plan: Schedule) -> Schedule:
        lost = {party.id: party for party in plan.parties if not self.zones.knows(party.zone)}
        for party in lost.values():
            if (party.id, party.zone) not in self._lost:
                self._lost.add((party.id, party.zone))
                self._notify(Notice(Severity.WARNING, "schedule.lost_place", {"party": party.name, "zone": party.zone}, party.id))
        if not lost:
            return plan
        return replace(plan, parties=tuple(replace(one, zone=UNKNOWN_PLACE) if one.id in lost else one for one in plan.parties))

    def _on_show_changed(self, show: Show) -> None:
        if show.schedule is not self._seen:
            self._seen = show.schedule
            self.changed.emit()

    def _on_broken(self, airing: Airing, error: AppError) -> None:
        self._notify(Notice(Severity.WARNING, "schedule.unreadable", {"title": airing.title, "reason": str(error)}, airing.id))


def _with_change(changes: Iterable[FestivalChange], change: FestivalChange) -> tuple[FestivalChange, ...]:
    named = (change.market_id, change.festival, change.year)
    return (*(one for one in changes if (one.market_id, one.festival, one.year) != named), change)
