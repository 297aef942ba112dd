"""One market's row of disclosures: when the next is due, and a button that shows it now."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.session.selling.disclosures import DisclosureReminder
from app.ui.kit.buttons import push_button
from app.ui.kit.clocks import clock
from app.ui.kit.labels import ElidedLabel, badge
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property


class DisclosureRow(QWidget):
    """Emits `wanted(on)` to show or hide it. Updates in place each second, so that the focus stays and clicks aren't lost."""

    wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._shown = False
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.name = ElidedLabel("")
        self.state = badge()
        self.button = push_button("", lambda: self.wanted.emit(not self._shown))
        line.addWidget(self.name, 1)
        line.addWidget(self.state)
        line.addWidget(self.button)

    def read(self, name: str, reminder: DisclosureReminder, now_ms: int) -> None:
        """Show the state of a market's disclosure."""
        self._shown = reminder.shown_ms is not None
        due_s = (reminder.due_ms - now_ms) / 1000 if reminder.due_ms is not None else None
        words, level = "", ""
        if self._shown:
            words, level = (tr("Offer", "on screen") if reminder.on_picture else tr("Offer", "on the viewer page only")), "good"
        elif due_s is not None:
            words, level = (tr("Offer", "now"), "warning") if due_s <= 0 else (tr("Offer", "in {time}", time=clock(due_s)), "")
        self.name.setText(name)
        self.state.setText(words)
        self.state.setVisible(bool(words))
        set_property(self.state, "level", level)
        self.button.setText(tr("Offer", "Hide") if self._shown else tr("Offer", "Show"))
        self.button.setAccessibleName(f"{self.button.text()}: {name}")
