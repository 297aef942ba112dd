"""The problems of a plan: one line with their count, and a list with reason, place and a fix by one click."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.domain.catalogue.market import Level
from app.domain.rundown.finding import Finding
from app.domain.rundown.rundown_lint import RundownLint, apply_fix
from app.domain.show import Show
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

AFTER_MS = 150  # after the user pauses typing
STEP_S = 0.008  # half a frame: too short to notice
SHOWN = 60
HEIGHT_PX = 150  # two or three findings; more in a tall window
_WEIGHT = {Level.INFO: 0, Level.WARNING: 1, Level.BLOCK: 2}
_LOOKS: Mapping[Level, tuple[str, str]] = {
    Level.INFO: ("info", "info"),
    Level.WARNING: ("warning", "warning"),
    Level.BLOCK: ("warning", "error"),
}


class FindingsBar(QWidget):
    """Checks again shortly after the show changes. Calls `go_to(kind, id, field)` to open the subject of a finding.

    Emits `opened` when the list opens or closes.
    """

    opened = Signal(bool)

    def __init__(self, context: WindowContext, go_to: Callable[[str, str, str], None], changed: Callable[[], None]) -> None:
        super().__init__()
        self._context = context
        self._go_to = go_to
        self._changed = changed
        self._lint = RundownLint()
        self._found: tuple[Finding, ...] = ()
        self._levels: dict[str, Level] = {}
        self._rows: list[QWidget] = []
        self._warming: Iterator[None] | None = None
        self._warmed: Show | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.head = QToolButton()
        self.head.setObjectName("findings")
        self.head.setCheckable(True)
        self.head.setAccessibleName(tr("Findings", "Rundown check"))
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.head.toggled.connect(self._show_list)
        layout.addWidget(self.head)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setMinimumHeight(HEIGHT_PX)
        self.area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(4)
        self._list.addStretch(1)
        self.area.setWidget(inside)
        self.area.hide()
        layout.addWidget(self.area)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self.refresh()

    def refresh(self) -> None:
        """Schedule a check after a change."""
        self._timer.start(AFTER_MS)

    def level_of(self, subject_id: str) -> str:
        """The worst level found for a segment or product; "" = none."""
        level = self._levels.get(subject_id)
        return level.value if level is not None else ""

    def look(self) -> None:
        """Check the show now, in steps. A newly opened show takes many steps, a change usually one."""
        show = self._context.studio.document.show
        if self._warming is None or show is not self._warmed:
            self._warmed = show
            self._warming = self._lint.warm(show)
        until = time.monotonic() + STEP_S
        for _ in self._warming:
            if time.monotonic() >= until:
                self._timer.start(0)
                return
        self._warming = None
        self._conclude()

    def _conclude(self) -> None:
        show = self._context.studio.document.show
        found = self._lint.findings(show, today=date.today().isoformat()) if show.segments else ()
        found = tuple(sorted(found, key=lambda one: -_WEIGHT[one.level]))
        self.setVisible(bool(show.segments))
        if found == self._found and self.head.text():
            return
        levels = self._levels
        self._found = found
        self._levels = {one.id: one.level for one in reversed(found)}
        self._show_head()
        if self.area.isVisible():
            self._fill()
        if self._levels != levels:
            self._changed()

    def _show_head(self) -> None:
        blocks = sum(one.level is Level.BLOCK for one in self._found)
        warnings = sum(one.level is Level.WARNING for one in self._found)
        hints = len(self._found) - blocks - warnings
        parts = []
        if blocks:
            parts.append(tr("Findings", "{count} not allowed", count=blocks))
        if warnings:
            parts.append(tr("Findings", "{count} to change", count=warnings))
        if hints:
            parts.append(tr("Findings", "1 note") if hints == 1 else tr("Findings", "{count} notes", count=hints))
        self.head.setText(" " + (" · ".join(parts) if parts else tr("Findings", "No problems found")))
        icon, colour = _LOOKS[self._found[0].level] if self._found else ("check", "good")
        self.head.setIcon(self._context.icons.icon(icon, colour))
        self.head.setEnabled(bool(self._found))
        if not self._found:
            self.head.setChecked(False)

    def _show_list(self, on: bool) -> None:
        self.area.setVisible(on)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding if on else QSizePolicy.Policy.Maximum)
        self.opened.emit(on)
        if on:
            self._fill()

    def _fill(self) -> None:
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(one) for one in self._found[:SHOWN]]
        for place, row in enumerate(self._rows):
            self._list.insertWidget(place, row)

    def _row(self, finding: Finding) -> QWidget:
        row = QWidget()
        row.setObjectName("finding")
        row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_property(row, "level", finding.level.value)
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 5, 6, 5)
        line.setSpacing(8)
        icon, colour = _LOOKS[finding.level]
        picture = QLabel()
        picture.setPixmap(self._context.icons.pixmap(icon, 16, colour))
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        sentence = self._context.finding_words.sentence(
            finding.code, self._context.formats.finding_values(finding.data, self._context.language)
        )
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(sentence.text, "", wrap=True))
        if sentence.help:
            words.addWidget(label(sentence.help, "hint", wrap=True))
        verbs = QHBoxLayout()
        verbs.setSpacing(8)
        if finding.fix:
            verbs.addWidget(push_button(tr("Findings", "Fix"), lambda: self._fix(finding), role="link"))
        if finding.id:
            field = finding.where.split("/")[0]
            verbs.addWidget(push_button(tr("Findings", "Show"), lambda: self._go_to(finding.subject.value, finding.id, field), role="link"))
        verbs.addStretch(1)
        words.addLayout(verbs)
        line.addLayout(words, 1)
        return row

    def _fix(self, finding: Finding) -> None:
        self._context.edit_show("Fix rundown", lambda show: apply_fix(show, finding))
