"""The quota of one audience: shows a week and allowed weekdays."""

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSpinBox, QWidget

from app.domain.planning.people.party import Party
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.dates.series_field import MONDAY

NAME_PX = 210


class QuotaRow(QWidget):
    """`changed` is emitted on each edit; `per_week` 0 = no shows for this audience."""

    changed = Signal()

    def __init__(self, party: Party, city: str, weekday: Callable[[date, bool], str]) -> None:
        """`weekday` returns the name of a day, in full when the second argument is True."""
        super().__init__()
        self.party = party
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        name = label(f"{party.name}\n{city}" if city not in party.name else party.name)
        name.setFixedWidth(NAME_PX)
        row.addWidget(name)
        self.count = QSpinBox()
        self.count.setRange(0, 7)
        self.count.setSpecialValueText(tr("Planner", "none"))
        self.count.setSuffix(tr("Planner", " a week"))
        self.count.setAccessibleName(tr("Planner", "Shows a week for {name}", name=party.name))
        roomy(self.count)
        self.count.valueChanged.connect(lambda _: self._on_count())
        row.addWidget(self.count)
        self.days: list[QPushButton] = []
        for number in range(7):
            day = MONDAY + timedelta(days=number)
            button = QPushButton(weekday(day, False))
            set_property(button, "role", "weekday")
            button.setCheckable(True)
            button.setChecked(True)
            button.setAutoDefault(False)
            button.setAccessibleName(tr("Planner", "{day} for {name}", day=weekday(day, True), name=party.name))
            size = button.sizePolicy()
            size.setRetainSizeWhenHidden(True)
            button.setSizePolicy(size)
            button.clicked.connect(lambda checked, button=button: self._on_day(button))
            row.addWidget(button, 1)
            self.days.append(button)
        self._on_count()

    @property
    def per_week(self) -> int:
        return self.count.value()

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The allowed ISO weekdays."""
        return tuple(number for number, button in enumerate(self.days, 1) if button.isChecked())

    def _on_count(self) -> None:
        for button in self.days:
            button.setVisible(self.per_week > 0)
        self.changed.emit()

    def _on_day(self, button: QPushButton) -> None:
        """Keep at least as many days as shows."""
        if len(self.weekdays) < max(1, self.per_week):
            button.setChecked(True)
        self.changed.emit()
