"""Whether the system asks apps to reduce motion, which makes some people ill or distracts them."""

import ctypes
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant

_CLIENT_AREA_ANIMATION = 0x1042  # SPI_GETCLIENTAREAANIMATION
_PORTAL = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings", "Read")
_CALM_VALUES = {  # the desktop portal's value for no motion
    ("org.freedesktop.appearance", "reduced-motion"): 1,
    ("org.gnome.desktop.interface", "enable-animations"): False,
}


class ReducedMotion(QObject):
    """`calm` is True if the user turned off animations in the system settings.

    Where another process has to be asked, it is False until the answer comes; nothing waits for it.
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
            watcher.finished.connect(lambda finished, calm=calm: self._on_answer(calm, finished))  # Qt passes no argument to a partial

    def _on_answer(self, calm: object, watcher: QDBusPendingCallWatcher) -> None:
        reply = watcher.reply()
        if reply.type() is QDBusMessage.MessageType.ReplyMessage and reply.arguments():
            value = reply.arguments()[0]
            while isinstance(value, QDBusVariant):
                value = value.variant()
            if value == calm:
                self.calm = True
        watcher.deleteLater()
