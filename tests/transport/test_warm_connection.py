"""The warm connection to the chosen relay: going live needs no handshake, and a closed connection causes no error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.program.broadcast import TargetState
from app.transport.answers import keep_alive_s
from app.transport.probe import SAMPLES
from app.transport.publisher import Publisher
from tests.support.authority import Authority
from tests.support.encoded import Control, Feeder
from tests.support.whip_server import WhipServer
from tests.transport.test_publisher import target_for


@dataclass
class Warm:
    """A relay with TLS, and a publisher that keeps it warm."""

    authority: Authority
    server: WhipServer
    publisher: Publisher
    notices: list[Notice]

    def knocks(self) -> int:
        return sum(request.method == "OPTIONS" for request in self.server.seen)

    async def watched(self) -> None:
        """Wait until the first quick requests are over: a running one would share the connection with the POST."""
        self.publisher.watch([target_for(self.server)], ["one"])
        await self.server.until(lambda: self.knocks() > SAMPLES)
        await self.server.until(lambda: self.publisher.probes() != () and self.publisher.probes()[0].http_ms > 0)

    async def goes_live(self) -> None:
        self.publisher.targets([target_for(self.server)])
        await self.server.until(lambda: bool(self.server.ingests) and len(self.server.ingests[0].frames) > 5)
        await self.server.until(lambda: self.publisher.stats()[0].state is TargetState.LIVE)

    async def leaves(self) -> None:
        self.publisher.targets([])
        await self.server.until(lambda: self.server.deleted == ["/session/1"])


@asynccontextmanager
async def warm(folder: Path, keep_alive_s: float = 75.0) -> AsyncIterator[Warm]:
    authority = Authority(folder)
    server = WhipServer(tls=authority.server_context("127.0.0.1"), keep_alive_s=keep_alive_s)
    await server.start()
    control, notices = Control(), list[Notice]()
    publisher = Publisher(clock=SystemClock(), control=control, notify=notices.append, trust=authority.trust)
    publisher.start()
    try:
        with Feeder(publisher.push, control):
            yield Warm(authority, server, publisher, notices)
    finally:
        await asyncio.to_thread(publisher.close)
        await server.aclose()


async def test_going_live_and_leaving_need_no_handshake(tmp_path: Path) -> None:
    async with warm(tmp_path) as line:
        await line.watched()
        assert (line.authority.handshakes, len(line.server.connections)) == (1, 1)
        await line.goes_live()
        await line.leaves()
        assert (line.authority.handshakes, len(line.server.connections)) == (1, 1)
        assert [notice.code for notice in line.notices] == ["target.live"]


async def test_a_connection_that_the_server_closed_is_replaced_silently(tmp_path: Path) -> None:
    async with warm(tmp_path, keep_alive_s=0.5) as line:
        await line.watched()
        before = line.authority.handshakes
        await line.server.until(lambda: line.server.open_connections == 0)  # no request is due for ten seconds
        await line.goes_live()
        assert line.authority.handshakes == before + 1
        assert [notice.code for notice in line.notices] == ["target.live"]


async def test_a_connection_that_ends_during_the_offer_is_replaced_without_an_error(tmp_path: Path) -> None:
    async with warm(tmp_path) as line:
        await line.watched()
        line.server.faults.hang_ups = 1
        await line.goes_live()
        assert line.server.faults.hang_ups == 0
        assert line.authority.handshakes == 2
        assert line.server.posts == 1
        assert [notice.code for notice in line.notices] == ["target.live"]


async def test_the_servers_keep_alive_time_is_respected(tmp_path: Path) -> None:
    async with warm(tmp_path, keep_alive_s=3.0) as line:
        line.server.faults.keep_alive = "timeout=3, max=100"
        await line.watched()
        await line.server.until(lambda: line.knocks() > SAMPLES + 4)  # 6 s: the server would have closed it
        await line.goes_live()
        assert (line.authority.handshakes, len(line.server.connections)) == (1, 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("timeout=5", 5), ("max=9, Timeout = 20", 20), ("", float("inf")), ("timeout=soon", float("inf")), ("timeout", float("inf"))],
)
def test_the_keep_alive_header_is_read(header: str, seconds: float) -> None:
    assert keep_alive_s(header) == seconds
