"""The command palette: type a few letters, press Enter."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit.language import tr

_ACTION = Qt.ItemDataRole.UserRole + 1
_KEYS = Qt.ItemDataRole.UserRole + 2
_EDGE_PX = 12


def rank(words: str, typed: str) -> int | None:
    """How well a title matches the typed letters, which must come in order: smaller is better, None = no match."""
    words, typed = words.casefold(), typed.casefold().strip()
    if typed in words:
        return words.index(typed)
    place, gaps = -1, 0
    for letter in typed.replace(" ", ""):
        found = words.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1
        place = found
    return 1000 + gaps


class _KeysDelegate(QStyledItemDelegate):
    """Draws an action's keys at the right edge, in one column."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().paint(painter, option, index)
        area: QRect = option.rect.adjusted(0, 0, -_EDGE_PX, 0)
        painter.save()
        painter.setPen(QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(index.data(_KEYS) or ""))
        painter.restore()


class Palette(QDialog):
    """A search field and the matching actions; disabled ones are left out."""

    def __init__(self, parent: QWidget, actions: Sequence[QAction]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName(tr("Palette", "Commands"))
        self._actions = [action for action in actions if action.isEnabled()]
        self.setFixedSize(520, 380)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Palette", "What do you want to do?"))
        self.line.setAccessibleName(tr("Palette", "Search commands"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Palette", "Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_KeysDelegate(self.list))
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.line.textChanged.connect(self._on_typed)
        self.line.returnPressed.connect(self.run_chosen)
        self.line.installEventFilter(self)
        self.list.itemClicked.connect(lambda item: self.run_chosen())
        self._on_typed("")
        middle = parent.mapToGlobal(parent.rect().center())
        self.move(middle.x() - self.width() // 2, parent.mapToGlobal(parent.rect().topLeft()).y() + 72)
        self.line.setFocus()

    def _on_typed(self, typed: str) -> None:
        ranked = ((rank(action.text(), typed), action) for action in self._actions)
        fitting = sorted(((place, action) for place, action in ranked if place is not None), key=lambda pair: pair[0])
        self.list.clear()
        for _, action in fitting:
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(action.icon(), action.text())
            item.setData(_ACTION, action)
            item.setData(_KEYS, keys)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{action.text()} {keys}".rstrip())
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def run_chosen(self) -> None:
        """Run the selected action and close."""
        item = self.list.currentItem()
        self.close()
        if item is not None:
            action: QAction = item.data(_ACTION)
            action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
                return True
        return super().eventFilter(watched, event)
