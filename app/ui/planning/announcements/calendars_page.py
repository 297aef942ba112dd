"""The page that saves a calendar file for each participant, in their language and time zone."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QWidget

from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Occurrence, parties_on
from app.session.planning.announcements.announcements import file_name
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.file_dialogs import EXPORTS
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.announcements.announcement_page import AnnouncementPage
from app.ui.planning.local_times import kind_text

SUFFIX = ".ics"


class CalendarsPage(AnnouncementPage):
    """Each file has all shows of one participant. A newer file replaces the older one."""

    def __init__(self, context: WindowContext, occurrence: Occurrence) -> None:
        super().__init__(context, occurrence)
        self.column.addWidget(
            label(
                tr(
                    "Announcement",
                    "One file per person with all their shows. A newer file replaces the older one.",
                ),
                "hint",
                wrap=True,
            )
        )
        self.everybody = QCheckBox(tr("Announcement", "Include people who aren’t in this show"))
        self.everybody.toggled.connect(lambda on: self.refresh())
        self.column.addWidget(self.everybody)
        self._shown: tuple[Party, ...] = ()
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.column.addWidget(self._scroll, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        self.all_button = push_button(tr("Announcement", "Save all to a folder…"), self._ask_folder, role="primary")
        row.addWidget(self.all_button)
        self.column.addLayout(row)

    @property
    def shown(self) -> tuple[Party, ...]:
        """The participants whose files can be saved."""
        return self._shown

    def refresh(self) -> None:
        """List the participants."""
        schedule = self.plan.schedule
        parties = schedule.parties if self.everybody.isChecked() else parties_on(schedule, self.occurrence)
        if parties == self._shown:
            return
        self._shown = parties
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(0, 1)
        for number, party in enumerate(parties):
            city = self.context.formats.city(party.zone, self.context.language)
            language = self.language_name(party.languages[0]) if party.languages else ""
            for place, words in enumerate((party.name, kind_text(party.kind), city, language)):
                grid.addWidget(label(words, "" if place == 0 else "muted"), number, place)
            button = push_button(tr("Announcement", "Save…"), partial(self._ask_path, party))
            button.setAccessibleName(tr("Announcement", "Save calendar for {name}", name=party.name))
            grid.addWidget(button, number, 4)
        grid.setRowStretch(len(parties), 1)
        self._scroll.setWidget(inside)
        self.all_button.setEnabled(bool(parties))

    def _ask_path(self, party: Party) -> None:
        name, kinds = file_name(party.name or party.id, SUFFIX), tr("Announcement", "Calendars (*{suffix})", suffix=SUFFIX)
        path = self.context.file_dialogs.save_file(self, EXPORTS, tr("Announcement", "Save calendar"), name, kinds)
        if path:
            self.save(Path(path) if path.lower().endswith(SUFFIX) else Path(path + SUFFIX), party.id)

    def save(self, path: Path, party_id: str) -> None:
        """Write one calendar; a notice reports the result."""
        self.work.run(lambda: self.announcements.save_calendar(path, party_id), lambda _: None)

    def _ask_folder(self) -> None:
        folder = self.context.file_dialogs.folder(self, EXPORTS, tr("Announcement", "Save all to a folder"))
        if folder:
            self.save_all(Path(folder))

    def save_all(self, folder: Path) -> None:
        """Write a file for each listed participant."""
        ids = [party.id for party in self._shown]
        self.all_button.setEnabled(False)
        self.work.run(lambda: self.announcements.save_calendars(folder, ids), lambda _: self.all_button.setEnabled(True))
