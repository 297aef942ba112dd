"""Questions to answer before something is lost."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr

CANCELLED = ""


class Question(QDialog):
    """A title, a sentence, and answers as buttons; `answer` is "" after Escape or Cancel."""

    def __init__(
        self, parent: QWidget | None, title: str, text: str, answers: Sequence[tuple[str, str, str]], *, cancel: bool = True
    ) -> None:
        """`answers`: (id, words, role of the button). The first one that is not "danger" is the default, else Cancel."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(420)
        self.answer = CANCELLED
        self.buttons: dict[str, QPushButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(label(title, "title", wrap=True))
        layout.addWidget(label(text, "muted", wrap=True))
        layout.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        if cancel:
            self.buttons[CANCELLED] = push_button(tr("Questions", "Cancel"), self.reject)
            row.addWidget(self.buttons[CANCELLED])
        for name, words, role in reversed(answers):
            button = push_button(words, role=role)
            button.clicked.connect(lambda checked=False, name=name: self._choose(name))
            self.buttons[name] = button
            row.addWidget(button)
        layout.addLayout(row)
        safe = next((name for name, _, role in answers if role != "danger"), CANCELLED)
        self.buttons[safe].setDefault(True)
        self.buttons[safe].setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, name: str) -> None:
        self.answer = name
        self.accept()


def choose(parent: QWidget | None, title: str, text: str, answers: Sequence[tuple[str, str, str]], *, cancel: bool = True) -> str:
    """Ask and wait. Returns the id of the answer, "" if cancelled."""
    question = Question(parent, title, text, answers, cancel=cancel)
    question.exec()
    question.deleteLater()
    return question.answer


def ask(parent: QWidget | None, title: str, text: str, yes: str, *, danger: bool = False) -> bool:
    """Ask for confirmation and wait; True for yes."""
    return choose(parent, title, text, (("yes", yes, "danger" if danger else "primary"),)) == "yes"
