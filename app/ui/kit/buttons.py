"""Icon buttons and push buttons, and what happens to the focus when one goes."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from app.ui.kit.theme import Icons

ICON_PX = 18


def icon_button(icons: Icons, icon: str, words: str, run: Callable[[], object] | None = None) -> QToolButton:
    """A flat button with an icon; `words` is its tooltip and its name for screen readers."""
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
    """Enter presses the focused button. Qt would press the default button of the dialog instead."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            event.accept()
        else:
            super().keyPressEvent(event)


def push_button(words: str, run: Callable[[], object] | None = None, *, role: str = "") -> QPushButton:
    """A button with text; `role` ("primary", "danger", "link" or "") is for the style sheet."""
    button = PushButton(words)
    button.setAutoDefault(False)
    if role:
        button.setProperty("role", role)
    if run is not None:
        button.clicked.connect(lambda checked=False: run())
    return button


def hand_over_focus(going: QWidget, rest: QWidget) -> None:
    """Move the focus from `going` to `rest`; call it before `going` is hidden or disabled. Qt would move the focus to the next button,
    where a second Space would press it."""
    if going.hasFocus():
        rest.setFocus(Qt.FocusReason.OtherFocusReason)
