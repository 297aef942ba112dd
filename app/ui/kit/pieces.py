"""The small pieces that panels are built of: icon buttons, badges, headings, empty states, codes to scan."""

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.ui.kit.theme import GRID, Icons

ICON_PX = 18
QUIET_MODULES = 4  # ISO/IEC 18004: the white margin that a reader needs


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and draw the widget anew if it changed."""
    before = widget.property(name)
    if before != value:
        widget.setProperty(name, value)
        if before is None and not value:
            return  # as it looks anyway: a sheet is asked anew for each widget, which is the most of what a form costs
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def icon_button(icons: Icons, icon: str, words: str, run: Callable[[], object] | None = None) -> QToolButton:
    """A flat button with a picture; `words` is its tooltip and its name for screen readers."""
    button = QToolButton()
    button.setIcon(icons.icon(icon))
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if run is not None:
        button.clicked.connect(lambda checked=False: run())
    return button


class PushButton(QPushButton):
    """Enter presses the button that has the focus; Qt's own would press the dialog's default instead, which says something else."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            event.accept()
        else:
            super().keyPressEvent(event)


def push_button(words: str, run: Callable[[], object] | None = None, *, role: str = "") -> QPushButton:
    """A button with words; `role` is "primary", "danger", "link" or "" and decides its looks."""
    button = PushButton(words)
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    if run is not None:
        button.clicked.connect(lambda checked=False: run())
    return button


def hand_over_focus(going: QWidget, rest: QWidget) -> None:
    """Call it before `going` is hidden or disabled: its keyboard focus goes to `rest`. Qt would give it to whichever button stands next,
    and one more Space would press that."""
    if going.hasFocus():
        rest.setFocus(Qt.FocusReason.OtherFocusReason)


def label(words: str, name: str = "", *, wrap: bool = False) -> QLabel:
    """A text; `name` is the style sheet's ("muted", "hint", "title", "heading", "sectionTitle")."""
    made = QLabel(words)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def tip(words: str) -> str:
    """A tooltip that says these words as they are: Qt would take what looks like a tag for one."""
    return f"<span>{escape(words)}</span>" if "<" in words else words


class ElidedLabel(QLabel):
    """A text that ends with … where there is no room for all of it; its tooltip then has all of it."""

    def __init__(self, words: str, name: str = "") -> None:
        super().__init__(words)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def shown(self) -> str:
        """What there is room for."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        words = self.shown()
        self.setToolTip("" if words == self.text() else tip(self.text()))
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), words)
        painter.end()


def elided(words: str, name: str = "") -> ElidedLabel:
    """A text of one line that may be cut short."""
    return ElidedLabel(words, name)


def badge(words: str = "", level: str = "") -> QLabel:
    """A small pill; `level` is "good", "warning", "error", "accent" or ""."""
    made = label(words, "badge")
    made.setProperty("level", level)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


class EmptyState(QWidget):
    """What stands where a list is empty: a picture, one sentence, and buttons for the next step."""

    def __init__(self, icons: Icons, icon: str, title: str, text: str, *actions: QPushButton) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        layout.setSpacing(GRID // 2)
        layout.addStretch(1)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(icon, 32, "faint"))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(picture)
        for words, name in ((title, "emptyTitle"), (text, "muted")):
            line = label(words, name, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(line)
        for action in actions:
            layout.addSpacing(GRID // 2)
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)


class ScanCode(QWidget):
    """A QR code: dark modules on white with the margin that readers need."""

    def __init__(self, matrix: Sequence[Sequence[int]], words: str) -> None:
        super().__init__()
        self._matrix = matrix
        self.setAccessibleName(words)
        side = (len(matrix) + 2 * QUIET_MODULES) * 4
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        module = self.width() // (len(self._matrix) + 2 * QUIET_MODULES)
        for row, line in enumerate(self._matrix):
            for column, dark in enumerate(line):
                if dark:
                    painter.fillRect(
                        QRect((column + QUIET_MODULES) * module, (row + QUIET_MODULES) * module, module, module), QColor("black")
                    )
        painter.end()
