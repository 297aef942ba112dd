"""A list whose rows are chosen, opened, removed and dragged to another place; what the rows are is for those that derive from it."""

from abc import abstractmethod

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

Index = QModelIndex | QPersistentModelIndex


class DraggableRows(QListView):
    """`opened(id)` by Enter or double click, `removed()` by Delete, `chosen(id)`, `moved(ids, place)` by dragging and by Alt with the
    arrows. The document moves, never the widget: a drop says where to, and the new document comes back."""

    opened = Signal(str)
    removed = Signal()
    moved = Signal(list, int)
    chosen = Signal(str)

    def _begin(self) -> None:
        """Called when the model is set."""
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda index: self.opened.emit(self.id_at(index)))
        self.selectionModel().currentChanged.connect(lambda now, before: self.chosen.emit(self.id_at(now) if now.isValid() else ""))

    @abstractmethod
    def id_at(self, index: Index) -> str:
        """The id of what a row shows."""

    @abstractmethod
    def row_of(self, wanted: str) -> int:
        """The row of this id, -1 when it is not shown."""

    @abstractmethod
    def takes(self, event: QDropEvent) -> bool:
        """Whether what is dragged may be let fall here."""

    @property
    def in_order(self) -> bool:
        """Whether rows stand as in the document, so that moving them means something."""
        return True

    def current_id(self) -> str:
        """The row that has the keyboard, "" when none has."""
        index = self.currentIndex()
        return self.id_at(index) if index.isValid() else ""

    def chosen_ids(self) -> tuple[str, ...]:
        """The selected rows from the top."""
        return tuple(self.id_at(index) for index in sorted(self.selectedIndexes(), key=lambda index: index.row()))

    def choose(self, wanted: str) -> None:
        """Select this row and make it visible."""
        row = self.row_of(wanted)
        if row >= 0:
            self.setCurrentIndex(self.model().index(row, 0))
            self.scrollTo(self.model().index(row, 0))

    def place_at(self, point: QPoint) -> int:
        """Before which row something falls: the nearer edge counts."""
        index = self.indexAt(point)
        if not index.isValid():
            return self.model().rowCount()
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
