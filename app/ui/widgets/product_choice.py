"""One product out of ten thousand: a few letters, and a short list of what they fit."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from app.domain.product import Product
from app.domain.words import pick
from app.ui.widgets.product_list import search_text

SHOWN = 30


class ProductChoice(QLineEdit):
    """`chosen(id)` when the user picks another product, "" when the field is emptied. What was typed and not picked is forgotten."""

    chosen = Signal(str)

    def __init__(self, words: str, nothing: str, products: Callable[[], Sequence[Product]], language: Callable[[], str]) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self.setPlaceholderText(nothing)
        self.setClearButtonEnabled(True)
        self._products = products
        self._language = language
        self._id = ""
        self._name = ""
        self._searched: tuple[Sequence[Product], list[str]] = ((), [])
        self._matches: list[Product] = []
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(12)
        self._completer = completer
        self.setCompleter(completer)
        self.textEdited.connect(self._on_typed)
        completer.activated[QModelIndex].connect(self._on_activated)  # type: ignore[index]  # of its two signals, the one with the place

    @property
    def product_id(self) -> str:
        """What is chosen."""
        return self._id

    @property
    def offered(self) -> tuple[str, ...]:
        """Ids of what fits the letters now, the best known order: the show's."""
        return tuple(product.id for product in self._matches)

    def show_product(self, product: Product | None) -> None:
        """Show what is chosen, unless somebody is typing."""
        self._id = product.id if product is not None else ""
        self._name = self._called(product) if product is not None else ""
        if not (self.hasFocus() and self.isModified()):
            self._put_back()

    def _called(self, product: Product) -> str:
        return pick(product.name, (self._language(),))[0] or product.sku or product.id

    def _put_back(self) -> None:
        if self.text() != self._name:
            self.setText(self._name)
            self.setCursorPosition(0)
        self.setModified(False)

    def offer(self, letters: str) -> None:
        """Put what fits into the list."""
        products = self._products()
        if self._searched[0] is not products:
            self._searched = (products, [search_text(product) for product in products])
        words = letters.casefold().split()
        self._matches = []
        for product, text in zip(products, self._searched[1], strict=True):
            if all(word in text for word in words):
                self._matches.append(product)
                if len(self._matches) == SHOWN:
                    break
        self._model.setStringList([self._called(product) for product in self._matches])

    def _on_typed(self, letters: str) -> None:
        if not letters.strip():
            self._choose("", "")
            return
        self.offer(letters)

    def _open(self) -> None:
        self.offer(self.text() if self.isModified() else "")
        self._completer.complete()

    def _on_activated(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self.pick_match(index.row())

    def pick_match(self, place: int) -> None:
        """Choose the one at this place of the list, if there is one."""
        if 0 <= place < len(self._matches):
            product = self._matches[place]
            self._choose(product.id, self._called(product))
            self._put_back()

    def _choose(self, product_id: str, name: str) -> None:
        before, self._id, self._name = self._id, product_id, name
        if product_id != before:
            self.chosen.emit(product_id)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.selectAll()
        self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._completer.popup()
        if event.key() is Qt.Key.Key_Down and not (popup is not None and popup.isVisible()):
            self._open()
            return
        if event.key() is Qt.Key.Key_Escape and self.isModified():
            self._put_back()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isModified() and self.text().strip():
            self.pick_match(0)
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._put_back()
