"""A desktop's settings portal on a session bus: `python -m tests.support.settings_portal NAMESPACE KEY VALUE`."""

import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVariant, QDBusVirtualObject


class Portal(QDBusVirtualObject):
    """Has one setting; answers that all others do not exist."""

    def __init__(self, namespace: str, key: str, value: int) -> None:
        super().__init__()
        self._known = [namespace, key]
        self._value = value

    def introspect(self, path: str) -> str:
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        if message.arguments() != self._known:
            return connection.send(message.createErrorReply("org.freedesktop.portal.Error.NotFound", "no such setting"))
        reply = message.createReply()
        reply.setArguments([QDBusVariant(QDBusVariant(self._value))])
        return connection.send(reply)


def main() -> int:
    application = QCoreApplication(sys.argv[:1])
    namespace, key, value = sys.argv[1:]
    bus, portal = QDBusConnection.sessionBus(), Portal(namespace, key, int(value))
    bus.registerVirtualObject("/org/freedesktop/portal/desktop", portal)
    bus.registerService("org.freedesktop.portal.Desktop")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
