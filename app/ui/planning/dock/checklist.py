"""A checklist widget: items with a state and a button to fix them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.theme import Icons

ICON_PX = 16
_LOOKS = {"good": ("check", "good"), "missing": ("warning", "warning"), "block": ("error", "error"), "unknown": ("clock", "muted")}


@dataclass(frozen=True, slots=True)
class CheckLine:
    """`state` is "good", "missing", "block" or "unknown" (still checking); `fix` is the text of the fix button."""

    id: str
    words: str
    state: str
    help: str = ""
    fix: str = ""
    run: Callable[[], object] | None = None


class Checklist(QWidget):
    """Shows lines in order. Keeps unchanged lines, so the keyboard focus stays."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._lines: tuple[CheckLine, ...] = ()
        self._rows: list[QWidget] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)

    @property
    def lines(self) -> tuple[CheckLine, ...]:
        return self._lines

    def show_lines(self, lines: Sequence[CheckLine]) -> None:
        """Replace the lines."""
        shown = [(line.id, line.words, line.state, line.help, line.fix) for line in lines]
        if shown == [(line.id, line.words, line.state, line.help, line.fix) for line in self._lines]:
            return
        self._lines = tuple(lines)
        for row in self._rows:
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = [self._row(line) for line in lines]

    def _row(self, line: CheckLine) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        icon, colour = _LOOKS[line.state]
        picture = QLabel()
        picture.setPixmap(self._icons.pixmap(icon, ICON_PX, colour))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = label(line.words, "muted" if line.state in ("good", "unknown") else "", wrap=True)
        words.setToolTip(line.help)
        words.setAccessibleDescription(line.help)
        row.addWidget(words, 1)
        if line.fix and line.run is not None:
            row.addWidget(push_button(line.fix, line.run, role="link"), 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(box)
        return box
