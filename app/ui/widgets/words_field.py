"""A text in one language of several: the one that is written now, with the host's words beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.words import Words, is_right_to_left, pick, primary, with_text
from app.ui.widgets.pieces import label

PARAGRAPH_PX = 64


class WordsField(QWidget):
    """`edited` carries all the words, with what was typed in the language that is shown."""

    edited = Signal(object)

    def __init__(self, title: str, *, paragraph: bool = False, hint: str = "") -> None:
        super().__init__()
        self._words: Words = {}
        self._language = "en"
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.title = label(title, "muted")
        self.title.setVisible(bool(title))
        layout.addWidget(self.title)
        self._line = QLineEdit()
        self._text = QPlainTextEdit()
        self._text.setFixedHeight(PARAGRAPH_PX)
        self._text.setTabChangesFocus(True)
        self._line.setVisible(not paragraph)
        self._text.setVisible(paragraph)
        self._paragraph = paragraph
        editor: QWidget = self._text if paragraph else self._line
        editor.setAccessibleName(title)
        editor.setAccessibleDescription(hint)
        self.title.setBuddy(editor)
        self.setFocusProxy(editor)
        layout.addWidget(self._line)
        layout.addWidget(self._text)
        self._beside: QLabel = label("", "hint", wrap=True)
        self._beside.hide()
        layout.addWidget(self._beside)
        if hint:
            layout.addWidget(label(hint, "hint", wrap=True))
        self._line.textEdited.connect(self._on_edited)
        self._text.textChanged.connect(lambda: self._on_edited(self._text.toPlainText()))

    def show_words(self, words: Words, language: str, beside: Sequence[str] = ()) -> None:
        """Show the text in `language`; below it, when that is another, the text in the first language of `beside` that has one."""
        self._words, self._language = words, language
        text = next((text for known, text in words.items() if known == language), "")
        direction = Qt.LayoutDirection.RightToLeft if is_right_to_left(language) else Qt.LayoutDirection.LeftToRight
        with QSignalBlocker(self._line), QSignalBlocker(self._text):
            if self._paragraph and self._text.toPlainText() != text:
                self._text.setPlainText(text)
            elif not self._paragraph and self._line.text() != text:
                self._line.setText(text)
                self._line.setCursorPosition(len(text) if self._line.hasFocus() else 0)  # a long text is read from its beginning
        self._line.setLayoutDirection(direction)
        option = QTextOption(self._text.document().defaultTextOption())
        option.setTextDirection(direction)
        right = direction is Qt.LayoutDirection.RightToLeft
        option.setAlignment((Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute)
        self._text.document().setDefaultTextOption(option)
        other, written = pick(words, beside) if beside else ("", "")
        self._beside.setText(other)
        self._beside.setVisible(bool(other) and primary(written) != primary(language))

    def begin(self) -> None:
        """Take the keyboard, with all that is written chosen: what is typed takes its place."""
        self.setFocus()
        (self._text if self._paragraph else self._line).selectAll()

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
        """Show a text that came from elsewhere."""
        if self._line.text() != text:
            self._line.setText(text)
