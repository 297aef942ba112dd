"""Strips: one row of hours for each party, with the show as a block across them."""

from datetime import date, datetime

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from app.domain.planning.hours.comfort import LEVELS, QUARTER_MINUTES
from app.ui.kit.labels import tip
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme
from app.ui.planning.hours.strip_model import StripModel, StripRow, worst
from app.ui.planning.hours.strip_paint import (
    HEAD_PX,
    NAME_PX,
    ROOMY_ROW_PX,
    ROW_PX,
    TIME_PX,
    StripLayout,
    StripPainter,
    draw_comfort,
    small,
)
from app.ui.planning.local_times import comfort_text, time_text

BORDER_PX = 3  # the block's line with antialiasing
EDGE_PX = 46  # space for the time beside an edge of the block
HANDLE_PX = 22


class StripsView(QAbstractScrollArea):
    """`moved(instant)` is emitted during a drag, `settled()` at its end; `day_wanted(days)` asks for another day, `best_wanted()` for the
    best time, `plan_wanted()` (Enter) for the form.

    Mouse: drag the block, or press anywhere to move it there. Arrows: 15 minutes, with Shift an hour. PgUp, PgDn: a day.
    """

    moved = Signal(object)
    settled = Signal()
    day_wanted = Signal(int)
    best_wanted = Signal()
    plan_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._model: StripModel | None = None
        self._start = 0  # of the block, in quarters of the axis
        self._minutes = 120
        self._grabbed: float | None = None  # the place in the block where the user grabbed it
        self._head = QPixmap()
        self._rows = QPixmap()
        self._bold = small(self.font(), bold=True, pixels=13)
        self._fine = small(self.font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Planner", "Everyone’s hours"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().setSingleStep(ROW_PX)

    def sizeHint(self) -> QSize:
        return QSize(900, HEAD_PX + 6 * ROW_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(560, HEAD_PX + 3 * ROW_PX)

    @property
    def model(self) -> StripModel | None:
        return self._model

    @property
    def start(self) -> int:
        """The start of the block, in quarters of the axis."""
        return self._start

    def show_model(self, model: StripModel) -> None:
        """Show a model."""
        self._model = model
        self._forget()
        self._place_scroll_bar()
        self._describe()

    def show_block(self, start: datetime, minutes: int) -> None:
        """Place the block without a signal."""
        if self._model is None:
            return
        before = self.block_area()
        self._start, self._minutes = round(self._model.place(start)), minutes
        self._repaint_moved(before, self.block_area())
        if self._grabbed is None:
            self._describe()

    # Geometry -------------------------------------------------------------------------------------------------------------

    def _layout(self) -> StripLayout:
        rows = max(1, len(self._model.rows)) if self._model is not None else 1
        room = (self.viewport().height() - HEAD_PX) // rows
        quarters = self._model.quarters if self._model is not None else 1
        return StripLayout(self.viewport().width(), quarters, max(ROW_PX, min(ROOMY_ROW_PX, room)))

    @property
    def block_quarters(self) -> float:
        return self._minutes / QUARTER_MINUTES

    def block_area(self) -> QRect:
        """The area of the block in the viewport, with its handle."""
        layout = self._layout()
        left, right = layout.x(self._start), layout.x(self._start + self.block_quarters)
        rows = len(self._model.rows) if self._model is not None else 0
        bottom = min(self.viewport().height(), HEAD_PX + rows * layout.row_px - self.verticalScrollBar().value())
        return QRect(round(left), 2, round(right - left), bottom - 2)

    def place_at(self, x: float) -> float:
        """The place of the axis at an x of the viewport."""
        return self._layout().place(x)

    def x_of(self, place: float) -> float:
        """The x of a place of the axis in the viewport."""
        return self._layout().x(place)

    def row_at(self, y: float) -> StripRow | None:
        """The row at a y of the viewport."""
        if self._model is None or y < HEAD_PX:
            return None
        number = int((y - HEAD_PX + self.verticalScrollBar().value()) // self._layout().row_px)
        return self._model.rows[number] if number < len(self._model.rows) else None

    def _place_scroll_bar(self) -> None:
        rows = len(self._model.rows) * self._layout().row_px if self._model is not None else 0
        room = max(1, self.viewport().height() - HEAD_PX)
        self.verticalScrollBar().setRange(0, max(0, rows - room))
        self.verticalScrollBar().setPageStep(room)

    # Painting -------------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._head = QPixmap()
        self._rows = QPixmap()
        self.viewport().update()

    def _repaint_moved(self, before: QRect, after: QRect) -> None:
        """Repaint what a moved block changes: bars, handle and local times."""
        bars = QRegion(before).xored(QRegion(after))
        self.viewport().update(bars.united(bars.translated(-BORDER_PX, 0)).united(bars.translated(BORDER_PX, 0)))
        lane = before.united(after)
        self.viewport().update(QRect(lane.left() - EDGE_PX - BORDER_PX, 0, lane.width() + 2 * (EDGE_PX + BORDER_PX), HEAD_PX))
        self.viewport().update(QRect(NAME_PX - BORDER_PX - 2, HEAD_PX, TIME_PX, self.viewport().height() - HEAD_PX))

    def _draw_still(self, model: StripModel) -> None:
        """Paint everything but the block into cached pictures."""
        layout, ratio = self._layout(), self.devicePixelRatioF()
        painting = StripPainter(self._theme, self.font())
        sizes = ((self.viewport().width(), HEAD_PX), (self.viewport().width(), max(1, len(model.rows) * layout.row_px)))
        self._head, self._rows = (QPixmap(round(width * ratio), round(height * ratio)) for width, height in sizes)
        for picture in (self._head, self._rows):
            picture.setDevicePixelRatio(ratio)
            picture.fill(self._theme.colour("card"))
        painter = QPainter(self._head)
        painting.draw_head(painter, model, layout)
        painter.end()
        painter = QPainter(self._rows)
        for number, row in enumerate(model.rows):
            painting.draw_row(painter, model, row, layout, number * layout.row_px)
        painter.end()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        model = self._model
        if model is None:
            painter.fillRect(event.rect(), self._theme.colour("card"))
            painter.end()
            return
        if self._rows.isNull():
            self._draw_still(model)
        painter.setClipRegion(event.region())
        self._paint_rows(painter, model, event.rect())
        self._paint_block(painter)
        painter.setClipRect(QRect(0, 0, self.viewport().width(), HEAD_PX) & event.rect())
        painter.drawPixmap(0, 0, self._head)
        self._paint_handle(painter, model)
        painter.end()

    def _paint_rows(self, painter: QPainter, model: StripModel, area: QRect) -> None:
        top = HEAD_PX - self.verticalScrollBar().value()
        row_px = self._layout().row_px
        height = len(model.rows) * row_px
        below = QRect(0, top + height, self.viewport().width(), self.viewport().height())
        painter.fillRect(below & area, self._theme.colour("card"))
        painter.drawPixmap(0, top, self._rows)  # the clip limits it to changed areas
        if area.left() < NAME_PX + TIME_PX and area.right() > NAME_PX:
            for number, row in enumerate(model.rows):
                y = top + number * row_px
                if y < area.bottom() and y + row_px > max(area.top(), HEAD_PX):
                    self._paint_times(painter, model, row, y + (row_px - ROW_PX) // 2)

    def _paint_times(self, painter: QPainter, model: StripModel, row: StripRow, y: int) -> None:
        """Paint a party's local times at the block's edges, with day and comfort."""
        end = self._start + self.block_quarters
        begin_wall, end_wall = model.wall(row.dial, self._start), model.wall(row.dial, end)
        shift = (begin_wall.date() - model.wall(model.own, self._start).date()).days
        comfort = worst(row.comforts, self._start, round(end))
        draw_comfort(painter, self._theme, comfort, QRectF(NAME_PX - 4, y + 8, 5, 26))
        painter.setFont(self._bold)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(QPointF(NAME_PX + 8, y + 18), f"{time_text(begin_wall)}–{time_text(end_wall)}")
        painter.setFont(self._fine)
        painter.setPen(self._theme.colour("warning" if shift else "muted"))
        day = model.day_names.get(begin_wall.date(), "")
        painter.drawText(QPointF(NAME_PX + 8, y + 34), f"{day}  {shift:+d}".replace("-", "−") if shift else day)

    def _paint_block(self, painter: QPainter) -> None:
        area = QRectF(self.block_area()).adjusted(0.5, 0.5, -0.5, -1.5)
        fill = self._theme.colour("focus")
        fill.setAlpha(46)
        painter.setBrush(fill)
        painter.setPen(QPen(self._theme.colour("focus"), 2))
        painter.drawRect(area)

    def _paint_handle(self, painter: QPainter, model: StripModel) -> None:
        """Paint the block's handle, with the planner's times at both edges."""
        block = self.block_area()
        focused = self.hasFocus()
        handle = QRectF(block.left(), 2, block.width(), HANDLE_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("text"), 2) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("focus"))
        painter.drawRoundedRect(handle, 4, 4)
        painter.setPen(QPen(self._theme.colour("card"), 1.5))
        middle = handle.center().x()
        for shift in (-4, 0, 4) if handle.width() > 16 else ():
            painter.drawLine(QPointF(middle + shift, 9), QPointF(middle + shift, 17))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self._theme.colour("focus"), 2))
        for x in (block.left() + 1, block.right()):
            painter.drawLine(x, HANDLE_PX, x, HEAD_PX)
        painter.setFont(self._bold)
        painter.setPen(self._theme.colour("text"))
        begin = time_text(model.wall(model.own, self._start))
        end = time_text(model.wall(model.own, self._start + self.block_quarters))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(block.left() - EDGE_PX, 2, EDGE_PX - 5, HANDLE_PX), flags | Qt.AlignmentFlag.AlignRight, begin)
        painter.drawText(QRectF(block.right() + 6, 2, EDGE_PX, HANDLE_PX), flags | Qt.AlignmentFlag.AlignLeft, end)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_scroll_bar()
        self._forget()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        del dx, dy
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # What the user does ---------------------------------------------------------------------------------------------------

    def _move_block(self, start: int) -> None:
        """Move the block within the day."""
        if self._model is None:
            return
        wanted = max(0, min(self._model.day_quarters - 1, start))
        if wanted != self._start:
            self.show_block(self._model.instant(wanted), self._minutes)
            self.moved.emit(self._model.instant(wanted))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.button() is not Qt.MouseButton.LeftButton or self._model is None or x < self._layout().left:
            return
        place = self.place_at(x)
        inside = self._start <= place <= self._start + self.block_quarters
        self._grabbed = place - self._start if inside else self.block_quarters / 2
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._move_block(round(place - self._grabbed))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().x())
        if self._grabbed is not None:
            self._move_block(round(place - self._grabbed))
            return
        over = self._start <= place <= self._start + self.block_quarters
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._grabbed is not None:
            self._grabbed = None
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            self._describe()
            self.settled.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.position().x() >= self._layout().left:
            self.plan_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        day = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if step is not None and self._model is not None:
            wanted = self._start + step * (4 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            if 0 <= wanted < self._model.day_quarters:
                self._move_block(wanted)
            else:
                self.moved.emit(self._model.instant(wanted))  # on another day
            self.settled.emit()
        elif day is not None:
            self.day_wanted.emit(day)
        elif event.key() == Qt.Key.Key_Home:
            self.best_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.plan_wanted.emit()
        else:
            super().keyPressEvent(event)

    # In words -------------------------------------------------------------------------------------------------------------

    def _describe(self) -> None:
        """Describe the block for screen readers."""
        if self._model is not None:
            self.setAccessibleDescription(block_text(self._model, self._start, self._minutes))

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip(self._words_at(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def _words_at(self, point: QPoint) -> str:
        row, model = self.row_at(point.y()), self._model
        if row is None or model is None:
            return ""
        if point.x() < self._layout().left:
            return "\n".join((f"{row.name} · {row.city}", *(mark.words for mark in row.marks)))
        place = min(len(row.comforts) - 1, max(0, int(self.place_at(point.x()))))
        return "\n".join((hour_line(model, row, place), *(mark.words for mark in row.marks if mark.begin - 1 <= place < mark.end + 1)))


def hour_line(model: StripModel, row: StripRow, place: int) -> str:
    """A party's local time and comfort as text."""
    wall = model.wall(row.dial, place)
    comfort = comfort_text(LEVELS[row.comforts[place]], row.kind)
    return f"{row.name}, {day_name(model, wall.date())} {time_text(wall)} · {comfort}"


def day_name(model: StripModel, day: date) -> str:
    return model.day_names.get(day, day.isoformat())


def block_text(model: StripModel, start: int, minutes: int) -> str:
    """The block as text: the planner's times, then each party's with day and comfort."""
    end = start + minutes / QUARTER_MINUTES
    begin, until = model.wall(model.own, start), model.wall(model.own, end)
    lines = [f"{day_name(model, begin.date())} {time_text(begin)}–{time_text(until)}"]
    for row in model.rows:
        local = model.wall(row.dial, start)
        shift = model.shifts.get((local.date() - begin.date()).days, "")
        comfort = comfort_text(worst(row.comforts, start, round(end)), row.kind)
        lines.append(" ".join(filter(None, (row.name, day_name(model, local.date()), time_text(local), shift, comfort))))
    return "; ".join(lines)
