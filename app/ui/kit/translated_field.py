"""A text in one of several languages, with the host's text beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.base.localized_text import LocalizedText, is_right_to_left, pick, primary, with_text
from app.ui.kit.labels import label

PARAGRAPH_PX = 64


class _Line(QLineEdit):
    """`typed(text)` is emitted only for the user's typing."""

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.textEdited.connect(self.typed)

    def show_text(self, text: str, *, right: bool) -> None:
        """Show a text from elsewhere, written from the `right` or from the left."""
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(len(text) if self.hasFocus() else 0)  # a long text shows its beginning
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)


class _Paragraph(QPlainTextEdit):
    """Like `_Line`, for several lines."""

    typed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(PARAGRAPH_PX)
        self.setTabChangesFocus(True)
        self._right: bool | None = None
        self.textChanged.connect(lambda: self.typed.emit(self.toPlainText()))

    def show_text(self, text: str, *, right: bool) -> None:
        """See `_Line`."""
        with QSignalBlocker(self):
            if self.toPlainText() != text:
                self.setPlainText(text)
        if right is not self._right:
            self._right = right
            option = QTextOption(self.document().defaultTextOption())
            option.setTextDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
            option.setAlignment((Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute)
            self.document().setDefaultTextOption(option)


class TranslatedField(QWidget):
    """`edited` carries the texts of all languages after a change of the shown one."""

    edited = Signal(object)

    def __init__(self, title: str, *, paragraph: bool = False, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: LocalizedText = {}
        self._language = "en"
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.title = label(title, "muted")
        if title:
            layout.addWidget(self.title)
        self._editor: _Line | _Paragraph = _Paragraph() if paragraph else _Line()
        self._editor.setAccessibleName(title)
        self._editor.setAccessibleDescription(hint)
        self.title.setBuddy(self._editor)
        self.setFocusProxy(self._editor)
        layout.addWidget(self._editor)
        self._beside: QLabel | None = None  # few fields of a long form have one
        if hint:
            layout.addWidget(label(hint, "hint", wrap=True))
        self._editor.typed.connect(self._on_edited)

    def show_words(self, words: LocalizedText, language: str, beside: Sequence[str] = ()) -> None:
        """Show the text in `language`; below it, if that differs, the text in the first language of `beside` that has one."""
        self._words, self._language = words, language
        text = next((text for known, text in words.items() if known == language), "")
        self._editor.show_text(text, right=is_right_to_left(language))
        other, written = pick(words, beside) if beside else ("", "")
        self._show_beside(other if primary(written) != primary(language) else "")

    def _show_beside(self, text: str) -> None:
        column = self.layout()
        if self._beside is None and text and isinstance(column, QVBoxLayout):
            self._beside = label("", "hint", wrap=True)
            column.insertWidget(column.indexOf(self._editor) + 1, self._beside)
        if self._beside is not None:
            self._beside.setText(text)
            self._beside.setVisible(bool(text))

    def begin(self) -> None:
        """Take the focus with everything selected, so that typing replaces it."""
        self.setFocus()
        self._editor.selectAll()

    def _on_edited(self, text: str) -> None:
        words = with_text(self._words, self._language, text)
        if words != self._words:
            self._words = words
            self.edited.emit(words)


class PlainField(QWidget):
    """A titled line of text that is the same in all languages."""

    edited = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(label(title, "muted"))
        self._line = QLineEdit()
        self._line.setAccessibleName(title)
        self._line.textEdited.connect(self.edited.emit)
        layout.addWidget(self._line)
        self.setFocusProxy(self._line)

    def show_text(self, text: str) -> None:
        """Show a text from elsewhere."""
        if self._line.text() != text:
            self._line.setText(text)
