"""Shows what a late show does to the next ones, with a button to shift them."""

from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.domain.base.local_time import clock_reading
from app.domain.planning.replan import Shift
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.local_times import time_text


class ReplanCard(QFrame):
    """Hidden while the day runs to plan."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self._shifts: tuple[Shift, ...] = ()
        self.setObjectName("finding")
        self.setProperty("level", "warning")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        column.addWidget(label(tr("Schedule", "The next shows no longer fit"), "heading", wrap=True))
        self.words = label("", wrap=True)
        column.addWidget(self.words)
        self.reasons = label("", "hint", wrap=True)
        column.addWidget(self.reasons)
        self.shift_button = push_button(tr("Schedule", "Shift the next shows"), self._shift, role="primary")
        column.addWidget(self.shift_button)
        self.hide()

    def refresh(self) -> None:
        """Compute the shifts again."""
        shifts = self._plan.replan() if self._plan.is_behind else ()
        if shifts == self._shifts:
            return
        self._shifts = shifts
        self.words.setText("\n".join(map(self._line, shifts)))
        found = [finding for shift in shifts for finding in shift.reasons]
        context = self._context
        sentences = [
            context.finding_words.sentence(one.code, context.formats.finding_values(one.data, context.language)).text for one in found
        ]
        self.reasons.setText("\n".join(dict.fromkeys(sentences)))
        self.reasons.setVisible(bool(sentences))
        self.setVisible(bool(shifts))

    def _line(self, shift: Shift) -> str:
        plan, language = self._plan, self._context.language
        before, after = (time_text(clock_reading(one, plan.host_zone, plan.zones).wall) for one in (shift.occurrence.start, shift.start))
        words = plan.title_of(shift.occurrence)
        if shift.later_minutes:
            words += tr("Schedule", ": {before} → {after}", before=before, after=after)
        if shift.shorter_minutes > 0:
            length = self._context.formats.duration(shift.shorter_minutes, language)
            words += tr("Schedule", ", {length} shorter", length=length)
        return words

    def _shift(self) -> None:
        shifts = self._shifts
        self._context.attempt(lambda: self._plan.apply_replan(shifts))
        self.refresh()
