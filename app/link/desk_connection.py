"""One desk attached to the engine: its connection, two threads and a bounded queue."""

import logging
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from app.link.messages import MAX_COMMAND_BYTES, LinkError
from app.link.outbox import Outbox
from app.link.wire import HANDSHAKE_S, greet, hang_up

log = logging.getLogger(__name__)

POLL_S = 0.25  # how soon the reader notices its closing flag where hanging up does not wake it
MAX_EVENTS = 20_000  # only notices pile up; everything else replaces its predecessor
MAX_BYTES = 32 * 1024 * 1024


class DeskConnection:
    """Authenticates the desk, passes the bytes of its commands to `received`, and writes queued events.

    A desk that reads too slowly loses outdated statistics first; one that does not read at all is disconnected. `attached` is called after
    the handshake and `left` when an attached desk is gone, both on this desk's thread.
    """

    def __init__(
        self,
        connection: "Connection",
        name: str,
        authkey: bytes,
        *,
        attached: Callable[["DeskConnection"], None],
        received: Callable[["DeskConnection", bytes], None],
        left: Callable[["DeskConnection"], None],
    ) -> None:
        self.name = name
        self._connection = connection
        self._authkey = authkey
        self._attached = attached
        self._received = received
        self._left = left
        self._outbox = Outbox(max_messages=MAX_EVENTS, max_bytes=MAX_BYTES)
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, name=f"link-{name}-reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"link-{name}-writer", daemon=True)

    @property
    def arriving(self) -> bool:
        """Whether it may still attach."""
        return self._reader.is_alive()

    def start(self) -> None:
        self._reader.start()

    def put(self, data: bytes, *, slot: str = "") -> None:
        """Queue an event without waiting."""
        if not self._outbox.put(data, slot=slot):
            log.warning("%s does not read any more; disconnecting", self.name)
            self.drop()

    def drop(self) -> None:
        """Disconnect at once, without waiting for the threads."""
        self._closing.set()
        self._outbox.close()
        hang_up(self._connection)

    def close(self, timeout_s: float) -> None:
        """Write what is queued for up to `timeout_s`, then disconnect and wait for the threads."""
        self._outbox.close(drain=True)
        if self._writer.is_alive():
            self._writer.join(timeout_s)
        self.drop()
        self._reader.join()

    def _read(self) -> None:
        guard = threading.Timer(HANDSHAKE_S, self.drop)  # a peer that connects and sends nothing must not occupy this thread
        guard.name = f"link-{self.name}-guard"
        guard.start()
        try:
            greet(self._connection, self._authkey)
        except LinkError as error:
            log.warning("%s was refused: %s", self.name, error)
            self._connection.close()
            return
        finally:
            guard.cancel()
            guard.join()
        self._writer.start()
        self._attached(self)
        try:
            self._read_commands()
        except (EOFError, OSError) as error:
            log.info("%s is gone: %r", self.name, error)
        finally:
            self.drop()
            self._left(self)
            self._writer.join()
            self._connection.close()

    def _read_commands(self) -> None:
        while not self._closing.is_set():
            if self._connection.poll(POLL_S):
                self._received(self, self._connection.recv_bytes(MAX_COMMAND_BYTES))

    def _write(self) -> None:
        while (data := self._outbox.take()) is not None:
            try:
                self._connection.send_bytes(data)
            except OSError as error:
                log.info("cannot send to %s: %s", self.name, error)
                self.drop()
                return
