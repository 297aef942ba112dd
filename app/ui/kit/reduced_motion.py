"""Whether the system asks programs to keep still: some people are made ill, or distracted, by what moves and flashes."""

import ctypes
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant

_CLIENT_AREA_ANIMATION = 0x1042  # SPI_GETCLIENTAREAANIMATION
_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings", "Read")
_CALM_VALUES = {  # of the desktop portal: what a setting says when nothing shall move
    ("org.freedesktop.appearance", "reduced-motion"): 1,
    ("org.gnome.desktop.interface", "enable-animations"): False,
}


class ReducedMotion(QObject):
    """`calm` is True when the user has switched animations off in the system's settings.

    Where that is asked of another program, it is False until the answer comes: nothing waits for it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.calm = False
        if sys.platform == "win32":
            animated = ctypes.c_int(1)
            answered = ctypes.windll.user32.SystemParametersInfoW(_CLIENT_AREA_ANIMATION, 0, ctypes.byref(animated), 0)
            self.calm = bool(answered) and not animated.value
        elif sys.platform == "darwin":
            file = Path.home() / "Library/Preferences/com.apple.universalaccess.plist"
            chosen = QSettings(str(file), QSettings.Format.NativeFormat)
            self.calm = str(chosen.value("reduceMotion", "false")).casefold() in ("true", "1")
        else:
            self._ask_portal()

    def _ask_portal(self) -> None:
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        for (namespace, key), calm in _CALM_VALUES.items():
            question = QDBusMessage.createMethodCall(*_PORTAL)
            question.setArguments([namespace, key])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(question), self)
            watcher.finished.connect(lambda finished, calm=calm: self._on_answer(calm, finished))  # Qt gives a partial no argument

    def _on_answer(self, calm: object, watcher: QDBusPendingCallWatcher) -> None:
        reply = watcher.reply()
        if reply.type() is QDBusMessage.MessageType.ReplyMessage and reply.arguments():
            value = reply.arguments()[0]
            while isinstance(value, QDBusVariant):
                value = value.variant()
            if value == calm:
                self.calm = True
        watcher.deleteLater()
