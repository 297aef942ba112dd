"""The page with texts to copy: one for each market, in its language and local times."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextOption
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit

from app.domain.base.localized_text import is_right_to_left
from app.domain.planning.schedule import Occurrence, party_by_id
from app.session.planning.announcements.announcement_texts import MarketText
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.combo_box import fill_combo_box
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.announcements.announcement_page import AnnouncementPage


class TextsPage(AnnouncementPage):
    """Copies the text as shown, so the user can edit it first."""

    def __init__(self, context: WindowContext, occurrence: Occurrence) -> None:
        super().__init__(context, occurrence)
        self._texts: tuple[MarketText, ...] = ()
        row = QHBoxLayout()
        row.addWidget(label(tr("Announcement", "For"), "muted"))
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Announcement", "Market and language"))
        self.choice.setMinimumWidth(260)
        self.choice.activated.connect(lambda _: self._show_text())
        row.addWidget(self.choice)
        row.addStretch(1)
        self.copied = label("", "hint")
        row.addWidget(self.copied)
        self.copy_button = push_button(tr("Announcement", "Copy"), self._copy, role="primary")
        row.addWidget(self.copy_button)
        self.all_button = push_button(tr("Announcement", "Copy all"), self._copy_all)
        row.addWidget(self.all_button)
        self.column.addLayout(row)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("Announcement", "Text to copy"))
        self.text.setTabChangesFocus(True)
        self.column.addWidget(self.text, 1)
        self.column.addWidget(
            label(
                tr(
                    "Announcement",
                    "Shows the local time of each place in the market. News is included where it’s written in this language.",
                ),
                "hint",
                wrap=True,
            )
        )

    def refresh(self) -> None:
        """Make the texts of all markets."""
        self.work.run(lambda: self.announcements.texts(self.occurrence, link=self.link), self._show)

    def _show(self, texts: tuple[MarketText, ...]) -> None:
        changed = texts != self._texts
        self._texts = texts
        schedule = self.plan.schedule
        entries = [
            (f"{party_by_id(schedule, one.party_id).name} · {self.language_name(one.language)}", place) for place, one in enumerate(texts)
        ]
        fill_combo_box(self.choice, entries, self.choice.currentData())
        for button in (self.copy_button, self.all_button):
            button.setEnabled(bool(texts))
        if changed:
            self._show_text()

    def _show_text(self) -> None:
        self.copied.setText("")
        place = self.choice.currentData()
        if not isinstance(place, int) or place >= len(self._texts):
            self.text.setPlainText(tr("Announcement", "This show has no markets yet. Choose one in the show’s form."))
            return
        chosen = self._texts[place]
        option = QTextOption(self.text.document().defaultTextOption())
        right = is_right_to_left(chosen.language)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
        option.setAlignment((Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute)
        self.text.document().setDefaultTextOption(option)
        self.text.setPlainText(chosen.text)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copied.setText(tr("Announcement", "Copied"))

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText("\n\n---\n\n".join(one.text for one in self._texts))
        self.copied.setText(tr("Announcement", "Texts copied: {count}", count=len(self._texts)))
