"""Windows beside the main one, built on first use: the prompter, the planner and the settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.ui.context import WindowContext
from app.ui.kit.form import Group
from app.ui.shell import late

# shortcuts that work in the prompter too, for a host who clicked there
HOSTS_KEYS = ("run.", "timer.", "product.", "card.", "coupon.", "disclosure.", "prompter.")
PLANNERS_KEYS = ("planner.", "schedule.", "window.palette")


@dataclass(frozen=True, slots=True)
class OpenWindows:
    """Which windows are open, so that a main window in another language or theme can reopen them."""

    prompter: bool
    planner: bool
    settings_page: int | None


class OwnWindows:
    """`actions` are the main window's actions: the shared ones have their keys in these windows too."""

    def __init__(
        self,
        context: WindowContext,
        settings: Callable[[], QSettings],
        actions: Callable[[], Mapping[str, QAction]],
        setting_groups: Sequence[Group],
    ) -> None:
        self._context = context
        self._settings = settings
        self._actions = actions
        self.prompter: late.Prompter | None = None
        self.planner: late.PlannerWindow | None = None
        self.settings: late.SettingsDialog | None = None
        self._setting_groups = setting_groups

    @property
    def opened(self) -> OpenWindows:
        """The windows that are open."""
        prompter = self.prompter is not None and self.prompter.isVisible()
        planner = self.planner is not None and self.planner.isVisible()
        return OpenWindows(prompter, planner, self.settings.page if self.settings is not None else None)

    def reopen(self, opened: OpenWindows, main: QWidget) -> None:
        """Reopen the windows that were open beside the window before `main`."""
        if opened.prompter:
            self.toggle_prompter()
        if opened.planner:
            self.show_planner("")
        if opened.settings_page is not None:
            self.show_settings(main, opened.settings_page)

    def show_settings(self, main: QWidget, page: int = 0) -> None:
        """Open the settings over `main`, at a page."""
        if self.settings is not None:
            return
        dialog = self.settings = late.SettingsDialog(self._context, self._setting_groups, main, page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.finished.connect(self._on_settings_closed)
        dialog.open()

    def _on_settings_closed(self) -> None:
        self.settings = None

    def toggle_prompter(self) -> None:
        """Open or close the prompter."""
        if self.prompter is None:
            self.prompter = late.Prompter(self._context, self._settings())
            self._share(self.prompter, HOSTS_KEYS)
        _toggle(self.prompter)

    def toggle_planner(self) -> None:
        """Open the planner, or close it if it is the active window."""
        planner = self._planner()
        if planner.isActiveWindow():
            planner.close()
        else:
            self.show_planner("")

    def show_planner(self, page: str) -> None:
        """Bring the planner to the front, at this page if one is named."""
        planner = self._planner()
        if page:
            planner.show_tab(page)
        planner.setWindowState(planner.windowState() & ~Qt.WindowState.WindowMinimized)
        planner.show()
        planner.raise_()
        planner.activateWindow()

    def _planner(self) -> "late.PlannerWindow":
        if self.planner is None:
            self.planner = late.PlannerWindow(self._context, self._settings())
            self._share(self.planner, PLANNERS_KEYS)
        return self.planner

    def _share(self, window: QWidget, keys: tuple[str, ...]) -> None:
        window.addActions([action for name, action in self._actions().items() if name.startswith(keys)])

    def close(self) -> None:
        """Close and delete the prompter and the planner."""
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
