"""A list whose rows can be renamed in place, dragged, and carry small buttons."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent, QHelpEvent, QIcon, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.ui.kit.labels import tip
from app.ui.kit.theme import Theme

ROW_PX = 34
ICON_PX = 18
ROW_TYPE = "application/x-tradewind-row"
TALLY_PX = 20
TALLY_DOT_PX = 10
MARK_PX = 26  # width of one small button
_ROW = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class RowButton:
    """A small button of a row; its `name` comes back with the click."""

    name: str
    icon: QIcon
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `strong` marks the one that counts (on program), `faint` one that is turned off."""

    id: str
    title: str
    icon: QIcon
    detail: str = ""
    buttons: tuple[RowButton, ...] = ()
    strong: bool = False
    faint: bool = False
    tally: str = ""  # a badge after the title: the row's state ("On air")
    tally_colour: str = "live"
    hint: str = ""  # the tooltip's second line


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option, index
        return QSize(80, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row = index.data(_ROW)
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        state = option.state
        selected, over = bool(state & QStyle.StateFlag.State_Selected), bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        fill = "accent_soft" if selected else "hover" if over else ""
        if fill:
            painter.setBrush(self._theme.colour(fill))
            painter.drawRoundedRect(area, 6, 6)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(area.adjusted(0, 0, -1, -1), 6, 6)
        if row.strong:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(row.tally_colour))
            painter.drawRoundedRect(QRect(area.x() + 2, area.y() + 7, 3, area.height() - 14), 1.5, 1.5)
        self._draw_words(painter, area, row, over or selected)
        painter.restore()

    def _draw_words(self, painter: QPainter, area: QRect, row: Row, active: bool) -> None:
        middle = area.center().y()
        row.icon.paint(painter, QRect(area.x() + 10, middle - ICON_PX // 2, ICON_PX, ICON_PX))
        right = area.right() - 4
        for place, mark in enumerate(reversed(row.buttons)):
            box = QRect(right - (place + 1) * MARK_PX, middle - ICON_PX // 2, MARK_PX, ICON_PX)
            mark.icon.paint(painter, box, Qt.AlignmentFlag.AlignCenter)
        right -= len(row.buttons) * MARK_PX
        if row.tally:
            right = self._draw_tally(painter, area, right, row)
        text = QRect(area.x() + 36, area.y(), max(0, right - area.x() - 40), area.height())
        font = painter.font()
        metrics = painter.fontMetrics()
        detail_width = 0
        if row.detail and active is not None:
            detail_width = min(metrics.horizontalAdvance(row.detail) + 8, text.width() // 2)
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(
                text,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                metrics.elidedText(row.detail, Qt.TextElideMode.ElideRight, detail_width),
            )
        font.setBold(row.strong)
        font.setItalic(row.faint)
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted" if row.faint else "text"))
        words = painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, text.width() - detail_width)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _draw_tally(self, painter: QPainter, area: QRect, right: int, row: Row) -> int:
        """Draw a badge at the right, or a dot if the title needs the room. Returns where the rest ends."""
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(row.tally) + 16
        whole = area.x() + 36 + metrics.horizontalAdvance(row.title) + TALLY_PX <= right - width
        if not whole:
            width = TALLY_DOT_PX
        height = TALLY_PX if whole else TALLY_DOT_PX
        pill = QRect(right - width, area.center().y() - height // 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(row.tally_colour))
        painter.drawRoundedRect(pill, height / 2, height / 2)
        if not whole:
            return pill.left() - 6
        painter.setPen(self._theme.colour(f"on_{row.tally_colour}"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, row.tally)
        return pill.left() - 6

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        del index
        area: QRect = option.rect
        editor.setGeometry(area.adjusted(30, 2, -4, -2))


class RowList(QListWidget):
    """`chosen(id)`; `clicked_on(id)` on a press and release of the left button; `opened(id)` on Enter or double click; `renamed(id,
    title)`; `dragged(id, place)`, counted from the top; `mark_clicked(id, name)`."""

    chosen = Signal(str)
    clicked_on = Signal(str)
    opened = Signal(str)
    renamed = Signal(str, str)
    dragged = Signal(str, int)
    mark_clicked = Signal(str, str)

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self.setItemDelegate(_RowDelegate(theme, self))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setMinimumHeight(ROW_PX * 2)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._filling = False
        self.currentItemChanged.connect(self._on_current)
        self.itemChanged.connect(self._on_item_changed)
        self.itemClicked.connect(lambda item: self.clicked_on.emit(self._row(item).id))
        self.itemDoubleClicked.connect(lambda item: self.opened.emit(self._row(item).id))

    def _row(self, item: QListWidgetItem) -> Row:
        row: Row = item.data(_ROW)
        return row

    def ids(self) -> tuple[str, ...]:
        """The rows' ids from the top."""
        return tuple(self._row(self.item(place)).id for place in range(self.count()))

    def current_id(self) -> str:
        """The id of the selected row, "" if there is none."""
        item = self.currentItem()
        return self._row(item).id if item is not None else ""

    def show_rows(self, rows: Sequence[Row], current_id: str) -> None:
        """Show these rows without emitting. If the ids are unchanged, rows are updated in place, so that editing and scrolling continue."""
        if self.state() is QAbstractItemView.State.EditingState:
            return
        self._filling = True
        if self.ids() != tuple(row.id for row in rows):
            self.clear()
            for _ in rows:
                self.addItem(QListWidgetItem())
        for place, row in enumerate(rows):
            self._fill(self.item(place), row)
            if row.id == current_id:
                self.setCurrentRow(place)
        if not any(row.id == current_id for row in rows):
            self.setCurrentRow(-1)
            self.clearSelection()
        self._filling = False

    def _fill(self, item: QListWidgetItem, row: Row) -> None:
        item.setData(_ROW, row)
        item.setText(row.title)
        item.setToolTip(tip("\n".join(filter(None, (row.title, row.hint)))))
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, " ".join(filter(None, (row.tally, row.detail))))
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled)

    def rename_current(self) -> None:
        """Open the editor in the selected row."""
        item = self.currentItem()
        if item is not None:
            self.editItem(item)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if not self._filling:
            self.chosen.emit(self._row(item).id if item is not None else "")

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        if self._filling:
            return
        row, title = self._row(item), item.text().strip()
        if title and title != row.title:
            self.renamed.emit(row.id, title)
        elif not title:
            item.setText(row.title)

    def _mark_at(self, event: QMouseEvent | QHelpEvent) -> tuple[str, RowButton] | None:
        point = event.position().toPoint() if isinstance(event, QMouseEvent) else event.pos()
        item = self.itemAt(point)
        if item is None:
            return None
        row, right = self._row(item), self.visualItemRect(item).right() - 4
        place = len(row.buttons) - 1 - (right - point.x()) // MARK_PX
        return (row.id, row.buttons[place]) if 0 <= place < len(row.buttons) and point.x() <= right else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = self._mark_at(event)
        if hit is not None and event.button() is Qt.MouseButton.LeftButton:
            self.mark_clicked.emit(hit[0], hit[1].name)
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._mark_at(event) is None:
            super().mouseDoubleClickEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and (hit := self._mark_at(event)) is not None:
            QToolTip.showText(event.globalPos(), hit[1].words, self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() is QAbstractItemView.State.EditingState  # the editor passes Return on to us
        here = "" if editing else self.current_id()
        if here and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            step = -1 if event.key() == Qt.Key.Key_Up else 1
            self.dragged.emit(here, max(0, min(self.count() - 1, self.currentRow() + step)))
        elif here and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(here)
        else:
            super().keyPressEvent(event)

    def mimeTypes(self) -> list[str]:
        return [ROW_TYPE]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        """Only the id: the list's default would serialise our Python objects, which crashes."""
        carried = QMimeData()
        carried.setData(ROW_TYPE, "\n".join(self._row(item).id for item in items).encode())
        return carried

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        if event.source() is self:
            event.accept()  # the middle of a row counts too: the nearer edge wins

    def dropEvent(self, event: QDropEvent) -> None:
        """The document moves, not the widget: say where to, and let the new document come back."""
        here = self.current_id()
        point = event.position().toPoint()
        target = self.itemAt(point)
        place = self.count() if target is None else self.row(target)
        if target is not None and point.y() > self.visualItemRect(target).center().y():
            place += 1
        if place > self.currentRow():
            place -= 1
        event.setDropAction(Qt.DropAction.IgnoreAction)  # otherwise the view would remove the row itself
        event.accept()
        if here and place != self.currentRow():
            self.dragged.emit(here, place)
