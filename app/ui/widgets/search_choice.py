"""A field in which one of very many is found by a few letters and picked from a short list."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

T = TypeVar("T")


class SearchChoice(QLineEdit, Generic[T]):
    """`chosen(key)` when the user picks another one; what was typed and not picked is forgotten.

    Subclasses say what fits, what it is called in the field and in the list, and by which key it is meant.
    """

    chosen = Signal(str)

    def __init__(self, words: str, *, most: int, lines: int) -> None:
        """At most `most` are offered, `lines` of them seen without scrolling."""
        super().__init__()
        self.setAccessibleName(words)
        self._most = most
        self._key = ""
        self._name = ""
        self._matches: list[T] = []
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(lines)
        self._completer = completer
        self.setCompleter(completer)
        self.textEdited.connect(self.typed)
        completer.activated[QModelIndex].connect(self._on_activated)  # type: ignore[index]  # of its two signals, the one with the place

    @abstractmethod
    def fitting(self, letters: str) -> Iterable[T]:
        """Everything that fits these letters, the likeliest first."""

    @abstractmethod
    def key_of(self, thing: T) -> str:
        """What `chosen` says."""

    @abstractmethod
    def name_of(self, thing: T) -> str:
        """What stands in the field."""

    @abstractmethod
    def lines_of(self, things: list[T]) -> list[str]:
        """What stands in the list."""

    @property
    def offered(self) -> tuple[str, ...]:
        """The keys of what fits the letters now."""
        return tuple(self.key_of(one) for one in self._matches)

    def show_choice(self, key: str, name: str) -> None:
        """Show what is chosen, unless somebody is typing."""
        self._key, self._name = key, name
        if not (self.hasFocus() and self.isModified()):
            self._put_back()

    def offer(self, letters: str) -> None:
        """Put what fits into the list."""
        self._matches = []
        for one in self.fitting(letters):
            self._matches.append(one)
            if len(self._matches) == self._most:
                break
        self._model.setStringList(self.lines_of(self._matches))

    def typed(self, letters: str) -> None:
        """The user wrote something."""
        self.offer(letters)

    def pick_match(self, place: int) -> None:
        """Choose the one at this place of the list, if there is one."""
        if 0 <= place < len(self._matches):
            one = self._matches[place]
            self.setModified(False)
            self.choose(self.key_of(one), self.name_of(one))
            self._put_back()

    def choose(self, key: str, name: str) -> None:
        """As the user does."""
        before, self._key, self._name = self._key, key, name
        if key != before:
            self.chosen.emit(key)

    def _put_back(self) -> None:
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
        opened = popup is not None and popup.isVisible()
        if event.key() == Qt.Key.Key_Down and not opened:
            self._open()
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self._put_back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isModified() and self.text().strip():
            self.pick_match(0)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._put_back()
