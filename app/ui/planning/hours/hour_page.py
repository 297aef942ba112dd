"""The “Find a time” page: strips of a day, a block to drag, and the score of its time."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.hours.hours_panel import HoursPanel
from app.ui.planning.hours.selection_bar import SelectionBar
from app.ui.planning.hours.strip_legend import StripLegend
from app.ui.planning.hours.strip_model import MarkKind, StripModel
from app.ui.planning.hours.strips import StripsView
from app.ui.planning.planner_data import PlannerData
from app.ui.planning.planner_page import PlannerPage
from app.ui.planning.show_actions import ShowActions

NOTES_SHOWN = 3


class HourPage(PlannerPage):
    """Shows the selection, changes it, and opens the form of a new show."""

    def __init__(self, data: PlannerData) -> None:
        super().__init__()
        self._data = data
        self._show_actions = ShowActions(data.context, self)
        selection = data.selection
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        self.bar = SelectionBar(data, data.scheduler.today)
        column.addWidget(self.bar)
        halves = QHBoxLayout()
        halves.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(6)
        self.strips = StripsView(data.context.theme)
        left.addWidget(self.strips, 1)
        self.notes = label("", "hint", wrap=True)
        left.addWidget(self.notes)
        left.addWidget(StripLegend(data.context.theme), 0, Qt.AlignmentFlag.AlignLeft)
        halves.addLayout(left, 1)
        self.panel = HoursPanel(data, lambda: selection.day)
        halves.addWidget(self.panel)
        column.addLayout(halves, 1)
        self.strips.moved.connect(selection.move)
        self.strips.day_wanted.connect(selection.move_days)
        self.strips.best_wanted.connect(self._move_to_best)
        self.strips.settled.connect(self.panel.show_words)
        self.strips.plan_wanted.connect(self.plan)
        self.panel.plan_wanted.connect(self.plan)
        selection.moved.connect(self._on_moved)
        selection.changed.connect(self.refresh)

    def read(self) -> None:
        self.bar.show_parties()
        self._show_strips()
        self.panel.refresh()

    def plan(self) -> None:
        """Open the form of a new show at the block's start."""
        self._show_actions.plan_at(self._data.selection.start, self._data.selection.minutes, self._data.parties)

    def _show_strips(self) -> None:
        selection = self._data.selection
        model = self._data.strips()
        self.strips.show_model(model)
        self.strips.show_block(selection.start, selection.minutes)
        self._show_notes(model)

    def _show_notes(self, model: StripModel) -> None:
        """List festivals and clock changes, each once."""
        notes = [f"{row.name}: {mark.words}" for row in model.rows for mark in row.marks if mark.kind is not MarkKind.PRAYER]
        distinct = list(dict.fromkeys(notes))
        shown = distinct[:NOTES_SHOWN]
        if len(distinct) > NOTES_SHOWN:
            shown[-1] = tr("Planner", "… and {count} more", count=len(distinct) - NOTES_SHOWN + 1)
        self.notes.setText("\n".join(shown))
        self.notes.setToolTip("\n".join(distinct))
        self.notes.setVisible(bool(distinct))

    def _on_moved(self) -> None:
        if not self.isVisible():
            self.refresh()
            return
        model, selection = self.strips.model, self._data.selection
        if model is None or not 0 <= model.place(selection.start) < model.day_quarters:
            self._show_strips()
            self.panel.search()
        else:
            self.strips.show_block(selection.start, selection.minutes)
        self.panel.follow()

    def _move_to_best(self) -> None:
        best = self.panel.best()
        if best is not None:
            self._data.selection.move(best)
