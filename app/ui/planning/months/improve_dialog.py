"""The dialog that suggests better times and duty rosters, with reasons."""

from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from app.domain.base.errors import AppError
from app.domain.base.local_time import clock_reading, day_start
from app.domain.base.notice import Notice, Severity
from app.domain.planning.months.month_plan import SuggestedChange, SuggestedPlan
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.latest_task import LatestTask
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.planning.local_times import time_text
from app.ui.planning.months.month_wizard import nights_text

SIZE = (760, 640)
DAY = timedelta(days=1)


class ImproveDialog(ScrollDialog):
    """Covers the shows of [first, last] on the host's calendar. Applying the changes is one undo step."""

    def __init__(self, context: WindowContext, first: date, last: date, parent: QWidget | None) -> None:
        formats, language = context.formats, context.language
        super().__init__(
            parent,
            tr("Planner", "Improve the plan"),
            tr(
                "Planner",
                "{first} to {last}. Shows stay on their days. Locked times and shows starting within the hour don’t change.",
                first=formats.day(first, language),
                last=formats.day(last, language),
            ),
        )
        self.resize_within_screen(*SIZE)
        self._context = context
        self._plan = context.studio.control.scheduler
        self._found: SuggestedPlan | None = None
        self.boxes: dict[str, QCheckBox] = {}
        self.summary = label(tr("Planner", "Finding the best times…"), "muted", wrap=True)
        self.body.addWidget(self.summary)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self.body.addLayout(self._rows)
        self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Planner", "Cancel"), self.reject))
        self.apply_button = push_button(tr("Planner", "Apply changes"), self._apply, role="primary")
        self.apply_button.setDefault(True)
        self.apply_button.setEnabled(False)
        self.buttons.addWidget(self.apply_button)
        self.work = LatestTask(self._failed)
        self.finished.connect(lambda _: self.work.cancel())
        zones, zone = self._plan.zones, self._plan.host_zone
        begin, end = day_start(first, zone, zones), day_start(last + DAY, zone, zones)
        self.work.run(lambda: self._plan.advice.optimise(begin, end), self._show)

    def _failed(self, error: AppError) -> None:
        self._context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))
        self.reject()

    def _show(self, found: SuggestedPlan) -> None:
        self._found = found
        self.summary.setText(self._summary(found))
        for one in found.proposals:
            self._rows.addWidget(self._row(one))
        self._count()

    def _summary(self, found: SuggestedPlan) -> str:
        if not found.proposals:
            return tr("Planner", "No better times found. These shows are already at the best times of their days.")
        names = {party.id: party.name for party in self._plan.schedule.parties}
        return " ".join(
            (
                tr("Planner", "Score: {before} → {after} of 100.", before=_score(found.before.score), after=_score(found.after.score)),
                tr("Planner", "Before: {nights}", nights=nights_text(found.before, names)),
                tr("Planner", "After: {nights}", nights=nights_text(found.after, names)),
            )
        )

    def _row(self, one: SuggestedChange) -> QWidget:
        frame = QFrame()
        frame.setObjectName("card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        box = QCheckBox(self._title(one))
        box.setChecked(True)
        box.toggled.connect(lambda _: self._count())
        self.boxes[one.occurrence.key] = box
        column.addWidget(box)
        for words in self._reasons(one):
            line = label(words, "muted", wrap=True)
            line.setContentsMargins(26, 0, 0, 0)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            column.addWidget(line)
        return frame

    def _title(self, one: SuggestedChange) -> str:
        title = self._plan.title_of(one.occurrence)
        zone = one.occurrence.local.zone
        city = self._context.formats.city(zone, self._context.language)
        before, after = (clock_reading(instant, zone, self._plan.zones).wall for instant in (one.occurrence.start, one.start))
        day = self._context.formats.day(before.date(), self._context.language)
        if not one.moves:
            return tr("Planner", "{title}, {day}: crew change", title=title, day=day)
        return tr(
            "Planner",
            "{title}, {day}: {before} → {after} ({city})",
            title=title,
            day=day,
            before=time_text(before),
            after=time_text(after),
            city=city,
        )

    def _reasons(self, one: SuggestedChange) -> tuple[str, ...]:
        formats, language = self._context.formats, self._context.language
        return tuple(self._context.finding_words.sentence(one.code, formats.finding_values(one.data, language)).text for one in one.reasons)

    @property
    def chosen(self) -> frozenset[str]:
        """The keys of the dates whose changes are checked."""
        return frozenset(key for key, box in self.boxes.items() if box.isChecked())

    def _count(self) -> None:
        count = len(self.chosen)
        self.apply_button.setEnabled(count > 0)
        self.apply_button.setText(tr("Planner", "Apply changes ({count})", count=count) if count else tr("Planner", "Apply changes"))

    def _apply(self) -> None:
        found = self._found
        if found is not None and self._context.attempt(lambda: self._plan.apply_plan(found, self.chosen)):
            self.accept()


def _score(score: float) -> int:
    return round(score * 100)
