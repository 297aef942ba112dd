"""Limits open HTTP connections, by address and in total, before they cost anything; drops connections that stall."""

import asyncio
import logging
import ssl
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Protocol, cast

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.address import is_loopback
from app.domain.base.clock import NS_PER_S, Clock
from app.relay.access.proxies import is_in
from app.relay.access.rate_limits import AddressRates
from app.relay.access.subnet import subnet_of
from app.relay.config import Limits, RelayConfig

log = logging.getLogger(__name__)

_HANDSHAKE_S = 5.0
_IDLE_NS = 2 * NS_PER_S


class HeldConnection(Protocol):
    """A connection that has a slot; `evict` frees it at once."""

    def evict(self) -> None: ...


class _Slots:
    """Counts open connections by address."""

    def __init__(self, config: RelayConfig, clock: Clock, most: int) -> None:
        self._limits = config.limits
        self._proxies = config.proxies
        self._most = most
        self._total = 0
        self._open: Counter[str] = Counter()
        self._arrivals = AddressRates(config.limits.connections_per_s, config.limits.connections_burst, clock)
        self._clock = clock
        self._silent: OrderedDict[HeldConnection, None] = OrderedDict()  # those without a request so far, the oldest first
        self._idle: OrderedDict[HeldConnection, int] = OrderedDict()  # time of the last request of the others, the oldest first

    def take(self, address: str, connection: HeldConnection) -> bool:
        """Take a slot for a connection from this address; returns whether there was one.

        If all are taken, the connection that has been silent for longest is evicted: idle connections keep nobody out.
        """
        who, limits = subnet_of(address), self._limits
        # A trusted proxy stands for many clients, who have limits for requests and sessions.
        is_one = not is_in(address, self._proxies)
        if is_one and (self._open[who] >= limits.max_connections_per_address or not self._arrivals.of(address).take(1)):
            return False
        if self._total >= self._most + (limits.kept_connections if is_loopback(address) else 0):
            spare = self._evictable()
            if spare is None:
                return False
            spare.evict()
        self._open[who] += 1
        self._total += 1
        self._silent[connection] = None
        return True

    def _evictable(self) -> HeldConnection | None:
        if self._silent:
            return next(iter(self._silent))
        oldest, asked_ns = next(iter(self._idle.items()), (None, 0))
        return oldest if self._clock.monotonic_ns() - asked_ns > _IDLE_NS else None

    def on_request(self, connection: HeldConnection, *, long_lived: bool) -> None:
        """A request arrived; `long_lived`: for a WebSocket, which may stay silent."""
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        if not long_lived:
            self._idle[connection] = self._clock.monotonic_ns()

    def release(self, address: str, connection: HeldConnection) -> None:
        who = subnet_of(address)
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        self._total -= 1
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]


class _Guarded(asyncio.Protocol):
    """Passes everything on to the server's own protocol, once there is a slot and the TLS handshake is done."""

    def __init__(self, inner: asyncio.Protocol, guard: "ConnectionGuard") -> None:
        self._inner = inner
        self._guard = guard
        self._address: str | None = None
        self._transport: asyncio.Transport | None = None
        self._served = False
        self._long_lived = False
        self._early: list[bytes] = []
        self._stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        self._transport = cast(asyncio.Transport, transport)
        if not self._guard.slots.take(address, self):
            self._transport.abort()
            return
        self._address = address
        if self._guard.tls is None:
            self._serve(self._transport)
        else:
            self._transport.pause_reading()  # start_tls reads from the transport itself
            self._guard.handshakes.start(self._shake_hands(self._transport, self._guard.tls), "relay TLS handshake")

    async def _shake_hands(self, transport: asyncio.Transport, tls: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(transport, self, tls, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S)
        except (OSError, TimeoutError) as error:
            log.debug("TLS handshake failed: %s", error)
            secured = None
        if secured is None:
            transport.abort()
            self._leave()
        else:
            self._serve(secured)

    def _serve(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._served = True
        self._inner.connection_made(transport)
        early, self._early = self._early, []
        for data in early:
            self._inner.data_received(data)

    def _leave(self) -> None:
        address, self._address = self._address, None
        if address is not None:
            self._guard.slots.release(address, self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._unstall()
        self._leave()
        if self._served:
            self._served = False
            self._inner.connection_lost(exc)

    def evict(self) -> None:
        self._leave()
        self._abort()

    def data_received(self, data: bytes) -> None:
        if not self._long_lived and self._address is not None and b"\r\n\r\n" in data:
            self._long_lived = b"websocket" in data.lower()
            self._guard.slots.on_request(self, long_lived=self._long_lived)
        if self._served:
            self._inner.data_received(data)
        elif self._address is not None:
            self._early.append(data)  # arrived with the end of the handshake, before start_tls returned

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._served else None

    def pause_writing(self) -> None:
        """The send buffer is full: drop the connection if the peer reads nothing for a while."""
        if self._stall_timer is None:
            self._stall_timer = asyncio.get_running_loop().call_later(self._guard.limits.write_s, self._abort)
        if self._served:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._unstall()
        if self._served:
            self._inner.resume_writing()

    def _unstall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _abort(self) -> None:
        self._stall_timer = None
        if self._transport is not None:
            self._transport.abort()


class ConnectionGuard:
    """A protocol factory around the HTTP server's. `most`: connections of all addresses together. `tls` None = plain HTTP."""

    def __init__(
        self, make: Callable[[], asyncio.BaseProtocol], config: RelayConfig, clock: Clock, tls: ssl.SSLContext | None, most: int
    ) -> None:
        self.limits: Limits = config.limits
        self.slots = _Slots(config, clock, most)
        self.tls = tls
        self._make = make
        self.handshakes = OwnedTasks()

    def __call__(self) -> asyncio.Protocol:
        return _Guarded(cast(asyncio.Protocol, self._make()), self)

    async def aclose(self) -> None:
        """Cancel running handshakes."""
        await self.handshakes.aclose()
