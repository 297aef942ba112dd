"""Measures the round trip to a relay, and keeps a connection to it warm."""

import asyncio
import logging
import socket
import statistics
import struct
import time
from collections import deque
from collections.abc import Callable
from typing import cast

from aioice import stun

from app.aio.owned_tasks import OwnedTasks, start_task
from app.domain.base.address import without_credentials
from app.domain.program.output import Target
from app.domain.program.stats import RelayProbe
from app.transport.answers import keep_alive_s
from app.transport.connection import Connector
from app.transport.errors import TransportError
from app.transport.http import RelayHttp
from app.transport.ice import server_address
from app.transport.peer import Peer
from app.transport.whip import check_address

log = logging.getLogger(__name__)

SAMPLES = 5
FIRST_EVERY_S = 0.2
EVERY_S = 30.0
WARM_EVERY_S = 10.0  # at least this often: some servers close an idle connection after 15 s without announcing it
WARM_LEAST_S = 1.0
AFTER_FAILURE_S = 3.0
KNOCK_WITHIN_S = 3.0
STUN_WITHIN_S = 1.0
PEER_GOOD_FOR_S = 120.0  # then gather addresses again


class _StunProbe(asyncio.DatagramProtocol):
    """One STUN request and the future of its response."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.DatagramTransport, transport).sendto(bytes(self.request))

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            message = stun.parse_message(data)
        except (ValueError, struct.error):
            return
        if message.transaction_id == self.request.transaction_id and not self.answered.done():
            self.answered.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self.answered.done():
            self.answered.set_exception(exc)


async def stun_round_trip_ms(host: str, port: int) -> float:
    """Measure one STUN round trip; raises OSError or TimeoutError without a response."""
    loop = asyncio.get_running_loop()
    transport, probe = await loop.create_datagram_endpoint(_StunProbe, remote_addr=(host, port), family=socket.AF_UNSPEC)
    began = time.perf_counter()
    try:
        async with asyncio.timeout(STUN_WITHIN_S):
            await probe.answered
        return (time.perf_counter() - began) * 1000
    finally:
        transport.close()


class RelayWatch:
    """Measures one relay. With `warm`, it also keeps a connection open and a gathered peer ready.

    `probe` is the newest reading; `changed` is called when it changes. `take_peer` hands the ready peer out once.
    """

    def __init__(
        self, target: Target, *, warm: bool, every_s: float, http: RelayHttp, connector: Connector, changed: Callable[[], None]
    ) -> None:
        self.target = target
        self.warm = warm
        self._every_s = every_s
        self.probe = RelayProbe(target.relay.id)
        self._http = http
        self._connector = connector
        self._changed = changed
        self._http_ms: deque[float] = deque(maxlen=SAMPLES)
        self._stun_ms: deque[float] = deque(maxlen=SAMPLES)
        self._peer: Peer | None = None
        self._peer_at = 0.0
        self._closing = OwnedTasks()
        self._kept_s = float("inf")
        self._soon = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = start_task(self._run(), f"watch {self.target.relay.id}")

    async def aclose(self) -> None:
        """Stop measuring and close the ready peer."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
        self._let_peer_go()
        await self._closing.join()

    def take_peer(self) -> Peer | None:
        """Take the ready peer; None when there is none."""
        peer, self._peer = self._peer, None
        return peer

    def set_interval(self, every_s: float) -> None:
        """Measure this often from now on."""
        if every_s != self._every_s:
            self._every_s = every_s
            self._soon.set()

    def network_changed(self) -> None:
        """Drop the old figures and addresses, and measure again."""
        self._http_ms.clear()
        self._stun_ms.clear()
        self._let_peer_go()
        self._soon.set()

    def _let_peer_go(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            self._closing.start(peer.aclose(), "close unused peer")

    async def _run(self) -> None:
        while True:
            self._soon.clear()
            if self.warm:
                await self._ready_peer()
            await self._measure()
            wait_s = FIRST_EVERY_S if len(self._http_ms) < SAMPLES else self._wait_s()
            try:
                async with asyncio.timeout(AFTER_FAILURE_S if self.probe.failure else wait_s):
                    await self._soon.wait()
            except TimeoutError:
                continue

    def _wait_s(self) -> float:
        return min(self._every_s, WARM_EVERY_S, max(self._kept_s / 2, WARM_LEAST_S)) if self.warm else self._every_s

    async def _ready_peer(self) -> None:
        if self._peer is not None and time.monotonic() - self._peer_at > PEER_GOOD_FOR_S:
            self._let_peer_go()
        if self._peer is None:
            try:
                self._peer = await self._connector.prepare()
            except (TransportError, OSError) as error:
                log.info("no peer prepared for %s: %s", self.target.relay.id, error)
            self._peer_at = time.monotonic()

    async def _measure(self) -> None:
        failure, url = "", without_credentials(self.target.relay.whip_url)
        try:
            check_address(url)
            began = time.perf_counter()
            reply = await self._http.request("OPTIONS", url, within_s=KNOCK_WITHIN_S, connect_s=KNOCK_WITHIN_S)
            trip_ms = (time.perf_counter() - began) * 1000
            # The first request includes the time to connect.
            if self._http_ms or self.probe.warm:
                self._http_ms.append(trip_ms)
            self._kept_s = keep_alive_s(reply.headers.get("keep-alive", ""))
            warm = True
        except TransportError as error:
            failure, warm = error.step.value, False
            self._http_ms.clear()
            await self._http.renew()
        if (server := self._stun_server()) is not None:
            try:
                self._stun_ms.append(await stun_round_trip_ms(*server))
            except (OSError, ValueError) as error:  # ValueError: an invalid name
                log.debug("STUN server of %s: %s", self.target.relay.id, error)
                self._stun_ms.clear()
        probe = RelayProbe(
            self.target.relay.id,
            http_ms=round(statistics.median(self._http_ms), 2) if self._http_ms else -1.0,
            stun_ms=round(statistics.median(self._stun_ms), 2) if self._stun_ms else -1.0,
            failure=failure,
            warm=warm,
        )
        if probe != self.probe:
            self.probe = probe
            self._changed()

    def _stun_server(self) -> tuple[str, int] | None:
        for server in self.target.relay.ice_servers:
            parsed = server_address(server.url)
            if parsed is not None and parsed["scheme"] in ("stun", "turn"):
                return str(parsed["host"]), int(str(parsed["port"]))
        return None
