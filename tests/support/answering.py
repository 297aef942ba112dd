"""Answers dialogs that block a test's own call, as soon as they appear."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget

from app.ui.kit.questions import Question

LOOK_MS = 5
PATIENCE = 2000  # checks for the dialog before the test fails

D = TypeVar("D", bound=QDialog)


@contextmanager
def when_asked(kind: type[D], reply: Callable[[D], None]) -> Iterator[list[str]]:
    """Give `reply` the first visible dialog of this kind; yields the titles of answered dialogs, and fails if there are none."""
    answered: list[str] = []
    looks = 0
    timer = QTimer()

    def look() -> None:
        nonlocal looks
        looks += 1
        widgets: list[QWidget] = QApplication.topLevelWidgets()
        dialog = next((widget for widget in widgets if isinstance(widget, kind) and widget.isVisible()), None)
        if dialog is not None:
            timer.stop()
            answered.append(dialog.windowTitle())
            reply(dialog)
        elif looks > PATIENCE:
            timer.stop()
            if (waiting := QApplication.activeModalWidget()) is not None:
                waiting.close()  # not the expected dialog: the test fails instead of waiting forever

    timer.timeout.connect(look)
    timer.start(LOOK_MS)
    try:
        yield answered
    finally:
        timer.stop()
    assert answered, f"no {kind.__name__} was shown"


def answer(name: str) -> Callable[[Question], None]:
    """Return a reply that clicks the button of this answer ("" = Cancel)."""
    return lambda question: question.buttons[name].click()


def answers(first: str, *rest: str) -> Callable[[Question], None]:
    """Return a reply that clicks one answer for each of several questions in a row."""

    def reply(question: Question) -> None:
        if rest:
            timer = QTimer(QApplication.instance())

            def look() -> None:
                shown: list[QWidget] = QApplication.topLevelWidgets()
                following = next((one for one in shown if isinstance(one, Question) and one.isVisible() and one is not question), None)
                if following is not None:
                    timer.stop()
                    timer.deleteLater()
                    answers(*rest)(following)

            timer.timeout.connect(look)
            timer.start(LOOK_MS)
        question.buttons[first].click()

    return reply


def choose_file(path: str) -> Callable[[QFileDialog], None]:
    """Return a reply that types this path and accepts; "" cancels the dialog."""

    def reply(dialog: QFileDialog) -> None:
        if not path:
            dialog.reject()
            return
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None, "not Qt's own file dialog"
        line.setText(path)
        dialog.accept()

    return reply
