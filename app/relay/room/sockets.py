"""The rooms of a relay over WebSocket: who is let in, how fast is listened, and how connections end."""

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
from app.relay.access.keys import AccessKeys
from app.relay.access.rate_limits import AddressRates, ViewerRates
from app.relay.access.subnet import subnet_of
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room.messages import Message, check_version, read_message
from app.relay.room.room import Room
from app.relay.room.shelf import content_of
from app.relay.room.socket_writer import CLOSE_BAD_MESSAGE, CLOSE_NO_HELLO, CLOSE_VERSION, SocketWriter

log = logging.getLogger(__name__)

_PING_S = 20.0
_GOODBYE_S = 1.0
_VIEWER_BYTES = 4 * 1024
_HOST_BYTES = 256 * 1024
_REPORT_BYTES = 48 * 1024


def _visitor_secret(room_key: str) -> bytes:
    """What visitors' tokens are signed with: the same after a restart, where the room's key is kept."""
    return hmac.new(room_key.encode(), b"tradewind room visitor", hashlib.sha256).digest()


class RoomSockets:
    """One room for each stream, and their WebSockets. `aclose` ends all connections in order."""

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
                secret=_visitor_secret(config.room_keys[name]),
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
        self._heard = AddressRates(limits.room_address_per_s, limits.room_address_burst, clock)
        self._reserving = AddressRates(limits.room_reservations_per_s, limits.room_reservations_burst, clock)
        self._claiming = AddressRates(limits.room_claims_per_s, limits.room_claims_burst, clock)
        self._logging = AddressRates(limits.room_log_per_s, limits.room_log_burst, clock)
        self._reports = AddressRates(limits.room_reports_per_s, limits.room_reports_burst, clock)
        self._pages: Counter[str] = Counter()
        self._busy: set[asyncio.Task[object]] = set()
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
        """What /api/status says of a stream's room."""
        return self.rooms[stream].status()

    async def aclose(self) -> None:
        self._closing = True
        await asyncio.gather(*(room.finish(_GOODBYE_S) for room in self.rooms.values()))
        for room in self.rooms.values():
            room.stop()
        if self._busy:
            await asyncio.wait(self._busy, timeout=2 * _GOODBYE_S)

    def room_of(self, request: web.Request) -> Room:
        """Raises Refusal when the path names no stream of this relay."""
        name = request.match_info["stream"]
        if name not in self.rooms:
            raise Refusal("relay.no_stream", stream=name[:64])
        return self.rooms[name]

    def _rates(self, address: str) -> ViewerRates:
        return ViewerRates(self._reserving.of(address), self._claiming.of(address), self._logging.of(address))

    # --- who is let in

    @contextmanager
    def _seat(self, room: Room, address: str) -> Iterator[None]:
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
    async def _open(self, request: web.Request, most_bytes: int) -> AsyncIterator[tuple[web.WebSocketResponse, SocketWriter]]:
        """A connection whose sending side runs; what is refused within is said in the closing words."""
        socket = web.WebSocketResponse(heartbeat=_PING_S, compress=False, max_msg_size=most_bytes, timeout=_GOODBYE_S)
        if not socket.can_prepare(request):
            raise Refusal("relay.not_websocket")
        await socket.prepare(request)
        writer = SocketWriter(socket, request.transport, self._clock)
        ours = asyncio.current_task()
        assert ours is not None
        self._busy.add(ours)
        sending = asyncio.get_running_loop().create_task(writer.run(), name="room writer")
        try:
            yield socket, writer
        except Refusal as error:
            log.info("a room connection is ended: %s", error)
            writer.close(CLOSE_VERSION if error.code == "relay.room_version" else CLOSE_BAD_MESSAGE, error.words)
        except TimeoutError:
            writer.close(CLOSE_NO_HELLO, "no hello came")
        finally:
            self._busy.discard(ours)
            writer.end()
            if not (await asyncio.wait({sending}, timeout=2 * _GOODBYE_S))[0]:
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
        """The next message; None when the connection has ended."""
        message = await socket.receive()
        if message.type is WSMsgType.BINARY:
            raise Refusal("relay.room_message", reason="it is not text")
        return str(message.data) if message.type is WSMsgType.TEXT else None

    # --- viewers and the host

    async def _viewer(self, request: web.Request) -> web.StreamResponse:
        room, address = self.room_of(request), request.remote or ""
        self._check_own_page(request)
        with self._seat(room, address):
            async with self._open(request, _VIEWER_BYTES) as (socket, writer):
                hello = await self._hello(socket)
                if hello is None:
                    return socket
                page = room.enter(writer, hello, self._rates(address))
                pace = TokenBucket(self._limits.room_messages_per_s, self._limits.room_messages_burst, self._clock)
                everybody = self._heard.of(address)
                try:
                    while (text := await self._text(socket)) is not None:
                        await asyncio.sleep(max(pace.wait_s(), everybody.wait_s()))
                        if not writer.open:  # what a flood left behind is not read to its end
                            break
                        room.on_page(page, read_message(text))
                finally:
                    room.leave(page)
        return socket

    async def _report(self, request: web.Request) -> web.Response:
        """What a page that is left had no ack for; one that is refused keeps it for its next visit."""
        room, address = self.room_of(request), request.remote or ""
        self._check_own_page(request)
        if self._closing:  # the host may have heard the last already: the page keeps it
            raise Refusal("relay.stopping")
        if not self._reports.of(address).take(1):
            raise Refusal("relay.too_often")
        if request.content_type != "application/json":
            raise Refusal("relay.order_type")
        body = await content_of(request, most_bytes=_REPORT_BYTES, within_s=self._limits.body_timeout_s)
        message, everybody = read_message(body.decode(errors="replace")), self._heard.of(address)
        if not everybody.has(1):
            raise Refusal("relay.too_often")
        for _ in range(room.report(message, self._rates(address))):
            everybody.wait_s()
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
                    await asyncio.sleep(0)  # a desk that writes everything again leaves turns for media
            finally:
                room.leave_host(host)
        return socket
