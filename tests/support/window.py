"""One QApplication for all tests of a run, and a check for Qt warnings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

_SERIOUS = frozenset({QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg})
_ABOUT_THE_MACHINE = (
    "This plugin does not support",  # warnings of the offscreen platform about raising and grabbing
    "propagateSizeHints",
    "XDG_RUNTIME_DIR",
)


def application() -> QApplication:
    """Return the run's QApplication, offscreen unless QT_QPA_PLATFORM is set. Qt allows only one in a process."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    running = QApplication.instance()
    return running if isinstance(running, QApplication) else QApplication(["tradewind-tests"])


@contextmanager
def no_qt_warnings() -> Iterator[None]:
    """Fail if Qt gives a warning in this block."""
    heard: list[str] = []

    def hear(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        del context
        text = message or ""
        if kind in _SERIOUS and not any(known in text for known in _ABOUT_THE_MACHINE):
            heard.append(text)

    previous = qInstallMessageHandler(hear)
    try:
        yield
    finally:
        qInstallMessageHandler(previous)
    assert not heard, f"Qt warned: {heard}"
