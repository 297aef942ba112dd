"""The announcement dialog: texts for each market, a poster, calendar files and reminders."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QTabWidget, QVBoxLayout, QWidget

from app.domain.base.local_time import clock_reading
from app.domain.planning.schedule import Occurrence
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.announcements.announcement_page import AnnouncementPage
from app.ui.planning.announcements.calendars_page import CalendarsPage
from app.ui.planning.announcements.poster_page import PosterPage
from app.ui.planning.announcements.reminders_page import RemindersPage
from app.ui.planning.announcements.texts_page import TextsPage
from app.ui.planning.local_times import time_text

SIZE = (900, 640)


def is_local_only(link: str) -> bool:
    """Whether only people in the same network can open a link."""
    host = urlsplit(link if "://" in link else f"//{link}").hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".lan"))


class AnnouncementDialog(QDialog):
    """Announces one date. Closes automatically when the date is cancelled. Slow work runs on threads."""

    def __init__(self, context: WindowContext, parent: QWidget, occurrence: Occurrence) -> None:
        super().__init__(parent)
        self._context = context
        self._plan = context.studio.control.scheduler
        self._key = occurrence.key
        self.setWindowTitle(tr("Announcement", "Announce"))
        room = QGuiApplication.primaryScreen().availableSize()
        self.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))
        self.setMinimumSize(700, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        self.title = label("", "title")
        self.when = label("", "muted")
        column.addWidget(self.title)
        column.addWidget(self.when)
        link = QHBoxLayout()
        link.addWidget(label(tr("Announcement", "Watch link"), "muted"))
        self.link = QLineEdit()
        self.link.setAccessibleName(tr("Announcement", "Watch link"))
        self.link.setPlaceholderText(context.studio.embedded.watch_address)
        self.link.setToolTip(
            tr(
                "Announcement",
                "Used in texts and on posters. Leave empty to use this computer’s viewer page, which works only on your local network.",
            )
        )
        self.link.editingFinished.connect(self._on_link)
        self.link.textChanged.connect(lambda _: self._show_reach())
        link.addWidget(self.link, 1)
        column.addLayout(link)
        words = tr("Announcement", "This link works only on your local network. Enter a link that everyone can open.")
        self.near_only = label(words, "warning", wrap=True)
        column.addWidget(self.near_only)
        self.tabs = QTabWidget()
        self.texts = TextsPage(context, occurrence)
        self.poster = PosterPage(context, occurrence)
        self.calendars = CalendarsPage(context, occurrence)
        self.reminders = RemindersPage(context, occurrence)
        for page, words in (
            (self.texts, tr("Announcement", "Texts")),
            (self.poster, tr("Announcement", "Poster")),
            (self.calendars, tr("Announcement", "Calendars")),
            (self.reminders, tr("Announcement", "Reminders")),
        ):
            self.tabs.addTab(page, words)
        self.tabs.currentChanged.connect(lambda _: self._show_page())
        column.addWidget(self.tabs, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(push_button(tr("Announcement", "Close"), self.reject))
        column.addLayout(row)
        for made in self.pages:
            work = made.work
            self.finished.connect(lambda _, work=work: work.cancel())
        context.bridge.schedule_changed.connect(self._read)
        self._show_reach()
        self._read()
        self._show_page()

    def _read(self) -> None:
        occurrence = self._plan.occurrence(self._key)
        if occurrence is None:
            self.reject()
            return
        context = self._context
        shown = clock_reading(occurrence.start, occurrence.local.zone, self._plan.zones)
        city = context.formats.city(shown.zone, context.language)
        day = context.formats.day(shown.wall.date(), context.language, style="full_year")
        self.title.setText(self._plan.title_of(occurrence))
        self.when.setText(f"{day} · {time_text(shown.wall)} · {city}")
        for page in self.pages:
            page.show_occurrence(occurrence)

    @property
    def pages(self) -> tuple[AnnouncementPage, ...]:
        return self.texts, self.poster, self.calendars, self.reminders

    def _show_reach(self) -> None:
        """Warn when only the local network can open the link."""
        self.near_only.setVisible(is_local_only(self.link.text().strip() or self._context.studio.embedded.watch_address))

    def _on_link(self) -> None:
        link = self.link.text().strip() or None
        if link != self.texts.link:
            for page in self.pages:
                page.link = link
            self._show_page()

    def _show_page(self) -> None:
        page = self.tabs.currentWidget()
        if isinstance(page, AnnouncementPage):
            page.refresh()
