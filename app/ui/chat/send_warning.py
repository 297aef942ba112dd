"""Says what speaks against the message that the host is about to send."""

from collections.abc import Mapping

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.domain.base.errors import Value
from app.domain.catalogue.market import Level
from app.domain.rundown.finding import Finding
from app.ui.context import WindowContext
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property


class SendWarning(QFrame):
    """Hidden until a message is doubtful. A warned message is sent when it is sent again; a forbidden one has to be changed."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("finding")
        self._context = context
        self._warned = False
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 10, 6)
        column.setSpacing(2)
        self.words = label("", wrap=True)
        self.next_step = label("", "hint", wrap=True)
        column.addWidget(self.words)
        column.addWidget(self.next_step)
        self.hide()

    def allows(self, text: str, market_id: str) -> bool:
        """Whether this message may be sent now; if not, say why."""
        control = self._context.studio.control
        language = self._context.studio.document.show.presentation.host_language
        found = control.message_check.findings({language: text}, market_id)
        blocking = next((one for one in found if one.level is Level.BLOCK), None)
        worst = blocking or next((one for one in found if one.level is Level.WARNING), None)
        if worst is None or (blocking is None and self._warned):
            return True
        self._show(worst)
        return False

    def forget(self) -> None:
        """The message or its readers changed, so it is checked anew."""
        self._warned = False
        self.hide()

    def _show(self, finding: Finding) -> None:
        values: Mapping[str, Value] = self._context.formats.finding_values(finding.data, self._context.language)
        self.words.setText(self._context.finding_words.sentence(finding.code, values).text)
        blocked = finding.level is Level.BLOCK
        again = tr("Chat", "Press Enter again to send it anyway.")
        self.next_step.setText(tr("Chat", "Not sent. Change the message first.") if blocked else again)
        set_property(self, "level", finding.level.value)
        self._warned = not blocked
        self.show()
