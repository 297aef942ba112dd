"""Reports which shows a time zone update moved."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.domain.base.local_time import clock_reading
from app.domain.planning.schedule import party_by_id
from app.session.planning.dates.zone_update import ChangedHour, MovedDate
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.planning.local_times import time_text

SHOWN = 60  # dates; those of a long series look alike


class ZoneUpdateDialog(ScrollDialog):
    """Lists the moved shows. Accepting stores the new time zone data in the schedule."""

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        plan = context.studio.control.scheduler
        super().__init__(
            parent,
            tr("Moved", "Time zone update"),
            tr(
                "Moved",
                "The schedule was made with time zone data {before}. Tradewind now has {after}. Each show keeps its "
                "local time, but these shows now start at a different time for someone.",
                before=plan.schedule.tzdata,
                after=plan.zones.version,
            ),
        )
        self._context = context
        self._plan = plan
        self.resize(680, 560)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.body.addLayout(self._list)
        self.more = label("", "hint", wrap=True)
        self.body.addWidget(self.more)
        self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Moved", "Decide later"), self.reject))
        self.accept_button = push_button(tr("Moved", "Keep local times"), self._accept, role="primary")
        self.accept_button.setToolTip(
            tr("Moved", "The schedule now uses the updated time zones. To change a show’s time, reschedule it in the planner.")
        )
        self.accept_button.setDefault(True)
        self.buttons.addWidget(self.accept_button)
        self._read()

    def _read(self) -> None:
        moved = self._plan.moved()
        for one in moved[:SHOWN]:
            self._list.addWidget(self._card(one))
        left = len(moved) - SHOWN
        self.more.setText(tr("Moved", "More dates in these series: {count}.", count=left) if left > 0 else "")
        self.more.setVisible(left > 0)

    def _card(self, moved: MovedDate) -> QWidget:
        context, plan = self._context, self._plan
        card = QFrame()
        card.setObjectName("card")
        grid = QGridLayout(card)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        local = moved.occurrence.local
        title = f"{plan.title_of(moved.occurrence)} · {context.formats.day(local.wall.date(), context.language)} {time_text(local.wall)}"
        grid.addWidget(label(f"{title} {context.formats.city(local.zone, context.language)}", "heading"), 0, 0, 1, 4)
        for row, hours in enumerate(self._hours(moved), 1):
            before, after = hours.before, hours.after
            day = context.formats.day(after.date(), context.language) if before.date() != after.date() else ""
            for column, words in enumerate((self._whose(hours), time_text(before), "→", " ".join(filter(None, (day, time_text(after)))))):
                cell = label(words, "partyHour" if column == 3 else "muted")
                grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignLeft)
        return card

    def _hours(self, moved: MovedDate) -> tuple[ChangedHour, ...]:
        """The changed local times; the host's, if only the instant changed."""
        if moved.hours:
            return moved.hours
        zone = self._plan.host_zone
        before, after = (clock_reading(instant, zone, self._plan.zones).wall for instant in (moved.before, moved.after))
        return (ChangedHour("", zone, before, after),)

    def _whose(self, hours: ChangedHour) -> str:
        city = self._context.formats.city(hours.zone, self._context.language)
        if hours.party_id:
            return f"{party_by_id(self._plan.schedule, hours.party_id).name} · {city}"
        return f"{tr('Moved', 'Here')} · {city}" if hours.zone == self._plan.host_zone else city

    def _accept(self) -> None:
        if self._context.attempt(self._plan.accept_moved):
            self.accept()
