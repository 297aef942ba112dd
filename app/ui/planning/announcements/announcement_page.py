"""The base of the pages of the announcement dialog."""

from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Occurrence, parties_on
from app.ui.context import WindowContext
from app.ui.kit.latest_task import LatestTask


@dataclass(frozen=True, slots=True)
class Voice:
    """One market in one of its languages."""

    party: Party
    language: str


class AnnouncementPage(QWidget):
    """`work` runs the slow part; `refresh` starts it again. `show_occurrence` is called when the schedule changes."""

    def __init__(self, context: WindowContext, occurrence: Occurrence) -> None:
        super().__init__()
        self.context = context
        self.plan = context.studio.control.scheduler
        self.announcements = context.studio.control.announcements
        self.occurrence = occurrence
        self.link: str | None = None  # where viewers watch; None = the embedded relay's page
        self.work = LatestTask(self.failed)
        work = self.work
        self.destroyed.connect(work.cancel)  # when the window is rebuilt
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 12, 0, 0)
        self.column.setSpacing(8)

    def refresh(self) -> None:
        """Rebuild the content of the page."""

    def show_occurrence(self, occurrence: Occurrence) -> None:
        """Show this date as it is now."""
        self.occurrence = occurrence
        if self.isVisible():
            self.refresh()

    def failed(self, error: AppError) -> None:
        """Report an error."""
        self.context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))

    def sentence(self, error: AppError) -> str:
        """The text of an error with its help."""
        data = self.context.formats.finding_values(error.data, self.context.language)
        sentence = self.context.wordings.sentence(error.code, data)
        return " ".join(filter(None, (sentence.text, sentence.help)))

    @property
    def audiences(self) -> tuple[Party, ...]:
        """The markets of the date."""
        return tuple(party for party in parties_on(self.plan.schedule, self.occurrence) if party.kind is PartyKind.MARKET)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the date's markets, then the host's."""
        markets = self.plan.advice.markets
        spoken = [
            language
            for party in self.audiences
            for language in (*party.languages, *(markets[party.market_id].languages if party.market_id in markets else ()))
        ]
        return tuple(dict.fromkeys((*spoken, self.context.studio.document.show.presentation.host_language)))

    def language_name(self, tag: str) -> str:
        return self.context.formats.language_name(tag, self.context.language)
