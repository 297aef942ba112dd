"""The publisher against a real relay on loopback: what it decodes, and every way in which relays and networks fail."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from app.domain.broadcast import TargetState
from app.domain.clock import SystemClock
from app.domain.notice import Notice
from app.domain.output import Quirks, Relay, Target
from app.domain.packet import Codec
from app.domain.stats import TargetStats
from app.media import ports
from app.transport.publisher import Publisher
from app.transport.session import Timers
from tests.support.encoded import TONE_HZ, Control, Feeder, luma_of
from tests.support.whip_server import WhipServer

QUICK = Timers(weak_ms=1000, lost_ms=2000, fresh_ms=600, look_ms=50, tick_ms=200, refused_ms=60_000)


class Rig:
    """A publisher, its control and its notices."""

    def __init__(self, timers: Timers | None = None) -> None:
        self.control = Control()
        self.notices: list[Notice] = []
        self.publisher: ports.Publisher = Publisher(
            clock=SystemClock(), control=self.control, notify=self.notices.append, timers=timers or Timers()
        )

    def codes(self) -> list[str]:
        return [notice.code for notice in self.notices]

    def stats(self) -> TargetStats:
        (stats,) = self.publisher.stats()
        return stats

    def state(self) -> TargetState:
        return self.stats().state


def target_for(server: WhipServer, token: str = "", quirks: Quirks | None = None) -> Target:
    return Target(Relay("one", "Relay One", server.url), token, quirks or Quirks())


@pytest.fixture
async def server() -> AsyncIterator[WhipServer]:
    server = WhipServer()
    await server.start()
    yield server
    await server.aclose()


def _rig(timers: Timers | None = None) -> Iterator[Rig]:
    rig = Rig(timers)
    rig.publisher.start()
    try:
        yield rig
    finally:
        rig.publisher.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    yield from _rig(QUICK)


async def closed(rig: Rig) -> None:
    """Close off the loop on which the server runs, or the DELETE would wait for itself."""
    await asyncio.to_thread(rig.publisher.close)


@pytest.mark.parametrize("codec", [Codec.H264, Codec.VP8])
async def test_a_relay_decodes_our_picture_and_our_tone(server: WhipServer, rig: Rig, codec: Codec) -> None:
    if codec is Codec.VP8:
        server.faults.rewrite = _without_h264
    with Feeder(rig.publisher.push, rig.control, codec):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].pictures) > 40 and len(server.ingests[0].sound) > 60)
        ingest = server.ingests[0]
        levels = [float(luma.mean()) for _, luma in ingest.pictures[-30:]]
        expected = {luma_of(number) for number in range(20)}
        assert all(min(abs(level - known) for known in expected) < 3 for level in levels)
        steps = np.diff(levels)
        assert sum(1 for step in steps if abs(step - 8) < 3 or step < -100) >= 27  # in order, hardly one missing
        wave = np.concatenate(ingest.sound[-40:])[::2].astype(float)
        spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
        assert abs(np.argmax(spectrum) * 48_000 / len(wave) - TONE_HZ) < 5
        await server.until(lambda: rig.stats().loss >= 0)
        stats = rig.stats()
        assert stats.state is TargetState.LIVE
        assert stats.codec is codec
        assert stats.loss == 0 and stats.rtt_ms >= 0 and stats.packets_sent > 100
        assert min(stats.post_ms, stats.ice_ms, stats.dtls_ms, stats.first_packet_ms) >= 0
        assert rig.control.codecs[-1] == frozenset({codec})
    await closed(rig)
    assert server.deleted == ["/session/1"]
    assert rig.codes() == ["target.live"]


def _without_h264(answer: str) -> str:
    """The answer of a relay that takes VP8 alone."""
    kept = []
    for line in answer.splitlines():
        if not any(line.startswith(f"a={name}:{number}") for name in ("rtpmap", "fmtp", "rtcp-fb") for number in (102, 103)):
            kept.append("m=video 9 UDP/TLS/RTP/SAVPF 96 97" if line.startswith("m=video") else line)
    return "\r\n".join(kept) + "\r\n"
