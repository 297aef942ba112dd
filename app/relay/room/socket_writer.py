"""The sending side of one room connection, and how a change reaches hundreds of them without holding up the pictures."""

import asyncio
from collections.abc import Callable
from itertools import islice

from aiohttp import WSMsgType, web

from app.domain.base.clock import NS_PER_S, Clock

_WAKE_AT_ONCE = 8  # connections that go to work in one turn of the loop
_BURST_MESSAGES = 5  # that one connection sends in a turn: with all eight, little more than a millisecond
_BURST_BYTES = 64 * 1024

CLOSE_STOPPING = 1001
CLOSE_BAD_MESSAGE = 4400
CLOSE_REPLACED = 4409
CLOSE_NO_HELLO = 4408
CLOSE_VERSION = 4426


class SocketWriter:
    """Sends what `take` gives, one message after the other, in a task of its own; nothing is queued here.

    `take` gives None when there is nothing to say; `wake` makes it be asked again. `turn` is called when there is more to say than
    one turn allows, and leads to `wake`.
    """

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, clock: Clock) -> None:
        self.take: Callable[[], bytes | None] = lambda: None
        self.turn: Callable[[], None] = self.wake
        self._socket = socket
        self._transport = transport
        self._clock = clock
        self._awake = asyncio.Event()
        self._since_ns = 0
        self._closing: tuple[int, str] | None = None
        self._ended = False

    def wake(self) -> None:
        self._awake.set()

    def close(self, code: int, words: str) -> None:
        """End the connection in order, as soon as what is being sent is out."""
        self._closing = self._closing or (code, words)
        self._awake.set()

    def abort(self) -> None:
        """End it at once: the other side does not read."""
        if self._transport is not None:
            self._transport.abort()
        self.end()

    def end(self) -> None:
        """Nobody listens any more: `run` returns."""
        self._ended = True
        self._awake.set()

    @property
    def open(self) -> bool:
        """Whether it is worth listening on: neither side has ended the connection."""
        return self._closing is None and not self._ended and self._transport is not None and not self._transport.is_closing()

    def is_stuck(self, limit_s: float) -> bool:
        """Whether one message has been waiting for the other side for so long."""
        return self._since_ns > 0 and self._clock.monotonic_ns() - self._since_ns > limit_s * NS_PER_S

    async def run(self) -> None:
        """Until the connection ends."""
        try:
            while self._closing is None and not self._ended and not self._socket.closed:
                if await self._burst():
                    self.turn()
                await self._awake.wait()
                self._awake.clear()
            if self._closing is not None:
                code, words = self._closing
                await self._socket.close(code=code, message=words.encode()[:120])
        except ConnectionError:
            return

    async def _burst(self) -> bool:
        """Send a little; False when there was nothing (more) to send."""
        sent = 0
        for _ in range(_BURST_MESSAGES):
            message = self.take()
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
    """Wakes many connections a few at a time, with a turn of the loop between, in which media goes its way."""

    def __init__(self) -> None:
        self._waiting: dict[SocketWriter, None] = {}
        self._step: asyncio.Handle | None = None

    def wake(self, writers: "dict[SocketWriter, None]") -> None:
        """All of these have something to send."""
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
