"""Previews a show that is being planned: local times and conflicts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.domain.base.errors import AppError
from app.domain.base.local_time import Existence, clock_reading
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Airing, Occurrence
from app.ui.context import WindowContext
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.dates.finding_cards import FindingCards
from app.ui.planning.dates.party_times import PartyTime, PartyTimes
from app.ui.planning.draft_checks import comforts_at, findings_of_draft
from app.ui.planning.local_times import party_clock, party_clocks, time_text

AHEAD = timedelta(days=400)
DATES = 6


class AiringPreview(QFrame):
    """`parties` chooses the participants; `show_draft` fills in the rest."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("card")
        self._context = context
        self._plan = context.studio.control.scheduler
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2, 10, 2, 10)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(14, 0, 12, 0)
        column.setSpacing(8)
        column.addWidget(label(tr("Airing", "Participants and their local times"), "heading"))
        self.here = label("", "muted", wrap=True)
        column.addWidget(self.here)
        self.parties = PartyTimes()
        column.addWidget(self.parties)
        self.nobody = label(tr("Airing", "Add markets and people in the planner under “People and markets”."), "hint", wrap=True)
        column.addWidget(self.nobody)
        self.findings = FindingCards(context)
        column.addWidget(self.findings)
        self.dates_title = label(tr("Airing", "Next dates"), "heading")
        column.addWidget(self.dates_title)
        self.dates = label("", "muted", wrap=True)
        column.addWidget(self.dates)
        column.addStretch(1)
        scroll.setWidget(inside)
        outer.addWidget(scroll)

    def show_draft(self, draft: Airing, instant: datetime | None, occurrence: Occurrence | None, parties: Sequence[Party]) -> None:
        """Preview a draft. `instant` is its start, None while unknown; `occurrence` is the date that it changes."""
        self.nobody.setVisible(not parties)
        if instant is None:
            self.here.setText("")
            self.parties.show_times({})
            self.findings.show_findings(())
            self._show_dates(())
            return
        plan, context = self._plan, self._context
        here = party_clock(
            clock_reading(instant, plan.host_zone, plan.zones, beside=draft.start.wall.date()), context.formats, context.language
        )
        where = tr("Airing", "Your time ({city}): {day} {hour}", city=here.name, day=here.day, hour=here.hour)
        self.here.setText(" · ".join(filter(None, (where, here.shift))))
        lines = party_clocks(instant, parties, plan.zones, context.formats, context.language, beside=draft.start.wall.date())
        comforts = comforts_at(plan, parties, instant, draft.minutes)
        self.parties.show_times({line.party_id: PartyTime(line, comforts.get(line.party_id)) for line in lines})
        self.findings.show_findings(findings_of_draft(plan, context.studio.document.show, draft, instant, parties, occurrence))
        self._show_dates(self._dates(draft, instant))

    def _dates(self, draft: Airing, instant: datetime) -> tuple[Occurrence, ...]:
        if not draft.rule:
            return ()
        try:
            return self._plan.preview(draft, instant, instant + AHEAD)[:DATES]
        except AppError:
            return ()  # saving reports the error of the rule

    def _show_dates(self, dates: Sequence[Occurrence]) -> None:
        self.dates_title.setVisible(bool(dates))
        self.dates.setVisible(bool(dates))
        self.dates.setText("\n".join(map(self._date_line, dates)))
        self.dates.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _date_line(self, occurrence: Occurrence) -> str:
        context, plan = self._context, self._plan
        shown = clock_reading(occurrence.start, occurrence.local.zone, plan.zones)
        here = clock_reading(occurrence.start, plan.host_zone, plan.zones, beside=shown.wall.date())
        words = f"{context.formats.day(shown.wall.date(), context.language, style='year')}  {time_text(shown.wall)}"
        if here.zone != shown.zone:
            shift = context.formats.day_shift(here.day_shift, context.language)
            words += f"   {tr('Airing', 'here')} " + " ".join(filter(None, (time_text(here.wall), shift)))
        if occurrence.existence is Existence.SKIPPED:
            words += "   " + tr("Airing", "clocks go forward")
        elif occurrence.existence is Existence.REPEATED:
            words += "   " + tr("Airing", "this hour occurs twice; the first is used")
        return words
