"""A dock whose title says its name once: in its own line, or on its tab while it shares its place."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QWidget

from app.ui.language import tr
from app.ui.theme import Icons
from app.ui.widgets.pieces import icon_button, label

CLOSE_PX = 24


class PanelDock(QDockWidget):
    """A panel at the window's edge: can be dragged by its title and closed."""

    def __init__(self, name: str, title: str, panel: QWidget, icons: Icons, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.setObjectName(name)
        self.setWidget(panel)
        self.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable)
        self._window = window
        self._title = QWidget()
        self._title.setObjectName("dockTitle")
        self._title.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self._title)
        row.setContentsMargins(12, 6, 6, 2)
        row.addWidget(label(title, "sectionTitle"), 1)
        close = icon_button(icons, "close", tr("Window", "Close {panel}", panel=title), self.close)
        close.setIcon(icons.icon("close", "faint"))
        close.setFixedSize(CLOSE_PX, CLOSE_PX)
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the View menu does the same, and Tab has a shorter way
        row.addWidget(close)
        self._no_title = QWidget()
        self.setTitleBarWidget(self._title)

    def show_title(self) -> None:
        """The title line, unless a tab says the name already."""
        tabbed = any(not dock.isHidden() for dock in self._window.tabifiedDockWidgets(self))
        wanted = self._no_title if tabbed else self._title
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)
            wanted.show()
