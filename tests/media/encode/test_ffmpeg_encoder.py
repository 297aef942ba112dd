"""An open encoder: what comes out of it, decoded."""

from dataclasses import replace

import numpy as np
import pytest

from app.domain.program.annexb import nal_type, nal_units
from app.domain.program.output import Canvas, EncoderChoice, H264Profile, SpeedPreset
from app.domain.program.packet import Codec, EncodedPacket, MediaKind
from app.media.encode.annexb import IDR, PPS, SPS, first_types
from app.media.encode.av_frames import AvFrameFactory, packed_planes
from app.media.encode.bt601 import Bt601Converter
from app.media.encode.encoder_configs import hardware_config, vp8_config, x264_config
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncodedFrame, EncoderSettings, FFmpegEncoder
from app.media.encode.scaling_encoder import ScalingEncoder
from tests.support.frames import BARS, bar_centres, bars, noise
from tests.support.packets import decoded, planes_of

SMALL = Canvas(320, 180, 30)
PROFILE_IDC = {H264Profile.BASELINE: 66, H264Profile.MAIN: 77, H264Profile.HIGH: 100}


def opened(kbps: int = 2500, *, canvas: Canvas = SMALL, profile: H264Profile = H264Profile.BASELINE, gop: int = 60) -> FFmpegEncoder:
    return FFmpegEncoder(x264_config(SpeedPreset.SUPERFAST, profile), EncoderSettings(canvas, kbps, kbps, gop, profile))


def as_packets(encoded: list[EncodedFrame], codec: Codec = Codec.H264) -> list[EncodedPacket]:
    return [EncodedPacket(MediaKind.VIDEO, codec, one.data, number, one.capture_ns, one.keyframe) for number, one in enumerate(encoded)]


def encode(encoder: FFmpegEncoder, count: int) -> list[EncodedFrame]:
    return [one for number in range(count) for one in encoder.encode(noise(number), keyframe=False)]


@pytest.mark.parametrize("profile", list(H264Profile))
def test_a_stream_has_the_requested_profile_and_no_b_frames(profile: H264Profile) -> None:
    encoded = encode(opened(profile=profile), 20)
    assert len(encoded) == 20  # each frame comes out as it goes in
    sps = next(unit for unit in nal_units(encoded[0].data) if nal_type(unit) == SPS)
    assert sps[1] == PROFILE_IDC[profile]
    if profile is H264Profile.BASELINE:
        assert sps[2] & 0x40, "constrained baseline is what every browser decodes"
    assert [frame.pict_type for frame in decoded(as_packets(encoded))] == [1] + [2] * 19


def test_each_idr_carries_its_parameter_sets_and_the_gop_is_not_exceeded() -> None:
    encoder = opened(gop=10)
    encoded = [one for number in range(35) for one in encoder.encode(noise(number), keyframe=number == 14)]
    keys = [number for number, one in enumerate(encoded) if one.keyframe]
    assert keys == [0, 10, 14, 24, 34]
    for number in keys:
        assert {SPS, PPS, IDR} <= set(map(nal_type, nal_units(encoded[number].data)))


def test_colours_survive_within_two_levels_and_are_marked_bt709_limited() -> None:
    encoder = opened(8000)
    frames = decoded(as_packets([one for number in range(5) for one in encoder.encode(bars(number), keyframe=False)]))
    assert (frames[-1].colorspace, frames[-1].color_primaries, frames[-1].color_trc, frames[-1].color_range) == (1, 1, 1, 1)
    for plane, part in zip(planes_of(frames[-1]), zip(*BARS, strict=True), strict=True):
        assert bar_centres(plane) == pytest.approx(part, abs=2)


@pytest.mark.parametrize(("width", "height"), [(320, 180), (180, 320), (322, 178), (160, 162)])
@pytest.mark.parametrize("packed", [True, False])
def test_av_frames_have_the_planes_for_any_memory_layout(width: int, height: int, packed: bool) -> None:
    frame = bars(1, width, height, packed=packed)
    assert (packed_planes(frame) is not None) == packed
    av_frame = AvFrameFactory(width, height, shared=True).make(frame)
    for ours, theirs in zip(planes_of(av_frame), (frame.y, frame.u, frame.v), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_shared_av_frame_uses_the_same_memory() -> None:
    frame = bars(1)
    av_frame = AvFrameFactory(320, 180, shared=True).make(frame)
    assert np.shares_memory(np.frombuffer(memoryview(av_frame.planes[0]), np.uint8), frame.y)
    copied = AvFrameFactory(320, 180, shared=False).make(frame)
    assert not np.shares_memory(np.frombuffer(memoryview(copied.planes[0]), np.uint8), frame.y)


def kbps_of(encoded: list[EncodedFrame]) -> float:
    return sum(len(one.data) for one in encoded) * 8 / 1000 / (len(encoded) / 30)


def test_the_rate_changes_while_running_without_a_key_frame() -> None:
    encoder = opened(2000, gop=600)
    before = encode(encoder, 60)
    assert encoder.set_bitrate(600)
    lower = encode(encoder, 90)
    assert encoder.set_bitrate(1800)
    higher = encode(encoder, 90)
    assert not any(one.keyframe for one in [*lower, *higher])
    assert kbps_of(before) == pytest.approx(2000, rel=0.3)
    assert kbps_of(lower[45:]) == pytest.approx(600, rel=0.3)
    assert kbps_of(higher[45:]) == pytest.approx(1800, rel=0.3)
    assert not encoder.set_bitrate(2001)  # above the ceiling that the rate buffer was opened for


def test_a_requested_key_frame_stays_within_the_rate_buffer() -> None:
    encoder = opened(1000, gop=600)
    encode(encoder, 30)
    key = encoder.encode(noise(99), keyframe=True)[0]
    assert key.keyframe
    assert len(key.data) <= 1000 * 1000 // 8 * 0.6


def test_capture_times_stay_with_their_frames() -> None:
    encoder = opened()
    times = [one.capture_ns for number in range(10) for one in encoder.encode(noise(number), keyframe=False)]
    assert times == [noise(number).capture_ns for number in range(10)]


def test_vp8_uses_the_matrix_that_its_viewers_assume() -> None:
    encoder = ScalingEncoder(vp8_config(SMALL), EncoderSettings(SMALL, 4000, 4000, 60))
    encoded = [one for number in range(12) for one in encoder.encode(bars(number), keyframe=number == 6)]
    assert [number for number, one in enumerate(encoded) if one.keyframe] == [0, 6]
    frame = decoded(as_packets(encoded, Codec.VP8))[-1]
    # Read as BT.601 and written as BT.709, it must be the original frame.
    back = frame.reformat(
        format="yuv444p", src_colorspace="ITU601", dst_colorspace="ITU709", src_color_range="MPEG", dst_color_range="MPEG"
    )
    planes = [np.asarray(plane) for plane in back.to_ndarray()]
    for plane, part in zip(planes, zip(*BARS, strict=True), strict=True):
        assert bar_centres(plane) == pytest.approx(part, abs=3)


def bt601_of(y: int, u: int, v: int) -> tuple[float, float, float]:
    """A BT.709 limited range colour as BT.601 limited range, through RGB and the formulas of both standards."""
    luma, blue, red = (y - 16) / 219, (u - 128) / 224 * 2 * (1 - 0.0722), (v - 128) / 224 * 2 * (1 - 0.2126)
    r, b = luma + red, luma + blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    luma = 0.299 * r + 0.587 * g + 0.114 * b
    return 16 + 219 * luma, 128 + 224 * (b - luma) / (2 * 0.886), 128 + 224 * (r - luma) / (2 * 0.701)


def test_the_bt601_conversion_follows_the_standards() -> None:
    converted = Bt601Converter(320, 180).convert(bars(1))
    expected = [bt601_of(*colour) for colour in BARS]
    for plane, part in zip((converted.y, converted.u, converted.v), zip(*expected, strict=True), strict=True):
        assert bar_centres(plane) == pytest.approx(part, abs=1.1)


@pytest.mark.parametrize("choice", [EncoderChoice.NVENC, EncoderChoice.QSV, EncoderChoice.AMF])
def test_missing_hardware_raises_an_encode_error(choice: EncoderChoice) -> None:
    with pytest.raises(EncodeError) as caught:
        FFmpegEncoder(hardware_config(choice, H264Profile.BASELINE), EncoderSettings(Canvas(), 2500, 2500, 60)).encode(
            noise(0, 1280, 720), keyframe=False
        )
    assert caught.value.data["encoder"] == choice.value
    assert caught.value.data["reason"]


def test_an_impossible_size_raises_an_encode_error() -> None:
    with pytest.raises(EncodeError):
        opened(canvas=Canvas(0, 0, 30))


def test_first_types_stops_at_the_frame() -> None:
    key = opened().encode(noise(1), keyframe=True)[0]
    assert first_types(key.data)[:2] == (SPS, PPS)
    assert first_types(b"") == ()
    assert first_types(b"\x00\x00\x01") == ()


@pytest.mark.parametrize("drops", [True, False])
def test_dropped_frames_are_forgotten(drops: bool) -> None:
    config = vp8_config(SMALL)
    if drops:
        config = replace(config, options={**config.options, "drop-threshold": "95"})
    encoder = FFmpegEncoder(config, EncoderSettings(SMALL, 100, 100, 600))
    made = [one for number in range(60) for one in encoder.encode(replace(noise(number), capture_ns=number + 1), keyframe=False)]
    assert (len(made) < 50) is drops
    assert encoder.in_flight <= 60 - made[-1].capture_ns
    assert [one.capture_ns for one in made] == sorted({one.capture_ns for one in made})


def test_the_memory_of_frames_in_flight_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = FFmpegEncoder(
        replace(x264_config(SpeedPreset.ULTRAFAST, H264Profile.HIGH), options={"rc-lookahead": "250"}),
        EncoderSettings(SMALL, 500, 500, 600),
    )
    for number in range(300):
        encoder.encode(bars(number), keyframe=False)
    assert 0 < encoder.in_flight <= 256
