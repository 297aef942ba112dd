import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.domain.base.errors import AppError
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind
from app.media.capture.colour import program_yuv
from app.media.capture.image_file import DecodedImage, load_image
from app.media.capture.video_sources import make_video_source
from app.media.ports import Plane, VideoSource
from tests.support.clocks import SetClock
from tests.support.waiting import NoticeBox, until

Shown = Callable[[Path], VideoSource]


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def notices() -> NoticeBox:
    return NoticeBox()


@pytest.fixture
def shown(clock: SetClock, notices: NoticeBox) -> Iterator[Shown]:
    made: list[VideoSource] = []

    def show(path: Path) -> VideoSource:
        made.append(make_video_source(Source("i", "Logo", SourceKind.IMAGE, {"file": str(path)}), Canvas(), clock, notices, None))
        made[-1].start()
        return made[-1]

    yield show
    for one in made:
        one.close()


def bgra(width: int, height: int, colour: tuple[int, int, int], alpha: int = 255) -> Plane:
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[:] = (*colour[::-1], alpha)
    return pixels


def written(path: Path, pixels: Plane) -> Path:
    assert cv2.imwrite(str(path), pixels)
    return path


def frames_of(path: Path) -> DecodedImage:
    loaded = load_image(path)
    assert isinstance(loaded, DecodedImage)
    return loaded


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(int(a) - b) <= 2 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".bmp"])
def test_a_still_image_has_its_colours(tmp_path: Path, shown: Shown, suffix: str) -> None:
    # A non-ASCII name, as images have them.
    frame = until(shown(written(tmp_path / f"徽标 é{suffix}", bgra(101, 61, (20, 150, 90))[:, :, :3])).latest)
    assert (frame.width, frame.height, frame.alpha) == (102, 62, None)
    assert near((frame.y[30, 50], frame.u[15, 25], frame.v[15, 25]), program_yuv(20, 150, 90))


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_alpha_is_kept_and_premultiplied(tmp_path: Path, suffix: str) -> None:
    pixels = bgra(64, 32, (255, 255, 255), 128)
    pixels[:, :32] = 0
    planes = frames_of(written(tmp_path / f"card{suffix}", pixels)).planes[0]
    assert planes.alpha is not None
    assert (planes.alpha[:, :30] == 0).all()
    assert (planes.alpha[:, 34:] == 128).all()
    assert (planes.y[:, :30] == 16).all()
    assert near((planes.y[10, 50],), (16 + round(219 * 128 / 255),))


@pytest.mark.parametrize(
    ("kind", "pixels"), [("grey", np.full((20, 30), 180, np.uint8)), ("deep", np.full((20, 30, 3), 180 * 257, np.uint16))]
)
def test_grey_and_sixteen_bit_images(tmp_path: Path, kind: str, pixels: Plane) -> None:
    planes = frames_of(written(tmp_path / f"{kind}.png", pixels)).planes[0]
    assert near((planes.y[5, 5], planes.u[2, 2]), (program_yuv(180, 180, 180)[0], 128))


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The same JPEG with an EXIF block that has only the orientation."""
    entry = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    exif = b"Exif\0\0" + b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


@pytest.mark.parametrize(
    ("orientation", "bright"), [(1, (0, 0)), (2, (0, 1)), (3, (1, 1)), (4, (1, 0)), (5, (0, 0)), (6, (0, 1)), (7, (1, 1)), (8, (1, 0))]
)
def test_a_photograph_is_upright(tmp_path: Path, orientation: int, bright: tuple[int, int]) -> None:
    pixels = np.full((40, 80, 3), 30, np.uint8)
    pixels[:20, :40] = 220  # the corner at the top left of the sensor
    path = written(tmp_path / "photo.jpg", pixels)
    path.write_bytes(with_orientation(path.read_bytes(), orientation))
    y = frames_of(path).planes[0].y
    assert y.shape == ((40, 80) if orientation < 5 else (80, 40))
    rows, columns = y.shape[0] // 2, y.shape[1] // 2
    means = {(down, right): float(y[down * rows :, right * columns :][:rows, :columns].mean()) for down in (0, 1) for right in (0, 1)}
    assert max(means, key=lambda corner: means[corner]) == bright


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_keeps_its_timing_and_loops(tmp_path: Path, shown: Shown, clock: SetClock, suffix: str) -> None:
    animation = cv2.Animation()
    colours = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
    animation.frames = [bgra(32, 32, colour) for colour in colours]
    animation.durations = [100, 200, 400]
    path = tmp_path / f"moving{suffix}"
    assert cv2.imwriteanimation(str(path), animation)
    running = shown(path)
    until(running.latest)

    def colour_now() -> int:
        frame = running.latest()
        assert frame is not None
        found = (int(frame.y[16, 16]), int(frame.u[8, 8]), int(frame.v[8, 8]))
        return min(range(3), key=lambda i: sum(abs(a - b) for a, b in zip(found, program_yuv(*colours[i]), strict=True)))

    seen = []
    for _ in range(28):
        seen.append(colour_now())
        clock.pass_ms(50)
    assert seen == 2 * ([0] * 2 + [1] * 4 + [2] * 8)
    frame = running.latest()
    assert frame is not None
    assert frame.sequence == 7  # counts frames that changed, not calls


def test_a_missing_file_is_reported_once_and_shown_when_it_appears(tmp_path: Path, shown: Shown, notices: NoticeBox) -> None:
    path = tmp_path / "later.png"
    running = shown(path)
    missing = notices.next()
    assert (missing.code, dict(missing.data)) == ("image.missing", {"source": "Logo", "file": str(path)})
    assert running.latest() is None
    assert running.stats().detail == "image.missing"
    written(path, bgra(16, 16, (1, 2, 3)))
    until(running.latest)
    assert notices.next().code == "source.back"
    assert running.stats().alive
    assert running.reconfigure({"file": str(path)})
    assert not running.reconfigure({"file": "other.png"})


@pytest.mark.parametrize("content", [b"", b"no frame at all", b"\x89PNG\r\n\x1a\n" + zlib.compress(bytes(100))])
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(AppError) as refused:
        load_image(path)
    assert refused.value.code == ("image.unreadable" if content.startswith(b"\x89PNG") else "image.format")


def test_a_huge_photograph_is_shown_no_larger_than_needed(tmp_path: Path) -> None:
    planes = frames_of(written(tmp_path / "huge.jpg", np.full((3000, 6000, 3), 99, np.uint8))).planes[0]
    assert planes.y.shape == (1920, 3840)


@pytest.mark.parametrize("kind", [SourceKind.IMAGE, SourceKind.MEDIA])
def test_a_source_without_a_file_is_transparent_without_a_notice(kind: SourceKind, notices: NoticeBox) -> None:
    made = make_video_source(Source("i", "Logo", kind), Canvas(), SetClock(), notices, None)
    made.start()
    frame = made.latest()
    assert frame is not None
    assert frame.alpha is not None
    assert not frame.alpha.any()
    assert made.stats().alive
    made.close()
    assert notices.codes() == []
