"""Asks what a table leaves unclear. Each question is a list of answers with none preselected."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QScrollArea, QWidget

from app.domain.tables.table_questions import Answers, TableChoice, TableQuestion
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

HIGHEST_PX = 122
BOX_PX = 260

Words = Callable[[TableQuestion | TableChoice], str]


class TableQuestions(QScrollArea):
    """Emits `answered` when the user answers a question; `answers` has all answers."""

    answered = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._questions: tuple[TableQuestion, ...] = ()
        self.answers: dict[str, str] = {}
        self.boxes: dict[str, QComboBox] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Import", "Questions about this file"))
        self.hide()

    def forget(self) -> None:
        """Forget all answers, for another file."""
        self.answers = {}
        self.show_questions(())

    def show_questions(self, questions: Sequence[TableQuestion]) -> None:
        """Show the open and the answered questions."""
        if self._questions == tuple(questions):
            return
        self._questions = tuple(questions)
        self.boxes = {}
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 2, 6, 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for row, question in enumerate(questions):
            sentence = label(self._words(question), wrap=True)
            box = self._box(question)
            sentence.setBuddy(box)
            grid.addWidget(sentence, row, 0)
            grid.addWidget(box, row, 1, Qt.AlignmentFlag.AlignVCenter)
        self.setWidget(inner)
        self.setVisible(bool(questions))
        self.setFixedHeight(min(HIGHEST_PX, inner.sizeHint().height() + 4))

    def _box(self, question: TableQuestion) -> QComboBox:
        box = QComboBox()
        box.setMinimumWidth(BOX_PX)
        box.setMaximumWidth(BOX_PX)
        box.setAccessibleName(self._words(question))
        box.setPlaceholderText(tr("Import", "Choose…"))
        for choice in question.choices:
            box.addItem(self._words(choice), choice.value)
        box.setCurrentIndex(box.findData(self.answers[question.key]) if question.key in self.answers else -1)
        set_property(box, "asks", box.currentIndex() < 0)
        box.activated.connect(lambda _, key=question.key, box=box: self.answer(key, str(box.currentData())))
        self.boxes[question.key] = box
        return box

    def answer(self, key: str, value: str) -> None:
        """Answer a question as the user would."""
        self.answers[key] = value
        if (box := self.boxes.get(key)) is not None:
            box.setCurrentIndex(box.findData(value))
            set_property(box, "asks", False)
        self.answered.emit()

    def all_answers(self) -> Answers:
        """All answers so far."""
        return dict(self.answers)

    @property
    def open(self) -> int:
        """The number of unanswered questions."""
        return sum(question.key not in self.answers for question in self._questions)
