"""The connection that carries a target's media."""

from collections.abc import Callable, Coroutine
from typing import Any

from app.aio.owned_tasks import OwnedTasks
from app.domain.program.packet import Codec
from app.transport.connection import Connection
from app.transport.sender import SenderCounts


class CurrentConnection:
    """Holds at most one connection, and leaves the ones before it in the background. `on_ended` is called when it ends."""

    def __init__(self, name: str, on_ended: Callable[[], None]) -> None:
        self.connection: Connection | None = None
        self.end_reason = ""  # why it ended; "" while it runs
        self.connects = 0
        self.codec: Codec | None = None  # the video codec of the last connection, so that no encoder changes during a reconnect
        self._name = name
        self._on_ended = on_ended
        self._past = SenderCounts()
        self._leaving = OwnedTasks()

    @property
    def running(self) -> Connection | None:
        """The connection, if it has not ended."""
        return None if self.end_reason else self.connection

    @property
    def counts(self) -> SenderCounts:
        """Counters of all connections so far."""
        return self._past + self.connection.sender.counts if self.connection is not None else self._past

    def next_on_closed(self) -> Callable[[str], None]:
        """The `on_closed` of the connection that will be put in next."""
        number = self.connects + 1

        def on_closed(reason: str) -> None:
            if self.connects == number:
                self.end_reason = reason
                self._on_ended()

        return on_closed

    def put(self, connection: Connection) -> None:
        """Carry media over this one from now on."""
        self.drop(tell_relay=True)
        self.connection = connection
        self.end_reason = "" if connection.peer.connected else "closed"
        self.connects += 1
        self.codec = connection.sender.plan.video.codec

    def drop(self, *, tell_relay: bool) -> None:
        """Leave the connection, if there is one, without waiting."""
        connection, self.connection = self.connection, None
        if connection is not None:
            self._past += connection.sender.counts
            self.leave(connection, tell_relay=tell_relay)

    def leave(self, connection: Connection, *, tell_relay: bool) -> None:
        """Leave a connection in the background."""
        self._leaving.start(connection.aclose(tell_relay=tell_relay), f"leave {self._name}")

    async def aclose(self, undoing: Coroutine[Any, Any, None]) -> None:
        """Leave, and wait until all are left and `undoing` is done."""
        self.drop(tell_relay=True)
        self._leaving.start(undoing, f"undo {self._name}")
        await self._leaving.join()
