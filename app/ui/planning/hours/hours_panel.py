"""The panel beside strips and heat map: the selected time and the best times."""

from collections.abc import Callable
from datetime import date, datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.planning.hours.hour_finder import Candidate, HourScorer
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.latest_task import LatestTask
from app.ui.planning.hours.hour_cards import HourBox, HourCards
from app.ui.planning.hours.hour_summary import HourSummary, summarise_hour
from app.ui.planning.planner_data import PlannerData

PANEL_PX = 340
SPANS_DAYS = (1, 7, 28)
INLINE_DAYS = 7  # scored in a few milliseconds; longer ranges run on a thread
WORDS_AFTER_MS = 40  # during a drag the score follows at once, the texts later
BEST = 5
WORTH_OFFERING = 0.1  # below that a time is not worth offering


class HoursPanel(QWidget):
    """Follows the selection. `plan_wanted()` asks to plan a show at the block's start; `found()` reports new best times.

    `first_day` is the start of the search range; `days` is its length, 0 = the user chooses.
    """

    plan_wanted = Signal()
    found = Signal()

    def __init__(self, data: PlannerData, first_day: Callable[[], date], *, days: int = 0) -> None:
        super().__init__()
        self._data = data
        self._first_day = first_day
        self._days = days
        self._scorer: tuple[datetime, datetime, HourScorer] | None = None
        self._searched: tuple[date, int] | None = None
        self._work = LatestTask(data.show_error)
        context = data.context
        self.setFixedWidth(PANEL_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.box = HourBox(context.theme, context.icons)
        column.addWidget(self.box)
        self.plan_button = push_button(tr("Planner", "Plan a show at this time…"), self.plan_wanted.emit, role="primary")
        column.addWidget(self.plan_button)
        head = QHBoxLayout()
        head.addWidget(label(tr("Planner", "Best times"), "sectionTitle"))
        head.addStretch(1)
        self.span = QComboBox()
        self.span.setAccessibleName(tr("Planner", "Search range for the best times"))
        for count, words in zip(
            SPANS_DAYS, (tr("Planner", "this day"), tr("Planner", "these 7 days"), tr("Planner", "these 4 weeks")), strict=True
        ):
            self.span.addItem(words, count)
        self.span.setVisible(not days)
        self.span.activated.connect(lambda _: self.search())
        head.addWidget(self.span)
        column.addLayout(head)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.cards = HourCards(context.theme, context.icons)
        self.cards.chosen.connect(data.selection.move)
        scroll.setWidget(self.cards)
        column.addWidget(scroll, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.show_words)

    @property
    def days(self) -> int:
        """The length of the search range in days."""
        return self._days or int(self.span.currentData())

    def scorer(self) -> HourScorer | None:
        """The scores of the block's day; None while no one is selected."""
        data = self._data
        if not data.parties:
            return None
        if self._scorer is None or not self._scorer[0] <= data.selection.start < self._scorer[1]:
            begin, end = data.day(data.selection.day)
            self._scorer = (begin, end, data.scorer(begin, end))
        return self._scorer[2]

    def refresh(self) -> None:
        """Compute everything again after a change of participants, schedule or length."""
        self._scorer = self._searched = None
        self.search()
        self.show_words()

    def follow(self) -> None:
        """Follow the block: update the score now and the texts soon."""
        scorer = self.scorer()
        if scorer is not None:
            value = scorer.scores.at(self._data.selection.start)
            self.box.score.show_score(None if value is None else round(value * 100))
            self.cards.mark(self._data.selection.start)
        self._timer.start(WORDS_AFTER_MS)

    def show_words(self) -> None:
        """Describe the block's start."""
        scorer = self.scorer()
        self.box.setVisible(scorer is not None)
        self.plan_button.setEnabled(scorer is not None)
        if scorer is not None:
            self.box.show_hour(self._words(scorer.candidate(self._data.selection.start)))

    def _words(self, candidate: Candidate) -> HourSummary:
        data = self._data
        return summarise_hour(candidate, data.selection.minutes, data.parties, data.selection.zone, data.scheduler.zones, data.context)

    # The best -------------------------------------------------------------------------------------------------------------

    def search(self) -> None:
        """Find the best times, unless already done for these days."""
        data = self._data
        begin = self._first_day()
        if self._searched == (begin, self.days):
            return
        self._searched = (begin, self.days)
        if not data.parties:
            self._show(())
            return
        make = data.scorer_maker(*data.to_come(*data.days(begin, self.days)))
        if self.days <= INLINE_DAYS:
            self._work.cancel()
            self._show(make().best(BEST))
        else:
            self._work.run_in_thread(lambda: make().best(BEST), self._show)

    def cancel_search(self) -> None:
        """Cancel the search; the next `refresh` starts it again."""
        self._timer.stop()
        self._work.cancel()

    def best(self) -> datetime | None:
        """The start of the first card."""
        return self.cards.cards[0].hour.start if self.cards.cards else None

    def _show(self, candidates: tuple[Candidate, ...]) -> None:
        worth = [one for one in candidates if one.score >= WORTH_OFFERING] or candidates[:1]
        self.cards.show_hours([self._words(candidate) for candidate in worth], self._data.selection.start)
        self.found.emit()
