"""A vertical fader in dB: fine near 0 dB, silence at the bottom, usable by mouse, wheel and keys."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleValueChangeEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.program.mixing import MAX_GAIN_DB, MIN_GAIN_DB
from app.ui.figures import gain
from app.ui.kit.theme import Theme

UNITY = 0.75  # the position of 0 dB
KNOB = (22.0, 12.0)
STEP_DB = 1.0
FINE_DB = 0.1
PAGE_DB = 6.0


def share_of(gain_db: float) -> float:
    """The knob's position for a gain, 0 (bottom) to 1."""
    if gain_db >= 0:
        return UNITY + (1 - UNITY) * min(gain_db, MAX_GAIN_DB) / MAX_GAIN_DB
    return UNITY * math.pow(1 - min(1.0, gain_db / MIN_GAIN_DB), 1.6)


def gain_at(share: float) -> float:
    """The gain at a knob position, to a tenth of a dB; the inverse of `share_of`."""
    share = min(1.0, max(0.0, share))
    if share >= UNITY:
        return round((share - UNITY) / (1 - UNITY) * MAX_GAIN_DB, 1)
    return round(MIN_GAIN_DB * (1 - math.pow(share / UNITY, 1 / 1.6)), 1)


class Fader(QWidget):
    """`moved` carries the new gain in dB and a number that is the same for all steps of one drag (0 for keys and wheel)."""

    moved = Signal(float, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._gain_db = 0.0
        self._dragging = False
        self._drag_number = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(28, 110)

    @property
    def gain_db(self) -> float:
        return self._gain_db

    def set_gain(self, gain_db: float) -> None:
        """Show a gain without emitting `moved`."""
        if gain_db != self._gain_db:
            self._gain_db = gain_db
            self.setAccessibleDescription(gain(gain_db))
            QAccessible.updateAccessibility(QAccessibleValueChangeEvent(self, gain_db))
            self.update()

    def _track(self) -> QRectF:
        return QRectF(self.width() / 2 - 2, KNOB[1] / 2 + 2, 4, self.height() - KNOB[1] - 4)

    def knob_centre(self) -> QPointF:
        """The knob's position in the widget."""
        track = self._track()
        return QPointF(self.width() / 2, track.bottom() - share_of(self._gain_db) * track.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track, centre = self._track(), self.knob_centre()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("border"))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(self._theme.colour("accent" if self.isEnabled() else "faint"))
        painter.drawRoundedRect(QRectF(track.x(), centre.y(), track.width(), track.bottom() - centre.y()), 2, 2)
        unity = track.bottom() - UNITY * track.height()
        painter.setPen(QPen(self._theme.colour("strong_border"), 1))
        painter.drawLine(QPointF(2, unity), QPointF(self.width() - 2, unity))
        focused = self.hasFocus()
        painter.setPen(QPen(self._theme.colour("focus" if focused else "strong_border"), 2 if focused else 1))
        painter.setBrush(self._theme.colour("hover"))
        knob = QRectF(centre.x() - KNOB[0] / 2, centre.y() - KNOB[1] / 2, *KNOB)
        painter.drawRoundedRect(knob, 4, 4)
        painter.setPen(QPen(self._theme.colour("text"), 1.5))
        painter.drawLine(QPointF(knob.left() + 5, centre.y()), QPointF(knob.right() - 5, centre.y()))
        painter.end()

    def _move(self, gain_db: float, number: int = 0) -> None:
        wanted = round(min(MAX_GAIN_DB, max(MIN_GAIN_DB, gain_db)), 1)
        if wanted != self._gain_db:
            self.set_gain(wanted)
            self.moved.emit(wanted, number)

    def _move_to(self, y: float) -> None:
        track = self._track()
        wanted = gain_at((track.bottom() - y) / track.height())
        self._move(0.0 if abs(wanted) < 0.4 else wanted, self._drag_number)  # 0 dB is easy to hit

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            self._drag_number += 1
            self._move_to(event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._move_to(event.position().y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._dragging = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        self._move(0.0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            self._move(self._gain_db + event.angleDelta().y() / 120 * STEP_DB)
            event.accept()
        else:
            event.ignore()  # the wheel scrolls the mixer unless this fader was chosen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = FINE_DB if fine else STEP_DB
        targets = {
            Qt.Key.Key_Up: self._gain_db + step,
            Qt.Key.Key_Down: self._gain_db - step,
            Qt.Key.Key_PageUp: self._gain_db + PAGE_DB,
            Qt.Key.Key_PageDown: self._gain_db - PAGE_DB,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: MIN_GAIN_DB,
        }
        wanted = targets.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self._move(wanted)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
