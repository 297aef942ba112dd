"""Sends to one room connection, and wakes hundreds of them without delaying media."""

import asyncio
from collections.abc import Callable
from itertools import islice

from aiohttp import WSMsgType, web

from app.domain.base.clock import NS_PER_S, Clock

_WAKE_AT_ONCE = 8  # connections woken in one turn of the loop
_BURST_MESSAGES = 5  # sent by one connection in a turn: eight connections take little more than a millisecond
_BURST_BYTES = 64 * 1024

CLOSE_STOPPING = 1001
CLOSE_BAD_MESSAGE = 4400
CLOSE_REPLACED = 4409
CLOSE_NO_HELLO = 4408
CLOSE_VERSION = 4426


class SocketWriter:
    """Sends what `next_message` returns, in its own task; nothing is queued here.

    `next_message` returns None if there is nothing to send; `wake` makes the writer call it again. `on_more` is called when there is
    more to send than one turn allows, and leads to `wake`.
    """

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, clock: Clock) -> None:
        self.next_message: Callable[[], bytes | None] = lambda: None
        self.on_more: Callable[[], None] = self.wake
        self._socket = socket
        self._transport = transport
        self._clock = clock
        self._awake = asyncio.Event()
        self._since_ns = 0
        self._closing: tuple[int, str] | None = None
        self._ended = False

    def wake(self) -> None:
        self._awake.set()

    def close(self, code: int, reason: str) -> None:
        """Close the connection after the message that is being sent."""
        self._closing = self._closing or (code, reason)
        self._awake.set()

    def abort(self) -> None:
        """Drop the connection at once: the peer does not read."""
        if self._transport is not None:
            self._transport.abort()
        self.end()

    def end(self) -> None:
        """The peer has gone: `run` returns."""
        self._ended = True
        self._awake.set()

    @property
    def open(self) -> bool:
        """Whether neither side has closed the connection."""
        return self._closing is None and not self._ended and self._transport is not None and not self._transport.is_closing()

    def is_stuck(self, limit_s: float) -> bool:
        """Whether one message has been waiting for the peer for longer than this."""
        return self._since_ns > 0 and self._clock.monotonic_ns() - self._since_ns > limit_s * NS_PER_S

    async def run(self) -> None:
        """Send until the connection ends."""
        try:
            while self._closing is None and not self._ended and not self._socket.closed:
                if await self._burst():
                    self.on_more()
                await self._awake.wait()
                self._awake.clear()
            if self._closing is not None:
                code, reason = self._closing
                await self._socket.close(code=code, message=reason.encode()[:120])
        except ConnectionError:
            return

    async def _burst(self) -> bool:
        """Send a few messages; returns whether there may be more."""
        sent = 0
        for _ in range(_BURST_MESSAGES):
            message = self.next_message()
            if message is None or self._closing is not None:
                return False
            self._since_ns = self._clock.monotonic_ns()
            await self._socket.send_frame(message, WSMsgType.TEXT)
            self._since_ns = 0
            sent += len(message)
            if sent > _BURST_BYTES:
                break
        return True


class WakeQueue:
    """Wakes many connections a few at a time, with a turn of the loop between them for media."""

    def __init__(self) -> None:
        self._waiting: dict[SocketWriter, None] = {}
        self._step: asyncio.Handle | None = None

    def wake(self, writers: "dict[SocketWriter, None]") -> None:
        """Wake these writers: they have something to send."""
        self._waiting |= writers
        if self._step is None and self._waiting:
            self._step = asyncio.get_running_loop().call_soon(self._next)

    def forget(self, writer: SocketWriter) -> None:
        self._waiting.pop(writer, None)

    def stop(self) -> None:
        self._waiting.clear()
        if self._step is not None:
            self._step.cancel()
            self._step = None

    def _next(self) -> None:
        for writer in tuple(islice(self._waiting, _WAKE_AT_ONCE)):
            del self._waiting[writer]
            writer.wake()
        self._step = asyncio.get_running_loop().call_soon(self._next) if self._waiting else None
