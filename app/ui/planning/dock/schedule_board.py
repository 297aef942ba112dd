"""The next show with local times, its checklist, and a button to go live."""

from datetime import date, timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.domain.base.local_time import MINUTE, clock_reading
from app.domain.planning.schedule import Occurrence, parties_on
from app.domain.program.broadcast import BroadcastState
from app.session.planning.scheduler import ScheduleStatus
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.dates.agenda_list import AgendaDay, AgendaList, AgendaRow
from app.ui.planning.dates.party_times import PartyTime, PartyTimes
from app.ui.planning.dock.readiness import Readiness
from app.ui.planning.dock.replan_card import ReplanCard
from app.ui.planning.draft_checks import comforts_at
from app.ui.planning.local_times import party_clocks, time_text
from app.ui.planning.show_actions import ShowActions

TICK_MS = 1000
FEW = 4  # shows after the next
LATE_S = 60
CHECK_TICKS = 5


class ScheduleBoard(QWidget):
    """The content of the schedule dock. Its countdown runs while it is visible."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self._shown_key = ""
        self._ticks = 0
        self._seen = False
        self.show_actions = ShowActions(context, self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._full())
        self.plan_button = push_button(tr("Schedule", "Plan a show…"), self.show_actions.plan, role="primary")
        self.empty = EmptyState(
            context.icons,
            "calendar",
            tr("Schedule", "No show planned"),
            tr("Schedule", "Plan your next show. Tradewind shows the local time for every market and everyone on the crew."),
            self.plan_button,
            push_button(tr("Schedule", "Find a time…"), self._context.openers.open_planner),
        )
        self._stack.addWidget(self.empty)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        for signal in (context.bridge.schedule_changed, context.bridge.broadcast_changed, context.bridge.show_changed):
            signal.connect(self._on_changed)

    # Building -------------------------------------------------------------------------------------------------------------

    def _full(self) -> QWidget:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        self.eyebrow = label("", "sectionTitle")
        self.countdown = label("", "countdown", wrap=True)
        self.title = label("", "heading", wrap=True)
        self.here = label("", "muted", wrap=True)
        for widget in (self.eyebrow, self.countdown, self.title, self.here):
            column.addWidget(widget)
        self.times = PartyTimes(choosable=False)
        column.addWidget(self.times)
        column.addSpacing(4)
        column.addLayout(self._buttons())
        self.replan = ReplanCard(self._context)
        column.addWidget(self.replan)
        self.readiness = Readiness(self._context, self.show_actions)
        column.addWidget(self.readiness)
        self.after_title = label(tr("Schedule", "After that"), "sectionTitle")
        column.addWidget(self.after_title)
        self.after = AgendaList(self._context.theme, tr("Schedule", "After that"))
        self.after.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.after.opened.connect(self.show_actions.open)
        self.after.cancelled.connect(self.show_actions.cancel)
        self.after.menu_wanted.connect(lambda key, point: self.show_actions.show_menu(key, None, point))
        column.addWidget(self.after)
        column.addStretch(1)
        scroll.setWidget(inside)
        return scroll

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        icons = self._context.icons
        self.start_button = push_button(tr("Schedule", "Go live"), self._start, role="primary")
        row.addWidget(self.start_button, 1)
        row.addWidget(icon_button(icons, "rename", tr("Schedule", "Edit show"), lambda: self.show_actions.open(self._shown_key)))
        row.addWidget(icon_button(icons, "share", tr("Schedule", "Announce"), lambda: self.show_actions.announce(self._shown_key)))
        row.addWidget(icon_button(icons, "add", tr("Schedule", "Plan a show"), self.show_actions.plan))
        row.addWidget(icon_button(icons, "calendar", tr("Schedule", "Open planner"), self._context.openers.open_planner))
        return row

    # Reading --------------------------------------------------------------------------------------------------------------

    def set_seen(self, seen: bool) -> None:
        """Refresh and run the countdown while the dock is visible."""
        self._seen = seen
        if seen:
            self._timer.start()
            self.refresh()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        status = self._plan.status
        shown = status.current or status.next
        if (shown.key if shown is not None else "") != self._shown_key:
            self.refresh()
        elif shown is not None:
            self._ticks += 1
            if self._ticks % CHECK_TICKS == 0:
                self.refresh()
            self._show_clock(status, shown)

    def _on_changed(self) -> None:
        if self._seen:
            self.refresh()

    def refresh(self) -> None:
        """Read the schedule again."""
        status = self._plan.status
        shown = status.current or status.next
        self._stack.setCurrentIndex(0 if shown is not None else 1)
        self._shown_key = shown.key if shown is not None else ""
        if shown is None:
            return
        plan, context = self._plan, self._context
        self.title.setText(plan.title_of(shown))
        begin, end = (clock_reading(instant, plan.host_zone, plan.zones) for instant in (shown.start, shown.end))
        span = f"{time_text(begin.wall)}–{time_text(end.wall)}"
        city = context.formats.city(plan.host_zone, context.language)
        self.here.setText(tr("Schedule", "{day}, {hours} your time ({city})", day=self._day(begin.wall.date()), hours=span, city=city))
        self._show_times(shown, begin.wall.date())
        self._show_after(shown)
        self.readiness.setVisible(status.current is None)
        if status.current is None:
            self.readiness.show_for(shown)
        self.replan.refresh()
        self._show_clock(status, shown)

    def _day(self, day: date) -> str:
        return self._context.formats.day(day, self._context.language)

    def _show_times(self, shown: Occurrence, beside: date) -> None:
        plan, context = self._plan, self._context
        parties = parties_on(plan.schedule, shown)
        lines = party_clocks(shown.start, parties, plan.zones, context.formats, context.language, beside=beside)
        comforts = comforts_at(plan, parties, shown.start, (shown.end - shown.start) // MINUTE)
        self.times.show_parties(parties, ())
        self.times.show_times({line.party_id: PartyTime(line, comforts[line.party_id]) for line in lines})

    def _show_after(self, shown: Occurrence) -> None:
        plan = self._plan
        rows = []
        for one in plan.upcoming(FEW + 1):
            if one.key != shown.key:
                begin = clock_reading(one.start, plan.host_zone, plan.zones)
                rows.append(AgendaRow(one.key, time_text(begin.wall), plan.title_of(one), self._day(begin.wall.date()), series=one.series))
        rows = rows[:FEW]
        self.after.show_days([AgendaDay("", "", tuple(rows))] if rows else [])
        self.after.fit_rows()
        self.after_title.setVisible(bool(rows))
        self.after.setVisible(bool(rows))

    def _show_clock(self, status: ScheduleStatus, shown: Occurrence) -> None:
        now = self._plan.now()
        formats, language = self._context.formats, self._context.language
        overrun, late = status.overrun, status.late
        if status.current is not None:
            over = overrun > timedelta()
            eyebrow = tr("Schedule", "On air, over time by") if over else tr("Schedule", "On air, time left")
            left = overrun if over else shown.end - now
            state = "late" if over else "air"
        elif late.total_seconds() >= LATE_S:
            eyebrow, left, state = tr("Schedule", "Late by"), late, "late"
        else:
            eyebrow, left = tr("Schedule", "Next show in"), shown.start - now
            state = "due" if self._plan.due is not None else ""
        self.eyebrow.setText(eyebrow)
        self.countdown.setText(formats.countdown(left.total_seconds(), language))
        set_property(self.countdown, "state", state)
        self._show_start(status)

    def _show_start(self, status: ScheduleStatus) -> None:
        idle = self._context.studio.broadcast.state.value is BroadcastState.IDLE
        on_air, due = status.current is not None, self._plan.due is not None
        words = tr("Schedule", "Go live") if due else tr("Schedule", "Go live early")
        self.start_button.setText(tr("Schedule", "On air") if on_air else words)
        set_property(self.start_button, "role", "primary" if due and not on_air else "")
        self.start_button.setEnabled((idle or due) and not on_air)
        self.start_button.setToolTip(tr("Schedule", "Go live and start the rundown. The log records which show it is."))

    def _start(self) -> None:
        self._context.attempt(lambda: self._plan.start(self._plan.occurrence(self._shown_key)))
