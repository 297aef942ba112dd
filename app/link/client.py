"""The desk's end of the link, for asyncio."""

import asyncio
import logging
import threading
from collections.abc import Callable
from multiprocessing.connection import Client, Connection

from app.domain.program.command import Command, Event, Hello, Shutdown
from app.link.messages import MAX_EVENT_BYTES, LinkError, decode_event, encode
from app.link.outbox import Outbox
from app.link.registration import Registration
from app.link.wire import FAMILY, HANDSHAKE_S, hang_up, introduce

log = logging.getLogger(__name__)

POLL_S = 0.25  # how soon the reader notices its closing flag where hanging up does not wake it
SILENCE_TICK_S = 0.5
SILENT_TICKS = 6  # 3 s. Counts ticks, not time: a desk that was suspended itself must not blame the engine
MAX_COMMANDS = 5000
MAX_BYTES = 256 * 1024 * 1024


class LinkClient:
    """One connection to one engine. Call `connect` once; then `on_event` gets every event and `on_lost` the end, both on the loop.

    `on_lost` is called once, but not after `aclose`: "link.closed" if the engine is gone, "link.silent" if it sent nothing for three
    seconds, "link.overflow" if it takes no commands.
    """

    def __init__(self, registration: Registration, *, on_event: Callable[[Event], None], on_lost: Callable[[LinkError], None]) -> None:
        self._registration = registration
        self._on_event = on_event
        self._on_lost = on_lost
        self._outbox = Outbox(max_messages=MAX_COMMANDS, max_bytes=MAX_BYTES)
        self._closing = threading.Event()
        self._connection: Connection | None = None
        self._reader = threading.Thread(target=self._read, name="link-reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="link-writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hello: asyncio.Future[Hello] | None = None
        self._ended: asyncio.Event = asyncio.Event()
        self._watch: asyncio.TimerHandle | None = None
        self._silent_ticks = 0
        self._lost = False

    async def connect(self) -> Hello:
        """Connect, authenticate and wait for the engine's Hello. Raises LinkError; the link is then closed."""
        self._loop = asyncio.get_running_loop()
        self._hello = self._loop.create_future()
        self._reader.start()
        try:
            # Not wait_for: in Python 3.11 it swallows a cancellation that arrives together with the result.
            async with asyncio.timeout(HANDSHAKE_S):
                hello = await asyncio.shield(self._hello)
        except TimeoutError as error:
            self._hello.cancel()
            await self.aclose()
            raise LinkError("link.silent") from error
        except BaseException:
            if not self._hello.cancel() and not self._hello.cancelled():
                self._hello.exception()  # retrieve it: a refusal while we are being cancelled is not an unhandled error
            await self.aclose()
            raise
        self._watch = self._loop.call_later(SILENCE_TICK_S, self._look)
        return hello

    def send(self, command: Command, *, slot: str = "") -> None:
        """Queue a command without waiting. It replaces a queued one with the same slot. Does nothing after the end."""
        if not self._outbox.put(encode(command), slot=slot):
            self._lose(LinkError("link.overflow"))

    async def shut_down_engine(self, timeout_s: float) -> bool:
        """Ask the engine to exit and wait until it is gone; False if it is still there. The link is unusable afterwards."""
        self._lost = True  # we want it to end: do not report it
        self._outbox.put(encode(Shutdown()))
        try:
            async with asyncio.timeout(timeout_s):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Close the connection and end the threads; the engine goes on. Can be called again."""
        self._lost = True
        self._closing.set()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._outbox.close()
        if self._connection is not None:
            hang_up(self._connection)
        if self._loop is not None:
            await asyncio.shield(self._ended.wait())

    # On the loop ----------------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        assert self._loop is not None
        self._silent_ticks += 1
        if self._silent_ticks > SILENT_TICKS:
            self._lose(LinkError("link.silent"))
            return
        self._watch = self._loop.call_later(SILENCE_TICK_S, self._look)

    def _arrived(self, event: Event) -> None:
        self._silent_ticks = 0
        if self._hello is not None and not self._hello.done():
            if isinstance(event, Hello):
                self._hello.set_result(event)
            return
        if not self._lost:
            self._on_event(event)

    def _over(self, error: LinkError) -> None:
        self._ended.set()
        if self._hello is not None and not self._hello.done():
            self._hello.set_exception(error)
            return
        self._lose(error)

    def _lose(self, error: LinkError) -> None:
        if self._lost:
            return
        self._lost = True
        self._closing.set()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._outbox.close()
        if self._connection is not None:
            hang_up(self._connection)
        self._on_lost(error)

    # On the threads -------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        assert self._loop is not None
        try:
            error = self._read_events(self._loop)
        except LinkError as refused:
            error = refused
        except (EOFError, OSError) as gone:
            log.info("the engine is gone: %r", gone)
            error = LinkError("link.closed")
        self._outbox.close()
        if self._connection is not None:
            hang_up(self._connection)
            if self._writer.ident is not None:
                self._writer.join()
            self._connection.close()
        self._loop.call_soon_threadsafe(self._over, error)

    def _read_events(self, loop: asyncio.AbstractEventLoop) -> LinkError:
        try:
            connection = Client(self._registration.address, family=FAMILY)
        except OSError as error:
            raise LinkError("link.missing") from error
        self._connection = connection
        if self._closing.is_set():
            return LinkError("link.closed")
        introduce(connection, self._registration.authkey)
        self._writer.start()
        while not self._closing.is_set():
            if not connection.poll(POLL_S):
                continue
            try:
                event = decode_event(connection.recv_bytes(MAX_EVENT_BYTES))
            except LinkError as error:
                if error.code == "link.version":
                    raise
                log.warning("cannot read a message of the engine: %s", error)
                continue
            loop.call_soon_threadsafe(self._arrived, event)
        return LinkError("link.closed")

    def _write(self) -> None:
        assert self._connection is not None
        while (data := self._outbox.take()) is not None:
            try:
                self._connection.send_bytes(data)
            except OSError as error:  # the reader sees the same end and reports it
                log.info("cannot send to the engine: %s", error)
                return
