"""The line below a calendar: the last change with an undo button, or a hint."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import ElidedLabel
from app.ui.kit.language import tr


class UndoLine(QWidget):
    """`show_done` reports a change. The button undoes it while it is the last step."""

    def __init__(self, context: WindowContext, hint: str) -> None:
        super().__init__()
        self._context = context
        self._hint = hint
        self._step = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.words = ElidedLabel(hint, "hint")
        row.addWidget(self.words, 1)
        self.undo_button = push_button(tr("Planner", "Undo"), self._undo, role="link")
        self.undo_button.hide()
        row.addWidget(self.undo_button)
        context.bridge.document_changed.connect(self._on_document_changed)

    def show_done(self, words: str) -> None:
        """Report a change."""
        self._step = self._context.studio.document.undo_title
        self.words.setText(words)
        self.undo_button.setVisible(bool(self._step))

    def _undo(self) -> None:
        self._forget()
        self._context.studio.document.undo()

    def _on_document_changed(self) -> None:
        if self._step and self._context.studio.document.undo_title != self._step:
            self._forget()

    def _forget(self) -> None:
        self._step = ""
        self.words.setText(self._hint)
        self.undo_button.hide()
