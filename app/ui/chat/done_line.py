"""Says what was just done to a message, with an undo where there is one."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.ui.kit.buttons import push_button
from app.ui.kit.labels import ElidedLabel
from app.ui.kit.language import tr

LIFE_MS = 8000


class DoneLine(QFrame):
    """Goes after some seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chatReply")
        self._undo: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 6, 2)
        self.words = ElidedLabel("", "")
        row.addWidget(self.words, 1)
        self.undo_button = push_button(tr("Chat", "Undo"), self.undo, role="link")
        row.addWidget(self.undo_button)
        self._life = QTimer(self)
        self._life.setSingleShot(True)
        self._life.setInterval(LIFE_MS)
        self._life.timeout.connect(self.hide)
        self.hide()

    def show_done(self, words: str, undo: Callable[[], object] | None = None) -> None:
        """Report what was done."""
        self._undo = undo
        self.words.setText(words)
        self.undo_button.setVisible(undo is not None)
        self.show()
        self._life.start()

    def undo(self) -> None:
        """Take it back, once."""
        undo, self._undo = self._undo, None
        self.hide()
        if undo is not None:
            undo()
