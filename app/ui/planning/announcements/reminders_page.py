"""The page for reminders to viewers. Each reminder says what is new, and none is sent at night."""

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.base.errors import AppError
from app.domain.base.local_time import clock_reading
from app.domain.planning.schedule import Occurrence, ShowReminder, party_by_id
from app.session.planning.announcements.announcement_texts import ReminderTime
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.combo_box import fill_combo_box
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.announcements.announcement_page import AnnouncementPage
from app.ui.planning.local_times import time_text

BEFORE_MIN = (15, 60, 180, 24 * 60, 3 * 24 * 60)
USUAL = 60
TEXT_PX = 96


class RemindersPage(AnnouncementPage):
    """Suggests a text from the news of the show. The user can edit it before adding the reminder."""

    def __init__(self, context: WindowContext, occurrence: Occurrence) -> None:
        super().__init__(context, occurrence)
        self._made: ShowReminder | None = None
        row = QHBoxLayout()
        row.addWidget(label(tr("Announcement", "Remind viewers who set a reminder"), "muted"))
        self.before = QComboBox()
        self.before.setAccessibleName(tr("Announcement", "Time before the show"))
        for minutes in BEFORE_MIN:
            self.before.addItem(tr("Announcement", "{length} before", length=self._length(minutes)), minutes)
        self.before.setCurrentIndex(self.before.findData(USUAL))
        self.before.activated.connect(lambda _: self.refresh())
        row.addWidget(self.before)
        row.addStretch(1)
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Announcement", "Reminder language"))
        self.language.activated.connect(lambda _: self._show_words())
        row.addWidget(self.language)
        self.column.addLayout(row)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("Announcement", "Reminder text"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(TEXT_PX)
        self.text.textChanged.connect(self._on_text)
        self.column.addWidget(self.text)
        self.column.addWidget(self._nothing_new())
        self.times = label("", "muted", wrap=True)
        self.column.addWidget(self.times)
        last = QHBoxLayout()
        last.addStretch(1)
        self.add_button = push_button(tr("Announcement", "Add reminder"), self._add, role="primary")
        last.addWidget(self.add_button)
        self.column.addLayout(last)
        self.title = label("", "heading")
        self.column.addWidget(self.title)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.column.addWidget(self._scroll, 1)
        self._listed: tuple[ShowReminder, ...] | None = None

    def _nothing_new(self) -> QWidget:
        self.refusal = QFrame()
        self.refusal.setObjectName("finding")
        self.refusal.setProperty("level", "block")
        column = QVBoxLayout(self.refusal)
        column.setContentsMargins(10, 8, 10, 8)
        self.why = label("", wrap=True)
        column.addWidget(self.why)
        row = QHBoxLayout()
        self.add_news_button = push_button(tr("Announcement", "Add what’s new…"), self._open_form)
        row.addWidget(self.add_news_button)
        row.addStretch(1)
        column.addLayout(row)
        self.refusal.hide()
        return self.refusal

    def _length(self, minutes: int) -> str:
        formats, language = self.context.formats, self.context.language
        if minutes >= 2 * 24 * 60:
            return formats.countdown(minutes * 60, language)
        return formats.duration(minutes, language)

    @property
    def minutes(self) -> int:
        """Minutes before the show."""
        return int(self.before.currentData())

    # Reading --------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Suggest a reminder and list the existing ones."""
        self._show_times(self.announcements.reminder_times(self.occurrence, self.minutes))
        self._show_list()
        minutes = self.minutes
        self.work.run(lambda: self.announcements.reminder(self.occurrence, minutes), self._show)

    def failed(self, error: AppError) -> None:
        """The show has no news, so no reminder can be added."""
        self._made = None
        self.why.setText(self.sentence(error))
        self.refusal.show()
        self.text.setPlainText("")
        self._enable()

    def _show(self, reminder: ShowReminder) -> None:
        self._made = reminder
        self.refusal.hide()
        fill_combo_box(self.language, [(self.language_name(tag), tag) for tag in reminder.texts], self.language.currentData())
        self._show_words()
        self._enable()

    def _show_words(self) -> None:
        if self._made is not None:
            words = self._made.texts.get(str(self.language.currentData()), "")
            if words != self.text.toPlainText():
                self.text.setPlainText(words)

    def _enable(self) -> None:
        self.text.setEnabled(self._made is not None)
        self.language.setVisible(self._made is not None)
        self.add_button.setEnabled(self._made is not None)

    def _on_text(self) -> None:
        if self._made is not None:
            language = str(self.language.currentData())
            self._made = replace(self._made, texts={**self._made.texts, language: self.text.toPlainText()})

    def _show_times(self, reminder_times: tuple[ReminderTime, ...]) -> None:
        lines = []
        for sending in reminder_times:
            party = party_by_id(self.plan.schedule, sending.party_id)
            if sending.at is None:
                lines.append(tr("Announcement", "{market}: no time available. Quiet hours cover the whole day.", market=party.name))
                continue
            shown = clock_reading(sending.at, party.zone, self.plan.zones)
            day = self.context.formats.day(shown.wall.date(), self.context.language)
            words = tr("Announcement", "{market}: {day} {hour} local time", market=party.name, day=day, hour=time_text(shown.wall))
            lines.append(words + (tr("Announcement", " (moved out of quiet hours)") if sending.moved else ""))
        self.times.setText("\n".join(lines))
        self.times.setVisible(bool(lines))

    def _show_list(self) -> None:
        mine = tuple(one for one in self.plan.schedule.reminders if one.occurrence == self.occurrence.key)
        if mine == self._listed:
            return
        self._listed = mine
        self.title.setText(tr("Announcement", "Reminders for this show") if mine else tr("Announcement", "No reminders yet"))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(6)
        for reminder in sorted(mine, key=lambda one: -one.minutes_before):
            column.addWidget(self._row(reminder))
        column.addStretch(1)
        self._scroll.setWidget(inside)

    def _row(self, reminder: ShowReminder) -> QWidget:
        card = QFrame()
        card.setObjectName("card")
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 6, 6, 6)
        words = next(iter(reminder.texts.values()), "").replace("\n", " · ")
        head = tr("Announcement", "{length} before", length=self._length(reminder.minutes_before))
        row.addWidget(label(head, "partyHour"))
        row.addWidget(label(words, "muted", wrap=True), 1)
        state = tr("Announcement", "sent") if reminder.sent_ms else tr("Announcement", "scheduled")
        row.addWidget(label(state, "hint"))
        name = tr("Announcement", "Remove reminder")
        row.addWidget(icon_button(self.context.icons, "remove", name, partial(self._remove, reminder.id)))
        return card

    # What the user does ---------------------------------------------------------------------------------------------------

    def _add(self) -> None:
        reminder = self._made
        if reminder is not None and self.context.attempt(lambda: self.plan.put_reminder(reminder)):
            self.refresh()

    def _remove(self, reminder_id: str) -> None:
        if self.context.attempt(lambda: self.plan.remove_reminder(reminder_id)):
            self.refresh()

    def _open_form(self) -> None:
        self.context.openers.open_airing(self.occurrence, self)
