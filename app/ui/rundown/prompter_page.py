"""The prompter's page: large text on black, mirrored for camera glass, scrolled by time rather than by frames."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
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

from app.domain.base.localized_text import is_right_to_left
from app.ui.kit.theme import Theme

MIN_SIZE_PX, MAX_SIZE_PX = 20, 160
MIN_SPEED, MAX_SPEED = 10, 400  # pixels per second
MARGIN_SHARE = 0.06
READING_LINE = 0.38  # of the height: where the eye rests, near the lens
FRAME_MS = 16
HEAD_PX = 76  # the line with the clock and what must be said now


@dataclass(frozen=True, slots=True)
class PrompterText:
    """A title, points (text, ticked), and a script that replaces the points while it rolls; `hint` is shown if there is no script."""

    title: str = ""
    points: tuple[tuple[str, bool], ...] = ()
    script: str = ""
    hint: str = ""
    next_title: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PrompterHead:
    """The top line: `clock` in the colour of `state` ("", "soon", "over"), and what must be said now."""

    clock: str = ""
    state: str = ""
    must_say: str = ""


class PrompterPage(QWidget):
    """`rolling` scrolls the page. Space starts and stops it, the wheel scrolls by hand. Mirroring includes the clock.

    Emits `numbered` with the index from 0 of the point whose digit was pressed, and `filled` on a double click.
    """

    changed = Signal()
    numbered = Signal(int)
    filled = Signal()

    def __init__(self, theme: Theme, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self._theme = theme
        self.text = PrompterText()
        self.head = PrompterHead()
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
        self._timer.timeout.connect(self.roll)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 200)
        self.setAutoFillBackground(False)

    @property
    def offset(self) -> float:
        """Pixels scrolled."""
        return self._offset

    @property
    def rolling(self) -> bool:
        return self._timer.isActive()

    def show_text(self, text: PrompterText) -> None:
        """Show this text; another segment starts at its top."""
        if text == self.text:
            return
        if text.title != self.text.title:
            self._offset = 0.0
        self.text = text
        self._lay_out()

    def show_head(self, head: PrompterHead) -> None:
        """Show another clock, or another thing to say."""
        if head != self.head:
            self.head = head
            self.update()

    def set_looks(
        self, *, size_px: int | None = None, mirrored: bool | None = None, scripted: bool | None = None, speed: int | None = None
    ) -> None:
        """Change the looks, within their bounds."""
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
        """Start rolling."""
        self._rolled_at = self._now_s()
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Stop rolling."""
        self._timer.stop()
        self.changed.emit()

    def roll(self) -> None:
        """Scroll by the time since the last call."""
        now_s = self._now_s()
        self.move_by(self.speed * (now_s - self._rolled_at))
        self._rolled_at = now_s

    def move_by(self, pixels: float) -> None:
        """Scroll, within the page."""
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
        self._write(cursor, self.text.title, self.size_px * 0.55, "muted", after=0.4)
        if self.scripted and self.text.script:
            for line in self.text.script.split("\n"):
                self._write(cursor, line, self.size_px, "text", after=0.45)
        else:
            if self.scripted:
                self._write(cursor, self.text.hint, self.size_px * 0.45, "warning", after=0.6)
            for text, ticked in self.text.points:
                self._write(
                    cursor, f"{'✓' if ticked else '•'}\u2002{text}", self.size_px, "faint" if ticked else "text", after=0.45, hangs=True
                )
        if self.text.next_title:
            self._write(cursor, f"→ {self.text.next_title}", self.size_px * 0.55, "faint", after=0.0)
        self.update()

    def _write(self, cursor: QTextCursor, text: str, size_px: float, colour: str, *, after: float, hangs: bool = False) -> None:
        if not text:
            return
        block = QTextBlockFormat()
        block.setBottomMargin(size_px * after)
        right = is_right_to_left(self.text.language)
        block.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
        words = QTextCharFormat()
        font = QFont(self.font())
        font.setPixelSize(max(8, round(size_px)))
        font.setBold(colour == "text")
        words.setFont(font)
        if hangs:  # hanging indent: the second line aligns with the first word, not with the mark
            indent = QFontMetricsF(font).horizontalAdvance(text[:2])
            block.setTextIndent(-indent)
            (block.setRightMargin if right else block.setLeftMargin)(indent)
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
        self.filled.emit()

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
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.numbered.emit(key - Qt.Key.Key_1)
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
        head_px = HEAD_PX if self.head.clock or self.head.must_say else 0
        start = self.height() * READING_LINE if self.scripted else head_px + self.height() * MARGIN_SHARE / 2
        top = start - self._offset
        painter.save()
        painter.setClipRect(QRectF(0, head_px, self.width(), self.height() - head_px))
        painter.translate(QPointF(self.width() * MARGIN_SHARE, top))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, head_px - top, self.width(), self.height() - head_px)
        self._document.documentLayout().draw(painter, context)
        painter.restore()
        self._paint_head(painter)
        painter.end()

    def _paint_head(self, painter: QPainter) -> None:
        margin = self.width() * MARGIN_SHARE
        area = QRectF(margin, 8, self.width() - 2 * margin, HEAD_PX - 16)
        font = QFont(self.font())
        font.setBold(True)
        font.setPixelSize(44)
        font.setFeature(QFont.Tag("tnum"), 1)
        painter.setFont(font)
        clock_px = painter.fontMetrics().horizontalAdvance(self.head.clock) + 16 if self.head.clock else 0
        if self.head.clock:
            colour = {"over": "error", "soon": "warning"}.get(self.head.state)
            painter.setPen(self._theme.colour(colour) if colour else QColor("#ffffff"))
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.head.clock)
        if self.head.must_say:
            band = area.adjusted(0, 0, -clock_px, 0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("live"))
            painter.drawRoundedRect(band, 8, 8)
            font.setPixelSize(26)
            painter.setFont(font)
            painter.setPen(self._theme.colour("on_live"))
            words = painter.fontMetrics().elidedText(self.head.must_say, Qt.TextElideMode.ElideRight, round(band.width()) - 32)
            painter.drawText(band.adjusted(16, 0, -16, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
