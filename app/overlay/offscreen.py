"""Drawing without a screen: a desk that has no window still draws text."""

from PySide6.QtGui import QGuiApplication


def make_offscreen_application() -> QGuiApplication:
    """The running QGuiApplication, or a new one that needs no display; the caller keeps it for as long as anything is drawn."""
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    return QGuiApplication(["tradewind", "-platform", "offscreen"])
