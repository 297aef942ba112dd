"""Keeps the side panels as wide as the user made them, even after the window was small for a while."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

SETTLE_MS = 60  # dragging a window larger changes its size many times a second
LARGEST_SHARE = 0.26  # of the window's width, so that the program view gets most of it
SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
WIDEST_PX = 10_000


def saved_widths(found: object, default_px: Sequence[int]) -> list[int]:
    """The widths of both sides in a settings file; the default if they are missing or broken."""
    texts = [str(one) for one in found] if isinstance(found, (list, tuple)) else []
    widths = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < len(str(WIDEST_PX))]
    return widths if len(widths) == len(texts) == len(SIDES) else list(default_px)


class SideWidths(QObject):
    """Qt narrows docks when a window shrinks and leaves them narrow when it grows. This remembers the widths that the user chose by
    dragging, and restores them when there is room."""

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget], wanted_px: Sequence[int]) -> None:
        super().__init__(window)
        self._window = window
        self._docks = tuple(docks.values())
        self._wanted_px = list(wanted_px)
        self._pressed_px: list[int | None] = [None, None]
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self._apply)
        window.installEventFilter(self)

    @property
    def wanted_px(self) -> list[int]:
        """Left and right, in device-independent pixels."""
        return list(self._wanted_px)

    def want(self, wanted_px: Sequence[int]) -> None:
        """Use these widths from now on."""
        self._wanted_px = list(wanted_px)
        self._apply()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind is QEvent.Type.Resize:
            self._settling.start()
        elif kind is QEvent.Type.MouseButtonPress:  # the separators between panels belong to the window
            self._pressed_px = self._widths()
        elif kind is QEvent.Type.MouseButtonRelease:
            self._on_released()
        return super().eventFilter(watched, event)

    def _on_released(self) -> None:
        for place, (before, now) in enumerate(zip(self._pressed_px, self._widths(), strict=True)):
            if now is not None and before is not None and now != before:
                self._wanted_px[place] = now

    def _widths(self) -> list[int | None]:
        return [dock.width() if (dock := self._dock_at(side)) is not None else None for side in SIDES]

    def _dock_at(self, side: Qt.DockWidgetArea) -> QDockWidget | None:
        visible = (dock for dock in self._docks if dock.isVisibleTo(self._window) and not dock.isFloating())
        return next((dock for dock in visible if self._window.dockWidgetArea(dock) is side), None)

    def _apply(self) -> None:
        most = round(self._window.width() * LARGEST_SHARE)
        found = [
            (dock, min(px, most)) for side, px in zip(SIDES, self._wanted_px, strict=True) if (dock := self._dock_at(side)) is not None
        ]
        if found:
            self._window.resizeDocks([dock for dock, _ in found], [px for _, px in found], Qt.Orientation.Horizontal)
