"""The dock of the schedule: fills itself when it is first seen."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.context import WindowContext
from app.ui.shell import late
from app.ui.shell.openers import open_dialog


class SchedulePanel(QWidget):
    """Empty until it is first seen, so that the window starts without loading hidden tabs."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._seen = False
        self.board: late.ScheduleBoard | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._due = QTimer(self)  # while docks are arranged, each is visible for a moment
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._on_due)

    def set_seen(self, seen: bool) -> None:
        """Whether the dock is visible and not behind another tab."""
        self._seen = seen
        self._due.start(0)

    def _on_due(self) -> None:
        if self._seen:
            self.fill()
        if self.board is not None:
            self.board.set_seen(self._seen)

    def fill(self) -> "late.ScheduleBoard":
        """Build the contents, once."""
        if self.board is None:
            self.board = late.ScheduleBoard(self._context)
            self._layout.addWidget(self.board)
        return self.board

    def plan(self) -> None:
        """Show the form of a new show."""
        self.fill().show_actions.plan()

    def show_moved(self) -> None:
        """Show what new time-zone rules change in the plan."""
        open_dialog(late.ZoneUpdateDialog(self._context, self.window()))
