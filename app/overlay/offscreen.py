"""Drawing without a screen, for a desk without a window."""

from PySide6.QtGui import QGuiApplication


def make_offscreen_application() -> QGuiApplication:
    """The running QGuiApplication, or a new one that needs no display. Keep a reference while anything is drawn."""
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    return QGuiApplication(["tradewind", "-platform", "offscreen"])
