"""Open HTTP connections by address: one that opens too many is hung up on before it costs anything."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import cast

from app.relay.admission import party


class _Guarded(asyncio.Protocol):
    """Passes everything on to the server's own protocol, unless the address has too many connections open."""

    def __init__(self, inner: asyncio.Protocol, open_by_party: Counter[str], limit: int) -> None:
        self._inner = inner
        self._open = open_by_party
        self._limit = limit
        self._party: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        who = party(str(peer[0])) if peer else ""
        if self._open[who] >= self._limit:
            cast(asyncio.Transport, transport).abort()
            return
        self._open[who] += 1
        self._party = who
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._party is None:
            return
        self._open[self._party] -= 1
        if self._open[self._party] <= 0:
            del self._open[self._party]
        self._party = None
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._party is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._party is not None else None

    def pause_writing(self) -> None:
        if self._party is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._party is not None:
            self._inner.resume_writing()


class ConnectionGuard:
    """A protocol factory around the HTTP server's own."""

    def __init__(self, make: Callable[[], asyncio.BaseProtocol], limit: int) -> None:
        self._make = make
        self._limit = limit
        self._open: Counter[str] = Counter()

    def __call__(self) -> asyncio.Protocol:
        return _Guarded(cast(asyncio.Protocol, self._make()), self._open, self._limit)
