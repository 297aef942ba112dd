"""The publisher against a real relay on loopback: decoded media, and failures of relays and networks."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.program.broadcast import TargetState
from app.domain.program.output import IceServer, Quirks, Relay, Target
from app.domain.program.packet import Codec
from app.domain.program.stats import TargetStats
from app.media import ports
from app.transport import rtcp, sdp
from app.transport.congestion import UNLIMITED_KBPS
from app.transport.connection import make_peer
from app.transport.peer import Peer
from app.transport.probe import FIRST_EVERY_S, SAMPLES
from app.transport.publisher import Publisher
from app.transport.timers import Timers
from tests.support.encoded import TONE_HZ, Control, Feeder, luma_of
from tests.support.stun_server import StunServer
from tests.support.whip_server import WhipServer

QUICK = Timers(weak_ms=2500, lost_ms=4000, look_ms=50, tick_ms=200)


class Rig:
    """A publisher with its encoder control and its notices."""

    def __init__(self, timers: Timers | None = None) -> None:
        self.control = Control()
        self.notices: list[Notice] = []
        self.publisher: ports.PacketPublisher = Publisher(
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
    """Close on a thread: the server needs this loop to answer the DELETE."""
    await asyncio.to_thread(rig.publisher.close)


@pytest.mark.parametrize("codec", [Codec.H264, Codec.VP8])
async def test_a_relay_decodes_our_video_and_our_tone(server: WhipServer, rig: Rig, codec: Codec) -> None:
    if codec is Codec.VP8:
        server.faults.rewrite = _without_h264
    with Feeder(rig.publisher.push, rig.control, codec):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 40 and len(server.ingests[0].sound) > 60)
        ingest = server.ingests[0]
        levels = [float(luma.mean()) for _, luma in ingest.frames[-30:]]
        expected = {luma_of(number) for number in range(20)}
        assert all(min(abs(level - known) for known in expected) < 3 for level in levels)
        steps = np.diff(levels)
        assert sum(1 for step in steps if abs(step - 8) < 3 or step < -100) >= 27  # in order, nearly all there
        wave = np.concatenate(ingest.sound[-40:])[::2].astype(float)
        spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
        assert abs(np.argmax(spectrum) * 48_000 / len(wave) - TONE_HZ) < 5
        await server.until(lambda: rig.stats().loss >= 0)
        stats = rig.stats()
        assert stats.state is TargetState.LIVE
        assert stats.codec is codec
        assert stats.loss == 0 and stats.rtt_ms >= 0 and stats.packets_sent > 60
        assert min(stats.post_ms, stats.ice_ms, stats.dtls_ms, stats.first_packet_ms) >= 0
        assert rig.control.codecs[-1] == frozenset({codec})
    await closed(rig)
    assert server.deleted == ["/session/1"]
    assert rig.codes() == ["target.live"]


def _without_h264(answer: str) -> str:
    """The answer of a relay that takes only VP8."""
    gone = tuple(f"a={name}:{number}" for name in ("rtpmap", "fmtp", "rtcp-fb") for number in (102, 103))
    kept = [line for line in answer.splitlines() if not line.startswith(gone)]
    return "\r\n".join("m=video 9 UDP/TLS/RTP/SAVPF 96 97" if line.startswith("m=video") else line for line in kept) + "\r\n"


async def test_a_relay_that_says_goodbye_is_reconnected(server: WhipServer, rig: Rig) -> None:
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
        await server.ingests[0].aclose()
        await server.until(lambda: len(server.ingests) > 1 and len(server.ingests[1].frames) > 5)
        assert rig.state() is TargetState.LIVE
        assert rig.stats().connects == 2
    await closed(rig)
    assert rig.codes() == ["target.live", "peer.closed", "target.back"]


async def test_a_killed_relay_is_noticed_and_reconnected(server: WhipServer, rig: Rig) -> None:
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
        server.ingests[0].kill()
        await server.until(lambda: len(server.ingests) > 1 and len(server.ingests[1].frames) > 5)
        assert ("detail", "refused") in [item for notice in rig.notices for item in notice.data.items()]
    await closed(rig)


async def test_a_frozen_relay_turns_weak_and_the_old_connection_stays_until_the_new_one_is_up(server: WhipServer, rig: Rig) -> None:
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: rig.publisher.stats() != () and rig.stats().loss >= 0)
        frozen = server.ingests[0]
        for transceiver in frozen.connection.getTransceivers():  # our packets arrive, but it sends nothing any more
            transport = transceiver.receiver.transport
            transport._send_rtp = _say_nothing  # type: ignore[method-assign]
        server.faults.delay_s = 0.5
        await server.until(lambda: rig.state() is TargetState.WEAK)
        await server.until(lambda: server.posts == 2)
        frames = len(frozen.frames)
        await server.until(lambda: len(frozen.frames) > frames)  # the old association goes on while the new one connects
        await server.until(lambda: len(server.ingests) > 1 and len(server.ingests[1].frames) > 5)
        await server.until(lambda: server.deleted == ["/session/1"])
    await closed(rig)
    assert rig.codes() == ["target.live", "target.weak", "peer.media", "target.back"]


async def _say_nothing(data: bytes) -> None:
    return None


async def test_a_wrong_stream_key_is_refused_with_the_servers_message_and_a_right_one_works(server: WhipServer, rig: Rig) -> None:
    server.token = "secret"
    rig.publisher.targets([target_for(server, "bad")])
    await server.until(lambda: rig.publisher.stats() != () and rig.state() is TargetState.REFUSED)
    (notice,) = rig.notices
    assert notice.code == "whip.token" and notice.subject == "one"
    assert notice.data["detail"] == "wrong stream key" and notice.data["status"] == 401 and notice.data["step"] == "http"
    assert rig.stats().failure == "whip.token"
    assert server.posts == 1
    rig.publisher.targets([target_for(server, "secret")])
    with Feeder(rig.publisher.push, rig.control):
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
    await closed(rig)


async def test_retry_after_of_a_busy_relay_is_respected(server: WhipServer, rig: Rig) -> None:
    server.faults.status, server.faults.times, server.faults.headers = 503, 1, {"Retry-After": "1"}
    rig.publisher.targets([target_for(server)])
    await server.until(lambda: rig.publisher.stats() != () and rig.stats().retry_in_ms > 0)
    assert rig.stats().retry_in_ms <= 1000 and rig.stats().failure == "whip.http"
    began = asyncio.get_running_loop().time()
    await server.until(lambda: bool(server.ingests) and rig.state() is TargetState.LIVE)
    assert asyncio.get_running_loop().time() - began > 0.5
    await closed(rig)


async def test_a_relay_without_usable_video_is_refused_and_left(server: WhipServer, rig: Rig) -> None:
    server.faults.rewrite = lambda answer: answer.replace("H264", "H265").replace("VP8", "VP9")
    rig.publisher.targets([target_for(server)])
    await server.until(lambda: rig.publisher.stats() != () and rig.state() is TargetState.REFUSED)
    await server.until(lambda: server.deleted == ["/session/1"])
    assert rig.notices[0].code == "whip.codec" and "H265" in str(rig.notices[0].data["detail"])
    await closed(rig)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (lambda answer: "<html><title>x</title><p>Welcome</p></html>", "whip.answer"),
        (lambda answer: "v=0\r\n" + "a=x\r\n" * 40_000, "whip.answer"),
        (lambda answer: answer.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00:"), "peer.dtls"),
    ],
)
async def test_a_relay_with_a_wrong_answer_is_left_and_tried_again(
    server: WhipServer, rig: Rig, lie: Callable[[str], str], code: str
) -> None:
    server.faults.rewrite = lie
    rig.publisher.targets([target_for(server)])
    await server.until(lambda: server.posts >= 2)
    assert rig.codes()[0] == code
    assert "/session/1" in server.deleted
    server.faults.rewrite = None
    await server.until(lambda: rig.state() is TargetState.LIVE)
    await closed(rig)


@pytest.mark.expect_errors
async def test_our_own_fault_ends_no_target_and_affects_no_other(server: WhipServer) -> None:
    broken = 0

    def make(target: Target, servers: tuple[IceServer, ...]) -> Peer:
        nonlocal broken
        if target.relay.id == "two" and broken < 2:
            broken += 1
            raise KeyError("a mistake")
        return make_peer(target, servers)

    control, notices = Control(), list[Notice]()
    timers = replace(QUICK, broken_ms=50)
    publisher = Publisher(clock=SystemClock(), control=control, notify=notices.append, timers=timers, make_peer=make)
    publisher.start()
    with Feeder(publisher.push, control):
        publisher.targets([target_for(server), Target(Relay("two", "Relay Two", server.url))])
        await server.until(lambda: [stats.state for stats in publisher.stats()] == [TargetState.LIVE, TargetState.LIVE])
    assert broken == 2
    assert sorted(notice.code for notice in notices) == ["target.broken", "target.live", "target.live"]
    assert publisher.stats()[0].connects == 1
    await asyncio.to_thread(publisher.close)


@pytest.mark.parametrize(
    ("status", "body", "headers", "code"),
    [
        (503, "", {"Retry-After": "²"}, "whip.http"),
        (503, '{"error":' * 7_000, {"Retry-After": "9" * 5000}, "whip.http"),
        (500, "<" * 65_000, {}, "whip.http"),
        (201, "<" * 65_000, {"Location": "http://[::1"}, "whip.answer"),
        (201, "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF " + "9" * 5000, {"Location": "//a:b"}, "whip.answer"),
        (201, "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=extmap:² x", {}, "whip.answer"),
        (307, "", {"Location": "http://[::1"}, "whip.redirect"),
        (301, "", {"Location": "/x?key=1"}, "whip.moved"),
    ],
)
async def test_any_answer_of_one_relay_leaves_another_on_air(
    server: WhipServer, rig: Rig, status: int, body: str, headers: dict[str, str], code: str
) -> None:
    bad = WhipServer()
    bad.faults.status, bad.faults.body, bad.faults.headers = status, body, headers
    await bad.start()
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: rig.publisher.stats() != () and rig.state() is TargetState.LIVE)
        rig.publisher.targets([target_for(server), Target(Relay("bad", "Bad", bad.url))])
        await server.until(lambda: code in rig.codes())
        frames = len(server.ingests[0].frames)
        await server.until(lambda: len(server.ingests[0].frames) > frames + 5)
        good, other = rig.publisher.stats()
        assert (good.state, good.connects) == (TargetState.LIVE, 1)
        assert other.state in (TargetState.RECONNECTING, TargetState.REFUSED, TargetState.CONNECTING)
        assert rig.codes() == ["target.live", code]
    await closed(rig)
    await bad.aclose()


async def test_targets_come_and_go_without_affecting_each_other(server: WhipServer, rig: Rig) -> None:
    first, second = target_for(server), Target(Relay("two", "Relay Two", server.url))
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([first])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
        rig.publisher.targets([first, second])
        await server.until(lambda: len(server.ingests) > 1 and len(server.ingests[1].frames) > 5)
        rig.publisher.targets([second])
        await server.until(lambda: server.deleted == ["/session/1"])
        frames = len(server.ingests[1].frames)
        await server.until(lambda: len(server.ingests[1].frames) > frames + 5)
        assert len(server.ingests) == 2
        rig.publisher.targets([])
        await server.until(lambda: server.deleted == ["/session/1", "/session/2"])
        await server.until(lambda: rig.publisher.stats() == ())
        assert rig.control.codecs[-1] == frozenset()
    await closed(rig)


async def test_a_target_stays_in_the_figures_until_its_relay_is_left(server: WhipServer, rig: Rig) -> None:
    """Also right after a start and a stop that the publisher's thread may not have carried out yet."""
    assert rig.publisher.has_left()
    rig.publisher.targets([target_for(server)])
    rig.publisher.targets([])
    await server.until(rig.publisher.has_left)
    rig.publisher.targets([target_for(server)])
    assert not rig.publisher.has_left()
    await server.until(lambda: rig.publisher.stats() != () and rig.state() is TargetState.LIVE)
    left_before = len(server.deleted)  # 1 if the start above got as far as the relay before its stop
    server.faults.delete_when = asyncio.Event()
    rig.publisher.targets([])
    assert not rig.publisher.has_left()
    await server.until(lambda: len(server.deleted) > left_before)
    assert rig.state() is TargetState.STOPPING and not rig.publisher.has_left()
    server.faults.delete_when.set()
    await server.until(rig.publisher.has_left)
    assert rig.publisher.stats() == ()
    await closed(rig)
    assert rig.publisher.has_left()


async def test_a_target_that_is_left_and_wanted_again_is_in_the_figures_once(server: WhipServer, rig: Rig) -> None:
    rig.publisher.targets([target_for(server)])
    await server.until(lambda: rig.publisher.stats() != () and rig.state() is TargetState.LIVE)
    rig.publisher.targets([target_for(server, token="another")])
    await server.until(lambda: server.deleted == ["/session/1"] and rig.state() is TargetState.LIVE)
    assert len(rig.publisher.stats()) == 1
    await closed(rig)


async def test_a_warm_relay_needs_no_new_connection_and_its_ready_peer_is_used(server: WhipServer, rig: Rig) -> None:
    target = target_for(server)
    rig.publisher.watch([target], ["one"])
    # The first requests follow each other quickly; a running one would share the connection with the POST.
    await server.until(lambda: sum(request.method == "OPTIONS" for request in server.seen) > SAMPLES)
    await server.until(lambda: rig.publisher.probes() != () and rig.publisher.probes()[0].http_ms > 0)
    assert rig.publisher.probes()[0].warm
    assert len(server.connections) == 1
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
        assert len(server.connections) == 1
        print(
            "connect ms:",
            {key: round(getattr(rig.stats(), key), 1) for key in ("post_ms", "ice_ms", "dtls_ms", "first_packet_ms", "total_ms")},
        )
    await closed(rig)


@pytest.mark.parametrize("fault", ["rsa", "active"])
async def test_rsa_certificates_and_relays_that_start_dtls_work(server: WhipServer, rig: Rig, fault: str) -> None:
    setattr(server.faults, fault, True)
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
    await closed(rig)


def test_closing_is_idempotent_and_needs_no_start() -> None:
    rig = Rig()
    rig.publisher.targets([])
    rig.publisher.close()
    rig.publisher.start()
    rig.publisher.start()
    rig.publisher.close()
    rig.publisher.close()
    assert rig.publisher.stats() == ()


async def test_remb_and_key_frame_requests_reach_the_encoder(server: WhipServer, rig: Rig) -> None:
    with Feeder(rig.publisher.push, rig.control):
        rig.publisher.targets([target_for(server)])
        await server.until(lambda: bool(server.ingests) and len(server.ingests[0].frames) > 5)
        offer = sdp.parse(server.seen[0].body)
        video = next(iter(offer.media[1].ssrcs))
        transport = server.ingests[0].connection.getTransceivers()[1].receiver.transport
        await transport._send_rtp(rtcp.to_bytes(rtcp.BandwidthEstimate(1, 700_000, (video,))))
        await server.until(lambda: 540 in rig.control.bitrates)
        await server.until(lambda: rig.stats().remb_kbps == 700)
        wanted = rig.control.keyframes
        await transport._send_rtp(rtcp.to_bytes(rtcp.PictureLoss(1, video)))
        await server.until(lambda: rig.control.keyframes > wanted)
        rig.publisher.targets([])
        await server.until(lambda: rig.control.bitrates[-1] == UNLIMITED_KBPS)
    await closed(rig)


async def test_the_quirks_bitrate_limit_applies_from_the_start(server: WhipServer, rig: Rig) -> None:
    rig.publisher.targets([target_for(server, quirks=Quirks(max_bitrate_kbps=1800))])
    await server.until(lambda: rig.control.bitrates == [1800])
    await closed(rig)


async def test_probes_report_the_failing_step_and_measure_stun(server: WhipServer, rig: Rig) -> None:
    stun_server = await StunServer.start()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = Target(Relay("dead", "Dead", f"http://127.0.0.1:{unused.getsockname()[1]}/whip"))
        near = Target(replace(target_for(server).relay, ice_servers=(IceServer(f"stun:127.0.0.1:{stun_server.port}"),)))
        rig.publisher.watch([dead, near], [])
        await server.until(lambda: any(probe.failure for probe in rig.publisher.probes()))
        await server.until(lambda: any(probe.stun_ms > 0 and probe.http_ms > 0 for probe in rig.publisher.probes()))
        by_id = {probe.relay_id: probe for probe in rig.publisher.probes()}
        assert by_id["dead"].failure == "tcp" and by_id["dead"].http_ms == -1
        assert by_id["one"].failure == ""
    rig.publisher.watch([], [])
    await server.until(lambda: rig.publisher.probes() == ())
    stun_server.close()
    await closed(rig)


async def test_a_relay_is_measured_at_the_given_interval(server: WhipServer, rig: Rig) -> None:
    often, clock = Rig(QUICK), WhipServer()
    await clock.start()
    often.publisher.start()
    near = target_for(server)
    rig.publisher.watch([near], [], 600.0)
    await server.until(lambda: server.knocks == SAMPLES + 1)  # the first one only opens the connection
    often.publisher.watch([target_for(clock)], [], FIRST_EVERY_S)
    await clock.until(lambda: clock.knocks > SAMPLES + 5)  # another publisher measures often meanwhile
    assert server.knocks == SAMPLES + 1
    rig.publisher.watch([near], [], 0.05)
    await server.until(lambda: server.knocks > SAMPLES + 5)
    for one in (rig, often):
        one.publisher.watch([], [], 600.0)
        await closed(one)
    await clock.aclose()
