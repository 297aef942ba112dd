"""The rundown's head: the clocks, the transport buttons, and the host's own timer."""

from datetime import datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.session.rundown.show_runner import TIMER_S
from app.ui.context import WindowContext
from app.ui.kit.buttons import hand_over_focus, icon_button, push_button
from app.ui.kit.language import tr
from app.ui.kit.reduced_motion import ReducedMotion
from app.ui.rundown.aux_timer import AuxTimerStrip
from app.ui.rundown.run_clock import FLASH_MS, RunClock

MINUTE_PX = 28


def _hour(at_ms: int) -> str:
    """The time of day where the host is."""
    return f"{datetime.fromtimestamp(at_ms / 1000):%H:%M}"


class RunHead(QWidget):
    """Reads the runner; emits `ticked` twice a second while the rundown runs. Every button is an entry of the action table.

    `rest` gets the focus when the focused button disappears, so that a second Space never presses its neighbour.
    """

    ticked = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.rest: QWidget = self
        self._context = context
        self._runner = context.studio.control.runner
        self._lit = False
        self.motion = ReducedMotion(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.clock = RunClock()
        self.start_button = push_button(tr("Rundown", "Start"), lambda: self._do("run.start"), role="primary")
        self.start_button.setToolTip(tr("Rundown", "Start rundown"))
        self.next_button = push_button(tr("Rundown", "Next"), lambda: self._do("run.next"), role="primary")
        first = QHBoxLayout()
        first.addWidget(self.clock, 1)
        first.addWidget(self.start_button)
        first.addWidget(self.next_button)
        column.addLayout(first)
        column.addWidget(self.clock.whole)
        column.addLayout(self._keys())
        self._timer = QTimer(self)
        self._timer.setInterval(FLASH_MS)
        self._timer.timeout.connect(self.on_tick)
        self._timer.start()

    def _keys(self) -> QHBoxLayout:
        """The buttons. They never move, so that the host finds them without looking."""
        row = QHBoxLayout()
        row.setSpacing(0)
        icons = self._context.icons
        self.previous_button = icon_button(icons, "up", tr("Rundown", "Previous segment"), lambda: self._do("run.previous"))
        self.skip_button = icon_button(icons, "skip", tr("Rundown", "Skip next segment"), lambda: self._do("run.skip"))
        self.shorten_button = self._minute("−1", tr("Rundown", "One minute less"), "run.shorten_1m")
        self.extend_button = self._minute("+1", tr("Rundown", "One minute more"), "run.extend_1m")
        self.swap_button = icon_button(icons, "swap", tr("Rundown", "Switch to backup"), lambda: self._do("run.swap"))
        self.end_button = icon_button(icons, "stop", tr("Rundown", "End rundown"), lambda: self._do("run.end"))
        self.timer = AuxTimerStrip(
            icons,
            set_length=lambda seconds: self._context.attempt(lambda: self._runner.timer_set(seconds)),
            toggle=lambda: self._do("timer.toggle"),
            reset=lambda: self._do("timer.reset"),
        )
        self._run_keys: dict[str, QToolButton] = {
            "run.previous": self.previous_button,
            "run.skip": self.skip_button,
            "run.shorten_1m": self.shorten_button,
            "run.extend_1m": self.extend_button,
            "run.swap": self.swap_button,
            "run.end": self.end_button,
        }
        for button in self._run_keys.values():
            button.setProperty("dense", True)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.timer)
        return row

    def _minute(self, words: str, meaning: str, action_id: str) -> QToolButton:
        button = icon_button(self._context.icons, "", meaning, lambda: self._do(action_id))
        button.setText(words)
        button.setObjectName("minute")
        button.setFixedWidth(MINUTE_PX)
        return button

    def _do(self, action_id: str) -> None:
        self._context.studio.actions.run(action_id)

    # Reading --------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Update after a change of the show or its run."""
        running = self._runner.run.running
        actions = self._context.studio.actions
        startable, steppable = bool(self._context.studio.document.show.segments), self._runner.upcoming is not None
        self._switch(self.start_button, visible=not running, enabled=startable)
        self._switch(self.next_button, visible=running, enabled=steppable)
        for action_id, button in self._run_keys.items():
            self._switch(button, visible=True, enabled=actions[action_id].enabled())
        self._show()

    def _switch(self, button: QAbstractButton, *, visible: bool, enabled: bool) -> None:
        if not (visible and enabled):
            hand_over_focus(button, self.rest)
        button.setVisible(visible)
        button.setEnabled(enabled)

    def on_tick(self) -> None:
        """Update twice a second."""
        self._lit = not self._lit
        self._show()
        if self._runner.run.running:
            self.ticked.emit()

    def _show(self) -> None:
        timer = self._runner.run.timer
        standing = timer.left_s if timer.length_s else float(TIMER_S)
        counting = timer.started_ms is not None
        self.timer.show_timer(self._runner.timer_left_s() if counting else standing, counting=counting)
        segments = self._context.studio.document.show.segments
        if not self._runner.run.running:
            planned_s = sum(one.planned_s for one in segments)
            ends_ms = self._context.studio.control.now_ms() + planned_s * 1000
            words = tr("Rundown", "1 segment") if len(segments) == 1 else tr("Rundown", "{count} segments", count=len(segments))
            self.clock.show_idle(words, planned_s, _hour(ends_ms) if segments else "")
            return
        timing = self._runner.timing()
        current, upcoming = self._runner.current, self._runner.upcoming
        self.clock.show_timing(
            timing,
            title=current.title if current else tr("Rundown", "This segment was removed"),
            upcoming=upcoming.title if upcoming else "",
            ends=_hour(timing.ends_ms),
            flash=self._lit or self.motion.calm,
        )
