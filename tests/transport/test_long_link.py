"""Publishing over an emulated line with delay, loss and interruptions."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from app.domain.program.broadcast import TargetState
from app.transport.timers import Timers
from tests.support.emulated_link import FAR, EmulatedLink, available
from tests.support.encoded import Feeder
from tests.support.whip_server import WhipServer
from tests.transport.test_publisher import Rig, target_for

pytestmark = [pytest.mark.root, pytest.mark.skipif(bool(available()), reason=available())]


class FarServer:
    """The relay on its own thread and loop at the far side."""

    def __init__(self, link: EmulatedLink, media_address: str = FAR) -> None:
        self.server = WhipServer(address=FAR, media_address=media_address)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        link.far.run(self._start)
        assert self._ready.wait(10)

    def _start(self) -> None:
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), name="far server")
        self._thread.start()

    async def _serve(self) -> None:
        await self.server.start()
        self._ready.set()
        await self._over.wait()
        await self.server.aclose()
        await self._loop.shutdown_default_executor()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()


@contextmanager
def on_the_line(link: EmulatedLink, timers: Timers | None = None) -> Iterator[tuple[Rig, WhipServer]]:
    """A publisher at the near side that publishes to a relay at the far side."""
    with link:
        far = FarServer(link)
        rig = Rig(timers)
        link.near.run(rig.publisher.start)
        try:
            with Feeder(rig.publisher.push, rig.control, kbps=800, noise=True):
                rig.publisher.targets([target_for(far.server)])
                yield rig, far.server
        finally:
            rig.publisher.close()
            far.close()


def until(condition: Callable[[], bool], within_s: float = 20) -> float:
    """Wait for the condition; returns the seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s, "it did not happen"
        time.sleep(0.01)
    return time.monotonic() - began


def received(server: WhipServer) -> int:
    return len(server.ingests[-1].frames) if server.ingests else 0


def in_all(server: WhipServer) -> int:
    return sum(len(ingest.frames) for ingest in server.ingests)


def test_lost_packets_are_retransmitted_over_a_long_line() -> None:
    with on_the_line(EmulatedLink(delay_ms=40, loss=0.03)) as (rig, server):
        until(lambda: received(server) > 90)
        stats = rig.stats()
        assert stats.retransmitted > 0
        assert 78 < stats.rtt_ms < 400
        numbers = [round(at * 30) for at, _ in server.ingests[-1].frames[-60:]]
        assert sum(1 for one, next_one in pairwise(numbers) if next_one - one == 1) >= 55  # nearly all arrived


QUICK = Timers(weak_ms=2500, lost_ms=4000, look_ms=50)


def _cut_and_mend(link: EmulatedLink, rig: Rig, server: WhipServer, cut_s: float) -> float:
    """Cut the line until the relay has dropped us; returns the seconds from restoring it to the first frame."""
    until(lambda: received(server) > 10)
    link.is_cut = True
    server.ingests[0].kill()
    until(lambda: rig.state() is TargetState.RECONNECTING)
    threading.Event().wait(cut_s)
    assert rig.state() is TargetState.RECONNECTING
    link.is_cut = False
    taken_s = until(lambda: len(server.ingests) > 1 and received(server) > 0)
    until(lambda: rig.state() is TargetState.LIVE)
    return taken_s


def test_a_target_is_live_again_after_its_line_was_cut() -> None:
    link = EmulatedLink(delay_ms=20)
    with on_the_line(link, QUICK) as (rig, server):
        taken_s = _cut_and_mend(link, rig, server, 2.5)
        print(f"on air again {taken_s:.2f} s after the line was mended")
        assert rig.stats().connects == 2


@pytest.mark.slow
def test_a_target_survives_thirty_seconds_without_a_network() -> None:
    link = EmulatedLink(delay_ms=50)
    with on_the_line(link) as (rig, server):
        taken_s = _cut_and_mend(link, rig, server, 22)  # plus the 8 s before the connection counts as lost
        print(f"on air again {taken_s:.2f} s after the line was mended")
        assert taken_s < 10


def test_an_unplugged_network_is_used_as_soon_as_it_is_back() -> None:
    link = EmulatedLink(delay_ms=20)
    with on_the_line(link, QUICK) as (rig, server):
        until(lambda: received(server) > 10)
        link.near.remove_address()
        until(lambda: rig.state() is TargetState.RECONNECTING)
        assert "peer.moved" in rig.codes()
        frames = in_all(server)
        link.near.restore_address()
        taken_s = until(lambda: in_all(server) > frames)
        until(lambda: rig.state() is TargetState.LIVE)  # over the old association, if the relay still has it
        print(f"on air again {taken_s:.2f} s after the address came back")
