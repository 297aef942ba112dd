"""One codec's stream while its encoders change and fail."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from app.domain.base.clock import NS_PER_MS, SystemClock
from app.domain.base.notice import Notice
from app.domain.program.output import Canvas, H264Profile, SpeedPreset
from app.domain.program.packet import VIDEO_CLOCK_HZ, Codec
from app.media.encode.encoder_configs import vp8_config, x264_config
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncodedFrame, EncoderConfig, EncoderSettings, FFmpegEncoder
from app.media.encode.scaling_encoder import ScalingEncoder
from app.media.encode.video_encoder import VideoEncoder, same_but_rate
from app.media.encode.worker import FrameEncoder
from app.media.ports import Frame
from tests.support.frames import NS_PER_FRAME, noise
from tests.support.packets import PacketCollector, decoded

CANVAS = Canvas(320, 180, 30)
SETTINGS = EncoderSettings(CANVAS, 2000, 2000, 60)
FAST = x264_config(SpeedPreset.SUPERFAST, H264Profile.BASELINE)
LAST = x264_config(SpeedPreset.ULTRAFAST, H264Profile.BASELINE)


class Breaking:
    """A real encoder whose driver breaks at the third frame: `breakage` raises, or hangs until the test releases it."""

    def __init__(self, config: EncoderConfig, settings: EncoderSettings, breakage: Callable[[], None]) -> None:
        self._encoder = FFmpegEncoder(config, settings)
        self._breakage = breakage
        self._frames = 0

    @property
    def kbps(self) -> int:
        return self._encoder.kbps

    def encode(self, frame: Frame, *, keyframe: bool) -> Sequence[EncodedFrame]:
        self._frames += 1
        if self._frames == 3:
            self._breakage()
        return self._encoder.encode(frame, keyframe=keyframe)

    def set_bitrate(self, kbps: int) -> bool:
        return self._encoder.set_bitrate(kbps)


class Bench:
    """An encoder, its packets and its notices."""

    def __init__(
        self,
        codec: Codec = Codec.H264,
        opener: Callable[[EncoderConfig, EncoderSettings], FrameEncoder] = ScalingEncoder,
        stall_ms: int = 3000,
    ) -> None:
        self.collected = PacketCollector()
        self.notices: list[Notice] = []
        self.encoder = VideoEncoder(
            codec=codec,
            clock=SystemClock(),
            push=self.collected.push,
            notify=self.notices.append,
            opener=opener,
            stall_ns=stall_ms * NS_PER_MS,
        )
        self.number = 0

    def send(self, count: int) -> None:
        """Submit frames one by one, each after the previous one came out."""
        for _ in range(count):
            had = len(self.collected.packets)
            self.number += 1
            self.encoder.submit(noise(self.number))
            self.collected.wait_for(lambda packets, had=had: len(packets) > had)  # type: ignore[misc]

    def close(self) -> None:
        self.encoder.close()
        assert self.encoder.join(5.0)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def test_frames_come_out_once_each_with_their_capture_times(bench: Bench) -> None:
    bench.encoder.configure((FAST,), SETTINGS)
    bench.send(20)
    packets = bench.collected.video()
    assert len(decoded(packets)) == 20
    assert [packet.capture_ns for packet in packets] == [number * NS_PER_FRAME for number in range(1, 21)]
    assert [packet.pts for packet in packets] == [number * NS_PER_FRAME * VIDEO_CLOCK_HZ // 1_000_000_000 for number in range(20)]
    assert bench.encoder.counts().encoded == 20
    assert bench.encoder.counts().dropped == 0
    assert [packet.keyframe for packet in packets] == [True] + [False] * 19


def test_a_new_encoder_continues_the_stream_with_a_key_frame(bench: Bench) -> None:
    bench.encoder.configure((FAST,), SETTINGS)
    bench.send(5)
    bench.encoder.configure((LAST,), SETTINGS)
    bench.send(5)
    packets = bench.collected.video()
    assert [packet.keyframe for packet in packets] == [True, *[False] * 4] * 2
    assert [a.pts < b.pts for a, b in itertools.pairwise(packets)] == [True] * 9
    assert len(decoded(packets)) == 10
    assert bench.encoder.counts().idr_sent == 2


def test_a_slow_encoder_drops_frames_and_counts_them() -> None:
    hold, opened = threading.Event(), threading.Event()

    def slow(config: EncoderConfig, settings: EncoderSettings) -> FrameEncoder:
        opened.set()
        hold.wait(20)
        return ScalingEncoder(config, settings)

    bench = Bench(opener=slow)
    bench.encoder.configure((FAST,), SETTINGS)
    bench.encoder.submit(noise(1))
    assert opened.wait(20)  # the first one is being encoded
    for number in range(2, 8):
        bench.encoder.submit(noise(number))
    hold.set()
    bench.collected.wait_for_video(2)
    assert [packet.capture_ns for packet in bench.collected.video()] == [NS_PER_FRAME, 7 * NS_PER_FRAME]  # only the newest was kept
    assert bench.encoder.counts().dropped == 5
    bench.close()


def test_the_next_encoder_takes_over_from_one_that_fails() -> None:
    def fail() -> None:
        raise EncodeError("encoder.failed", encoder="libx264", reason="device lost")

    bench = Bench(opener=lambda config, settings: Breaking(config, settings, fail) if config is FAST else FFmpegEncoder(config, settings))
    bench.encoder.configure((FAST, LAST), SETTINGS)
    bench.send(2)
    bench.encoder.submit(noise(3))  # lost with the encoder
    while not bench.notices:
        threading.Event().wait(0.005)
    bench.number = 3
    bench.send(3)
    packets = bench.collected.video()
    assert [packet.keyframe for packet in packets] == [True, False, True, False, False]
    assert len(decoded(packets)) == 5
    assert [(notice.code, notice.data["next"]) for notice in bench.notices] == [("encoder.replaced", "libx264 ultrafast")]
    assert (bench.encoder.counts().encoded, bench.encoder.counts().dropped) == (5, 1)
    bench.close()


def test_the_next_encoder_takes_over_from_one_that_hangs() -> None:
    released = threading.Event()

    def hang() -> None:
        released.wait(20)

    bench = Bench(
        opener=lambda config, settings: Breaking(config, settings, hang) if config is FAST else FFmpegEncoder(config, settings),
        stall_ms=150,
    )
    bench.encoder.configure((FAST, LAST), SETTINGS)
    bench.send(2)
    while not bench.notices:  # frames keep coming from the composer
        bench.number += 1
        bench.encoder.submit(noise(bench.number))
        threading.Event().wait(0.01)
    bench.send(3)
    before = [packet.pts for packet in bench.collected.video()]
    released.set()  # later output of the hanging encoder is not sent
    bench.send(3)
    after = [packet.pts for packet in bench.collected.video()]
    assert bench.notices[0].data["reason"] == "stalled"
    assert after[: len(before)] == before
    assert after == sorted(set(after))
    assert len(decoded(bench.collected.video())) == len(after)
    bench.close()


def test_when_no_encoder_is_left_it_is_reported_and_the_engine_continues() -> None:
    def refuse(config: EncoderConfig, settings: EncoderSettings) -> FrameEncoder:
        raise EncodeError("encoder.open", encoder=config.name, reason="no memory")

    bench = Bench(opener=refuse)
    bench.encoder.configure((FAST,), SETTINGS)
    bench.encoder.submit(noise(1))
    while not bench.notices:
        threading.Event().wait(0.005)
    bench.encoder.submit(noise(2))
    assert [notice.code for notice in bench.notices] == ["encoder.none"]
    assert bench.encoder.config is None
    bench.close()


def test_a_change_of_rate_alone_keeps_the_encoder(bench: Bench) -> None:
    bench.encoder.configure((FAST,), SETTINGS)
    bench.send(3)
    assert bench.encoder.keeps((FAST,), EncoderSettings(CANVAS, 1500, 1500, 60))
    assert not bench.encoder.keeps((FAST,), EncoderSettings(CANVAS, 2500, 2500, 60)), "the rate buffer was opened for less"
    assert not bench.encoder.keeps((FAST,), EncoderSettings(CANVAS, 2000, 2000, 30))
    assert not bench.encoder.keeps((LAST,), SETTINGS)


def test_same_but_rate_compares_everything_else() -> None:
    assert same_but_rate(SETTINGS, EncoderSettings(CANVAS, 100, 50, 60))
    assert not same_but_rate(SETTINGS, EncoderSettings(Canvas(320, 180, 25), 2000, 2000, 60))
    assert not same_but_rate(SETTINGS, EncoderSettings(CANVAS, 2000, 2000, 60, H264Profile.HIGH))
    assert not same_but_rate(SETTINGS, EncoderSettings(CANVAS, 2000, 2000, 60, threads=2))


def test_a_closed_encoder_takes_no_frames(bench: Bench) -> None:
    bench.encoder.configure((FAST,), SETTINGS)
    bench.send(2)
    bench.encoder.close()
    bench.encoder.submit(noise(9))
    assert bench.encoder.join(5.0)
    assert bench.encoder.counts().encoded == 2
    bench.encoder.configure((FAST,), SETTINGS)
    bench.send(2)
    packets = bench.collected.video()
    assert [packet.pts for packet in packets] == sorted({packet.pts for packet in packets})


def test_vp8_is_reopened_for_a_new_rate_but_not_for_a_small_change() -> None:
    bench = Bench(Codec.VP8)
    bench.encoder.configure((vp8_config(CANVAS),), SETTINGS)
    bench.send(3)
    bench.encoder.set_bitrate(1900)
    bench.send(3)
    assert bench.encoder.counts().idr_sent == 1
    assert bench.encoder.keeps((vp8_config(CANVAS),), EncoderSettings(CANVAS, 900, 900, 60)), (
        "what to do about the rate is for set_bitrate to say"
    )
    bench.close()
