"""The ad disclosure reminder: the market, the wording, and one button to show it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.base.localized_text import is_right_to_left
from app.ui.kit.buttons import hand_over_focus, push_button
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons, set_property

DisclosureText = tuple[str, str, str]  # market name, the text that its viewers read, and the text's language


class DisclosureBanner(QWidget):
    """Emits `done` when the host has said it and wants it shown. Hidden while no disclosure is due."""

    done = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setObjectName("disclosureBanner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icons = icons
        self._texts: tuple[DisclosureText, ...] | None = None
        self._state = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.picture = QLabel()
        self.title = label("", "bannerTitle", wrap=True)
        head.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        column.addLayout(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        column.addLayout(self._rows)
        self.button = push_button(tr("Cue", "Said and shown"), self.done.emit, role="primary")
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def words(self) -> str:
        """The banner's whole text, line by line."""
        return "\n".join(one.text() for one in self.findChildren(QLabel) if one.text())

    def show_state(self, state: str, texts: Sequence[DisclosureText]) -> None:
        """`state`: "due"; "late"; "shown" (on screen now, the host still has to say it); "page" (the same, only on the viewer page, because
        the on-screen language differs); "" (nothing due)."""
        if (state, tuple(texts)) == (self._state, self._texts):
            return
        self._state, self._texts = state, tuple(texts)
        if state in ("", "shown", "page"):
            hand_over_focus(self.button, self.parentWidget() or self)
        self.setVisible(bool(state))
        if not state:
            return
        set_property(self, "state", state)
        self.title.setText(
            tr("Cue", "Shown on screen – say it aloud too")
            if state == "shown"
            else tr("Cue", "On the viewer page only – say it aloud")
            if state == "page"
            else tr("Cue", "Overdue – make the ad disclosure now")
            if state == "late"
            else tr("Cue", "Make the ad disclosure now")
        )
        self.picture.setPixmap(self._icons.pixmap("disclosure", 20, {"late": "error", "due": "warning"}.get(state, "good")))
        self.button.setVisible(state not in ("shown", "page"))
        self._show_rows()

    def _show_rows(self) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for market, words, language in self._texts or ():
            text = label(words, "bannerWords", wrap=True)
            if is_right_to_left(language):
                text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(10)
            line.addWidget(ElidedLabel(market, "hint"), 2)
            line.addWidget(text, 3)
            self._rows.addWidget(row)
