"""The host's own countdown, independent of the rundown."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.ui.kit.buttons import icon_button
from app.ui.kit.clocks import clock, read_clock
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons, set_property

LONGEST_S = 24 * 3600
FIELD_PX = 78


class TimeField(QLineEdit):
    """A field for a duration: minutes, or minutes and seconds. Escape reverts the text."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedWidth(FIELD_PX)
        self.shown = ""

    def show_clock(self, text: str) -> None:
        """Show a time, unless the user is typing one."""
        self.shown = text
        if not (self.hasFocus() and self.isModified()):
            self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.setText(self.shown)
            return
        super().keyPressEvent(event)


class AuxTimerStrip(QWidget):
    """Its owner assigns `set_length(seconds)`, `toggle` and `reset`."""

    def __init__(
        self, icons: Icons, *, set_length: Callable[[float], object], toggle: Callable[[], object], reset: Callable[[], object]
    ) -> None:
        super().__init__()
        self._icons = icons
        self._set_length = set_length
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.field = TimeField(tr("Run", "Timer: minutes, or minutes:seconds"))
        self.field.editingFinished.connect(self._on_typed)
        self.toggle_button = icon_button(icons, "play", tr("Run", "Start timer"), toggle)
        self.reset_button = icon_button(icons, "undo", tr("Run", "Reset timer"), reset)
        for button in (self.toggle_button, self.reset_button):
            button.setProperty("dense", True)
        self.field.addAction(icons.icon("clock", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        for widget in (self.field, self.toggle_button, self.reset_button):
            row.addWidget(widget)

    def show_timer(self, left_s: float, *, counting: bool) -> None:
        """Show the time left."""
        self.field.setReadOnly(counting)
        self.field.show_clock(clock(left_s))
        set_property(self.field, "state", "over" if counting and left_s < 0 else "counting" if counting else "")
        words = tr("Run", "Stop timer") if counting else tr("Run", "Start timer")
        if self.toggle_button.toolTip() != words:
            self.toggle_button.setToolTip(words)
            self.toggle_button.setAccessibleName(words)
            self.toggle_button.setIcon(self._icons.icon("stop" if counting else "play"))

    def _on_typed(self) -> None:
        if not self.field.isModified():
            return
        self.field.setModified(False)
        seconds = read_clock(self.field.text())
        if seconds is not None and 0 < seconds <= LONGEST_S:
            self._set_length(float(seconds))
        self.field.setText(self.field.shown)
