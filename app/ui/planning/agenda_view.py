"""The agenda: upcoming shows by day, in the host's time, the show's time and a chosen market's time."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedLayout, QVBoxLayout

from app.domain.base.local_time import clock_reading
from app.domain.catalogue.market import Level
from app.domain.planning.schedule import Occurrence, parties_on
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.calendar_days import day_of, festival_marks, state_of, worst_levels
from app.ui.planning.clock_choice import ClockChoice
from app.ui.planning.dates.agenda_list import AgendaDay, AgendaList, AgendaRow
from app.ui.planning.local_times import party_clock, time_text
from app.ui.planning.months.month_cell import DayMark
from app.ui.planning.planner_page import PlannerPage
from app.ui.planning.show_actions import ShowActions
from app.ui.planning.undo_line import UndoLine

AHEAD = timedelta(days=120)
BEHIND = timedelta(days=60)
MOST = 400  # dates: a daily series may have no end


class AgendaView(PlannerPage):
    """Lists the dates of the schedule by day."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self.show_actions = ShowActions(context, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        column.addLayout(self._head())
        self.list = AgendaList(context.theme, tr("Planner", "Agenda"))
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        plan = push_button(tr("Planner", "Plan a show…"), self.show_actions.plan, role="primary")
        self.empty = EmptyState(
            context.icons,
            "calendar",
            tr("Planner", "No shows planned"),
            tr("Planner", "Plan a show to see it here in everyone’s local time."),
            plan,
        )
        self._stack.addWidget(self.empty)
        column.addLayout(self._stack, 1)
        self.done = UndoLine(context, tr("Planner", "Enter: open. Ctrl+D: duplicate to next week. Del: cancel."))
        column.addWidget(self.done)
        self.show_actions.done.connect(self.done.show_done)
        self.list.opened.connect(self.show_actions.open)
        self.list.cancelled.connect(self.show_actions.cancel)
        self.list.duplicated.connect(self.show_actions.duplicate)
        self.list.menu_wanted.connect(lambda key, point: self.show_actions.show_menu(key, None, point))
        context.bridge.schedule_changed.connect(self.refresh)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label(tr("Planner", "Upcoming shows"), "title"))
        row.addStretch(1)
        self.past = QCheckBox(tr("Planner", "Show past shows"))
        self.past.toggled.connect(lambda on: self.refresh())
        row.addWidget(self.past)
        row.addWidget(label(tr("Planner", "Also show times in"), "muted"))
        self.clocks = ClockChoice(self._context, nobody=tr("Planner", "None"))
        self.clocks.chosen.connect(self.refresh)
        row.addWidget(self.clocks)
        self.plan_button = push_button(tr("Planner", "Plan a show…"), self.show_actions.plan, role="primary")
        row.addWidget(self.plan_button)
        return row

    # Reading --------------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        days = self._days()
        self.list.show_days(days)
        self._stack.setCurrentIndex(0 if days else 1)

    def _days(self) -> tuple[AgendaDay, ...]:
        plan, now = self._plan, self._plan.now()
        found = plan.occurrences(now - (BEHIND if self.past.isChecked() else timedelta()), now + AHEAD)[:MOST]
        if not found:
            return ()
        levels = worst_levels(plan.checks())
        first, last = (day_of(one, plan.host_zone, plan.zones) for one in (found[0], found[-1]))
        marks = festival_marks(plan.advice.festivals(first, last), self._context.language)
        grouped = groupby(found, lambda one: day_of(one, plan.host_zone, plan.zones))
        return tuple(self._day(day, tuple(dates), marks.get(day, ()), levels) for day, dates in grouped)

    def _day(self, day: date, dates: Sequence[Occurrence], marks: Sequence[DayMark], levels: Mapping[str, Level]) -> AgendaDay:
        plan, context = self._plan, self._context
        today = clock_reading(plan.now(), plan.host_zone, plan.zones).wall.date()
        words = context.formats.day(day, context.language, style="full_year" if day.year != today.year else "full")
        if day in (today, today + timedelta(days=1)):
            near = tr("Planner", "Today") if day == today else tr("Planner", "Tomorrow")
            words = f"{near} · {words}"
        festivals = " · ".join(mark.words for mark in marks)
        return AgendaDay(words, festivals, tuple(self._row(one, day, levels.get(one.key)) for one in dates), day == today)

    def _row(self, occurrence: Occurrence, day: date, level: Level | None) -> AgendaRow:
        plan, context = self._plan, self._context
        here = clock_reading(occurrence.start, plan.host_zone, plan.zones)
        zones = dict.fromkeys(zone for zone in (occurrence.local.zone, self.clocks.zone) if zone and zone != plan.host_zone)
        clocks = []
        for zone in zones:
            line = party_clock(clock_reading(occurrence.start, zone, plan.zones, beside=day), context.formats, context.language)
            clocks.append((line.name, " ".join(filter(None, (line.day, line.hour, line.shift)))))
        minutes = int((occurrence.end - occurrence.start).total_seconds() // 60)
        names = [party.name for party in parties_on(plan.schedule, occurrence)]
        detail = " · ".join((context.formats.duration(minutes, context.language), *names))
        coming = plan.next
        state = state_of(occurrence, plan, coming.key if coming is not None else "")
        status, looks = self._status(occurrence, state, level)
        return AgendaRow(
            occurrence.key,
            time_text(here.wall),
            plan.title_of(occurrence),
            detail,
            tuple(clocks),
            status,
            looks,
            state == "past",
            occurrence.series,
        )

    def _status(self, occurrence: Occurrence, state: str, level: Level | None) -> tuple[str, str]:
        if state == "now":
            return tr("Planner", "now"), "live"
        if state == "past":
            was_on_air = self._plan.airings.started_ms(occurrence.key) is not None
            return (tr("Planner", "aired") if was_on_air else tr("Planner", "past")), ""
        if level is Level.BLOCK:
            return tr("Planner", "conflict"), "error"
        if level is Level.WARNING:
            return tr("Planner", "check"), "warning"
        if state == "next":
            return tr("Planner", "next"), "accent"
        return (tr("Planner", "rescheduled"), "") if occurrence.moved else ("", "")
