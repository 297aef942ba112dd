"""Windows beside the main one, made when they are first asked for and kept until it goes: the prompter and the planner."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.ui import late
from app.ui.desk import Desk

# what works in the prompter too: a host who has clicked there goes on with the show all the same
HOSTS_KEYS = ("run.", "timer.", "product.", "card.", "coupon.", "disclosure.", "prompter.")
PLANNERS_KEYS = ("planner.", "schedule.", "window.palette")


class OwnWindows:
    """`actions` are the main window's commands: those that belong there too have their keys in these windows."""

    def __init__(self, desk: Desk, settings: Callable[[], QSettings], actions: Callable[[], Mapping[str, QAction]]) -> None:
        self._desk = desk
        self._settings = settings
        self._actions = actions
        self.prompter: late.Prompter | None = None
        self.planner: late.PlannerWindow | None = None

    def toggle_prompter(self) -> None:
        """Open the host's own window, or close it."""
        if self.prompter is None:
            self.prompter = late.Prompter(self._desk, self._settings())
            self._share(self.prompter, HOSTS_KEYS)
        _toggle(self.prompter)

    def toggle_planner(self) -> None:
        """Open the planner, or close it when it is what the user looks at."""
        planner = self._planner()
        if planner.isActiveWindow():
            planner.close()
        else:
            self.show_planner("")

    def show_planner(self, page: str) -> None:
        """Bring the planner forward, with this page when one is named."""
        planner = self._planner()
        if page:
            planner.show_tab(page)
        planner.setWindowState(planner.windowState() & ~Qt.WindowState.WindowMinimized)
        planner.show()
        planner.raise_()
        planner.activateWindow()

    def _planner(self) -> "late.PlannerWindow":
        if self.planner is None:
            self.planner = late.PlannerWindow(self._desk, self._settings())
            self._share(self.planner, PLANNERS_KEYS)
        return self.planner

    def _share(self, window: QWidget, keys: tuple[str, ...]) -> None:
        window.addActions([action for name, action in self._actions().items() if name.startswith(keys)])

    def close(self) -> None:
        """For good."""
        for window in (self.prompter, self.planner):
            if window is not None:
                window.close()
                window.deleteLater()
        self.prompter = self.planner = None


def _toggle(window: QWidget) -> None:
    if window.isVisible():
        window.close()
    else:
        window.show()
        window.raise_()
