"""The prompter's page: large words on black, mirrored for the glass in front of a camera, rolled by time and not by frames."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QBrush,
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.domain.words import is_right_to_left
from app.ui.theme import Theme

MIN_SIZE_PX, MAX_SIZE_PX = 20, 160
MIN_SPEED, MAX_SPEED = 10, 400  # pixels a second
MARGIN_SHARE = 0.06
READING_LINE = 0.38  # of the height: where the eye rests, near the lens
FRAME_MS = 16


@dataclass(frozen=True, slots=True)
class PrompterText:
    """What is read: a title, points (text, ticked) in any order, and a script, which replaces the points when it is rolled."""

    title: str = ""
    points: tuple[tuple[str, bool], ...] = ()
    script: str = ""
    next_title: str = ""
    language: str = "en"


class PrompterPage(QWidget):
    """`rolling` moves the page; Space starts and stops, the wheel moves by hand."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = PrompterText()
        self._document = QTextDocument(self)
        self._document.setUndoRedoEnabled(False)
        self.mirrored = False
        self.size_px = 56
        self.speed = 60
        self.scripted = False
        self._offset = 0.0
        self._rolled_at = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._roll)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 200)
        self.setAutoFillBackground(False)

    @property
    def rolling(self) -> bool:
        return self._timer.isActive()

    def show_text(self, text: PrompterText) -> None:
        """Show this; another segment begins at its top."""
        if text == self._text:
            return
        if text.title != self._text.title:
            self._offset = 0.0
        self._text = text
        self._lay_out()

    def set_looks(
        self, *, size_px: int | None = None, mirrored: bool | None = None, scripted: bool | None = None, speed: int | None = None
    ) -> None:
        """Change how it looks; bounds are held."""
        if size_px is not None:
            self.size_px = min(MAX_SIZE_PX, max(MIN_SIZE_PX, size_px))
        if speed is not None:
            self.speed = min(MAX_SPEED, max(MIN_SPEED, speed))
        if mirrored is not None:
            self.mirrored = mirrored
        if scripted is not None:
            self.scripted = scripted
            self._offset = 0.0
            if not scripted:
                self.stop()
        self._lay_out()
        self.changed.emit()

    def start(self) -> None:
        """Let the script roll."""
        self._rolled_at = time.monotonic()
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()
        self.changed.emit()

    def _roll(self) -> None:
        now = time.monotonic()
        self.move_by(self.speed * (now - self._rolled_at))
        self._rolled_at = now

    def move_by(self, pixels: float) -> None:
        """Move the page; it stops at its ends."""
        last = max(0.0, self._document.size().height() - self.height() * READING_LINE)
        offset = min(last, max(0.0, self._offset + pixels))
        if offset != self._offset:
            self._offset = offset
            self.update()
        elif self.rolling and pixels > 0:
            self.stop()

    def _lay_out(self) -> None:
        margin = self.width() * MARGIN_SHARE
        document = self._document
        document.clear()
        document.setDocumentMargin(0)
        document.setPageSize(QSizeF(-1, -1))
        document.setTextWidth(max(100.0, self.width() - 2 * margin))
        cursor = QTextCursor(document)
        self._write(cursor, self._text.title, self.size_px * 0.55, "muted", after=0.4)
        lines: Sequence[tuple[str, bool]] = self._text.points
        if self.scripted and self._text.script:
            lines = tuple((line, False) for line in self._text.script.split("\n"))
        for text, ticked in lines:
            mark = "" if self.scripted else "✓ " if ticked else "• "
            self._write(cursor, mark + text, self.size_px, "faint" if ticked else "text", after=0.45)
        if self._text.next_title:
            self._write(cursor, f"→ {self._text.next_title}", self.size_px * 0.55, "faint", after=0.0)
        self.update()

    def _write(self, cursor: QTextCursor, text: str, size_px: float, colour: str, *, after: float) -> None:
        if not text:
            return
        block = QTextBlockFormat()
        block.setBottomMargin(size_px * after)
        right = is_right_to_left(self._text.language)
        block.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
        words = QTextCharFormat()
        font = QFont(self.font())
        font.setPixelSize(max(8, round(size_px)))
        font.setBold(colour == "text")
        words.setFont(font)
        words.setForeground(QBrush(QColor("#ffffff") if colour == "text" else self._theme.colour(colour)))
        if cursor.position():
            cursor.insertBlock(block, words)
        else:
            cursor.setBlockFormat(block)
        cursor.insertText(text, words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.move_by(-event.angleDelta().y() / 2)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        del event
        window = self.window()
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_PageDown: 0.8, Qt.Key.Key_PageUp: -0.8}
        key = Qt.Key(event.key())
        if key in moves:
            self.move_by(moves[key] * self.height())
        elif key is Qt.Key.Key_Space and self.scripted:
            self.stop() if self.rolling else self.start()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.scripted:
            self.set_looks(speed=self.speed + (10 if key is Qt.Key.Key_Up else -10))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.set_looks(size_px=self.size_px + (-4 if key is Qt.Key.Key_Minus else 4))
        elif key is Qt.Key.Key_M:
            self.set_looks(mirrored=not self.mirrored)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#000000"))
        if self.mirrored:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        top = self.height() * (READING_LINE if self.scripted else MARGIN_SHARE) - self._offset
        painter.translate(QPointF(self.width() * MARGIN_SHARE, top))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, -top, self.width(), self.height())
        self._document.documentLayout().draw(painter, context)
        painter.end()
