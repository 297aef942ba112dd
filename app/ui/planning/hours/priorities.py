"""Edits priorities: weights of three groups, or a strict order."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QVBoxLayout, QWidget

from app.domain.planning.people.party import Priorities
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr

MOST = 9.0


class PrioritiesForm(QWidget):
    """`edited` carries the new priorities."""

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._priorities = Priorities()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(label(tr("Planner", "Priorities"), "heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        self.boxes: dict[str, QDoubleSpinBox] = {}
        for row, (field, words) in enumerate(
            (("audience", tr("Planner", "Audience")), ("host", tr("Planner", "Host and partners")), ("team", tr("Planner", "Team")))
        ):
            box = QDoubleSpinBox()
            roomy(box)
            box.setRange(0.0, MOST)
            box.setDecimals(1)
            box.setSingleStep(0.5)
            box.setKeyboardTracking(False)
            box.setAccessibleName(words)
            box.valueChanged.connect(lambda value, field=field: self._change(field, value))
            grid.addWidget(label(words, "muted"), row, 0)
            grid.addWidget(box, row, 1)
            self.boxes[field] = box
        column.addLayout(grid)
        self.strict = QCheckBox(tr("Planner", "Strictly in this order"))
        self.strict.setToolTip(tr("Planner", "The audience comes first. The host, then the team, decide between equal times."))
        self.strict.toggled.connect(lambda on: self._change("strict", on))
        column.addWidget(self.strict)
        column.addWidget(push_button(tr("Planner", "Reset to 3 : 2 : 1"), lambda: self._take(Priorities()), role="link"))

    def show_priorities(self, priorities: Priorities) -> None:
        """Show the current priorities."""
        self._priorities = priorities
        for field, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setValue(getattr(priorities, field))
            box.setEnabled(not priorities.strict)
        with QSignalBlocker(self.strict):
            self.strict.setChecked(priorities.strict)

    def _change(self, field: str, value: float | bool) -> None:
        changes: dict[str, float | bool] = {field: value}
        self._take(replace(self._priorities, **changes))  # type: ignore[arg-type]  # each box has values of its field's type

    def _take(self, priorities: Priorities) -> None:
        if priorities != self._priorities:
            self.show_priorities(priorities)
            self.edited.emit(priorities)


def priorities_text(priorities: Priorities) -> str:
    """The priorities in one line."""
    if priorities.strict:
        return tr("Planner", "Audience first")
    weights = " : ".join(f"{weight:g}" for weight in (priorities.audience, priorities.host, priorities.team))
    return tr("Planner", "Priorities {weights}", weights=weights)
