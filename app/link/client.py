"""A desk's end of the link, for asyncio."""

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

POLL_S = 0.25  # how soon a reader sees its closing flag where hanging up does not wake it
SILENCE_TICK_S = 0.5
SILENT_TICKS = 6  # 3 s. Ticks are counted, not time: a desk that was itself stopped for a while must not accuse the engine
MAX_COMMANDS = 5000
MAX_BYTES = 256 * 1024 * 1024


class LinkClient:
    """One connection to one engine. `connect` once; afterwards `on_event` gets every event and `on_lost` the end, each on the loop.

    `on_lost` is called once, and not after `aclose`: "link.closed" when the engine is gone, "link.silent" when it said nothing for
    three seconds, "link.overflow" when it takes no commands.
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
        """Connect, prove the key and wait for the engine's word; raises LinkError and is then closed."""
        self._loop = asyncio.get_running_loop()
        self._hello = self._loop.create_future()
        self._reader.start()
        try:
            # Not wait_for: Python 3.11's swallows a cancellation that comes together with the result, and the caller would go on for ever.
            async with asyncio.timeout(HANDSHAKE_S):
                hello = await asyncio.shield(self._hello)
        except TimeoutError as error:
            self._hello.cancel()
            await self.aclose()
            raise LinkError("link.silent") from error
        except BaseException:
            if not self._hello.cancel() and not self._hello.cancelled():
                self._hello.exception()  # asked for: a refusal that came while we were being cancelled is no forgotten failure
            await self.aclose()
            raise
        self._watch = self._loop.call_later(SILENCE_TICK_S, self._look)
        return hello

    def send(self, command: Command, *, slot: str = "") -> None:
        """Queue a command; never waits. A waiting one with the same slot is replaced. After the end it goes nowhere."""
        if not self._outbox.put(encode(command), slot=slot):
            self._lose(LinkError("link.overflow"))

    async def shut_down_engine(self, timeout_s: float) -> bool:
        """Ask the engine to end and wait until it is gone; False if it did not in time. The link is of no use afterwards."""
        self._lost = True  # its end is what we want: no news
        self._outbox.put(encode(Shutdown()))
        try:
            async with asyncio.timeout(timeout_s):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Hang up and end the threads; the engine goes on. More than once is ignored."""
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
                log.warning("the engine sent what cannot be read: %s", error)
                continue
            loop.call_soon_threadsafe(self._arrived, event)
        return LinkError("link.closed")

    def _write(self) -> None:
        assert self._connection is not None
        while (data := self._outbox.take()) is not None:
            try:
                self._connection.send_bytes(data)
            except OSError as error:  # the reader sees the same end and tells it
                log.info("the engine takes no more: %s", error)
                return
