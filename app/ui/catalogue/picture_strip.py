"""A product's pictures side by side. Files are added by dragging or choosing, dragging reorders them, and the first is the main picture."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.ui.catalogue.product_list import Thumbnails
from app.ui.kit.buttons import icon_button
from app.ui.kit.file_dialogs import PICTURES, FileDialogs
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons

SIDE_PX = 96
PICTURE_TYPE = "application/x-tradewind-picture"
PATTERNS = ("*.png", "*.jpg", "*.jpeg", "*.webp")
_ID = Qt.ItemDataRole.UserRole + 1


def picture_paths(data: QMimeData) -> list[str]:
    """Local files that look like pictures."""
    found = [QUrl.toLocalFile(url) for url in data.urls() if url.isLocalFile()]
    return [path for path in found if path.lower().endswith(tuple(pattern[1:] for pattern in PATTERNS))]


class _PictureList(QListWidget):
    files_dropped = Signal(list)
    moved = Signal(str, int)
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.currentRow()
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and here >= 0:
            self.removed.emit()
        elif here >= 0 and event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = -1 if event.key() == Qt.Key.Key_Left else 1
            self.moved.emit(str(self.currentItem().data(_ID)), max(0, min(self.count() - 1, here + step)))
        else:
            super().keyPressEvent(event)

    def mimeTypes(self) -> list[str]:
        return [PICTURE_TYPE]

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        carried = QMimeData()
        carried.setData(PICTURE_TYPE, "\n".join(str(item.data(_ID)) for item in items).encode())
        return carried

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is self or picture_paths(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.source() is self or picture_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Report a move to the document, which then updates the list."""
        if event.source() is self:
            point = event.position().toPoint()
            target = self.itemAt(point)
            place = self.count() - 1 if target is None else self.row(target)
            event.setDropAction(Qt.DropAction.IgnoreAction)
            self.moved.emit(str(self.currentItem().data(_ID)), place)
        else:
            self.files_dropped.emit(picture_paths(event.mimeData()))
        event.accept()


class PictureStrip(QWidget):
    """Emits `files_chosen(paths)` and `ordered(ids)`; its owner changes the product and calls `show_pictures`."""

    files_chosen = Signal(list)
    ordered = Signal(list)

    def __init__(self, thumbnails: Thumbnails, icons: Icons, file_dialogs: FileDialogs) -> None:
        super().__init__()
        self._file_dialogs = file_dialogs
        self._thumbnails = thumbnails
        self._ids: tuple[str, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.list = _PictureList()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        self.list.setIconSize(QSize(SIDE_PX, SIDE_PX))
        self.list.setGridSize(QSize(SIDE_PX + 12, SIDE_PX + 10))
        self.list.setFixedHeight(SIDE_PX + 30)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.list.setMovement(QListView.Movement.Snap)
        self.list.setAcceptDrops(True)
        self.list.setObjectName("pictureStrip")
        self.list.setAccessibleName(tr("Product", "Pictures"))
        self.list.files_dropped.connect(self.files_chosen.emit)
        self.list.moved.connect(self._on_moved)
        self.list.removed.connect(self._remove)
        layout.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(icon_button(icons, "add", tr("Product", "Add pictures…"), self._choose))
        row.addWidget(icon_button(icons, "remove", tr("Product", "Remove picture"), self._remove))
        self._hint = label("", "hint")
        row.addWidget(self._hint, 1)
        layout.addLayout(row)

    def show_pictures(self, ids: Sequence[str]) -> None:
        """Show the pictures with these ids."""
        wanted = tuple(ids)
        self._hint.setText(
            tr("Product", "Drag pictures here or press +. PNG, JPEG or WebP.")
            if not wanted
            else tr("Product", "The first picture appears in lists and on cards. Drag to reorder.")
        )
        if wanted == self._ids:
            return
        here = self.list.currentRow()
        chosen = self._ids[here] if 0 <= here < len(self._ids) else ""
        here = wanted.index(chosen) if chosen in wanted else min(here, len(wanted) - 1)
        self._ids = wanted
        self.list.clear()
        for picture_id in wanted:
            item = QListWidgetItem()
            picture = self._thumbnails.get(picture_id)
            if picture is not None:
                item.setIcon(QIcon(picture))
            item.setData(_ID, picture_id)
            item.setSizeHint(QSize(SIDE_PX + 10, SIDE_PX + 8))
            self.list.addItem(item)
        if 0 <= here < self.list.count():
            self.list.setCurrentRow(here)

    def _choose(self) -> None:
        kinds = f"{tr('Product', 'Pictures')} ({' '.join(PATTERNS)})"
        paths = self._file_dialogs.open_files(self, PICTURES, tr("Product", "Choose pictures"), kinds)
        if paths:
            self.files_chosen.emit(paths)

    def _remove(self) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self._ids):
            self.ordered.emit([one for number, one in enumerate(self._ids) if number != place])

    def _on_moved(self, picture_id: str, place: int) -> None:
        others = [one for one in self._ids if one != picture_id]
        others.insert(place, picture_id)
        if tuple(others) != self._ids:
            self.ordered.emit(others)
