"""Labels: plain, cut short where they do not fit, and badges."""

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


def label(words: str, name: str = "", *, wrap: bool = False) -> QLabel:
    """A plain text; `name` is for the style sheet ("muted", "hint", "title", "heading", "sectionTitle")."""
    made = QLabel(words)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def tip(words: str) -> str:
    """A tooltip with exactly these words. Qt would read a "<" in them as the start of a tag."""
    return f"<span>{escape(words)}</span>" if "<" in words else words


class ElidedLabel(QLabel):
    """A text on one line that ends with … where it does not fit; the tooltip then has all of it."""

    def __init__(self, words: str, name: str = "") -> None:
        super().__init__(words)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def shown(self) -> str:
        """The text as it is drawn."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        words = self.shown()
        self.setToolTip("" if words == self.text() else tip(self.text()))
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), words)
        painter.end()


def badge(words: str = "", level: str = "") -> QLabel:
    """A small pill; `level` is "good", "warning", "error", "accent" or ""."""
    made = label(words, "badge")
    made.setProperty("level", level)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made
