"""The base of the planner's pages."""

from abc import abstractmethod

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget


class PlannerPage(QWidget):
    """`refresh` is called when the schedule or the selection changes; `read` then runs while the page is visible, or when it appears."""

    def __init__(self) -> None:
        super().__init__()
        self._stale = True

    def refresh(self) -> None:
        """Read the schedule again, now or when the page is shown."""
        self._stale = not self.isVisible()
        if not self._stale:
            self.read()

    def forget(self) -> None:
        """Read everything again when the page is next shown."""
        self._stale = True

    @abstractmethod
    def read(self) -> None:
        """Show the current schedule."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.read()
