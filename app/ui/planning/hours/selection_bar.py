"""The bar above strips and heat map: date, length, participants and priorities."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QDate, QLocale, QSignalBlocker
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QMenu, QPushButton, QSpinBox, QWidget, QWidgetAction

from app.domain.planning.people.party import PartyGroup, Priorities
from app.domain.planning.schedule import MINUTES_BOUNDS
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.editors import roomy
from app.ui.kit.language import tr
from app.ui.planning.hours.party_picker import PartyPicker
from app.ui.planning.hours.priorities import PrioritiesForm, priorities_text
from app.ui.planning.planner_data import PlannerData

SNAP_MINUTES = 15
TEAM = frozenset({PartyGroup.HOST, PartyGroup.TEAM})


class SelectionBar(QWidget):
    """Shows and changes the selection. `step_days` is the step of the arrows beside the date."""

    def __init__(self, data: PlannerData, today: Callable[[], date], *, step_days: int = 1) -> None:
        super().__init__()
        self._data = data
        self._today = today
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        icons, selection = data.context.icons, data.selection
        week = step_days == 7
        back = tr("Planner", "Previous week") if week else tr("Planner", "Previous day (Page Up)")
        on = tr("Planner", "Next week") if week else tr("Planner", "Next day (Page Down)")
        self.back = icon_button(icons, "left", back, lambda: selection.move_days(-step_days))
        self.date = self._date_edit()
        self.on = icon_button(icons, "right", on, lambda: selection.move_days(step_days))
        self.today_button = push_button(tr("Planner", "Today"), lambda: selection.move_to_day(self._today()), role="link")
        for widget in (self.back, self.date, self.on, self.today_button):
            row.addWidget(widget)
        row.addSpacing(6)
        self.length = self._length_box()
        row.addWidget(self.length)
        self.audience = PartyPicker(tr("Planner", "Audience"), frozenset({PartyGroup.AUDIENCE}), selection)
        self.team = PartyPicker(tr("Planner", "Host and team"), TEAM, selection)
        row.addWidget(self.audience)
        row.addWidget(self.team)
        self.priorities = PrioritiesForm()
        self.priorities.edited.connect(self._on_priorities)
        self.priorities_button = self._priorities_button()
        row.addWidget(self.priorities_button)
        row.addStretch(1)
        selection.moved.connect(self._read_day)

    def _date_edit(self) -> QDateEdit:
        made = QDateEdit()
        made.setCalendarPopup(True)
        made.setLocale(QLocale(self._data.context.language))
        made.setDisplayFormat(tr("Planner", "ddd, MMM d yyyy"))
        made.setAccessibleName(tr("Planner", "Show date"))
        made.setMinimumWidth(150)
        made.dateChanged.connect(lambda day: self._data.selection.move_to_day(date(day.year(), day.month(), day.day())))
        return made

    def _length_box(self) -> QSpinBox:
        made = QSpinBox()
        roomy(made)
        made.setRange(*MINUTES_BOUNDS)
        made.setSingleStep(SNAP_MINUTES)
        made.setSuffix(tr("Planner", " min"))
        made.setKeyboardTracking(False)
        made.setAccessibleName(tr("Planner", "Show length"))
        made.setToolTip(tr("Planner", "Show length"))
        made.valueChanged.connect(self._data.selection.set_minutes)
        return made

    def _priorities_button(self) -> QPushButton:
        made = push_button("")
        made.setObjectName("drop")
        made.setAccessibleName(tr("Planner", "Priorities"))
        menu = QMenu(made)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self.priorities)
        menu.addAction(action)
        made.setMenu(menu)
        return made

    def _on_priorities(self, priorities: Priorities) -> None:
        data = self._data
        data.context.attempt(lambda: data.scheduler.set_priorities(priorities, merge="planner-priorities"))

    def read(self) -> None:
        """Show the selection and the priorities."""
        selection, schedule = self._data.selection, self._data.scheduler.schedule
        self._read_day()
        with QSignalBlocker(self.length):
            self.length.setValue(selection.minutes)
        self.priorities.show_priorities(schedule.priorities)
        self.priorities_button.setText(priorities_text(schedule.priorities))

    def _read_day(self) -> None:
        day = self._data.selection.day
        with QSignalBlocker(self.date):
            self.date.setDate(QDate(day.year, day.month, day.day))

    def show_parties(self) -> None:
        """Show the parties of the schedule."""
        for part in (self.audience, self.team):
            part.show_parties(self._data.scheduler.schedule.parties)
        self.read()
