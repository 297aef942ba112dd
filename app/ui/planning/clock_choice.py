"""Chooses the time zone of a calendar: the host's or a participant's."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from app.ui.context import WindowContext
from app.ui.kit.language import tr


class ClockChoice(QComboBox):
    """`chosen` is emitted when the user picks a zone. The first entry is the host's zone. `nobody` adds an entry for no zone."""

    chosen = Signal()

    def __init__(self, context: WindowContext, *, nobody: str = "") -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self._nobody = nobody
        self.setAccessibleName(tr("Planner", "Time zone"))
        self.setMinimumWidth(170)
        self.activated.connect(lambda _: self.chosen.emit())
        self._fill()
        context.bridge.schedule_changed.connect(self._fill)

    @property
    def zone(self) -> str:
        """The chosen zone, "" = none."""
        return str(self.currentData())

    def _fill(self) -> None:
        context, before = self._context, self.currentData()
        entries = [(self._nobody, "")] if self._nobody else []
        here = context.formats.city(self._plan.host_zone, context.language)
        entries.append((tr("Planner", "Here: {city}", city=here), self._plan.host_zone))
        for party in self._plan.schedule.parties:
            if party.zone not in (zone for _, zone in entries):
                entries.append((f"{party.name} · {context.formats.city(party.zone, context.language)}", party.zone))
        if [(self.itemText(number), self.itemData(number)) for number in range(self.count())] == entries:
            return
        self.clear()
        for words, zone in entries:
            self.addItem(words, zone)
        self.setCurrentIndex(max(0, self.findData(before)))
