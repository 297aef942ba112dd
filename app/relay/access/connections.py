"""Open HTTP connections: one too many, of an address or of all, is hung up on before it costs anything, and so is one that stands still."""

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
    """A connection that has a place. `give_way` gives it back at once."""

    def give_way(self) -> None: ...


class _Places:
    """Who has how many connections open."""

    def __init__(self, config: RelayConfig, clock: Clock, most: int) -> None:
        self._limits = config.limits
        self._proxies = config.proxies
        self._most = most
        self._total = 0
        self._open: Counter[str] = Counter()
        self._arrivals = AddressRates(config.limits.connections_per_s, config.limits.connections_burst, clock)
        self._clock = clock
        self._silent: OrderedDict[HeldConnection, None] = OrderedDict()  # who has asked for nothing yet, the oldest first
        self._idle: OrderedDict[HeldConnection, int] = OrderedDict()  # when each of the others asked last, the oldest first

    def take(self, address: str, connection: HeldConnection) -> bool:
        """Whether there is a place for one more from there; it is taken then.

        Where all are taken, one that has been silent for longest gives way: who only holds places keeps nobody out.
        """
        who, limits = subnet_of(address), self._limits
        # Behind a trusted proxy are many; each of them is held to the limits of requests and sessions.
        is_one = not is_in(address, self._proxies)
        if is_one and (self._open[who] >= limits.max_connections_per_address or not self._arrivals.of(address).take(1)):
            return False
        if self._total >= self._most + (limits.kept_connections if is_loopback(address) else 0):
            spare = self._spare()
            if spare is None:
                return False
            spare.give_way()
        self._open[who] += 1
        self._total += 1
        self._silent[connection] = None
        return True

    def _spare(self) -> HeldConnection | None:
        if self._silent:
            return next(iter(self._silent))
        oldest, asked_ns = next(iter(self._idle.items()), (None, 0))
        return oldest if self._clock.monotonic_ns() - asked_ns > _IDLE_NS else None

    def asks(self, connection: HeldConnection, *, stays: bool) -> None:
        """It has asked for something; `stays`: for a WebSocket, which may be silent as long as it likes."""
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        if not stays:
            self._idle[connection] = self._clock.monotonic_ns()

    def give_back(self, address: str, connection: HeldConnection) -> None:
        who = subnet_of(address)
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        self._total -= 1
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]


class _Guarded(asyncio.Protocol):
    """Passes everything on to the server's own protocol once there is a place, and the handshake of TLS is done where there is one."""

    def __init__(self, inner: asyncio.Protocol, guard: "ConnectionGuard") -> None:
        self._inner = inner
        self._guard = guard
        self._address: str | None = None
        self._transport: asyncio.Transport | None = None
        self._served = False
        self._stays = False
        self._early: list[bytes] = []
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        self._transport = cast(asyncio.Transport, transport)
        if not self._guard.places.take(address, self):
            self._transport.abort()
            return
        self._address = address
        if self._guard.tls is None:
            self._serve(self._transport)
        else:
            self._transport.pause_reading()  # the handshake reads for itself
            self._guard.handshakes.start(self._shake_hands(self._transport, self._guard.tls), "relay TLS handshake")

    async def _shake_hands(self, transport: asyncio.Transport, tls: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(transport, self, tls, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S)
        except (OSError, TimeoutError) as error:
            log.debug("a connection without a handshake of TLS: %s", error)
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
            self._guard.places.give_back(address, self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._moves()
        self._leave()
        if self._served:
            self._served = False
            self._inner.connection_lost(exc)

    def give_way(self) -> None:
        self._leave()
        self._hang_up()

    def data_received(self, data: bytes) -> None:
        if not self._stays and self._address is not None and b"\r\n\r\n" in data:
            self._stays = b"websocket" in data.lower()
            self._guard.places.asks(self, stays=self._stays)
        if self._served:
            self._inner.data_received(data)
        elif self._address is not None:
            self._early.append(data)  # came with the end of the handshake, a moment before we hear of that

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._served else None

    def pause_writing(self) -> None:
        """What was written waits: the other side has a while to take some of it."""
        if self._stuck is None:
            self._stuck = asyncio.get_running_loop().call_later(self._guard.limits.write_s, self._hang_up)
        if self._served:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._moves()
        if self._served:
            self._inner.resume_writing()

    def _moves(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _hang_up(self) -> None:
        self._stuck = None
        if self._transport is not None:
            self._transport.abort()


class ConnectionGuard:
    """A protocol factory around the HTTP server's own. `most`: connections of all addresses together. `tls` None = in clear."""

    def __init__(
        self, make: Callable[[], asyncio.BaseProtocol], config: RelayConfig, clock: Clock, tls: ssl.SSLContext | None, most: int
    ) -> None:
        self.limits: Limits = config.limits
        self.places = _Places(config, clock, most)
        self.tls = tls
        self._make = make
        self.handshakes = OwnedTasks()

    def __call__(self) -> asyncio.Protocol:
        return _Guarded(cast(asyncio.Protocol, self._make()), self)

    async def aclose(self) -> None:
        """End the handshakes that are under way."""
        await self.handshakes.aclose()
