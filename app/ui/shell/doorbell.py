"""One window per home folder: a second start asks the first window to come to the front, instead of opening one that would miss the other's
changes."""

import hashlib
import json
import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

CONNECT_MS = 500
ANSWER_MS = 3000  # a window that is silent this long hangs: the second start then opens its own
MAX_BYTES = 65536
ANSWER = b"here\n"


def door_of(runtime: Path) -> str:
    """The socket's name: short enough for every system, different for each home folder."""
    return f"tradewind-{hashlib.sha256(str(runtime.absolute()).encode()).hexdigest()[:20]}"


def ring(door: str, path: Path | None) -> bool:
    """Ask the window with this doorbell to come forward and open the given show, if any; False if it does not answer."""
    socket = QLocalSocket()
    socket.connectToServer(door)
    if not socket.waitForConnected(CONNECT_MS):
        return False
    socket.write(json.dumps({"open": str(path) if path is not None else ""}).encode() + b"\n")
    answered = socket.waitForReadyRead(ANSWER_MS) and bytes(socket.readAll().data()) == ANSWER
    socket.disconnectFromServer()
    return answered


class Doorbell(QObject):
    """`rung` carries the path of the show that a second start was given, "" for none."""

    rung = Signal(str)

    def __init__(self, door: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_visitor)
        if not self._server.listen(door):
            QLocalServer.removeServer(door)  # left by a window that was killed: it did not answer
            if not self._server.listen(door):
                log.warning("a second start will not find this window: %s", self._server.errorString())

    def close(self) -> None:
        """Stop answering; the next start opens a window."""
        self._server.close()

    def _on_visitor(self) -> None:
        while (visitor := self._server.nextPendingConnection()) is not None:
            visitor.setReadBufferSize(MAX_BYTES)
            visitor.disconnected.connect(visitor.deleteLater)
            visitor.readyRead.connect(lambda visitor=visitor: self._read_request(visitor))
            self._read_request(visitor)

    def _read_request(self, visitor: QLocalSocket) -> None:
        if not visitor.canReadLine():
            return
        try:
            path = str(json.loads(bytes(visitor.readLine().data()))["open"])
        except (ValueError, KeyError, TypeError) as error:
            log.warning("ignored an unreadable request of a second start: %s", error)
            visitor.abort()
            return
        visitor.write(ANSWER)
        visitor.flush()
        self.rung.emit(path)
