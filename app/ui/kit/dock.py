"""A dock that shows its title once: on its own line, or on its tab when it is tabbed."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QWidget

from app.ui.kit.buttons import icon_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons

CLOSE_PX = 24
FLOATING_SIZE = QSize(360, 420)  # so that a low panel isn't lost when it becomes a window


class PanelDock(QDockWidget):
    """A panel at the window's edge. It can be dragged by its title, tabbed, closed, or floated as a window, for example on another screen;
    a double click on the title floats it and docks it again."""

    def __init__(self, name: str, title: str, panel: QWidget, icons: Icons, window: QMainWindow) -> None:
        super().__init__(title, window)
        self.setObjectName(name)
        self.setWidget(panel)
        feature = QDockWidget.DockWidgetFeature
        self.setFeatures(feature.DockWidgetMovable | feature.DockWidgetClosable | feature.DockWidgetFloatable)
        self.topLevelChanged.connect(self._on_floating)
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
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the View menu does the same, and this keeps the Tab order short
        row.addWidget(close)
        self._no_title = QWidget()
        self.setTitleBarWidget(self._title)

    def _on_floating(self, floating: bool) -> None:
        self.show_title()
        if floating:
            self.resize(self.size().expandedTo(FLOATING_SIZE))

    def show_title(self) -> None:
        """The title line, hidden while a tab shows the name."""
        tabbed = not self.isFloating() and any(not dock.isHidden() for dock in self._window.tabifiedDockWidgets(self))
        wanted = self._no_title if tabbed else self._title
        if self.titleBarWidget() is not wanted:
            self.setTitleBarWidget(wanted)
            wanted.show()
