"""The layout that dialogs share: a title, a scrolling middle, buttons below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.kit.labels import label


class ScrollDialog(QDialog):
    """Put the content into `body` and buttons into `buttons`."""

    def __init__(self, parent: QWidget | None, title: str, text: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumSize(520, 440)
        outer = self.outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(label(title, "title"))
        if text:
            outer.addWidget(label(text, "muted", wrap=True))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(0, 0, 8, 0)
        self.body.setSpacing(8)
        scroll.setWidget(inside)
        outer.addWidget(scroll, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        self.buttons.addStretch(1)
        outer.addLayout(self.buttons)

    def resize_within_screen(self, width: int, height: int) -> None:
        """Resize to this, or to what the screen allows."""
        room = self.screen().availableSize()
        self.resize(min(width, room.width()), min(height, room.height()))
