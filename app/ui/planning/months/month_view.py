"""The month page: shows, festivals and clock changes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout

from app.domain.base.local_time import clock_reading
from app.domain.catalogue.market import Level
from app.domain.planning.schedule import Occurrence, parties_on
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.calendar_days import bounds, clock_marks, day_of, festival_marks, item_of, state_of, worst_levels
from app.ui.planning.clock_choice import ClockChoice
from app.ui.planning.dates.series_field import MONDAY
from app.ui.planning.local_times import party_clocks
from app.ui.planning.months.month_cell import DayCell, DayMark, MonthItem
from app.ui.planning.months.month_grid import WEEKS, MonthGrid, MonthPage, first_shown
from app.ui.planning.planner_page import PlannerPage
from app.ui.planning.show_actions import ShowActions
from app.ui.planning.undo_line import UndoLine

DAY = timedelta(days=1)
MONTHS = 12


def months_on(month: date, number: int) -> date:
    """The first day of the month that is `number` months later."""
    place = month.year * MONTHS + month.month - 1 + number
    return date(place // MONTHS, place % MONTHS + 1, 1)


class MonthView(PlannerPage):
    """A month of the schedule as a calendar."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self.show_actions = ShowActions(context, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        self.clocks = ClockChoice(context)
        self.clocks.chosen.connect(self.refresh)
        self.grid = MonthGrid(context.theme, tr("Planner", "Month"))
        self._month = self._today().replace(day=1)
        column.addLayout(self._head())
        column.addWidget(self.grid, 1)
        self.done = UndoLine(
            context,
            tr(
                "Planner",
                "Drag a show to another day (Ctrl to duplicate). Enter: open. Space: next show of the day. "
                "Alt+arrows: move. Del: cancel. Double-click a free day to plan a show.",
            ),
        )
        column.addWidget(self.done)
        self.show_actions.done.connect(self.done.show_done)
        self.grid.opened.connect(self.show_actions.open)
        self.grid.plan_wanted.connect(self.show_actions.plan)
        self.grid.moved.connect(self._on_moved)
        self.grid.duplicated.connect(self.show_actions.duplicate)
        self.grid.cancelled.connect(self.show_actions.cancel)
        self.grid.turned.connect(self.turn)
        self.grid.menu_wanted.connect(self.show_actions.show_menu)
        self.grid.more_wanted.connect(self._show_more)
        context.bridge.schedule_changed.connect(self.refresh)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        icons = self._context.icons
        self.title = label("", "title")
        self.title.setMinimumWidth(220)
        row.addWidget(icon_button(icons, "left", tr("Planner", "Previous month (Page Up)"), lambda: self.turn(-1)))
        row.addWidget(icon_button(icons, "right", tr("Planner", "Next month (Page Down)"), lambda: self.turn(1)))
        row.addWidget(self.title)
        self.today_button = push_button(tr("Planner", "Today"), self.show_today)
        row.addWidget(self.today_button)
        row.addStretch(1)
        row.addWidget(label(tr("Planner", "Times in"), "muted"))
        row.addWidget(self.clocks)
        self.plan_button = push_button(tr("Planner", "Plan a show…"), lambda: self.show_actions.plan(self._chosen_day()), role="primary")
        row.addWidget(self.plan_button)
        return row

    def _today(self) -> date:
        return clock_reading(self._plan.now(), self.clocks.zone, self._plan.zones).wall.date()

    def _chosen_day(self) -> date | None:
        return self.grid.day if self.grid.day >= self._today() else None

    # Turning --------------------------------------------------------------------------------------------------------------

    @property
    def month(self) -> date:
        """The first day of the shown month."""
        return self._month

    def turn(self, months: int) -> None:
        """Show another month."""
        self._month = months_on(self._month, months)
        self.refresh()

    def show_today(self) -> None:
        self._month = self._today().replace(day=1)
        self.refresh()
        self.grid.choose(self._today())
        self.grid.setFocus()

    def show_day(self, day: date, key: str = "") -> None:
        """Show the month of a day and make the day current."""
        self._month = day.replace(day=1)
        self.refresh()
        self.grid.choose(day, key)

    # Reading --------------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.grid.setFocus()

    def read(self) -> None:
        context = self._context
        self.title.setText(context.formats.month(self._month, context.language))
        weekdays = tuple(context.formats.weekday(MONDAY + number * DAY, context.language) for number in range(7))
        self.grid.show_page(MonthPage(self._month, weekdays, self._cells(), self._today()))

    def _cells(self) -> Mapping[date, DayCell]:
        context, plan, zone = self._context, self._plan, self.clocks.zone
        first = first_shown(self._month)
        last = first + (7 * WEEKS - 1) * DAY
        begin, end = bounds(first, last, zone, plan.zones)
        items: dict[date, list[MonthItem]] = {}
        for occurrence, item in self._items(begin, end):
            items.setdefault(day_of(occurrence, zone, plan.zones), []).append(item)
        marks: dict[date, list[DayMark]] = {}
        keys = (plan.host_zone, *(party.zone for party in plan.schedule.parties))
        for found in (
            clock_marks(keys, begin, end, plan.zones, context.formats, context.language),
            festival_marks(plan.advice.festivals(first, last), context.language),
        ):
            for day, some in found.items():
                marks.setdefault(day, []).extend(some)
        return {
            day: DayCell(tuple(items.get(day, ())), tuple(marks.get(day, ())), context.formats.day(day, context.language, style="full"))
            for day in (first + number * DAY for number in range(7 * WEEKS))
        }

    def _items(self, begin: datetime, end: datetime) -> list[tuple[Occurrence, MonthItem]]:
        plan, zone = self._plan, self.clocks.zone
        levels = worst_levels(plan.checks())
        coming = plan.next
        next_key = coming.key if coming is not None else ""
        return [
            (
                one,
                item_of(
                    one,
                    plan.airing_of(one),
                    zone,
                    plan.zones,
                    state=state_of(one, plan, next_key),
                    level=levels.get(one.key),
                    tip=self._tip(one, levels.get(one.key)),
                ),
            )
            for one in plan.occurrences(begin, end)
            if one.start >= begin
        ]

    def _tip(self, occurrence: Occurrence, level: Level | None) -> str:
        """The tooltip: everyone's local times."""
        context, plan = self._context, self._plan
        day = day_of(occurrence, self.clocks.zone, plan.zones)
        parties = parties_on(plan.schedule, occurrence)
        lines = party_clocks(occurrence.start, parties, plan.zones, context.formats, context.language, beside=day)
        words = [plan.airing_of(occurrence).title, *(" ".join(filter(None, (one.name, one.day, one.hour, one.shift))) for one in lines)]
        if level is not None and level is not Level.INFO:
            words.append(tr("Planner", "This time has a conflict. Open the show for details."))
        return "\n".join(words)

    # What the user does ---------------------------------------------------------------------------------------------------

    def _on_moved(self, key: str, days: int) -> None:
        rect = self.grid.cell_rect(self.grid.day)
        self.show_actions.ask_move(key, days, self.grid.mapToGlobal(rect.center()))

    def _show_more(self, day: date, point: QPoint) -> None:
        """List all shows of a day that has too many to draw."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for item in self.grid.page.cells[day].items:
            menu.addAction(f"{item.hour}  {item.title}", partial(self.show_actions.open, item.key))
        menu.popup(point)
