"""A search field that offers a short list of matches."""

from abc import abstractmethod

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCompleter, QLineEdit


class SearchLine(QLineEdit):
    """Subclasses say what exists and what matches. Text that was typed but not picked is dropped."""

    def __init__(self, words: str, *, visible: int) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self._name = ""
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(visible)
        self._completer = completer
        self.setCompleter(completer)
        self.textEdited.connect(self.on_typed)
        completer.activated[QModelIndex].connect(self._on_activated)  # type: ignore[index]  # of its two signals, the one with the place

    @abstractmethod
    def offer(self, letters: str) -> None:
        """Offer the matches with `show_offers`."""

    @abstractmethod
    def pick_match(self, place: int) -> None:
        """Choose the match at this place of the list, if there is one."""

    def on_typed(self, letters: str) -> None:
        """The user has typed."""
        self.offer(letters)

    def show_offers(self, lines: list[str]) -> None:
        """The offered matches."""
        if (popup := self._completer.popup()) is not None:
            popup.setObjectName("offers")  # the style sheet gives it a background, unlike lists inside the window
        self._model.setStringList(lines)

    def show_name(self, name: str) -> None:
        """Show the name of the choice, unless the user is typing."""
        self._name = name
        if not (self.hasFocus() and self.isModified()):
            self.put_back()

    def put_back(self) -> None:
        """Show the choice instead of the typed text."""
        if self.text() != self._name:
            self.setText(self._name)
            self.setCursorPosition(0)
        self.setModified(False)

    def _open(self) -> None:
        self.offer(self.text() if self.isModified() else "")
        self._completer.complete()

    def _on_activated(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self.pick_match(index.row())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.selectAll()
        self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._completer.popup()
        if event.key() == Qt.Key.Key_Down and not (popup is not None and popup.isVisible()):
            self._open()
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self.put_back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isModified() and self.text().strip():
            self.pick_match(0)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.put_back()
