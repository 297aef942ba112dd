"""Settings of the schedule: your time zone, minimum rest and quiet hours."""

from PySide6.QtCore import QSignalBlocker, QTime
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QSpinBox, QTimeEdit, QWidget

from app.ui.context import WindowContext
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.dates.zone_choice import ZoneChoice

MOST_REST_HOURS = 24
CLOCK = "HH:mm"


class PlanSettings(QWidget):
    """Each field is one undo step."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.place = ZoneChoice(
            tr("Planner", "Your time zone"),
            self._plan.zones,
            self._plan.now,
            city=lambda key: context.formats.city(key, context.language),
            soon=lambda: (self._plan.local_zone, *(party.zone for party in self._plan.schedule.parties)),
        )
        self.place.chosen.connect(lambda key: context.attempt(lambda: self._plan.set_host_zone(key)))
        form.addRow(label(tr("Planner", "Your time zone"), "muted"), self.place)
        self.rest = QSpinBox()
        roomy(self.rest)
        self.rest.setRange(0, MOST_REST_HOURS)
        self.rest.setSuffix(tr("Planner", " h"))
        self.rest.setKeyboardTracking(False)
        self.rest.setAccessibleName(tr("Planner", "Minimum rest between shows"))
        self.rest.valueChanged.connect(lambda hours: context.attempt(lambda: self._plan.set_rest_hours(hours, merge="rest")))
        form.addRow(label(tr("Planner", "Minimum rest between shows"), "muted"), self.rest)
        self.quiet = (QTimeEdit(), QTimeEdit())
        line = QHBoxLayout()
        line.setSpacing(4)
        for box, words in zip(self.quiet, (tr("Planner", "Quiet hours from"), tr("Planner", "Quiet hours until")), strict=True):
            roomy(box)
            box.setDisplayFormat(CLOCK)
            box.setAccessibleName(words)
            box.setKeyboardTracking(False)
            box.timeChanged.connect(lambda _: self._on_quiet())
            line.addWidget(box, 1)
        line.insertWidget(1, label("–", "muted"))
        form.addRow(label(tr("Planner", "Quiet hours (local time)"), "muted"), line)

    def read(self) -> None:
        """Show the current settings."""
        schedule = self._plan.schedule
        self.place.show_zone(self._plan.host_zone)
        with QSignalBlocker(self.rest):
            self.rest.setValue(schedule.rest_hours)
        for box, hour in zip(self.quiet, schedule.quiet_hours, strict=True):
            with QSignalBlocker(box):
                box.setTime(QTime.fromString(hour, CLOCK))

    def _on_quiet(self) -> None:
        begin, end = (box.time().toString(CLOCK) for box in self.quiet)
        self._context.attempt(lambda: self._plan.set_quiet_hours(begin, end))
