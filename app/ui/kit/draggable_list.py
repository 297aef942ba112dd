"""A list whose rows can be selected, opened, removed and dragged. Subclasses say what the rows are."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Generic

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from app.ui.kit.item_model import AnyItem, ItemModel


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The selection of a list, and its scroll position."""

    current: str = ""
    ids: frozenset[str] = frozenset()
    scrolled: int = 0


class DraggableList(QListView, Generic[AnyItem]):
    """`opened(id)` on Enter or double click, `removed()` on Delete, `chosen(id)`, `moved(ids, place)` on dragging and on Alt with the
    arrows. The document moves, never the widget: a drop says where to, and the new document comes back.

    The selection stays while it is shown; after a removal, the row that takes its place is selected.
    """

    opened = Signal(str)
    removed = Signal()
    moved = Signal(list, int)
    chosen = Signal(str)

    def _use_model(self, rows: ItemModel[AnyItem]) -> None:
        """Show these rows."""
        self._items = rows
        self._saved = _Chosen()
        rows.rowsAboutToBeRemoved.connect(self._keep_current)  # before Qt, which would move on above
        self.setModel(rows)
        rows.rowsRemoved.connect(self._choose_next)
        rows.modelAboutToBeReset.connect(self._save_chosen)
        rows.modelReset.connect(self._restore_chosen)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._items.id_at(index)))
        self.selectionModel().currentChanged.connect(lambda now, before: self.chosen.emit(self._items.id_at(now) if now.isValid() else ""))

    def _keep_current(self, parent: QModelIndex, first: int, last: int) -> None:
        del parent
        if first <= self.currentIndex().row() <= last:
            following = last + 1 if last + 1 < self._items.rowCount() else first - 1
            self.selectionModel().setCurrentIndex(self._items.index(following), QItemSelectionModel.SelectionFlag.NoUpdate)

    def _choose_next(self) -> None:
        here = self.currentIndex()
        if here.isValid() and not self.selectionModel().hasSelection():
            self.setCurrentIndex(here)

    def _save_chosen(self) -> None:
        self._saved = _Chosen(self.current_id(), frozenset(self.chosen_ids()), self.verticalScrollBar().value())

    def _restore_chosen(self) -> None:
        before, self._saved = self._saved, _Chosen()
        if not before.current:
            return
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(before.scrolled)
        self.choose(before.current)
        for row, item in enumerate(self._items.shown if len(before.ids) > 1 else ()):
            if item.id in before.ids:
                self.selectionModel().select(self._items.index(row), QItemSelectionModel.SelectionFlag.Select)

    @abstractmethod
    def takes(self, event: QDropEvent) -> bool:
        """Whether the dragged rows may be dropped here."""

    @property
    def in_order(self) -> bool:
        """Whether rows are in document order, so that moving them makes sense."""
        return True

    def current_id(self) -> str:
        """The row with the keyboard focus, "" if none has it."""
        index = self.currentIndex()
        return self._items.id_at(index) if index.isValid() else ""

    def chosen_ids(self) -> tuple[str, ...]:
        """The selected rows from the top."""
        return tuple(self._items.id_at(index) for index in sorted(self.selectedIndexes(), key=lambda index: index.row()))

    def choose(self, wanted: str) -> None:
        """Select this row and make it visible."""
        row = self._items.row_of(wanted)
        if row >= 0:
            self.setCurrentIndex(self._items.index(row))
            self.scrollTo(self._items.index(row))

    def place_at(self, point: QPoint) -> int:
        """The row before which something is dropped: the nearer edge counts."""
        index = self.indexAt(point)
        if not index.isValid():
            return self._items.rowCount()
        return index.row() + (point.y() > self.visualRect(index).center().y())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.current_id()
        if here and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(here)
        elif here and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif here and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if self.in_order:
                self.moved.emit([here], max(0, self.currentIndex().row() + (-1 if event.key() == Qt.Key.Key_Up else 2)))
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.takes(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        if self.takes(event):
            event.accept()
        else:
            event.ignore()
