"""A list of shows by day, each with its time in several zones."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.kit.theme import Theme

DAY_PX = 34
ROW_PX = 46
HOUR_PX = 58
STATUS_PX = 104
CLOCK_PX = 190
FRAME_PX = 6
_ROW = Qt.ItemDataRole.UserRole + 1
_LEVELS = {"good": "good", "warning": "warning", "error": "error", "accent": "accent", "live": "live", "": "muted"}

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """One date. `hour` comes first; `clocks` are (name, day and time) in other zones, `status` is a word with its level."""

    key: str
    hour: str
    title: str
    detail: str
    clocks: tuple[tuple[str, str], ...] = ()
    status: str = ""
    level: str = ""
    faint: bool = False
    series: bool = False


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """A day with its shows; `marks` names its festivals. A day without a title has no heading."""

    title: str
    marks: str
    rows: tuple[AgendaRow, ...]
    today: bool = False


class _AgendaDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option
        return QSize(200, ROW_PX if isinstance(index.data(_ROW), AgendaRow) else DAY_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        data = index.data(_ROW)
        area: QRect = option.rect
        if isinstance(data, AgendaRow):
            self._paint_row(painter, area, data, option)
        else:
            self._paint_day(painter, area, data)
        painter.restore()

    def _paint_day(self, painter: QPainter, area: QRect, day: AgendaDay) -> None:
        line = area.adjusted(10, 8, -10, 0)
        painter.setFont(_font(painter, 13, bold=True))
        painter.setPen(self._theme.colour("accent" if day.today else "text"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, day.title)
        left = painter.fontMetrics().horizontalAdvance(day.title) + 14
        painter.setFont(_font(painter, 12))
        painter.setPen(self._theme.colour("muted"))
        room = line.adjusted(left, 0, 0, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, _cut(painter, day.marks, room.width()))

    def _paint_row(self, painter: QPainter, area: QRect, row: AgendaRow, option: QStyleOptionViewItem) -> None:
        box = area.adjusted(4, 1, -4, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent_soft" if selected else "hover" if over else "card"))
        painter.drawRoundedRect(QRectF(box), 6, 6)
        painter.setPen(self._theme.colour("muted" if row.faint else "text"))
        painter.setFont(_font(painter, 15, bold=True))
        painter.drawText(QRect(box.left() + 10, box.top(), HOUR_PX, box.height()), Qt.AlignmentFlag.AlignVCenter, row.hour)
        right = box.right() - 10
        if row.status:
            painter.setFont(_font(painter, 12, bold=bool(row.level)))
            painter.setPen(self._theme.colour(_LEVELS[row.level]))
            place = QRect(right - STATUS_PX, box.top(), STATUS_PX, box.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _cut(painter, row.status, STATUS_PX))
        if row.status or row.clocks:
            right -= STATUS_PX + 12
        left = box.left() + 10 + HOUR_PX + 6
        clock_px = min(CLOCK_PX, max(0, (right - left) // (len(row.clocks) + 2))) if row.clocks else 0
        for whose, words in reversed(row.clocks):
            self._two_lines(painter, QRect(right - clock_px, box.top(), clock_px, box.height()), words, whose, faint=row.faint, bold=False)
            right -= clock_px + 12
        title = f"↻ {row.title}" if row.series else row.title
        self._two_lines(painter, QRect(left, box.top(), right - left, box.height()), title, row.detail, faint=row.faint, bold=True)

    def _two_lines(self, painter: QPainter, area: QRect, first: str, second: str, *, faint: bool, bold: bool) -> None:
        half = area.height() // 2
        upper = QRect(area.left(), area.top() + 4, area.width(), half - 3)
        painter.setPen(self._theme.colour("muted" if faint else "text"))
        painter.setFont(_font(painter, 13, bold=bold))
        painter.drawText(upper if second else area, Qt.AlignmentFlag.AlignVCenter, _cut(painter, first, area.width()))
        if second:
            painter.setPen(self._theme.colour("muted"))
            painter.setFont(_font(painter, 12))
            lower = QRect(area.left(), area.top() + half, area.width(), half - 4)
            painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, _cut(painter, second, area.width()))


def _cut(painter: QPainter, words: str, width: int) -> str:
    return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(0, width))


def _font(painter: QPainter, side_px: int, *, bold: bool = False) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(side_px)
    font.setBold(bold)
    return font


class AgendaList(QListWidget):
    """`opened(key)` by Enter or double click, `cancelled(key)` by Delete, `duplicated(key)` by Ctrl+D, `menu_wanted(key, point)`."""

    opened = Signal(str)
    cancelled = Signal(str)
    duplicated = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self.setItemDelegate(_AgendaDelegate(theme, self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.itemDoubleClicked.connect(self._open)
        self._days: tuple[AgendaDay, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the dates in order."""
        return tuple(row.key for day in self._days for row in day.rows)

    @property
    def days(self) -> tuple[AgendaDay, ...]:
        return self._days

    def current_key(self) -> str:
        """The key of the current date, "" = none."""
        item = self.currentItem()
        data = item.data(_ROW) if item is not None else None
        return data.key if isinstance(data, AgendaRow) else ""

    def show_days(self, days: Sequence[AgendaDay]) -> None:
        """Replace the list; the current date stays current."""
        if tuple(days) == self._days:
            return
        before, place = self.current_key(), self.verticalScrollBar().value()
        self._days = tuple(days)
        self.clear()
        for day in days:
            if day.title:
                head = QListWidgetItem()
                head.setData(_ROW, day)
                head.setData(Qt.ItemDataRole.AccessibleTextRole, f"{day.title} {day.marks}".strip())
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                self.addItem(head)
            for row in day.rows:
                self._add_row(row, chosen=row.key == before)
        self.verticalScrollBar().setValue(place)

    def _add_row(self, row: AgendaRow, *, chosen: bool) -> None:
        item = QListWidgetItem()
        item.setData(_ROW, row)
        clocks = [f"{whose}: {words}" for whose, words in row.clocks]
        words = " · ".join(filter(None, (row.hour, row.title, row.detail, *clocks, row.status)))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        item.setToolTip("\n".join(filter(None, (row.title, row.detail, *clocks, row.status))))
        self.addItem(item)
        if chosen:
            self.setCurrentItem(item)

    def fit_rows(self) -> None:
        """Make the list as high as its rows, for use in a scroll area."""
        heights = sum(self.sizeHintForRow(number) for number in range(self.count()))
        self.setFixedHeight(heights + 2 * self.frameWidth() + FRAME_PX)

    def choose(self, key: str) -> None:
        """Make a date current and visible."""
        for number in range(self.count()):
            data = self.item(number).data(_ROW)
            if isinstance(data, AgendaRow) and data.key == key:
                self.setCurrentRow(number)
                self.scrollToItem(self.item(number))

    def _open(self, item: QListWidgetItem) -> None:
        data = item.data(_ROW)
        if isinstance(data, AgendaRow):
            self.opened.emit(data.key)

    def _on_menu(self, point: QPoint) -> None:
        item = self.itemAt(point)
        data = item.data(_ROW) if item is not None else None
        self.menu_wanted.emit(data.key if isinstance(data, AgendaRow) else "", self.mapToGlobal(point))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = self.current_key()
        if key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(key)
        elif key and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cancelled.emit(key)
        elif key and event.key() == Qt.Key.Key_D and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.duplicated.emit(key)
        else:
            super().keyPressEvent(event)
