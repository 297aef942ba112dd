"""Asks whether to resume a rundown that a crash interrupted."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.session.rundown.show_end import Interruption
from app.session.studio import Studio
from app.ui.kit.language import tr
from app.ui.kit.questions import Question

RESUME, END = "resume", "end"


class InterruptedShow:
    """Asks once per interruption. Without an answer the run stays ended, and the menu can still resume it. `show_report` is called if it
    stays ended."""

    def __init__(self, studio: Studio, parent: QWidget, show_report: Callable[[], None]) -> None:
        self._show_report = show_report
        self._studio = studio
        self._parent = parent
        self._asked: Interruption | None = None

    def offer(self) -> None:
        """Ask about the interrupted run, if there is one."""
        ending = self._studio.control.ending
        found = ending.interruption
        if found is None or found == self._asked:
            return
        self._asked = found
        time = f"{datetime.fromtimestamp(found.at_ms / 1000):%H:%M}"
        where = (
            tr("Interrupted", "It was interrupted at {time}, in “{segment}”.", time=time, segment=found.segment)
            if found.segment
            else tr("Interrupted", "It was interrupted at {time}.", time=time)
        )
        rest = tr("Interrupted", "Viewers can’t see the show right now. If you resume, the clock continues where it stopped.")
        question = Question(
            self._parent,
            tr("Interrupted", "Resume the rundown of “{title}”?", title=self._studio.document.title),
            f"{where} {rest}",
            ((RESUME, tr("Interrupted", "Resume"), "primary"), (END, tr("Interrupted", "End rundown"), "")),
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        forget = ending.interrupted_changed.connect(lambda: question.reject() if ending.interruption is None else None)
        question.finished.connect(lambda _: forget())
        question.finished.connect(lambda _: self._decide(question.answer))
        question.open()

    def _decide(self, answer: str) -> None:
        if answer == RESUME:
            self._studio.actions.run("run.resume")
        elif answer == END:
            self._studio.control.ending.forget()
            self._show_report()
