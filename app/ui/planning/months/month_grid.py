"""A month as a grid of six weeks. Shows can be dragged to other days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from app.ui.kit.theme import Theme
from app.ui.planning.months.month_cell import CHIP_GAP_PX, CHIP_PX, HEAD_PX, MARK_PX, CellPainter, DayCell, MonthItem

WEEKS = 6
WEEKDAYS_PX = 26
DAY = timedelta(days=1)
NO_DAY = DayCell()
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The content of the grid: the month of `first`, weekday names from Monday, cells by day, and today."""

    first: date
    weekdays: tuple[str, ...]
    cells: Mapping[date, DayCell]
    today: date


def first_shown(month: date) -> date:
    """The Monday on which the six weeks of a month start."""
    first = month.replace(day=1)
    return first - (first.isoweekday() - 1) * DAY


class MonthGrid(QWidget):
    """Signals: `opened(key)`, `plan_wanted(day)`, `moved(key, days)`, `duplicated(key, days)`, `cancelled(key)`, `more_wanted(day)` for a
    day with hidden shows, `turned(months)` by Page Up, Page Down and wheel, `menu_wanted(key, day, point)`.

    Arrows: next day. Space: next show of the day. Enter: open. Alt+arrows: move. Ctrl+D: duplicate to next week. Delete: cancel.
    """

    opened = Signal(str)
    plan_wanted = Signal(object)
    moved = Signal(str, int)
    duplicated = Signal(str, int)
    cancelled = Signal(str)
    more_wanted = Signal(object, object)
    turned = Signal(int)
    menu_wanted = Signal(str, object, object)
    day_chosen = Signal(object)

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(560, 380)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._painter = CellPainter(theme)
        self._page = MonthPage(date(2000, 1, 1), (), {}, date(2000, 1, 1))
        self._day = self._page.first
        self._key = ""
        self._pressed: tuple[str, date, QPoint] | None = None
        self._carried: tuple[str, date] | None = None  # the dragged show and its day
        self._over: date | None = None
        self._copying = False

    @property
    def day(self) -> date:
        """The current day."""
        return self._day

    @property
    def key(self) -> str:
        """The key of the current show, "" = none."""
        return self._key

    @property
    def page(self) -> MonthPage:
        return self._page

    def show_page(self, page: MonthPage) -> None:
        """Show a month."""
        turned = page.first != self._page.first
        self._page = page
        if turned and (self._day.year, self._day.month) != (page.first.year, page.first.month):
            here = (page.today.year, page.today.month) == (page.first.year, page.first.month)
            self._day, self._key = (page.today if here else page.first), ""
        if self._key not in {item.key for item in self._items(self._day)}:
            self._key = next((item.key for item in self._items(self._day)), "")
        self._describe()
        self.update()

    def choose(self, day: date, key: str = "") -> None:
        """Make a day and one of its shows current."""
        if (day.year, day.month) != (self._page.first.year, self._page.first.month) and day not in self._page.cells:
            months = (day.year - self._page.first.year) * 12 + day.month - self._page.first.month
            self._day, self._key = day, key
            self.turned.emit(months)
            return
        self._day = day
        self._key = key or next((item.key for item in self._items(day)), "")
        self._describe()
        self.day_chosen.emit(day)
        self.update()

    def _items(self, day: date) -> tuple[MonthItem, ...]:
        return self._page.cells.get(day, NO_DAY).items

    def _describe(self) -> None:
        cell = self._page.cells.get(self._day, NO_DAY)
        words = [cell.title or self._day.isoformat(), *(mark.words for mark in cell.marks)]
        words += [f"{item.hour} {item.title}" for item in cell.items]
        self.setAccessibleDescription(" · ".join(words))

    # Where things are -----------------------------------------------------------------------------------------------------

    def _days(self) -> tuple[date, ...]:
        begin = first_shown(self._page.first)
        return tuple(begin + number * DAY for number in range(7 * WEEKS))

    def cell_rect(self, day: date) -> QRect:
        """The area of a day; empty when it is not shown."""
        number = (day - first_shown(self._page.first)).days
        if not 0 <= number < 7 * WEEKS:
            return QRect()
        row, column = divmod(number, 7)
        width, height = self.width(), self.height() - WEEKDAYS_PX
        left, right = width * column // 7, width * (column + 1) // 7
        top, bottom = WEEKDAYS_PX + height * row // WEEKS, WEEKDAYS_PX + height * (row + 1) // WEEKS
        return QRect(left, top, right - left, bottom - top)

    def _chips(self, day: date) -> tuple[list[tuple[MonthItem, QRect]], QRect, int]:
        """The areas of a day's shows, the area of the "more" line, and the number of hidden shows."""
        rect = self.cell_rect(day).adjusted(4, 0, -4, -3)
        cell = self._page.cells.get(day, NO_DAY)
        top = rect.top() + HEAD_PX + MARK_PX * self._painter.mark_lines(cell, rect)
        room = max(0, rect.bottom() - top) // (CHIP_PX + CHIP_GAP_PX)
        shown = cell.items if len(cell.items) <= room else cell.items[: max(0, room - 1)]
        chips = [
            (item, QRect(rect.left(), top + place * (CHIP_PX + CHIP_GAP_PX), rect.width(), CHIP_PX)) for place, item in enumerate(shown)
        ]
        more = QRect(rect.left(), top + len(shown) * (CHIP_PX + CHIP_GAP_PX), rect.width(), CHIP_PX)
        return chips, more, len(cell.items) - len(shown)

    def chip_rect(self, key: str) -> QRect:
        """The area of a show; empty when it is hidden."""
        return next((rect for day in self._days() for item, rect in self._chips(day)[0] if item.key == key), QRect())

    def _day_at(self, point: QPoint) -> date | None:
        return next((day for day in self._days() if self.cell_rect(day).contains(point)), None)

    def _item_at(self, point: QPoint, day: date) -> MonthItem | None:
        return next((item for item, rect in self._chips(day)[0] if rect.contains(point)), None)

    # Looks ----------------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(980, 600)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.weekdays(painter, QRect(0, 0, self.width(), WEEKDAYS_PX), self._page.weekdays)
        for day in self._days():
            rect = self.cell_rect(day)
            if rect.intersects(event.rect()):
                self._paint_day(painter, day, rect)
        painter.end()

    def _paint_day(self, painter: QPainter, day: date, rect: QRect) -> None:
        cell = self._page.cells.get(day, NO_DAY)
        self._painter.ground(
            painter,
            rect,
            day,
            inside=day.month == self._page.first.month,
            today=day == self._page.today,
            focused=day == self._day and self.hasFocus(),
            target=self._carried is not None and day == self._over,
        )
        self._painter.marks(painter, rect.adjusted(4, 0, -4, -3), cell)
        chips, more_rect, more = self._chips(day)
        for item, chip in chips:
            carried = self._carried is not None and item.key == self._carried[0] and not self._copying
            self._painter.chip(painter, chip, item, chosen=item.key == self._key and day == self._day, faint=carried)
        if more:
            self._painter.more(painter, more_rect, more)
        if self._carried is not None and day == self._over and day != self._carried[1]:
            ghost = QRect(rect.left() + 4, rect.bottom() - CHIP_PX - 4, rect.width() - 8, CHIP_PX)
            for one in self._items(self._carried[1]):
                if one.key == self._carried[0]:
                    self._painter.chip(painter, ghost, one, chosen=True, faint=False, copied=self._copying)

    # What the user does ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position().toPoint())
        if day is None or event.button() != Qt.MouseButton.LeftButton:
            return
        item = self._item_at(event.position().toPoint(), day)
        _, more_rect, more = self._chips(day)
        self._day, self._key = day, item.key if item is not None else ""
        self._pressed = (self._key, day, event.position().toPoint()) if item is not None and item.movable else None
        if item is None and more and more_rect.contains(event.position().toPoint()):
            self.more_wanted.emit(day, self.mapToGlobal(more_rect.bottomLeft()))
        self._describe()
        self.day_chosen.emit(day)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._pressed is not None and self._carried is None:
            key, day, began = self._pressed
            if (point - began).manhattanLength() >= QApplication.startDragDistance():
                self._carried = (key, day)
        if self._carried is None:
            day_here = self._day_at(point)
            over_item = day_here is not None and self._item_at(point, day_here) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if over_item else Qt.CursorShape.ArrowCursor)
            return
        self._over = self._day_at(point)
        self._copying = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.setCursor(Qt.CursorShape.DragCopyCursor if self._copying else Qt.CursorShape.ClosedHandCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        carried, over = self._carried, self._day_at(event.position().toPoint())
        self._copying = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        copying = self._copying
        self._let_go()
        if carried is None or over is None or over == carried[1]:
            return
        self._day = over
        (self.duplicated if copying else self.moved).emit(carried[0], (over - carried[1]).days)

    def _let_go(self) -> None:
        self._pressed = self._carried = self._over = None
        self._copying = False
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position().toPoint())
        if day is None:
            return
        item = self._item_at(event.position().toPoint(), day)
        self._let_go()
        if item is not None:
            self.opened.emit(item.key)
        else:
            self.plan_wanted.emit(day)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        day = self._day_at(event.pos()) if by_mouse else self._day
        if day is not None:
            item = self._item_at(event.pos(), day) if by_mouse else next((one for one in self._items(day) if one.key == self._key), None)
            self.choose(day, item.key if item is not None else "")
            point = event.globalPos() if by_mouse else self.mapToGlobal(self.cell_rect(day).center())
            self.menu_wanted.emit(item.key if item is not None else "", day, point)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if abs(event.angleDelta().y()) >= 120:
            self.turned.emit(-1 if event.angleDelta().y() > 0 else 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        modifiers = event.modifiers()
        if key == Qt.Key.Key_Escape and self._carried is not None:
            self._let_go()
        elif key in _STEPS:
            self._step(_STEPS[key], carry=bool(modifiers & Qt.KeyboardModifier.AltModifier))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turned.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key == Qt.Key.Key_Home:
            self.choose(self._page.today)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self._key) if self._key else self.plan_wanted.emit(self._day)
        elif key == Qt.Key.Key_Space:
            self._next_item()
        elif self._key and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cancelled.emit(self._key)
        elif self._key and key == Qt.Key.Key_D and modifiers & Qt.KeyboardModifier.ControlModifier:
            self.duplicated.emit(self._key, 7)
        else:
            super().keyPressEvent(event)

    def _step(self, days: int, *, carry: bool) -> None:
        item = next((one for one in self._items(self._day) if one.key == self._key), None)
        if carry and item is not None and item.movable:
            self._day += days * DAY
            self.moved.emit(item.key, days)
        elif not carry:
            self.choose(self._day + days * DAY)

    def _next_item(self) -> None:
        keys = [item.key for item in self._items(self._day)]
        if keys:
            place = keys.index(self._key) + 1 if self._key in keys else 0
            self.choose(self._day, keys[place % len(keys)])

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            day = self._day_at(event.pos())
            item = self._item_at(event.pos(), day) if day is not None else None
            cell = self._page.cells.get(day, NO_DAY) if day is not None else NO_DAY
            words = item.tip if item is not None else "\n".join(mark.tip for mark in cell.marks)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)
