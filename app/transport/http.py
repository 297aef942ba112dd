"""HTTP to one relay, over pooled connections that can be kept warm or replaced, with a step for each failure."""

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError

from app.aio.bounded_read import read_bounded
from app.aio.owned_tasks import OwnedTasks
from app.domain.program.broadcast import Step
from app.transport.errors import TransportError

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024
KEEP_ALIVE_S = 110.0  # longer than our own requests are apart; a server may close earlier
KNOWN_NAME_WITHIN_S = 1.0
MAX_STALE = 3  # pooled connections in a row that may turn out closed
USER_AGENT = "Tradewind"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. Header names are in lower case; repeated ones are joined by commas. `too_long`: `body` is cut at MAX_BODY_BYTES."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    too_long: bool


@dataclass(slots=True)
class _Line:
    """How a request was sent. `kept`: over a pooled connection; `sent` is set when it has left."""

    sent: asyncio.Event | None = None
    kept: bool = False


async def _note_kept(session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceConnectionReuseconnParams) -> None:
    context.trace_request_ctx.kept = True


async def _note_sent(session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams) -> None:
    if context.trace_request_ctx.sent is not None:
        context.trace_request_ctx.sent.set()


def _tracing() -> aiohttp.TraceConfig:
    """Fills in each request's _Line."""
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_reuseconn.append(_note_kept)
    tracing.on_request_headers_sent.append(_note_sent)
    return tracing


class CachingResolver(AbstractResolver):
    """The system's resolver. A name that it once resolved is found within a second, even while name servers do not answer."""

    def __init__(self) -> None:
        self._system = aiohttp.ThreadedResolver()
        self._known: dict[tuple[str, int, int], list[ResolveResult]] = {}
        self._asking = OwnedTasks()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        key = (host, port, int(family))
        known = self._known.get(key)
        if known is None:
            self._known[key] = found = await self._system.resolve(host, port, family)
            return found
        task = self._asking.start(self._refresh(key, family), f"resolve {host}")
        await asyncio.wait({task}, timeout=KNOWN_NAME_WITHIN_S)
        return self._known[key]

    async def _refresh(self, key: tuple[str, int, int], family: socket.AddressFamily) -> None:
        try:
            self._known[key] = await self._system.resolve(key[0], key[1], family)
        except OSError as error:
            log.debug("%s does not resolve now (%s), its last address is used", key[0], error)

    async def close(self) -> None:
        await self._asking.aclose()
        await self._system.close()


def _step_of(error: Exception) -> Step:
    """The step at which a connection failed."""
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError):  # InvalidURL is one; none comes from the network
        return Step.ADDRESS
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Step.NAME
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError | ssl.SSLError):
        return Step.TLS
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Step.TCP
    return Step.HTTP


def host_of(url: str) -> str:
    """The host of an address, for people and logs; "" when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _words(error: Exception) -> str:
    """The system's message, without what aiohttp adds."""
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    if isinstance(inner, ssl.SSLError):
        return getattr(inner, "verify_message", "") or inner.reason or str(inner)
    if isinstance(inner, OSError) and inner.errno is not None and inner.errno > 0:
        return os.strerror(inner.errno)
    if isinstance(inner, ValueError):  # aiohttp quotes the whole address, with any secret in it
        return "invalid address"
    return str(getattr(inner, "strerror", None) or inner)[:200] or type(error).__name__


CODES: Mapping[Step, str] = {
    Step.ADDRESS: "whip.address",
    Step.NAME: "whip.name",
    Step.TCP: "whip.tcp",
    Step.TLS: "whip.tls",
    Step.HTTP: "whip.no_reply",
}


class _Pool:
    """Connections that are replaced together. A retired pool closes when its last request is done."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self._asking = 0
        self._retired = False

    async def retire(self) -> None:
        """Close when no request is running: another request's failure must not cut it off."""
        self._retired = True
        if not self._asking:
            await self.session.close()

    async def __aenter__(self) -> aiohttp.ClientSession:
        self._asking += 1
        return self.session

    async def __aexit__(self, *_: object) -> None:
        self._asking -= 1
        if self._retired and not self._asking:
            await self.session.close()


class RelayHttp:
    """Sends requests to one relay over its own pool. `renew` replaces the connections, which a changed network may have killed silently;
    running requests keep theirs.

    `trust` replaces the system's certificates (tests, private authorities). Use on one event loop.
    """

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self._resolver = CachingResolver()
        self._pool: _Pool | None = None

    def _open(self) -> _Pool:
        if self._pool is None:
            connector = aiohttp.TCPConnector(
                resolver=self._resolver,
                use_dns_cache=False,
                keepalive_timeout=KEEP_ALIVE_S,
                ssl=self._trust if self._trust is not None else True,
            )
            self._pool = _Pool(
                aiohttp.ClientSession(
                    connector=connector,
                    headers={"User-Agent": USER_AGENT},
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=True,
                    trace_configs=[_tracing()],
                )
            )
        return self._pool

    async def renew(self) -> None:
        """Drop all connections. The next request opens a new one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.retire()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        within_s: float = 5.0,
        connect_s: float = 4.0,
        sent: asyncio.Event | None = None,
    ) -> Reply:
        """Send one request, without redirects; raises TransportError with step ADDRESS, NAME, TCP, TLS or HTTP (no answer). `sent` is set
        when the request has left.

        When the server closes a pooled connection at that moment, the request is sent again over a new one, even a POST: a server that
        closes an idle connection has not read the request.
        """
        timeout = aiohttp.ClientTimeout(total=within_s, sock_connect=min(connect_s, within_s))
        for stale in range(MAX_STALE + 1):
            line = _Line(sent)
            try:
                return await self._ask(method, url, headers, data, timeout, line)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if not line.kept or stale == MAX_STALE:
                    raise await _translated(error, url, connect_s=connect_s, within_s=within_s) from error
                log.debug("%s closed a kept connection: %s", host_of(url), error)
            except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
                raise await _translated(error, url, connect_s=connect_s, within_s=within_s) from error
        raise AssertionError("the last try returns or raises")

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | None, data: bytes | None, timeout: aiohttp.ClientTimeout, line: _Line
    ) -> Reply:
        async with (
            self._open() as session,
            session.request(
                method, url, headers=headers, data=data, allow_redirects=False, timeout=timeout, trace_request_ctx=line
            ) as response,
        ):
            body = await read_bounded(response.content.read, MAX_BODY_BYTES + 1)
            return Reply(
                response.status,
                response.reason or "",
                {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers},
                body[:MAX_BODY_BYTES],
                len(body) > MAX_BODY_BYTES,
            )

    async def aclose(self) -> None:
        """Close the connections and the resolver. Idempotent."""
        await self.renew()
        await self._resolver.close()


async def _translated(error: Exception, url: str, *, connect_s: float, within_s: float) -> TransportError:
    """The TransportError for an error of aiohttp."""
    step = _step_of(error)
    if isinstance(error, aiohttp.ConnectionTimeoutError) and url.startswith("https:") and await _accepts_tcp(url):
        step = Step.TLS
    waited_s = connect_s if step is not Step.HTTP else within_s
    detail = f"no answer within {waited_s:.0f} s" if isinstance(error, TimeoutError) else _words(error)
    return TransportError(CODES[step], step, detail=detail, host=host_of(url), refused=step is Step.ADDRESS)


async def _accepts_tcp(url: str) -> bool:
    """Whether the port accepts a connection, to tell TLS that hangs from an unreachable host."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(0.5):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
