"""The dock of the plan: what comes next, and whether all is ready for it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui import late
from app.ui.context import WindowContext


class SchedulePanel(QWidget):
    """Empty until it is first seen: the start of the window does not wait for what stands on another tab."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._seen = False
        self.board: late.ScheduleBoard | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._due = QTimer(self)  # docks are seen for a moment before they stand behind each other
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._on_due)

    def set_seen(self, seen: bool) -> None:
        """Whether the dock can be seen: one that stands behind another cannot."""
        self._seen = seen
        self._due.start(0)

    def _on_due(self) -> None:
        if self._seen:
            self.fill()
        if self.board is not None:
            self.board.set_seen(self._seen)

    def fill(self) -> "late.ScheduleBoard":
        """Build what is inside, once."""
        if self.board is None:
            self.board = late.ScheduleBoard(self._context)
            self._layout.addWidget(self.board)
        return self.board

    def plan(self) -> None:
        """Show the form of a new show."""
        self.fill().verbs.plan()

    def show_moved(self) -> None:
        """What new clock rules mean for the plan."""
        dialog = late.MovedDialog(self._context, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
