"""The week page: a heat map of scores."""

from datetime import date, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.domain.base.local_time import MINUTE, LocalTime, choices, clock_reading, wall_of
from app.domain.planning.hours.comfort import DAY
from app.ui.planning.hours.heat import HeatLegend, HeatView
from app.ui.planning.hours.hours_panel import HoursPanel
from app.ui.planning.hours.selection_bar import SelectionBar
from app.ui.planning.local_times import time_text
from app.ui.planning.planner_data import PlannerData
from app.ui.planning.planner_page import PlannerPage
from app.ui.planning.show_actions import ShowActions

WEEK_DAYS = 7


class WeekPage(PlannerPage):
    """Shows the selection, changes it, and opens the form of a new show."""

    def __init__(self, data: PlannerData) -> None:
        super().__init__()
        self._data = data
        self._show_actions = ShowActions(data.context, self)
        self._monday = date.min
        selection = data.selection
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        self.bar = SelectionBar(data, data.scheduler.today, step_days=WEEK_DAYS)
        column.addWidget(self.bar)
        halves = QHBoxLayout()
        halves.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(6)
        self.heat = HeatView(data.context.theme, self._words)
        left.addWidget(self.heat, 1)
        left.addWidget(HeatLegend(data.context.theme), 0, Qt.AlignmentFlag.AlignLeft)
        halves.addLayout(left, 1)
        self.panel = HoursPanel(data, lambda: self.monday, days=WEEK_DAYS)
        halves.addWidget(self.panel)
        column.addLayout(halves, 1)
        self.heat.moved.connect(self._move_to)
        self.heat.week_wanted.connect(lambda weeks: selection.move_days(weeks * WEEK_DAYS))
        self.heat.best_wanted.connect(self._move_to_best)
        self.heat.plan_wanted.connect(self.plan)
        self.panel.plan_wanted.connect(self.plan)
        self.panel.found.connect(self._show_best)
        selection.moved.connect(self._on_moved)
        selection.changed.connect(self.refresh)

    @property
    def monday(self) -> date:
        """The Monday of the block's week, in the planner's zone."""
        day = self._data.selection.day
        return day - (day.isoweekday() - 1) * DAY

    def read(self) -> None:
        self.bar.show_parties()
        self._show_week()
        self.panel.refresh()

    def plan(self) -> None:
        """Open the form of a new show at the block's start."""
        self._show_actions.plan_at(self._data.selection.start, self._data.selection.minutes, self._data.parties)

    def _show_week(self) -> None:
        data, self._monday = self._data, self.monday
        days = [data.window_formats.day(self._monday + day * DAY) for day in range(WEEK_DAYS)]
        self.heat.show_week(self._monday, days, data.heat(self._monday))
        shows = data.planned(*data.days(self._monday, WEEK_DAYS))
        zone, zones = data.selection.zone, data.selection.zones
        self.heat.show_planned([(wall_of(one.start, zone, zones).wall, (one.end - one.start) // MINUTE, title) for one, title in shows])
        self._show_block()

    def _show_block(self) -> None:
        self.heat.show_block(self._data.selection.local.wall, self._data.selection.minutes)

    def _show_best(self) -> None:
        selection = self._data.selection
        self.heat.show_best([wall_of(card.hour.start, selection.zone, selection.zones).wall for card in self.panel.cards.cards])

    def _on_moved(self) -> None:
        if not self.isVisible():
            self.refresh()
            return
        if self.monday != self._monday:
            self._show_week()
            self.panel.search()
        else:
            self._show_block()
        self.panel.follow()

    def _move_to(self, wall: datetime) -> None:
        self._data.selection.move(self._instant(wall))

    def _instant(self, wall: datetime) -> datetime:
        """The instant of a wall time; of a skipped one, the first alternative."""
        selection = self._data.selection
        return choices(LocalTime(wall, selection.zone), selection.zones)[0].instant

    def _move_to_best(self) -> None:
        best = self.panel.best()
        if best is not None:
            self._data.selection.move(best)

    def _words(self, wall: datetime) -> str:
        """Everyone's local time at a wall time of the planner."""
        data = self._data
        lines = [f"{data.window_formats.day(wall.date())}  {self.heat.score_words(wall)}"]
        for party in data.parties:
            shown = clock_reading(self._instant(wall), party.zone, data.scheduler.zones, beside=wall.date())
            shift = data.context.formats.day_shift(shown.day_shift, data.context.language)
            lines.append(" ".join(filter(None, (party.name, data.window_formats.day(shown.wall.date()), time_text(shown.wall), shift))))
        return "\n".join(lines)
