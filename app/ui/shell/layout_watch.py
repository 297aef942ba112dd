"""Notices when the window's layout has changed and settled, so that it can be saved before a crash."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

REST_MS = 1000  # dragging an edge changes it sixty times a second
_CHANGES = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange})


class LayoutWatch(QObject):
    """Calls `save` a moment after the last change of the window or its docks."""

    def __init__(self, window: QMainWindow, docks: Iterable[QDockWidget], save: Callable[[], None]) -> None:
        super().__init__(window)
        self._save = save
        self._stopped = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._on_rest)
        window.installEventFilter(self)
        for dock in docks:
            dock.installEventFilter(self)
            dock.topLevelChanged.connect(self._changed)
            dock.dockLocationChanged.connect(self._changed)
            dock.visibilityChanged.connect(self._changed)  # also when another tab comes to the front

    def stop(self) -> None:
        """Stop watching; the window's owner saves the layout. Can be called again."""
        self._stopped = True
        self._timer.stop()

    def _on_rest(self) -> None:
        if not self._stopped:
            self._save()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _CHANGES:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _changed(self) -> None:
        self._timer.start()
