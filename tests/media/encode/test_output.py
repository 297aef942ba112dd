"""The video output follows the engine and the publisher, and reopens an encoder only if it must."""

from collections.abc import Iterator

import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.program.output import Canvas, EncoderChoice, H264Profile, Quirks, SpeedPreset, VideoSettings
from app.domain.program.packet import Codec
from app.media.encode.encoder_configs import h264_configs, threads_for
from app.media.encode.output import OutputLimits, VideoOutput, encoded_canvas, strictest_limits
from tests.support.frames import noise
from tests.support.packets import PacketCollector, decoded

CANVAS = Canvas(320, 180, 30)
SETTINGS = VideoSettings(bitrate_kbps=2000, encoder=EncoderChoice.X264, preset=SpeedPreset.SUPERFAST)


class Bench:
    def __init__(self) -> None:
        self.collected = PacketCollector()
        self.notices: list[Notice] = []
        self.output = VideoOutput(clock=SystemClock(), push=self.collected.push, notify=self.notices.append)
        self.number = 0

    def send(self, count: int, codec: Codec = Codec.H264, canvas: Canvas = CANVAS) -> None:
        """Submit frames, each after the previous one left this codec's encoder."""
        for _ in range(count):
            had = len(self.collected.video(codec))
            self.number += 1
            self.output.submit(noise(self.number, canvas.width, canvas.height))
            self.collected.wait_for_video(had + 1, codec)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.output.configure(CANVAS, SETTINGS)
    yield made
    made.output.close()


def keys(bench: Bench) -> list[int]:
    return [number for number, packet in enumerate(bench.collected.video()) if packet.keyframe]


def test_nothing_is_encoded_before_begin_or_after_end(bench: Bench) -> None:
    bench.output.submit(noise(1))
    bench.output.begin()
    bench.send(3)
    bench.output.end()
    bench.output.submit(noise(9))
    assert bench.output.stats().encoder == ""
    bench.output.close()
    assert len(bench.collected.packets) == 3
    assert bench.output.counts() == (3, 0)


def test_a_lower_rate_keeps_the_encoder_and_a_higher_one_reopens_it(bench: Bench) -> None:
    bench.output.begin()
    bench.send(3)
    bench.output.configure(CANVAS, VideoSettings(1500, SETTINGS.encoder, SETTINGS.preset))
    bench.send(3)
    assert (keys(bench), bench.output.target_kbps) == ([0], 1500)
    bench.output.configure(CANVAS, VideoSettings(2000, SETTINGS.encoder, SETTINGS.preset))
    bench.send(3)
    assert keys(bench) == [0]
    bench.output.configure(CANVAS, VideoSettings(2500, SETTINGS.encoder, SETTINGS.preset))
    bench.send(3)
    assert (keys(bench), bench.output.target_kbps) == ([0, 9], 2500)


def test_another_canvas_reopens_the_encoder_and_the_stream_continues(bench: Bench) -> None:
    bench.output.begin()
    bench.send(3)
    bench.output.configure(Canvas(180, 320, 30), SETTINGS)
    bench.send(1, canvas=CANVAS)  # one of the old size was still in the encoder
    bench.send(2, canvas=Canvas(180, 320, 30))
    packets = bench.collected.video()
    assert [(frame.width, frame.height) for frame in decoded(packets)] == [(320, 180)] * 3 + [(180, 320)] * 3
    assert [packet.pts for packet in packets] == sorted({packet.pts for packet in packets})


def test_the_publishers_rate_applies_only_below_the_setting(bench: Bench) -> None:
    bench.output.begin()
    bench.output.request_bitrate(800)
    assert bench.output.target_kbps == 800
    bench.output.request_bitrate(9000)
    assert bench.output.target_kbps == 2000
    bench.output.request_bitrate(3)
    assert bench.output.target_kbps == 100
    bench.send(3)
    assert keys(bench) == [0]


def test_a_keyframe_is_sent_on_request_and_counted(bench: Bench) -> None:
    bench.output.begin()
    bench.send(2)
    bench.output.request_keyframe()
    bench.output.request_keyframe()
    while len(keys(bench)) < 2:
        bench.send(1)
    assert bench.output.stats().pli_received == 2
    assert bench.output.stats().idr_sent == 2


def test_codecs_start_and_stop_as_targets_agree(bench: Bench) -> None:
    bench.output.begin()
    bench.send(2)
    bench.output.request_codecs(frozenset({Codec.H264, Codec.VP8}))
    bench.send(2, Codec.VP8)
    bench.output.request_codecs(frozenset({Codec.VP8}))
    had = len(bench.collected.video())
    bench.send(2, Codec.VP8)
    assert len(bench.collected.video()) - had <= 1  # at most the current frame
    assert bench.output.stats().encoder == "libvpx"
    bench.output.request_codecs(frozenset())  # no codec is agreed on: unchanged
    bench.output.request_codecs(frozenset({Codec.OPUS}))
    bench.send(1, Codec.VP8)
    assert len(decoded(bench.collected.video(Codec.VP8))) == len(bench.collected.video(Codec.VP8))
    bench.output.request_codecs(frozenset({Codec.H264}))
    bench.send(1)
    assert bench.collected.video()[-1].keyframe


def test_the_strictest_relay_sets_the_limits(bench: Bench) -> None:
    quirks = (Quirks(max_bitrate_kbps=1200), Quirks(max_bitrate_kbps=900, max_gop_s=1.0), Quirks(max_height=90))
    assert strictest_limits(quirks) == OutputLimits(900, 1.0, 90)
    assert strictest_limits(()) == OutputLimits()
    bench.output.begin(quirks)
    assert bench.output.target_kbps == 900
    bench.send(2)
    assert [(frame.width, frame.height) for frame in decoded(bench.collected.video())] == [(160, 90)] * 2
    bench.output.begin()  # the strict relays left
    bench.send(1)
    assert bench.output.target_kbps == 2000
    assert decoded(bench.collected.video()[2:])[0].width == 320


def test_an_overloaded_encoder_gets_a_faster_preset_and_a_notice(bench: Bench) -> None:
    bench.output.configure(CANVAS, VideoSettings(2000, EncoderChoice.X264, SpeedPreset.AUTO))
    bench.output.begin()
    bench.send(1)
    while not bench.notices:  # frames faster than any encoder can take them
        bench.number += 1
        bench.output.submit(noise(7))
    assert bench.notices[0].code == "encoder.eased"
    bench.send(3)
    assert bench.output.counts()[1] > 10
    assert bench.output.stats().preset == bench.notices[-1].data.get("preset", "ultrafast")


@pytest.mark.parametrize(
    ("canvas", "limit", "expected"),
    [
        (Canvas(1920, 1080, 30), 720, Canvas(1280, 720, 30)),
        (Canvas(1080, 1920, 30), 720, Canvas(720, 1280, 30)),
        (Canvas(1280, 720, 30), 720, Canvas(1280, 720, 30)),
        (Canvas(1280, 720, 30), 0, Canvas(1280, 720, 30)),
        (Canvas(854, 480, 30), 360, Canvas(640, 360, 30)),
    ],
)
def test_the_encoded_size_keeps_the_shape(canvas: Canvas, limit: int, expected: Canvas) -> None:
    assert encoded_canvas(canvas, limit) == expected


def test_a_missing_hardware_encoder_is_reported_and_replaced(bench: Bench) -> None:
    bench.output.configure(CANVAS, VideoSettings(2000, EncoderChoice.VIDEOTOOLBOX, SpeedPreset.SUPERFAST))
    bench.output.begin()
    bench.send(2)
    assert bench.output.stats().encoder == "libx264"
    assert [(notice.code, notice.data["encoder"]) for notice in bench.notices] == [("encoder.absent", "h264_videotoolbox")]


def test_the_last_h264_config_is_the_fastest_software() -> None:
    def names(choice: EncoderChoice, *working: EncoderChoice) -> list[tuple[str, str]]:
        return [(one.name, one.preset) for one in h264_configs(choice, H264Profile.BASELINE, SpeedPreset.VERYFAST, working)]

    software = [("libx264", "veryfast"), ("libx264", "ultrafast")]
    assert names(EncoderChoice.AUTO) == software
    assert names(EncoderChoice.AUTO, EncoderChoice.NVENC) == [("h264_nvenc", ""), *software]
    assert names(EncoderChoice.NVENC, EncoderChoice.NVENC) == [("h264_nvenc", ""), *software]
    assert names(EncoderChoice.X264, EncoderChoice.NVENC) == software


def test_threads_are_used_when_a_frame_needs_them() -> None:
    assert threads_for(1280, 720, 30, 8) == 1
    assert threads_for(1920, 1080, 30, 8) == 4
    assert threads_for(1920, 1080, 60, 2) == 2
    assert threads_for(1920, 1080, 60, 1) == 1
