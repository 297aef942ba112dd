"""The clock of a running show: the slot's countdown large, the whole show beside it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.domain.rundown.rundown import Timing
from app.ui.kit.clocks import clock
from app.ui.kit.labels import elided, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

BIG_PX = 34
SLOT_PX = 78
SOON_S = 30  # the last half minute of a slot
ON_TIME_S = 5  # less than this over or under is on time
FLASH_MS = 500  # half a second on, half off: seen at the edge of the eye, and far below the three a second that can hurt


def tabular(widget: QLabel, pixels: int) -> QLabel:
    """In figures of one width, so that a running clock does not tremble."""
    font = QFont(widget.font())
    font.setPixelSize(pixels)
    font.setBold(True)
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)
    widget.setStyleSheet(f"font-size: {pixels}px; font-weight: 700;")
    return widget


class RunClock(QWidget):
    """Shows a Timing; `flash` is turned by its owner once a second at most while the slot is in overtime."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 0, 6, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        self.slot = tabular(label("0:00", "runSlot"), BIG_PX)
        self.slot.setAccessibleName(tr("Run", "Time left in this segment"))
        self.slot.setMinimumWidth(SLOT_PX)
        self.title = elided("", "heading")
        self.next = elided("", "muted")
        grid.addWidget(self.slot, 0, 0, 2, 1)
        grid.addWidget(self.title, 0, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self.next, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        self.whole = elided("", "whole")  # for a line of its own: the owner places it
        self.setMinimumWidth(160)

    def show_idle(self, title: str, planned_s: float, ends: str) -> None:
        """Before the show: what it will take, and when it would be over if it began now ("" = there is nothing to begin)."""
        self.slot.setText(clock(planned_s))
        set_property(self.slot, "state", "idle")
        self.title.setText(title)
        self.next.setText(tr("Run", "planned"))
        self.whole.setText(tr("Run", "If started now, ends at {ends}", ends=ends) if ends else "")
        set_property(self.whole, "level", "")

    def show_timing(self, timing: Timing, *, title: str, upcoming: str, ends: str, flash: bool) -> None:
        """While it runs. `ends` is the hour at which it will be over."""
        self.slot.setText(clock(timing.slot_left_s))
        state = "over" if timing.slot_left_s < 0 else "soon" if timing.slot_left_s < SOON_S else ""
        set_property(self.slot, "state", "flash" if state == "over" and flash else state)
        self.title.setText(title)
        self.next.setText(tr("Run", "Next: {title}", title=upcoming) if upcoming else tr("Run", "Last segment"))
        over = round(timing.over_s)
        words = tr("Run", "on time")
        if over >= ON_TIME_S:
            words = tr("Run", "{over} over", over=clock(over))
        elif over <= -ON_TIME_S:
            words = tr("Run", "{under} under", under=clock(-over))
        self.whole.setText(tr("Run", "{state} · ends {ends} · {elapsed} elapsed", elapsed=clock(timing.elapsed_s), ends=ends, state=words))
        set_property(self.whole, "level", "error" if over > 60 else "warning" if over >= ON_TIME_S else "good")
