"""The heat map of a week: the score of a show that starts in each quarter hour."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.domain.planning.hours.comfort import DAY, DAY_QUARTERS, QUARTER_MINUTES
from app.ui.kit.labels import tip
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme
from app.ui.planning.hours.strip_model import HOUR_QUARTERS
from app.ui.planning.hours.strip_paint import HOUR_STEPS, hatched, small
from app.ui.planning.local_times import time_text

DAY_PX = 96
HEAD_PX = 26
RIGHT_PX = 14
GAP_PX = 6  # between two days
WEEK_DAYS = 7
STEPS = 5  # shades that can be told apart
LOWEST = 0.12  # of a day's height, for the lowest possible score


def shade(theme: Theme, score: float) -> QColor:
    """The colour of a score, from poor over fair to prime."""
    step = min(STEPS - 1, int(score * STEPS))
    share = step / (STEPS - 1)
    low, high, part = ("poor", "fair", share * 2) if share < 0.5 else ("fair", "prime", share * 2 - 1)
    first, second = theme.colour(low), theme.colour(high)
    return QColor.fromRgbF(
        first.redF() + (second.redF() - first.redF()) * part,
        first.greenF() + (second.greenF() - first.greenF()) * part,
        first.blueF() + (second.blueF() - first.blueF()) * part,
    )


class HeatView(QWidget):
    """`moved(wall time)` is emitted when the user moves the block by click, drag or arrows (up and down: a day).

    `week_wanted(weeks)`, `best_wanted()` and `plan_wanted()` are as in StripsView. `words` describes a wall time."""

    moved = Signal(object)
    week_wanted = Signal(int)
    best_wanted = Signal()
    plan_wanted = Signal()

    def __init__(self, theme: Theme, words: Callable[[datetime], str]) -> None:
        super().__init__()
        self._theme = theme
        self._words = words
        self._monday = date.min
        self._days: tuple[str, ...] = ()
        self._scores: Sequence[Sequence[float | None]] = ()
        self._best: tuple[datetime, ...] = ()
        self._planned: tuple[tuple[datetime, int, str], ...] = ()
        self._block: tuple[datetime, int] | None = None
        self._still = QPixmap()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Planner", "Week in 15-minute steps"))

    def sizeHint(self) -> QSize:
        return QSize(900, 460)

    def minimumSizeHint(self) -> QSize:
        return QSize(480, 260)

    def show_week(self, monday: date, days: Sequence[str], scores: Sequence[Sequence[float | None]]) -> None:
        """Show a week: day names, and a score from 0 to 1 for each quarter, None where no show can start."""
        self._monday, self._days, self._scores = monday, tuple(days), scores
        self._still = QPixmap()
        self.update()

    def show_best(self, walls: Sequence[datetime]) -> None:
        """Number the best starts."""
        self._best = tuple(walls)
        self._still = QPixmap()
        self.update()

    def show_planned(self, shows: Sequence[tuple[datetime, int, str]]) -> None:
        """Show planned shows: (start, minutes, title)."""
        self._planned = tuple(shows)
        self._still = QPixmap()
        self.update()

    def show_block(self, wall: datetime, minutes: int) -> None:
        """Place the block. It may reach into the next day."""
        if self._block != (wall, minutes):
            for area in self._block_areas():
                self.update(area.adjusted(-4, -4, 4, 4))
            self._block = (wall, minutes)
            for area in self._block_areas():
                self.update(area.adjusted(-4, -4, 4, 4))
            self.setAccessibleDescription(self._words(wall))

    # Geometry -------------------------------------------------------------------------------------------------------------

    def _scale(self) -> float:
        return max(1.0, (self.width() - DAY_PX - RIGHT_PX) / DAY_QUARTERS)

    def _row_height(self) -> float:
        return (self.height() - HEAD_PX) / WEEK_DAYS

    def area_of(self, day: int, begin: float, end: float) -> QRect:
        """The area of a range of quarters on a day."""
        scale, height = self._scale(), self._row_height()
        left, right = round(DAY_PX + begin * scale), round(DAY_PX + end * scale)
        top = round(HEAD_PX + day * height)
        return QRect(left, top, right - left, round(HEAD_PX + (day + 1) * height) - top - GAP_PX)

    def _block_areas(self) -> list[QRect]:
        return self._areas(*self._block) if self._block is not None else []

    def _areas(self, wall: datetime, minutes: int) -> list[QRect]:
        """The areas of a show, one for each day."""
        day, place = (wall.date() - self._monday).days, (wall.hour * 60 + wall.minute) / QUARTER_MINUTES
        left, found = minutes / QUARTER_MINUTES, []
        while left > 0 and day < WEEK_DAYS:
            part = min(left, DAY_QUARTERS - place)
            if day >= 0:
                found.append(self.area_of(day, place, place + part))
            left, place, day = left - part, 0.0, day + 1
        return found

    def wall_at(self, point: QPointF) -> datetime | None:
        """The wall time of the quarter at a point; None outside the week."""
        day = int((point.y() - HEAD_PX) // self._row_height())
        place = int((point.x() - DAY_PX) // self._scale())
        if not (0 <= day < WEEK_DAYS and 0 <= place < DAY_QUARTERS):
            return None
        return datetime.combine(self._monday + day * DAY, time()) + timedelta(minutes=place * QUARTER_MINUTES)

    # Painting -------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._still.isNull():
            self._draw_still()
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.drawPixmap(0, 0, self._still)
        fill = self._theme.colour("focus")
        fill.setAlpha(60)
        painter.setPen(QPen(self._theme.colour("text" if self.hasFocus() else "focus"), 2))
        painter.setBrush(fill)
        for area in self._block_areas():
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        painter.end()

    def _draw_still(self) -> None:
        ratio = self.devicePixelRatioF()
        self._still = QPixmap(self.size() * ratio)
        self._still.setDevicePixelRatio(ratio)
        self._still.fill(self._theme.colour("card"))
        painter = QPainter(self._still)
        self._draw_hours(painter)
        for day, scores in enumerate(self._scores):
            self._draw_day(painter, day, scores)
        self._draw_planned(painter)
        self._draw_best(painter)
        painter.end()

    def _draw_hours(self, painter: QPainter) -> None:
        font = small(self.font())
        metrics, room = QFontMetrics(font), self._scale() * HOUR_QUARTERS
        step = next((one for one in HOUR_STEPS if room * one >= metrics.horizontalAdvance("00") + 7), HOUR_STEPS[-1])
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted"))
        for hour in range(0, 24, step):
            x = DAY_PX + hour * room
            painter.drawText(QPointF(x - metrics.horizontalAdvance(str(hour)) / 2, HEAD_PX - 8), str(hour))

    def _draw_day(self, painter: QPainter, day: int, scores: Sequence[float | None]) -> None:
        row = self.area_of(day, 0, DAY_QUARTERS)
        painter.setPen(self._theme.colour("text"))
        painter.setFont(small(self.font(), bold=True, pixels=12))
        painter.drawText(QRect(12, row.top(), DAY_PX - 16, row.height()), Qt.AlignmentFlag.AlignVCenter, self._days[day])
        painter.fillRect(row, self._theme.colour("field"))
        tile = hatched(self._theme.colour("border"))
        for place, score in enumerate(scores):
            cell = self.area_of(day, place, place + 1)
            if score is None:
                painter.drawTiledPixmap(cell, tile)
                continue
            height = max(2, round(cell.height() * (LOWEST + (1 - LOWEST) * score)))
            painter.fillRect(QRect(cell.left(), cell.bottom() + 1 - height, cell.width(), height), shade(self._theme, score))
        grid = QColor(self._theme.colour("field"))
        grid.setAlpha(150)
        painter.setPen(QPen(grid, 1))
        for hour in range(1, 24):
            x = self.area_of(day, hour * HOUR_QUARTERS, hour * HOUR_QUARTERS).left() + 0.5
            painter.drawLine(QPointF(x, row.top()), QPointF(x, row.bottom() + 1))

    def _draw_planned(self, painter: QPainter) -> None:
        painter.setFont(small(self.font()))
        metrics = painter.fontMetrics()
        for wall, minutes, title in self._planned:
            for area in self._areas(wall, minutes):
                painter.setPen(QPen(self._theme.colour("edge"), 1))
                painter.setBrush(self._theme.colour("raised"))
                painter.drawRoundedRect(area.adjusted(0, 0, -1, -1), 4, 4)
                painter.setPen(self._theme.colour("muted"))
                words = metrics.elidedText(title, Qt.TextElideMode.ElideRight, area.width() - 8)
                painter.drawText(area.adjusted(5, 2, -3, 0), Qt.AlignmentFlag.AlignTop, words)

    def _draw_best(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small(self.font(), bold=True))
        for number, wall in enumerate(self._best, 1):
            day, place = (wall.date() - self._monday).days, (wall.hour * 60 + wall.minute) / QUARTER_MINUTES
            if 0 <= day < WEEK_DAYS:
                cell = self.area_of(day, place, place + 1)
                mark = QRectF(cell.left(), cell.top() + 3, 16, 16)
                painter.setPen(QPen(self._theme.colour("card"), 1))
                painter.setBrush(self._theme.colour("text"))
                painter.drawEllipse(mark)
                painter.setPen(self._theme.colour("card"))
                painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, str(number))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._still = QPixmap()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # What the user does ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._fetch(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._fetch(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.wall_at(event.position()) is not None:
            self.plan_wanted.emit()

    def _fetch(self, point: QPointF) -> None:
        wall = self.wall_at(point)
        if wall is not None and (self._block is None or wall != self._block[0]):
            self.moved.emit(wall)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        quarter = timedelta(minutes=QUARTER_MINUTES * (4 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1))
        steps = {Qt.Key.Key_Left: -quarter, Qt.Key.Key_Right: quarter, Qt.Key.Key_Up: -DAY, Qt.Key.Key_Down: DAY}
        step = steps.get(Qt.Key(event.key()))
        week = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if step is not None and self._block is not None:
            self.moved.emit(self._block[0] + step)
        elif week is not None:
            self.week_wanted.emit(week)
        elif event.key() == Qt.Key.Key_Home:
            self.best_wanted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.plan_wanted.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            wall = self.wall_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip(self._words(wall)) if wall is not None else "", self)
            return True
        return super().event(event)

    def score_words(self, wall: datetime) -> str:
        """The time and score of a start."""
        day, place = (wall.date() - self._monday).days, (wall.hour * 60 + wall.minute) // QUARTER_MINUTES
        if not (0 <= day < len(self._scores)):
            return time_text(wall)
        score = self._scores[day][place]
        rating = tr("Planner", "not possible") if score is None else tr("Planner", "{score} of 100", score=round(score * 100))
        return f"{time_text(wall)} · {rating}"


class HeatLegend(QWidget):
    """The legend of the heat map."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._ends = (tr("Planner", "bad"), tr("Planner", "best"), tr("Planner", "not possible"))
        self.setFixedHeight(24)
        self.setAccessibleName(", ".join(self._ends))

    def sizeHint(self) -> QSize:
        return QSize(sum(map(self.fontMetrics().horizontalAdvance, self._ends)) + STEPS * 18 + 80, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setFont(small(self.font(), pixels=12))
        painter.setPen(self._theme.colour("muted"))
        metrics = painter.fontMetrics()
        bad, best, impossible = self._ends
        painter.drawText(QPointF(0, 17), bad)
        x = metrics.horizontalAdvance(bad) + 8
        for step in range(STEPS):
            height = round(18 * (LOWEST + (1 - LOWEST) * (step + 1) / STEPS))
            painter.fillRect(QRect(x, 21 - height, 16, height), shade(self._theme, step / STEPS + 0.01))
            x += 18
        painter.drawText(QPointF(x + 6, 17), best)
        x += 6 + metrics.horizontalAdvance(best) + 20
        painter.drawTiledPixmap(QRect(x, 4, 16, 16), hatched(self._theme.colour("border")))
        painter.drawText(QPointF(x + 22, 17), impossible)
        painter.end()
