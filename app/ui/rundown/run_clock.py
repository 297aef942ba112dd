"""The clock of a running rundown: the segment's countdown large, the whole rundown beside it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.domain.rundown.rundown import Timing
from app.ui.kit.clocks import clock
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

BIG_PX = 34
SLOT_PX = 78
SOON_S = 30  # a segment's last half minute
ON_TIME_S = 5  # up to this much over or under counts as on time
FLASH_MS = 500  # half a second on, half off: noticed from the corner of the eye, and well below the three flashes a second that can harm


def tabular(widget: QLabel, pixels: int) -> QLabel:
    """Set tabular figures, so that a running clock doesn't jitter."""
    font = QFont(widget.font())
    font.setPixelSize(pixels)
    font.setBold(True)
    font.setFeature(QFont.Tag("tnum"), 1)
    widget.setFont(font)
    widget.setStyleSheet(f"font-size: {pixels}px; font-weight: 700;")
    return widget


class RunClock(QWidget):
    """Shows a Timing. Its owner toggles `flash` at most once a second while the segment is over time."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(2, 0, 6, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        self.slot = tabular(label("0:00", "runSlot"), BIG_PX)
        self.slot.setAccessibleName(tr("Run", "Time left in this segment"))
        self.slot.setMinimumWidth(SLOT_PX)
        self.title = ElidedLabel("", "heading")
        self.next = ElidedLabel("", "muted")
        grid.addWidget(self.slot, 0, 0, 2, 1)
        grid.addWidget(self.title, 0, 1, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(self.next, 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        self.whole = ElidedLabel("", "whole")  # its owner places it on a separate line
        self.setMinimumWidth(160)

    def show_idle(self, title: str, planned_s: float, ends: str) -> None:
        """Show the planned length, and when it would end if it started now ("" = nothing to start)."""
        self.slot.setText(clock(planned_s))
        set_property(self.slot, "state", "idle")
        self.title.setText(title)
        self.next.setText(tr("Run", "planned"))
        self.whole.setText(tr("Run", "If started now, ends at {ends}", ends=ends) if ends else "")
        set_property(self.whole, "level", "")

    def show_timing(self, timing: Timing, *, title: str, upcoming: str, ends: str, flash: bool) -> None:
        """Show the running rundown; `ends` is its expected end."""
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
