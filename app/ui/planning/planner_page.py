"""A page of the planner: what changed while it was not seen is read when it is."""

from abc import abstractmethod

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget


class PlannerPage(QWidget):
    """`refresh` is called when the plan, who is asked, or the place that is planned from changed; `read` does it, once the page is seen."""

    def __init__(self) -> None:
        super().__init__()
        self._stale = True

    def refresh(self) -> None:
        """Read the plan anew, now or when the page is shown."""
        self._stale = not self.isVisible()
        if not self._stale:
            self.read()

    def forget(self) -> None:
        """Nobody looks any more: all is read anew when the page is shown again, it may be another day."""
        self._stale = True

    @abstractmethod
    def read(self) -> None:
        """Show the plan as it is."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._stale = False
            self.read()
