"""Shows the conflicts of a show as cards."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.domain.base.errors import Value
from app.domain.catalogue.market import Level
from app.domain.rundown.finding import Fact, Finding
from app.ui.context import WindowContext
from app.ui.kit.labels import label
from app.ui.kit.theme import set_property

WEIGHT = {Level.INFO: 0, Level.WARNING: 1, Level.BLOCK: 2}


class FindingCards(QWidget):
    """Shows findings, the most severe first. Hidden when there are none."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._found: tuple[Finding, ...] = ()
        self._cards: list[QFrame] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self.hide()

    @property
    def found(self) -> tuple[Finding, ...]:
        """The findings shown."""
        return self._found

    def show_findings(self, found: Sequence[Finding]) -> None:
        """Replace the findings."""
        ordered = tuple(sorted(found, key=lambda one: -WEIGHT[one.level]))
        if ordered == self._found:
            return
        self._found = ordered
        for card in self._cards:
            self._layout.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [self._card(finding) for finding in ordered]
        self.setVisible(bool(ordered))

    def _card(self, finding: Finding) -> QFrame:
        card = QFrame()
        card.setObjectName("finding")
        set_property(card, "level", finding.level.value)
        column = QVBoxLayout(card)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(2)
        text, help_text = self.words(finding.code, finding.data)
        column.addWidget(label(text, wrap=True))
        if help_text:
            column.addWidget(label(help_text, "hint", wrap=True))
        self._layout.addWidget(card)
        return card

    def words(self, code: str, data: Mapping[str, Fact]) -> tuple[str, str]:
        """The text and help of a finding; help may be ""."""
        values: Mapping[str, Value] = self._context.formats.finding_values(data, self._context.language)
        sentence = self._context.finding_words.sentence(code, values)
        return sentence.text, sentence.help
