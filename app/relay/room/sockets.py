"""The rooms of a relay over WebSocket: who may connect, how fast messages are read, and how connections end."""

import asyncio
import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from aiohttp import WSMsgType, web

from app.domain.base.clock import Clock
from app.domain.base.token_bucket import TokenBucket
from app.relay.access.bodies import read_body
from app.relay.access.keys import AccessKeys
from app.relay.access.rate_limits import AddressRates, ViewerRates
from app.relay.access.subnet import subnet_of
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room.messages import Message, check_version, read_message
from app.relay.room.room import Room
from app.relay.room.socket_writer import CLOSE_BAD_MESSAGE, CLOSE_NO_HELLO, CLOSE_VERSION, SocketWriter

log = logging.getLogger(__name__)

_PING_S = 20.0
_CLOSE_S = 1.0
_VIEWER_BYTES = 4 * 1024
_HOST_BYTES = 256 * 1024
_REPORT_BYTES = 48 * 1024


def _viewer_secret(room_key: str) -> bytes:
    """The secret that signs viewers' tokens; it survives a restart if the room key does."""
    return hmac.new(room_key.encode(), b"tradewind room visitor", hashlib.sha256).digest()


class RoomSockets:
    """One room for each stream, and their WebSockets. `aclose` closes all connections."""

    def __init__(
        self,
        *,
        config: RelayConfig,
        clock: Clock,
        keys: AccessKeys,
        check_own_page: Callable[[web.Request], None],
        pictures_of: Callable[[str], Callable[[], list[str]]],
        calendars_of: Callable[[str], Callable[[], list[str]]],
    ) -> None:
        self.rooms: Mapping[str, Room] = {
            name: Room(
                clock=clock,
                secret=_viewer_secret(config.room_keys[name]),
                limits=config.limits,
                pictures=pictures_of(name),
                calendars=calendars_of(name),
            )
            for name in config.keys
        }
        self._limits = config.limits
        self._clock = clock
        self._keys = keys
        self._check_own_page = check_own_page
        limits = config.limits
        self._joins = AddressRates(limits.room_joins_per_s, limits.room_joins_burst, clock)
        self._messages = AddressRates(limits.room_address_per_s, limits.room_address_burst, clock)
        self._reserving = AddressRates(limits.room_reservations_per_s, limits.room_reservations_burst, clock)
        self._claiming = AddressRates(limits.room_claims_per_s, limits.room_claims_burst, clock)
        self._logging = AddressRates(limits.room_log_per_s, limits.room_log_burst, clock)
        self._reports = AddressRates(limits.room_reports_per_s, limits.room_reports_burst, clock)
        self._pages: Counter[str] = Counter()
        self._handlers: set[asyncio.Task[object]] = set()
        self._closing = False

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        routes.add_get("/room/{stream}", self._viewer)
        routes.add_get("/room/{stream}/host", self._host)
        routes.add_post("/room/{stream}/events", self._report)

    def tick(self) -> None:
        """Called once a second."""
        for room in self.rooms.values():
            room.tick(self._limits.room_slow_s)

    def status(self, stream: str) -> dict[str, object]:
        """The part of /api/status about a stream's room."""
        return self.rooms[stream].status()

    async def aclose(self) -> None:
        self._closing = True
        await asyncio.gather(*(room.finish(_CLOSE_S) for room in self.rooms.values()))
        for room in self.rooms.values():
            room.stop()
        if self._handlers:
            await asyncio.wait(self._handlers, timeout=2 * _CLOSE_S)

    def room_of(self, request: web.Request) -> Room:
        """The room of the stream in the path; raises Refusal if there is none."""
        name = request.match_info["stream"]
        if name not in self.rooms:
            raise Refusal("relay.no_stream", stream=name[:64])
        return self.rooms[name]

    def _rates_of(self, address: str) -> ViewerRates:
        return ViewerRates(self._reserving.of(address), self._claiming.of(address), self._logging.of(address))

    # --- admission

    @contextmanager
    def _admit(self, room: Room, address: str) -> Iterator[None]:
        who, limits = subnet_of(address), self._limits
        if self._closing:
            raise Refusal("relay.stopping")
        if not self._joins.of(address).take(1):
            raise Refusal("relay.too_often")
        if len(room.pages) >= limits.room_pages:
            raise Refusal("relay.room_full", limit=limits.room_pages)
        if self._pages[who] >= limits.room_pages_per_address:
            raise Refusal("relay.address_full", limit=limits.room_pages_per_address)
        self._pages[who] += 1
        try:
            yield
        finally:
            self._pages[who] -= 1
            if not self._pages[who]:
                del self._pages[who]

    @asynccontextmanager
    async def _open(self, request: web.Request, max_bytes: int) -> AsyncIterator[tuple[web.WebSocketResponse, SocketWriter]]:
        """A connection whose writer runs; a Refusal inside becomes the closing reason."""
        socket = web.WebSocketResponse(heartbeat=_PING_S, compress=False, max_msg_size=max_bytes, timeout=_CLOSE_S)
        if not socket.can_prepare(request):
            raise Refusal("relay.not_websocket")
        await socket.prepare(request)
        writer = SocketWriter(socket, request.transport, self._clock)
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        sending = asyncio.get_running_loop().create_task(writer.run(), name="room writer")
        try:
            yield socket, writer
        except Refusal as error:
            log.info("closing a room connection: %s", error)
            writer.close(CLOSE_VERSION if error.code == "relay.room_version" else CLOSE_BAD_MESSAGE, error.words)
        except TimeoutError:
            writer.close(CLOSE_NO_HELLO, "no hello arrived")
        finally:
            self._handlers.discard(task)
            writer.end()
            if not (await asyncio.wait({sending}, timeout=2 * _CLOSE_S))[0]:
                writer.abort()
            await sending

    async def _hello(self, socket: web.WebSocketResponse) -> Message | None:
        async with asyncio.timeout(self._limits.room_hello_s):
            text = await self._text(socket)
        if text is None:
            return None
        message = read_message(text)
        check_version(message)
        return message

    async def _text(self, socket: web.WebSocketResponse) -> str | None:
        """The next message; None if the connection has ended."""
        message = await socket.receive()
        if message.type is WSMsgType.BINARY:
            raise Refusal("relay.room_message", reason="it is not text")
        return str(message.data) if message.type is WSMsgType.TEXT else None

    # --- handlers

    async def _viewer(self, request: web.Request) -> web.StreamResponse:
        room, address = self.room_of(request), request.remote or ""
        self._check_own_page(request)
        with self._admit(room, address):
            async with self._open(request, _VIEWER_BYTES) as (socket, writer):
                hello = await self._hello(socket)
                if hello is None:
                    return socket
                page = room.enter(writer, hello, self._rates_of(address))
                limit = TokenBucket(self._limits.room_messages_per_s, self._limits.room_messages_burst, self._clock)
                address_limit = self._messages.of(address)
                try:
                    while (text := await self._text(socket)) is not None:
                        await asyncio.sleep(max(limit.wait_s(), address_limit.wait_s()))
                        if not writer.open:  # don't read the rest of a flood
                            break
                        room.on_page(page, read_message(text))
                finally:
                    room.leave(page)
        return socket

    async def _report(self, request: web.Request) -> web.Response:
        """Events that a closing page had no ack for; a page that is refused keeps them for its next visit."""
        room, address = self.room_of(request), request.remote or ""
        self._check_own_page(request)
        if self._closing:  # the host may have left already: the page keeps its events
            raise Refusal("relay.stopping")
        if not self._reports.of(address).take(1):
            raise Refusal("relay.too_often")
        if request.content_type != "application/json":
            raise Refusal("relay.order_type")
        body = await read_body(request, max_bytes=_REPORT_BYTES, within_s=self._limits.body_timeout_s)
        message, address_limit = read_message(body.decode(errors="replace")), self._messages.of(address)
        if not address_limit.has(1):
            raise Refusal("relay.too_often")
        for _ in range(room.report(message, self._rates_of(address))):
            address_limit.wait_s()
        return web.Response(status=204)

    async def _host(self, request: web.Request) -> web.StreamResponse:
        room = self.room_of(request)
        if self._closing:
            raise Refusal("relay.stopping")
        self._check_own_page(request)
        self._keys.check_host(request.match_info["stream"], request)
        async with self._open(request, _HOST_BYTES) as (socket, writer):
            hello = await self._hello(socket)
            if hello is None:
                return socket
            host = room.enter_host(writer, hello)
            try:
                while (text := await self._text(socket)) is not None:
                    room.on_host(host, read_message(text))
                    await asyncio.sleep(0)  # a desk that writes its whole board leaves turns for media
            finally:
                room.leave_host(host)
        return socket
