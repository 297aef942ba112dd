"""From the mix to packets: pacing, stalls, capture times, and what a receiver hears."""

from itertools import pairwise

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S, SystemClock
from app.domain.base.notice import Notice
from app.domain.program.mixing import Strip
from app.domain.program.output import AudioSettings
from app.domain.program.packet import Codec, EncodedPacket, MediaKind
from app.media.ports import SoundSource
from app.media.sound.bus import SoundBus
from app.media.sound.mixer import BASE_LATENCY_NS, Mixer
from app.media.sound.opus import OpusEncoder, SoundEncodeError
from app.media.sound.tone import Tone
from tests.support.clocks import SetClock
from tests.support.sounds import PacketShelf, SteadySource, decoded, impurity_db, sine, stereo, strongest

PACKET_NS = 20 * NS_PER_MS


class Bench:
    """A bus on a clock that the test advances."""

    def __init__(self, source: SoundSource, *, settings: AudioSettings | None = None, video_latency_ns: int = 0) -> None:
        self.clock = SetClock(1_000_000 * NS_PER_S)
        self.mixer = Mixer()
        self.mixer.set_strips([(Strip("a"), source)])
        self.shelf = PacketShelf()
        self.notices: list[Notice] = []
        self.bus = SoundBus(
            clock=self.clock,
            mixer=self.mixer,
            sinks=(self.shelf,),
            settings=settings or AudioSettings(),
            notify=self.notices.append,
            video_latency_ns=video_latency_ns,
        )

    def run(self, milliseconds: int, *, step_ms: int = 10) -> list[EncodedPacket]:
        for _ in range(0, milliseconds, step_ms):
            self.bus.catch_up()
            self.clock.pass_ms(step_ms)
        return self.shelf.packets


def sounding_tone(*, beep: bool = False) -> Tone:
    tone = Tone("a", {"frequency_hz": 1000.0, "level_db": -12.0, "beep": beep})
    tone.start()
    return tone


def test_packets_decode_to_the_tone_that_was_mixed() -> None:
    packets = Bench(sounding_tone()).run(2000)
    wave = decoded(packets)
    assert len(wave) == len(packets) * 960
    for channel in (0, 1):
        frequency, amplitude = strongest(wave[-48_000:, channel])
        assert frequency == pytest.approx(1000, abs=1)
        assert amplitude == pytest.approx(0.251, rel=0.05)
    assert {(packet.kind, packet.codec) for packet in packets} == {(MediaKind.AUDIO, Codec.OPUS)}


def test_the_sample_count_follows_the_clock() -> None:
    bench = Bench(sounding_tone())
    packets = bench.run(1000)
    assert len(packets) == pytest.approx(50, abs=1)
    assert all(after.pts - before.pts == 960 for before, after in pairwise(packets))
    assert all(after.capture_ns - before.capture_ns == PACKET_NS for before, after in pairwise(packets))


@pytest.mark.parametrize(("stall_ms", "dropped_ms"), [(300, 0), (2000, 1500), (60_000, 60_000)])
def test_after_a_stall_there_is_no_gap_and_the_clock_is_caught_up(stall_ms: int, dropped_ms: int) -> None:
    bench = Bench(sounding_tone())
    bench.run(1000)
    bench.clock.pass_ms(stall_ms)
    packets = bench.run(1000)
    first, last = packets[0], packets[-1]
    assert (last.pts - first.pts) * NS_PER_S // 48_000 == last.capture_ns - first.capture_ns
    assert last.pts / 48 == pytest.approx(2000 + stall_ms, abs=40)
    if stall_ms < 10_000:
        assert all(after.pts - before.pts == 960 for before, after in pairwise(packets))
    assert bench.bus.dropped_ms == pytest.approx(dropped_ms, abs=41)


@pytest.mark.parametrize("frame_latency_ms", [0, 25])
def test_a_beep_is_heard_at_its_second(frame_latency_ms: int) -> None:
    bench = Bench(sounding_tone(beep=True), video_latency_ns=frame_latency_ms * NS_PER_MS)
    bench.clock.pass_ms(-500)
    packets = bench.run(1200)
    wave = np.abs(decoded(packets)[:, 0])
    first = int(np.flatnonzero(wave > 0.12)[0])
    # a receiver places the sound by the packets' capture times alone
    heard_ns = packets[0].capture_ns + first * NS_PER_S / 48_000
    assert heard_ns % NS_PER_S / NS_PER_MS == pytest.approx(frame_latency_ms, abs=1.0)


@pytest.mark.parametrize(("latency_ms", "at_once"), [(30, False), (120, True)])
def test_timestamps_follow_the_video_latency_without_changing_the_sound(latency_ms: int, at_once: bool) -> None:
    bench = Bench(SteadySource(stereo(sine(1000, 1.0))))
    before = len(bench.run(1000))
    bench.bus.video_latency_ns = latency_ms * NS_PER_MS
    packets = bench.run(12_000)
    assert all(later.pts - earlier.pts == 960 for earlier, later in pairwise(packets))
    steps = [later.capture_ns - earlier.capture_ns - PACKET_NS for earlier, later in pairwise(packets)]
    assert sum(steps[before - 1 :]) == latency_ms * NS_PER_MS
    assert (max(steps) == latency_ms * NS_PER_MS) if at_once else (0 < max(steps) <= PACKET_NS * 3 // 1000)
    assert impurity_db(decoded(packets)[24_000:-4800, 0]) < -45


def test_silence_is_sent_when_nothing_sounds() -> None:
    bench = Bench(SteadySource(stereo(np.zeros(480))))
    packets = bench.run(1000)
    assert len(packets) == pytest.approx(50, abs=1)
    assert not decoded(packets).any()


@pytest.mark.parametrize("bitrate_kbps", [64, 96])
def test_the_bitrate_changes_without_a_gap_or_a_click(bitrate_kbps: int) -> None:
    bench = Bench(SteadySource(stereo(sine(1000, 1.0))), settings=AudioSettings(fec=False))
    bench.run(2000)
    bench.bus.configure(AudioSettings(bitrate_kbps=bitrate_kbps, fec=False))
    packets = bench.run(2000)
    assert all(later.pts - earlier.pts == 960 for earlier, later in pairwise(packets))
    wave = decoded(packets)[24_000:-4800, 0]
    assert np.abs(np.diff(wave)).max() < 0.25 * 2 * np.pi * 1000 / 48_000 * 1.3
    assert impurity_db(wave) < -45


def kbps(packets: list[EncodedPacket]) -> float:
    return sum(len(packet.data) for packet in packets) * 8 / (len(packets) * 20)


def test_the_bitrate_matches_the_setting() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (48_000, 2)).astype(np.float32)
    bench = Bench(SteadySource(noise), settings=AudioSettings(bitrate_kbps=128))
    assert kbps(bench.run(2000)[-50:]) == pytest.approx(128, rel=0.2)
    bench.bus.configure(AudioSettings(bitrate_kbps=48))
    assert kbps(bench.run(2000)[-50:]) == pytest.approx(48, rel=0.2)


def test_dtx_sends_almost_nothing_in_silence() -> None:
    packets = Bench(SteadySource(stereo(np.zeros(480))), settings=AudioSettings(bitrate_kbps=24, dtx=True)).run(2000)
    assert sum(len(packet.data) for packet in packets[-50:]) < 50 * 8


def test_a_bitrate_that_opus_rejects_is_an_app_error() -> None:
    with pytest.raises(SoundEncodeError) as refused:
        OpusEncoder(AudioSettings(bitrate_kbps=100_000))
    assert refused.value.code == "sound.opus"


def test_a_rejected_change_is_reported_once_and_the_old_encoder_continues() -> None:
    bench = Bench(sounding_tone())
    bench.run(200)
    bench.bus.configure(AudioSettings(bitrate_kbps=100_000))
    packets = bench.run(1000)
    assert [notice.code for notice in bench.notices] == ["sound.opus"]
    assert packets[-1].pts / 48 > 1100
    assert strongest(decoded(packets)[-24_000:, 0])[0] == pytest.approx(1000, abs=2)


def test_sinks_may_change_while_running() -> None:
    bench = Bench(sounding_tone())
    bench.run(200)
    other = PacketShelf()
    bench.bus.set_sinks((other,))
    count = len(bench.shelf.packets)
    bench.run(200)
    assert len(bench.shelf.packets) == count
    assert len(other.packets) == pytest.approx(10, abs=1)


def test_without_a_sink_nothing_is_encoded_but_time_goes_on() -> None:
    bench = Bench(sounding_tone())
    bench.run(200)
    count = bench.bus.packets
    bench.bus.set_sinks(())
    bench.run(200)
    assert bench.bus.packets == count
    assert max(bench.mixer.meters().master.peak_db) > -13
    bench.bus.set_sinks((bench.shelf,))
    packets = bench.run(200)
    pts, capture_ns = packets[count].pts - packets[count - 1].pts, packets[count].capture_ns - packets[count - 1].capture_ns
    assert pts == pytest.approx(11 * 960, abs=960)
    assert capture_ns == pytest.approx(pts * NS_PER_S // 48_000, abs=NS_PER_MS)


def test_the_thread_keeps_time_and_ends() -> None:
    mixer = Mixer()
    mixer.set_strips([(Strip("a"), sounding_tone())])
    shelf = PacketShelf()
    clock = SystemClock()
    bus = SoundBus(clock=clock, mixer=mixer, sinks=(shelf,), settings=AudioSettings(), notify=lambda notice: None)
    started_ns = clock.monotonic_ns()
    bus.start()
    bus.start()
    try:
        packets = shelf.wait_for(25)
    finally:
        bus.close()
        bus.close()
    assert packets[0].capture_ns >= started_ns - BASE_LATENCY_NS - PACKET_NS
    assert packets[24].pts == 24 * 960
    count = len(shelf.packets)
    bus.start()
    more = shelf.wait_for(count + 5)
    bus.close()
    assert more[-1].pts > packets[-1].pts
