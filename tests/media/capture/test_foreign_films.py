"""Films as others make them: odd clocks, old text encodings, alpha, HDR, interlacing, non-square pixels, unknown codecs."""

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError, Value
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind
from app.media.capture.colour import program_yuv
from app.media.capture.frames import FrameConverter, FramePlanes, carries_alpha
from app.media.capture.orientation import orientation_of
from app.media.capture.stream_camera import StreamCameraReader
from app.media.capture.video_sources import make_video_source
from app.media.ports import Plane, VideoSource
from app.media.sound.sound_feed import SoundFeed
from tests.media.samples import sample
from tests.support.film_reading import read
from tests.support.films import bars_rgb, film, numbered, sound_file
from tests.support.waiting import NoticeBox, until

S = 1_000_000_000
Play = Callable[..., VideoSource]


@pytest.fixture
def notices() -> NoticeBox:
    return NoticeBox()


@pytest.fixture
def play(notices: NoticeBox) -> Iterator[Play]:
    made: list[VideoSource] = []

    def start(path: Path, **values: Value) -> VideoSource:
        source = Source("m", "Film", SourceKind.MEDIA, {"location": str(path), **values})
        made.append(make_video_source(source, Canvas(), SystemClock(), notices, SoundFeed()))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.close()


def shown_planes(path: Path, number: int = 0) -> FramePlanes:
    """A frame as it is shown."""
    frames, _, reader = read(path)
    frame = frames[number].frame
    return FrameConverter().convert(frame, orientation=orientation_of(frame), aspect=reader.aspect)


def colour_at(planes: FramePlanes, down: float, across: float) -> tuple[int, int, int]:
    height, width = planes.y.shape
    row, column = int(height * down), int(width * across)
    return int(planes.y[row, column]), int(planes.u[row // 2, column // 2]), int(planes.v[row // 2, column // 2])


def near(found: tuple[int, int, int], colour: tuple[int, int, int], within: int = 6) -> bool:
    return all(abs(a - b) <= within for a, b in zip(found, program_yuv(*colour), strict=True))


# Texts


def test_a_record_with_a_latin_1_title_plays(play: Play, notices: NoticeBox) -> None:
    _, sound, _ = read(sample("latin1-tag.mp3"))
    assert sum(len(one.samples) for one in sound) == 96_000
    until(play(sample("latin1-tag.mp3")).latest)
    assert notices.codes() == []


@pytest.mark.parametrize("title", [b"\x83e\x83X\x83g", b"\xb0\xa1\xb3\xaa", b"\xff\xfe\xfd"])
def test_titles_in_any_encoding_are_accepted(tmp_path: Path, title: bytes) -> None:
    path = tmp_path / "titled.wav"
    sound_file(path, np.zeros((4800, 2), np.float32))
    listed = b"INFOINAM" + len(title).to_bytes(4, "little") + title + b"\0" * (len(title) % 2)
    whole = path.read_bytes() + b"LIST" + len(listed).to_bytes(4, "little") + listed
    path.write_bytes(whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:])
    assert sum(len(one.samples) for one in read(path)[1]) == 4800


# Appearance


def test_the_transparent_half_of_a_vp9_film_shows_the_layer_below() -> None:
    planes = shown_planes(sample("vp9-alpha.webm"))
    assert planes.alpha is not None
    assert int(planes.alpha[:, :150].min()) > 250
    assert int(planes.alpha[:, 170:].max()) < 5
    assert near(colour_at(planes, 0.5, 0.25), (255, 0, 0))
    assert near(colour_at(planes, 0.5, 0.75), (0, 0, 0))


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.webm", "libvpx", "yuva420p"),
        ("b.webm", "libvpx-vp9", "yuva420p"),
        ("c.mov", "prores_ks", "yuva444p10le"),
        ("d.mov", "qtrle", "argb"),
        ("e.mov", "png", "rgba"),
        ("f.mkv", "ffv1", "yuva444p"),
        ("g.mkv", "ffv1", "gbrap10le"),
        ("h.mkv", "ffv1", "yuva422p10le"),
    ],
)
def test_every_format_with_alpha_is_transparent(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=25))
        stream.width, stream.height, stream.pix_fmt = 320, 180, pix_fmt
        if codec.startswith("libvpx"):
            stream.options = {"auto-alt-ref": "0", "b:v": "2M"}
            stream.metadata["alpha_mode"] = "1"
        rgba = np.zeros((180, 320, 4), np.uint8)
        rgba[:] = (200, 30, 40, 255)
        rgba[:, 160:, 3] = 0
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(rgba, "rgba").reformat(format=pix_fmt, dst_colorspace="ITU601", dst_color_range="MPEG")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    planes = shown_planes(path, 2)
    assert planes.alpha is not None
    assert int(planes.alpha[:, :140].min()) > 250
    assert int(planes.alpha[:, 180:].max()) < 5
    assert near(colour_at(planes, 0.5, 0.2), (200, 30, 40))
    assert near(colour_at(planes, 0.5, 0.8), (0, 0, 0))


@pytest.mark.parametrize(
    ("name", "wanted"), [("bgr0", False), ("yuv420p", False), ("pal8", True), ("ya8", True), ("vuya", True), ("rgba64le", True)]
)
def test_alpha_is_detected_from_the_format_components(name: str, wanted: bool) -> None:
    assert carries_alpha(name) is wanted


def quartered(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """A film with a bright quarter at the top left, a dim one at the top right, and this display matrix (a, b, c, d)."""
    pixels = np.zeros((180, 320, 3), np.uint8)
    pixels[:90, :160], pixels[:90, 160:] = 255, 128
    film(path, lambda _: pixels, frames=4)
    data = bytearray(path.read_bytes())
    identity = (0x10000).to_bytes(4, "big") + bytes(12) + (0x10000).to_bytes(4, "big")
    a, b, c, d = (value.to_bytes(4, "big", signed=True) for value in matrix)
    at = data.index(identity, data.index(b"tkhd"))
    data[at : at + 20] = a + b + bytes(4) + c + d
    path.write_bytes(bytes(data))
    return path


ONE = 0x10000


@pytest.mark.parametrize(
    ("matrix", "bright", "dim"),
    [
        ((ONE, 0, 0, ONE), (0, 0), (0, 1)),
        ((-ONE, 0, 0, ONE), (0, 1), (0, 0)),  # mirrored, as front cameras write it
        ((ONE, 0, 0, -ONE), (1, 0), (1, 1)),  # its angle is 0
        ((-ONE, 0, 0, -ONE), (1, 1), (1, 0)),
        ((0, ONE, -ONE, 0), (0, 1), (1, 1)),
        ((0, -ONE, ONE, 0), (1, 0), (0, 0)),
        ((0, ONE, ONE, 0), (0, 0), (1, 0)),
        ((0, -ONE, -ONE, 0), (1, 1), (0, 1)),
    ],
)
def test_a_film_is_oriented_by_its_display_matrix(
    tmp_path: Path, matrix: tuple[int, int, int, int], bright: tuple[int, int], dim: tuple[int, int]
) -> None:
    planes = shown_planes(quartered(tmp_path / "phone.mp4", matrix))
    assert planes.y.shape == ((320, 180) if matrix[0] == 0 else (180, 320))
    assert colour_at(planes, 0.25 + bright[0] / 2, 0.25 + bright[1] / 2)[0] > 225
    assert 100 < colour_at(planes, 0.25 + dim[0] / 2, 0.25 + dim[1] / 2)[0] < 150


def test_an_image_with_exif_as_a_film_is_upright(play: Play, notices: NoticeBox) -> None:
    frame = until(play(sample("exif-6-alpha.png")).latest)
    assert (frame.width, frame.height) == (100, 200)
    assert frame.alpha is not None
    assert notices.codes() == []


def test_the_mirrored_sample_is_mirrored_and_upright() -> None:
    planes = shown_planes(sample("mirrored.mov"))
    # The pixels are red and green at the top, blue at the bottom left.
    assert near(colour_at(planes, 0.25, 0.75), (255, 0, 0))
    assert near(colour_at(planes, 0.25, 0.25), (0, 128, 0))
    assert near(colour_at(planes, 0.75, 0.75), (0, 0, 255))


def test_anamorphic_pixels_become_square() -> None:
    assert shown_planes(sample("anamorphic-sar-64-45.mp4")).y.shape == (576, 1024)


@pytest.mark.parametrize(("aspect", "size"), [(2.0, (320, 1280)), (0.5, (640, 640)), (16 / 15, (320, 682)), (1.0, (320, 640))])
def test_any_pixel_aspect_becomes_square_without_losing_pixels(aspect: float, size: tuple[int, int]) -> None:
    frame = av.VideoFrame.from_ndarray(bars_rgb(640, 320), "rgb24")
    planes = FrameConverter().convert(frame, aspect=aspect)
    assert planes.y.shape == size
    assert colour_at(planes, 0.5, 0.05)[0] == 235


def test_white_of_an_hlg_film_is_white() -> None:
    y, u, v = colour_at(shown_planes(sample("hlg-white.mov"), 30), 0.5, 0.5)
    assert y >= 228
    assert max(abs(u - 128), abs(v - 128)) <= 1


def test_red_of_a_pq_film_is_red() -> None:
    assert near(colour_at(shown_planes(sample("pq-red.mov"), 30), 0.5, 0.5), (255, 0, 0), within=10)


@pytest.mark.parametrize("transfer", [16, 18])
def test_an_hdr_ramp_rises_everywhere_and_stays_grey(transfer: int) -> None:
    ramp = np.repeat(np.linspace(64, 940, 320).astype(np.uint16)[None, :], 180, axis=0)
    frame = av.VideoFrame(320, 180, "yuv420p10le")
    for plane, values in zip(frame.planes, (ramp, np.full((90, 160), 512, np.uint16), np.full((90, 160), 512, np.uint16)), strict=True):
        rows = np.zeros((plane.height, plane.line_size // 2), np.uint16)
        rows[:, : values.shape[1]] = values
        plane.update(rows.tobytes())
    frame.colorspace, frame.color_range, frame.color_trc = 9, 1, transfer
    planes = FrameConverter().convert(frame)
    line = planes.y[90].astype(int)
    assert (np.diff(line) >= -1).all()
    assert (line[0], line[-1]) == (16, 235)
    assert (np.abs(planes.u.astype(int) - 128) <= 1).all()
    assert (np.abs(planes.v.astype(int) - 128) <= 1).all()


def fields(number: int) -> Plane:
    """Two moments in one frame: the even lines show a bar where it was, the odd lines where it is now."""
    pixels = np.zeros((180, 320, 3), np.uint8)
    left = 20 + 16 * number
    pixels[0::2, left : left + 60] = 255
    pixels[1::2, left + 8 : left + 68] = 255
    return pixels


def comb_factor(y: Plane) -> float:
    """How much more adjacent lines differ than lines two apart."""
    lines = y[20:-20].astype(int)
    return float(np.abs(lines[1:-1] * 2 - lines[:-2] - lines[2:]).mean())


@pytest.mark.parametrize(
    ("codec", "options"),
    [("libx264", {"x264-params": "tff=1", "crf": "10"}), ("mpeg2video", {"flags": "+ildct+ilme", "b:v": "8M", "top": "1"})],
)
def test_an_interlaced_film_is_deinterlaced(tmp_path: Path, codec: str, options: dict[str, str]) -> None:
    path = tmp_path / "fields.mkv"
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=25, options=options))
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(12):
            frame = av.VideoFrame.from_ndarray(fields(number), "rgb24").reformat(format="yuv420p", dst_colorspace="ITU601")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    frames, _, _ = read(path)
    assert len(frames) == 12
    assert [round(item.at_ns * 25 / S) for item in frames] == list(range(12))
    planes = FrameConverter().convert(frames[6].frame)
    with av.open(str(path)) as container:
        combed = FrameConverter().convert(list(container.decode(video=0))[6])
    assert comb_factor(combed.y) > 20
    assert comb_factor(planes.y) < comb_factor(combed.y) / 4


# What cannot be played


def test_with_an_unknown_video_codec_the_sound_plays_and_it_is_reported_once(play: Play, notices: NoticeBox) -> None:
    frames, sound, reader = read(sample("unknown-video-codec.mp4"))
    assert (frames, reader.lacks_video) == ([], True)
    assert sum(len(one.samples) for one in sound) > 90_000
    running = play(sample("unknown-video-codec.mp4"))
    frame = until(running.latest)
    assert frame.alpha is not None
    told = notices.next()
    assert (told.code, told.data["source"]) == ("media.sound_only", "Film")
    assert running.stats().alive
    assert notices.codes() == []


def test_a_film_without_data_is_reported(play: Play, notices: NoticeBox) -> None:
    running = play(sample("no-media-bytes.mp4"))
    assert notices.next().code == "media.nothing"
    assert running.latest() is None
    assert running.stats().detail == "media.nothing"


@pytest.mark.parametrize(
    ("values", "code"), [({"start_s": 30.0}, "media.starts_behind_end"), ({"start_s": 1.0, "end_s": 0.5}, "media.end_before_start")]
)
def test_a_start_after_the_end_is_reported(tmp_path: Path, play: Play, notices: NoticeBox, values: dict[str, Value], code: str) -> None:
    play(film(tmp_path / "short.mp4", lambda number: numbered(number, 320, 180), frames=30), **values)
    told = notices.next()
    assert told.code == code
    assert told.data["start"] == values["start_s"]


def test_with_only_broken_video_packets_the_sound_plays(tmp_path: Path, play: Play, notices: NoticeBox) -> None:
    path = film(tmp_path / "broken.mkv", lambda number: numbered(number, 320, 180), frames=20, sound=np.zeros((24_000, 2), np.float32))
    data = path.read_bytes().replace(b"V_MPEG4/ISO/AVC", b"V_MPEG4/ISO/ASP")
    path.write_bytes(data)
    play(path)
    assert notices.next().code == "media.sound_only"


@pytest.mark.parametrize("name", ["unknown-video-codec.mp4", "no-media-bytes.mp4"])
def test_such_a_file_as_camera_is_refused_with_an_app_error(name: str) -> None:
    with pytest.raises(AppError) as refused:
        StreamCameraReader(str(sample(name)), FrameConverter(), threading.Event(), mirror=False).read()
    assert refused.value.code.startswith("media.")


def test_a_film_with_too_many_pixels_is_refused_before_playback(tmp_path: Path, play: Play, notices: NoticeBox) -> None:
    path = film(tmp_path / "large.mov", lambda _: np.zeros((4700, 8200, 3), np.uint8), frames=1, codec="png", pix_fmt="gray")
    play(path)
    told = notices.next()
    assert (told.code, told.data["width"], told.data["height"]) == ("media.too_large", 8200, 4700)


def test_sound_that_changes_its_format_midway_keeps_playing(tmp_path: Path) -> None:
    parts = []
    for number, (layout, rate) in enumerate([("stereo", 48_000), ("mono", 44_100), ("5.1", 48_000)]):
        path = tmp_path / f"{number}.ts"
        with av.open(str(path), "w", format="mpegts") as container:
            track = container.add_stream("aac", rate=rate, layout=layout)
            for at in range(0, rate, 1024):
                frame = av.AudioFrame.from_ndarray(np.zeros((av.AudioLayout(layout).nb_channels, 1024), np.float32), "fltp", layout)
                frame.sample_rate, frame.pts = rate, at
                container.mux(track.encode(frame))
            container.mux(track.encode())
        parts.append(path.read_bytes())
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    _, sound, reader = read(joined)
    assert sum(len(one.samples) for one in sound) > 2.5 * 48_000
    assert 2.5 * S < reader.length_ns < 4 * S


@pytest.mark.parametrize(
    "name",
    ["stamps-jump-78s.ts", "vp9-alpha.webm", "mirrored.mov", "latin1-tag.mp3", "hlg-white.mov", "anamorphic-sar-64-45.mp4"],
)
def test_damaged_films_play_or_raise_an_app_error(tmp_path: Path, name: str) -> None:
    whole = sample(name).read_bytes()
    chance = random.Random(name)
    played = 0
    for number in range(12):
        data = bytearray(whole)
        for _ in range(2 ** (number // 3)):
            at, length = chance.randrange(len(data) - 40), chance.randrange(1, 40)
            data[at : at + length] = chance.randbytes(length)
        path = tmp_path / name
        path.write_bytes(bytes(data if number % 2 else data[: chance.randrange(len(data) // 2, len(data))]))
        try:
            frames, sound, reader = read(path)
            converter = FrameConverter()
            for item in frames[:5]:
                converter.convert(item.frame, orientation=orientation_of(item.frame), aspect=reader.aspect)
            played += bool(frames or sound)
        except AppError as error:
            assert error.code.startswith(("media.", "frame."))
    assert played > 0
