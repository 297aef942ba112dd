from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace

from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError, FieldError
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind
from app.media.capture.colour import planes_from_rgba, program_yuv
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.capture.orientation import Orientation
from app.media.capture.still_source import StillSource
from app.media.capture.video_sources import make_video_source
from tests.support.films import COLOURS, bars_rgb, film
from tests.support.waiting import NoticeBox

SIZE = (320, 192)


def worst(planes: FramePlanes) -> int:
    """The largest error of any bar's centre against its BT.709 limited range values."""
    height, width = planes.y.shape
    differences = []
    for position, colour in enumerate(COLOURS):
        column = width * (2 * position + 1) // 16
        found = (planes.y[height // 2, column], planes.u[height // 4, column // 2], planes.v[height // 4, column // 2])
        differences += [abs(int(value) - want) for value, want in zip(found, program_yuv(*colour), strict=True)]
    return max(differences)


def first_frame(path: Path) -> av.VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [Colorspace.ITU601, Colorspace.ITU709, Colorspace.BT2020], ids=["601", "709", "2020"])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv444p", "yuv420p10le"])
def test_colour_bars_of_every_colour_space_are_within_two_levels(tmp_path: Path, matrix: Colorspace, full: bool, pix_fmt: str) -> None:
    path = film(tmp_path / "bars.mkv", lambda _: bars_rgb(*SIZE), frames=1, matrix=matrix, full=full, pix_fmt=pix_fmt)
    assert worst(FrameConverter().convert(first_frame(path))) <= 2


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.avi", "mjpeg", "yuvj420p"),
        ("b.avi", "mjpeg", "yuvj422p"),
        ("c.mkv", "ffv1", "bgr0"),
        ("d.mkv", "ffv1", "yuva420p"),
        ("e.mov", "png", "rgb24"),
    ],
)
def test_bars_of_other_codecs_and_pixel_formats(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    made = film(
        tmp_path / name,
        lambda _: bars_rgb(*SIZE),
        frames=1,
        codec=codec,
        pix_fmt=pix_fmt,
        matrix=Colorspace.ITU601,
        full="j" in pix_fmt,
    )
    assert worst(FrameConverter().convert(first_frame(made))) <= 2


def test_an_undeclared_stream_is_601_if_small_and_709_if_large(tmp_path: Path) -> None:
    for size in (SIZE, (1280, 720)):
        path = film(tmp_path / f"{size[0]}.mkv", lambda _, size=size: bars_rgb(*size), frames=1)  # type: ignore[misc]
        assert first_frame(path).colorspace == 2
        assert worst(FrameConverter().convert(first_frame(path))) <= 2


def test_the_settings_override_the_stream(tmp_path: Path) -> None:
    frame = first_frame(film(tmp_path / "bars.mkv", lambda _: bars_rgb(*SIZE), frames=1, matrix=Colorspace.ITU601, full=True))
    frame.colorspace, frame.color_range = 1, 1  # wrong on purpose
    assert worst(FrameConverter().convert(frame)) > 10
    assert worst(FrameConverter("bt601", "full").convert(frame)) <= 2


def test_planar_709_passes_through_without_a_copy(tmp_path: Path) -> None:
    frame = first_frame(film(tmp_path / "bars.mkv", lambda _: bars_rgb(*SIZE), frames=1, matrix=Colorspace.ITU709))
    planes = FrameConverter().convert(frame)
    assert planes.y.ctypes.data == frame.planes[0].buffer_ptr


def test_odd_sizes_become_even() -> None:
    frame = av.VideoFrame.from_ndarray(bars_rgb(321, 181), "rgb24").reformat(format="yuv444p")
    planes = FrameConverter().convert(frame)
    assert (planes.y.shape, planes.u.shape) == ((180, 320), (90, 160))


@pytest.mark.parametrize("orientation", [Orientation(*kind) for kind in product((False, True), repeat=3)])
@pytest.mark.parametrize("mirror", [False, True])
def test_orientation_moves_all_planes_together(orientation: Orientation, mirror: bool) -> None:
    pixels = bars_rgb(64, 32)
    pixels[:16, :20] = 90
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
    straight = FrameConverter().convert(frame)
    turned = FrameConverter().convert(frame, orientation=orientation, mirror=mirror)
    for before, after in zip(straight[:3], turned[:3], strict=True):
        assert before is not None
        assert after is not None
        wanted = before.T if orientation.transposed else before
        wanted = wanted[::-1] if orientation.flipped else wanted
        wanted = wanted[:, ::-1] if orientation.mirrored is not mirror else wanted
        assert (after == wanted).all()


def test_rgba_is_premultiplied_as_the_contract_says() -> None:
    rgba = np.empty((2, 2, 4), np.uint8)
    rgba[:] = (200, 30, 90, 100)
    y, u, v, alpha = planes_from_rgba(rgba)
    whole = program_yuv(200, 30, 90)
    assert alpha is not None
    assert (alpha == 100).all()
    assert abs(y[0, 0] - (16 + (whole[0] - 16) * 100 / 255)) <= 1
    assert abs(u[0, 0] - (128 + (whole[1] - 128) * 100 / 255)) <= 1
    assert abs(v[0, 0] - (128 + (whole[2] - 128) * 100 / 255)) <= 1


def test_a_colour_changes_in_place_and_an_invalid_one_is_refused() -> None:
    source = Source("c", "C", SourceKind.COLOUR, {"colour": "#1e6f5cff"})
    made = make_video_source(source, Canvas(), SystemClock(), NoticeBox(), None)
    first = made.latest()
    assert first is not None
    assert (first.y[0, 0], first.u[0, 0], first.v[0, 0], first.alpha) == (*program_yuv(0x1E, 0x6F, 0x5C), None)
    assert made.reconfigure({"colour": "#ff000080"})
    second = made.latest()
    assert second is not None
    assert second.sequence == first.sequence + 1
    assert second.alpha is not None
    assert (second.alpha == 0x80).all()
    with pytest.raises(FieldError):
        make_video_source(Source("c", "C", SourceKind.COLOUR, {"colour": "red"}), Canvas(), SystemClock(), NoticeBox(), None)


def test_a_still_source_is_transparent_until_put_and_its_bytes_must_fit() -> None:
    held = StillSource("text", SystemClock())
    clear = held.latest()
    assert clear is not None
    assert clear.alpha is not None
    assert not clear.alpha.any()
    held.put_rgba(3, 5, bytes([255, 255, 255, 255]) * 15)
    put = held.latest()
    assert put is not None
    assert (put.width, put.height, put.alpha) == (4, 6, None)
    assert (put.y == 235).all()
    with pytest.raises(AppError) as refused:
        held.put_rgba(3, 5, bytes(59))
    assert refused.value.code == "picture.size"
    assert held.latest() is put


def test_a_kind_without_video_is_refused() -> None:
    with pytest.raises(AppError) as refused:
        make_video_source(Source("t", "T", SourceKind.TONE), Canvas(), SystemClock(), NoticeBox(), None)
    assert refused.value.code == "source.no_picture"
