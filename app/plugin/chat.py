"""A chat plugin's side of its connection to the desk: a bounded queue of messages, requests, retries, and the state of the connection."""

import asyncio
import contextlib
import random
import socket
import ssl
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from app.domain.chat.platform import ChatHealth, ChatRequest, ChatState, PlatformMessage
from app.plugin.answers import remember
from app.plugin.chat_wire import (
    MAX_BATCH,
    MAX_BATCH_CHARS,
    chat_record,
    dropped_message,
    health_message,
    read_request,
    undone_message,
)
from app.plugin.wire import Message

MAX_WAITING = 2000  # messages; more drop the oldest, which are counted
MAX_REQUESTS = 64
MAX_SEEN = 10_000  # ids by which a repeated message is recognised
SEND_GAP_S = 0.05
COUNT_GAP_S = 1.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
STEADY_S = 30.0  # a connection that lasted this long starts the pauses again
QUEUE_FULL, DOUBLE = "queue_full", "double"  # reasons for dropping a message; the desk has words for them


class RetryLater(Exception):
    """Raised by a connection that must not be tried again before `after_s`, with a reason for the user."""

    def __init__(self, reason: str, after_s: float) -> None:
        super().__init__(reason)
        self.after_s = after_s


class SendMessage(Protocol):
    """Sends one message to the desk; may block and is called on any thread."""

    def __call__(self, message: Message) -> None: ...


class Chat:
    """What a chat's `run` gets. Use it on the plugin's loop.

    Most plugins run two coroutines side by side: `stay_connected` with one that connects and reads until the connection ends, and `serve`
    with one that carries out a request. Both may raise OSError, EOFError or ValueError: the first is started again after a pause that
    grows, the second tells the user why it failed.
    """

    def __init__(self, send: SendMessage) -> None:
        self._send = send
        self._waiting: deque[dict[str, Any]] = deque()  # records, which are cut: texts may be megabytes long
        self._dropped: Counter[str] = Counter()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._requests: deque[ChatRequest] = deque()
        self._asked = asyncio.Event()
        self._there = asyncio.Event()
        self._connected_at: float | None = None

    # What the plugin brings -----------------------------------------------------------------------------------------------

    def receive(self, message: PlatformMessage) -> bool:
        """Pass a message to the desk; False if its id came before. With too many waiting, the oldest is dropped and counted."""
        record = chat_record(message)
        message_id = record.get("id", "")
        if message_id in self._seen:
            self._seen.move_to_end(message_id)
            self.dropped(DOUBLE)
            return False
        remember(self._seen, message_id, None, MAX_SEEN)
        self._waiting.append(record)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self.dropped(QUEUE_FULL)
        self._there.set()
        return True

    def known(self, message_id: str) -> None:
        """Do not show this message: the desk has it, because it sent it."""
        remember(self._seen, message_id, None, MAX_SEEN)

    def dropped(self, reason: str, count: int = 1) -> None:
        """Count messages that cannot be shown."""
        self._dropped[reason] += count
        self._there.set()

    def health(self, state: ChatState, detail: str = "", retry_s: float = 0.0) -> None:
        """Show the state of the connection; `detail` in words for the user."""
        self._send(health_message(ChatHealth(state, detail, retry_s)))

    def connected(self, detail: str = "") -> None:
        """The platform has accepted the connection."""
        self._connected_at = asyncio.get_running_loop().time()
        self.health(ChatState.CONNECTED, detail)

    # What the desk asks for -----------------------------------------------------------------------------------------------

    async def requests(self) -> AsyncIterator[ChatRequest]:
        """The desk's requests, in order."""
        while True:
            while self._requests:
                yield self._requests.popleft()
            self._asked.clear()
            await self._asked.wait()

    def failed(self, request: ChatRequest, reason: str) -> None:
        """A request could not be carried out; the user is told why."""
        self._send(undone_message(request.number, reason))

    async def serve(self, carry_out: Callable[[ChatRequest], Awaitable[None]]) -> None:
        """Carry out requests one after another; one that raises fails."""
        async for request in self.requests():
            try:
                await carry_out(request)
            except (OSError, EOFError, ValueError, RetryLater) as error:
                self.failed(request, words_of(error))

    def ask(self, message: Message) -> None:
        """Take a request from the desk; one too many fails."""
        request = read_request(message.get("request"))
        if len(self._requests) >= MAX_REQUESTS:
            self.failed(request, "too many messages are waiting to be sent")
            return
        self._requests.append(request)
        self._asked.set()

    # Connection -----------------------------------------------------------------------------------------------------------

    async def stay_connected(self, session: Callable[[], Awaitable[None]]) -> None:
        """Run `session` again whenever it ends, after a pause that doubles, with jitter. It calls `connected` when it is."""
        pause_s = FIRST_PAUSE_S
        while True:
            self.health(ChatState.CONNECTING)
            self._connected_at = None
            reason, least_s = "the connection was closed", 0.0
            try:
                await session()
            except RetryLater as later:
                reason, least_s = str(later), later.after_s
            except (OSError, EOFError, ValueError) as error:
                reason = words_of(error)
            if self._connected_s() > STEADY_S:
                pause_s = FIRST_PAUSE_S
            wait_s = max(least_s, pause_s * random.uniform(0.5, 1.0))  # jitter: not all come back at once
            self.health(ChatState.WAITING, reason, wait_s)
            await asyncio.sleep(wait_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _connected_s(self) -> float:
        """How long the connection has lasted, 0 if there was none."""
        return 0.0 if self._connected_at is None else asyncio.get_running_loop().time() - self._connected_at

    async def deliver(self) -> None:
        """Send what waits to the desk, in batches. The plugin's process runs this."""
        counted_at = -COUNT_GAP_S
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(COUNT_GAP_S if self._dropped else None):
                    await self._there.wait()
            self._there.clear()
            if self._waiting:
                await asyncio.to_thread(self._send, {"chat": self._next_batch()})
                await asyncio.sleep(SEND_GAP_S)
            if self._waiting:
                self._there.set()
            if self._dropped and loop.time() - counted_at >= COUNT_GAP_S:
                counted_at = loop.time()
                self._send_counts()

    def _next_batch(self) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        chars = 0
        while self._waiting and len(batch) < MAX_BATCH:
            record = self._waiting[0]
            chars += sum(len(value) for value in record.values() if isinstance(value, str))
            if batch and chars > MAX_BATCH_CHARS:
                break
            self._waiting.popleft()
            batch.append(record)
        return batch

    def _send_counts(self) -> None:
        counts, self._dropped = self._dropped, Counter()
        for reason, count in counts.items():
            self._send(dropped_message(reason, count))


def words_of(error: BaseException) -> str:
    """Why a connection failed, for the user: by the first of its causes that has words, else in its own words."""
    cause: BaseException | None = error
    while cause is not None:
        if words := _known_words(cause):
            return words
        cause = cause.__cause__
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__


def _known_words(error: BaseException) -> str:
    if isinstance(error, EOFError | ConnectionResetError | BrokenPipeError):
        return "the connection was closed"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the server’s certificate is not valid"
    if isinstance(error, ssl.SSLError):
        return "no encrypted connection"
    if isinstance(error, socket.gaierror):
        return "no server with this name found"
    if isinstance(error, ConnectionRefusedError):
        return "the server refuses connections"
    return ""
