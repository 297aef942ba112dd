"""The relay's HTTP server: WHIP, WHEP and the viewer page on one port."""

import asyncio
import json
import logging
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from app.aio.owned_tasks import start_task
from app.domain.base.address import is_loopback
from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock, SystemClock
from app.relay import file_descriptors
from app.relay.access.admission import Admission
from app.relay.access.bodies import read_body
from app.relay.access.connections import ConnectionGuard
from app.relay.access.hosts import Host
from app.relay.access.keys import AccessKeys
from app.relay.access.middleware import CORS, HOST, ClientErrorFilter, RequestGate
from app.relay.config import RelayConfig, RelayError
from app.relay.media.negotiation import read_offer
from app.relay.media.sessions import LEFT, Addresses, Session, Sessions
from app.relay.media.stream import Stream
from app.relay.page_files import PAGE_HEADERS, PageFiles, QrCodes
from app.relay.refusals import Refusal
from app.relay.room.files import CALENDARS, PICTURES, RoomFiles
from app.relay.room.orders import RoomOrders
from app.relay.room.sockets import RoomSockets
from app.relay.tls import tls_context
from app.transport.addresses import host_addresses

log = logging.getLogger(__name__)

_SDP = "application/sdp"
_FRAGMENT = "application/trickle-ice-sdpfrag"
_TICK_S = 0.01
_FRAGMENT_LINE = re.compile(r"(a=(candidate|ice-ufrag|ice-pwd|end-of-candidates|mid|ice-options|group)\b|m=|v=|o=|s=|t=|c=)")


def all_addresses() -> list[str]:
    """Addresses for media, loopback included: the publisher is often this machine, which may have no network."""
    return host_addresses(loopback=True)


def _http_log() -> logging.Logger:
    """The HTTP library's log without clients' errors."""
    found = logging.getLogger(f"{__name__}.http")
    if not any(isinstance(one, ClientErrorFilter) for one in found.filters):
        found.addFilter(ClientErrorFilter())
    return found


def _address_of(request: web.Request) -> str:
    return request.remote or ""


def _json(value: object) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), content_type="application/json", headers={"Cache-Control": "no-store"})


class RelayServer:
    """`start` listens, `aclose` ends every session and frees the port; both are idempotent. All on one event loop.

    `addresses` overrides the local addresses offered for media, by default all of this machine's, loopback included.
    """

    def __init__(self, *, config: RelayConfig, clock: Clock | None = None, addresses: Addresses | None = None) -> None:
        self.config = config
        self.port = 0
        self._clock = clock or SystemClock()
        self._page = PageFiles(config.page_folder)
        find_addresses = addresses or all_addresses
        self._socket_budget = file_descriptors.socket_budget(config.limits, file_descriptors.descriptor_limit(), len(find_addresses()))
        limits = replace(config.limits, max_sessions=self._socket_budget.sessions)
        self._tls = tls_context(config)
        self._admission = Admission(limits, self._clock)
        self._streams = {name: Stream(name, self._clock) for name in config.keys}
        self._sessions = Sessions(clock=self._clock, limits=limits, admission=self._admission, addresses=find_addresses)
        self._gate = RequestGate(config, self._clock)
        self._keys = AccessKeys(config, self._clock)
        self._codes = QrCodes(config.limits, self._clock)
        self._pictures = RoomFiles(PICTURES, config, self._keys, self._gate.check_own_page)
        self._calendars = RoomFiles(CALENDARS, config, self._keys, self._gate.check_own_page)
        self._rooms = RoomSockets(
            config=config,
            clock=self._clock,
            keys=self._keys,
            check_own_page=self._gate.check_own_page,
            pictures_of=self._pictures.ids_of,
            calendars_of=self._calendars.ids_of,
        )
        self._orders = RoomOrders(config=config, clock=self._clock, keys=self._keys, rooms=self._rooms.rooms)
        self._boot = secrets.token_hex(6)
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._guard: ConnectionGuard | None = None

    @property
    def streams(self) -> Mapping[str, Stream]:
        return self._streams

    @property
    def sessions(self) -> int:
        return self._admission.sessions

    async def start(self) -> None:
        """Listen; raises RelayError if the address cannot be used."""
        if self._runner is not None:
            return
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            logger=_http_log(),
            keepalive_timeout=self.config.limits.idle_connection_s,
            lingering_time=1.0,  # for the rest of a refused body
            auto_decompress=False,  # compressed bodies are refused: a small one can expand to any size
            shutdown_timeout=1.0,
        )
        await self._runner.setup()
        assert self._runner.server is not None
        self._guard = ConnectionGuard(self._runner.server, self.config, self._clock, self._tls, self._socket_budget.connections)
        try:
            self._server = await self._listen(self._guard)
        except OSError as error:
            await self.aclose()
            raise RelayError("relay.cannot_listen", address=f"{self.config.host}:{self.config.port}", reason=str(error)) from error
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._ticker = start_task(self._tick(), "relay reports")
        log.info("listening on port %d", self.port)

    async def _listen(self, guard: ConnectionGuard) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        if self.config.host:
            return await loop.create_server(guard, self.config.host, self.config.port, reuse_address=True)
        if not socket.has_dualstack_ipv6():
            return await loop.create_server(guard, "0.0.0.0", self.config.port, reuse_address=True)
        return await loop.create_server(
            guard, sock=socket.create_server(("::", self.config.port), family=socket.AF_INET6, dualstack_ipv6=True)
        )

    async def aclose(self) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._guard is not None:
            await self._guard.aclose()
        await self._rooms.aclose()
        await self._sessions.aclose()
        for stream in self._streams.values():
            stream.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _tick(self) -> None:
        next_report_ns = 0
        while True:
            await asyncio.sleep(_TICK_S)
            now_ns = self._clock.monotonic_ns()
            for session in self._sessions.all():
                if session.ingest is not None:
                    session.ingest.tick(now_ns)
            if now_ns >= next_report_ns:
                next_report_ns = now_ns + NS_PER_S
                for stream in self._streams.values():
                    stream.report(now_ns)
                self._rooms.tick()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._gate.handle], client_max_size=self.config.limits.max_body_bytes)
        routes = application.router
        for kind, post in (("whip", self._post_whip), ("whep", self._post_whep)):
            routes.add_post(f"/{kind}/{{stream}}", post)
            routes.add_options(f"/{kind}/{{stream}}", self._options)
            routes.add_options(f"/{kind}/{{stream}}/{{session}}", self._options)
            routes.add_patch(f"/{kind}/{{stream}}/{{session}}", self._patch)
            routes.add_delete(f"/{kind}/{{stream}}/{{session}}", self._delete)
        routes.add_get("/", self._get_index)
        routes.add_get("/watch/{stream}", self._get_watch)
        routes.add_get("/viewer/{file}", self._get_file)
        routes.add_get("/favicon.ico", self._get_icon)
        routes.add_get("/qr/{stream}.svg", self._get_qr)
        routes.add_get("/api/status", self._get_status)
        routes.add_get("/api/time", self._get_time)
        self._rooms.add_routes(routes)
        self._pictures.add_routes(routes)
        self._calendars.add_routes(routes)
        self._orders.add_routes(routes)
        return application

    # --- WHIP and WHEP

    def _stream_of(self, request: web.Request) -> Stream:
        name = request.match_info["stream"]
        if name not in self._streams:
            raise Refusal("relay.no_stream", stream=name[:64])
        return self._streams[name]

    async def _body(self, request: web.Request, wanted: str) -> str:
        if request.content_type != wanted:
            raise Refusal("relay.not_sdp", wanted=wanted)
        limit = self.config.limits.max_body_bytes
        return (await read_body(request, max_bytes=limit, within_s=self.config.limits.body_timeout_s)).decode(errors="replace")

    def _created(self, request: web.Request, session: Session, answer: str) -> web.Response:
        headers = {**CORS, "Location": f"{request.path}/{session.id}", "ETag": f'"{session.etag}"', "Accept-Patch": _FRAGMENT}
        return web.Response(status=201, body=answer.encode(), content_type=_SDP, headers=headers)

    async def _post_whip(self, request: web.Request) -> web.Response:
        address = _address_of(request)
        self._admission.attempt(address)
        stream = self._stream_of(request)
        self._keys.check_publisher(stream.name, request)
        offer = read_offer(await self._body(request, _SDP))
        return self._created(request, *await self._sessions.publish(stream, offer, address))

    async def _post_whep(self, request: web.Request) -> web.Response:
        address = _address_of(request)
        self._admission.attempt(address)
        stream = self._stream_of(request)
        offer = read_offer(await self._body(request, _SDP))
        return self._created(request, *await self._sessions.watch(stream, offer, address))

    def _session_of(self, request: web.Request) -> Session:
        stream = self._stream_of(request)
        kind = "publisher" if request.path.startswith("/whip/") else "viewer"
        if kind == "publisher":
            self._keys.check_publisher(stream.name, request)
        return self._sessions.find(stream.name, request.match_info["session"], kind)

    async def _patch(self, request: web.Request) -> web.Response:
        """Accept trickled candidates without using them: our answer has all of ours, and the peer's checks reveal its own."""
        session = self._session_of(request)
        condition = request.headers.get("If-Match")
        if condition is None:
            raise Refusal("relay.condition_missing")
        if condition == "*":
            raise Refusal("relay.no_restart")
        if condition.strip('"') != session.etag:
            raise Refusal("relay.condition_stale")
        lines = (await self._body(request, _FRAGMENT)).split()
        text = [line for line in lines if line[1:2] == "="]
        if not text or not all(_FRAGMENT_LINE.match(line) for line in text):
            raise Refusal("relay.bad_fragment")
        return web.Response(status=204, headers=CORS)

    async def _delete(self, request: web.Request) -> web.Response:
        await self._sessions.end(self._session_of(request), LEFT)
        return web.Response(status=200, headers=CORS)

    async def _options(self, request: web.Request) -> web.Response:
        self._stream_of(request)
        return web.Response(status=204, headers={**CORS, "Accept-Post": _SDP, "Accept-Patch": _FRAGMENT})

    # --- pages

    async def _get_index(self, request: web.Request) -> web.Response:
        body = self._page.index_with(sorted(self._streams))
        return web.Response(body=body, headers={**PAGE_HEADERS, "Content-Type": "text/html; charset=utf-8"})

    async def _get_watch(self, request: web.Request) -> web.Response:
        self._stream_of(request)
        return self._page.watch.answer(request)

    def _file(self, request: web.Request, name: str) -> web.Response:
        found = self._page.file(name)
        if found is None:
            raise Refusal("relay.no_page")
        return found.answer(request)

    async def _get_file(self, request: web.Request) -> web.Response:
        return self._file(request, request.match_info["file"])

    async def _get_icon(self, request: web.Request) -> web.Response:
        return self._file(request, "icon.svg")

    async def _get_qr(self, request: web.Request) -> web.Response:
        stream = self._stream_of(request)
        code = await self._codes.of(f"{self._base(request)}/watch/{stream.name}", _address_of(request))
        return web.Response(body=code, headers={**PAGE_HEADERS, "Content-Type": "image/svg+xml"})

    def _base(self, request: web.Request) -> str:
        """The address to give to others: the one the client used, unless it is not ours or only works on this machine."""
        host: Host = request[HOST]
        here = is_loopback(host.name)
        if self._gate.is_known(host) and not (here and not is_loopback(self.config.host)):
            return f"{request.scheme}://{host}"
        others = [address for address in host_addresses() if not is_loopback(address)]
        name = next(iter((*self.config.names, *others)), "127.0.0.1")
        return f"{request.scheme}://{Host(name, self.port)}"

    async def _get_status(self, request: web.Request) -> web.Response:
        now_ns = self._clock.monotonic_ns()
        status = {
            "boot": self._boot,
            "title": self.config.title,
            "base": self._base(request),
            "sessions": self._admission.sessions,
            "streams": [{**stream.status(now_ns), "room": self._rooms.status(name)} for name, stream in self._streams.items()],
        }
        return _json(status)

    async def _get_time(self, request: web.Request) -> web.Response:
        """This machine's clock, from which a page on another machine computes the delay."""
        return _json({"ms": self._clock.wall_ns() / NS_PER_MS})
