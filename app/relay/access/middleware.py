"""What every HTTP request passes before its handler: the client behind proxies, the Host header, the rate limit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from app.domain.base.clock import Clock
from app.relay.access.hosts import Host, KnownHosts, is_same_origin, read_host
from app.relay.access.proxies import client_of
from app.relay.access.rate_limits import AddressRates
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOST = web.RequestKey("host", Host)
_MAX_WAIT_S = 5.0  # a client that would wait longer is refused
# Any page may watch, and any page with a key may publish: nothing there depends on cookies or on the network.
CORS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Retry-After, Accept-Post, Accept-Patch",
    "Access-Control-Max-Age": "600",
}


def _is_media(request: web.Request) -> bool:
    return request.path.startswith(("/whip/", "/whep/"))


def _refused(request: web.Request, refusal: Refusal, extra: Mapping[str, str] | None = None) -> web.Response:
    headers = {**(CORS if _is_media(request) else {}), **refusal.headers, **(extra or {})}
    return web.Response(status=refusal.status, text=refusal.words + "\n", headers=headers)


class ClientErrorFilter(logging.Filter):
    """Keeps clients' errors out of the log: malformed requests, and clients that disconnect in the middle."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        return not isinstance(error, HttpProcessingError | ConnectionError)


class RequestGate:
    """`handle` is the application's only middleware; `check_own_page` guards handlers that only the relay's own page may call."""

    def __init__(self, config: RelayConfig, clock: Clock) -> None:
        self._config = config
        self._hosts = KnownHosts(config.names)
        limits = config.limits
        self._requests = AddressRates(limits.requests_per_s, limits.requests_burst, clock)

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn refusals into plain-text answers, and aiohttp's own 404 and 405 too."""
        try:
            request = self._asked_by(request)
            if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
                raise Refusal("relay.packed")
            await self._pace(request)
            return await handler(request)
        except Refusal as error:
            return _refused(request, error)
        except web.HTTPMethodNotAllowed as error:
            return _refused(request, Refusal("relay.method", method=request.method), {"Allow": error.headers.get("Allow", "")})
        except web.HTTPNotFound:
            return _refused(request, Refusal("relay.no_page"))

    def _asked_by(self, request: web.Request) -> web.Request:
        """The request as the client behind the proxies sent it; raises Refusal for an invalid Host."""
        said = request.headers.getall("Host", [])
        if len(said) > 1:
            raise Refusal("relay.bad_host")
        host = said[0] if said else ""
        client = client_of(request.remote or "", request.headers, self._config.proxies)
        if client.address != request.remote or client.scheme or client.host:
            host = client.host or host
            request = request.clone(remote=client.address, scheme=client.scheme or request.scheme, host=host)
        # HTTP/1.0 may leave it out; its answers then have no links.
        request[HOST] = read_host(host) if host else Host("")
        return request

    async def _pace(self, request: web.Request) -> None:
        """Delay clients that ask too fast; all requests of an address share one budget."""
        wait_s = self._requests.of(request.remote or "").wait_s()
        if wait_s > _MAX_WAIT_S:
            raise Refusal("relay.too_often")
        if wait_s:
            await asyncio.sleep(wait_s)

    def check_own_page(self, request: web.Request) -> None:
        """Raise Refusal for a page of another origin, and for one that points its own name at this relay."""
        host = request[HOST]
        if host not in self._hosts:
            raise Refusal("relay.unknown_host", host=host.name)
        origins = request.headers.getall("Origin", [])
        if any(not is_same_origin(origin, host, request.scheme) for origin in origins):
            raise Refusal("relay.foreign_page")

    def is_known(self, host: Host) -> bool:
        """Whether this relay can be reached by this name or address."""
        return bool(host.name) and host in self._hosts
