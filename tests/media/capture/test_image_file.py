"""Image files as others make them: shown or refused with an AppError, within a memory limit that the header decides."""

import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.bootstrap.processes import ROOT
from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind
from app.media.capture.image_file import DecodedImage, LongAnimation, load_image
from app.media.capture.image_header import ImageFormat, read_header
from app.media.capture.video_sources import make_video_source
from app.media.ports import Plane, VideoSource
from tests.media.samples import SAMPLES, sample
from tests.support.waiting import NoticeBox, until

Shown = Callable[[Path], VideoSource]


@pytest.fixture
def notices() -> NoticeBox:
    return NoticeBox()


@pytest.fixture
def shown(notices: NoticeBox) -> Iterator[Shown]:
    made: list[VideoSource] = []

    def show(path: Path) -> VideoSource:
        source = Source("i", "Board", SourceKind.IMAGE, {"file": str(path)})
        made.append(make_video_source(source, Canvas(), SystemClock(), notices, None))
        made[-1].start()
        return made[-1]

    yield show
    for one in made:
        one.close()


def frames_of(path: Path) -> DecodedImage:
    loaded = load_image(path)
    assert isinstance(loaded, DecodedImage)
    return loaded


def refused(path: Path) -> AppError:
    with pytest.raises(AppError) as error:
        load_image(path)
    return error.value


def exif(orientation: int) -> bytes:
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x0112, 3, 1, orientation, 0)


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_exif(encoded: bytes, suffix: str, orientation: int, size: tuple[int, int]) -> bytes:
    """The same image with an EXIF orientation, stored as each format does it."""
    block = exif(orientation)
    if suffix == ".png":
        return encoded[:33] + png_chunk(b"eXIf", block) + encoded[33:]
    if suffix == ".jpg":
        body = b"Exif\0\0" + block
        return encoded[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + encoded[2:]
    extended = struct.pack("<B3x", 0x10 | 0x08) + (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little")
    chunks = (
        b"VP8X"
        + struct.pack("<I", 10)
        + extended
        + encoded[12:]
        + b"EXIF"
        + struct.pack("<I", len(block))
        + block
        + b"\0" * (len(block) % 2)
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


@pytest.mark.parametrize(
    ("width", "height", "planes"), [(1, 9000, (3840, 2)), (9000, 1, (2, 3840)), (3, 20_000, (3840, 2)), (1, 1, (2, 2))]
)
def test_a_one_pixel_thin_image_is_shown(tmp_path: Path, width: int, height: int, planes: tuple[int, int]) -> None:
    path = tmp_path / "thin.png"
    assert cv2.imwrite(str(path), np.full((height, width, 3), 200, np.uint8))
    assert frames_of(path).planes[0].y.shape == planes


def test_the_sample_one_pixel_wide_is_shown() -> None:
    assert frames_of(sample("1x9000.png")).planes[0].y.shape == (3840, 2)


def quarters(alpha: bool) -> Plane:
    pixels = np.full((40, 80, 4 if alpha else 3), 30, np.uint8)
    pixels[:20, :40, :3] = 220
    if alpha:
        pixels[:, :, 3] = 200
    return pixels


@pytest.mark.parametrize(("suffix", "alpha"), [(".png", True), (".webp", True), (".png", False), (".webp", False), (".jpg", False)])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_format_is_upright_with_and_without_alpha(tmp_path: Path, suffix: str, alpha: bool, orientation: int) -> None:
    path = tmp_path / f"photo{suffix}"
    written, encoded = cv2.imencode(suffix, quarters(alpha), [cv2.IMWRITE_WEBP_QUALITY, 101] if suffix == ".webp" else [])
    assert written
    path.write_bytes(with_exif(encoded.tobytes(), suffix, orientation, (80, 40)))
    planes = frames_of(path).planes[0]
    assert planes.y.shape == ((40, 80) if orientation < 5 else (80, 40))
    assert (planes.alpha is not None) is alpha
    rows, columns = planes.y.shape[0] // 2, planes.y.shape[1] // 2
    means = {
        (down, right): float(planes.y[down * rows :, right * columns :][:rows, :columns].mean()) for down in (0, 1) for right in (0, 1)
    }
    bright = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}[orientation]
    assert max(means, key=lambda corner: means[corner]) == bright


def test_the_sample_with_alpha_and_orientation_is_upright() -> None:
    planes = frames_of(sample("exif-6-alpha.png")).planes[0]
    assert planes.y.shape == (200, 100)
    assert planes.alpha is not None


def test_half_a_jpeg_is_reported_as_cut_off() -> None:
    assert refused(sample("half.jpg")).code == "image.cut_off"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_partly_copied_file_is_reported(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    encoded = cv2.imencode(suffix, noise)[1].tobytes()
    path = tmp_path / f"half{suffix}"
    path.write_bytes(encoded[: len(encoded) // 2])
    assert refused(path).code == "image.cut_off"


def test_an_animated_webp_plays() -> None:
    frames = frames_of(sample("animated.webp"))
    assert (len(frames.planes), frames.ends_ms[-1]) == (10, 1000)
    assert len({planes.y.tobytes() for planes in frames.planes}) == 10


def bomb(suffix: str, width: int, height: int) -> bytes:
    """A few bytes that claim an image of this size."""
    if suffix == ".png":
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    if suffix == ".gif":
        return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"
    if suffix == ".bmp":
        return b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, width, -height, 1, 24, 0) + bytes(100)
    if suffix == ".tif":
        tags = struct.pack("<HHII", 256, 4, 1, width) + struct.pack("<HHII", 257, 4, 1, height)
        return b"II*\0" + struct.pack("<IH", 8, 2) + tags + bytes(4)
    return b"\xff\xd8\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9) + b"\xff\xda" + bytes(20) + b"\xff\xd9"


@pytest.mark.parametrize("suffix", [".png", ".gif", ".bmp", ".tif", ".jpg"])
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(bomb(suffix, 60_000, 60_000))
    error = refused(path)
    assert (error.code, error.data["width"], error.data["height"]) == ("image.too_large", 60_000, 60_000)


def test_special_files_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path, tmp_path / "pipe.png", Path("/dev/zero")):
        assert refused(path).code == "image.format"
    assert refused(tmp_path / "none.png").code == "image.missing"


PEAK = """
import resource, sys
from pathlib import Path
from app.media.capture.image_file import load_image
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
load_image(Path(sys.argv[1]))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def peak_mb(path: Path) -> int:
    """The most memory that loading takes, without the libraries."""
    ended = subprocess.run([sys.executable, "-c", PEAK, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(ended.stdout)


def test_a_long_animation_plays_within_bounded_memory(shown: Shown, notices: NoticeBox) -> None:
    path = sample("675-frames.gif")
    header = read_header(path.read_bytes())
    assert header is not None
    assert header.frames == 675
    assert load_image(path) == LongAnimation(path)
    assert peak_mb(path) < 400
    running = shown(path)
    first = until(running.latest)
    assert (first.width, first.height) == (1280, 720)
    later = until(lambda: next((one for one in [running.latest()] if one is not None and one.sequence > first.sequence + 3), None))
    assert not np.array_equal(later.y, first.y)
    assert notices.codes() == []


@pytest.mark.parametrize("suffix", [".gif", ".png"])
def test_a_header_gives_the_number_of_frames(tmp_path: Path, suffix: str) -> None:
    animation = cv2.Animation()
    animation.frames = [np.full((16, 20, 4), (number * 40, 0, 255 - number * 40, 255), np.uint8) for number in range(5)]
    animation.durations = [40] * 5
    path = tmp_path / f"moving{suffix}"
    assert cv2.imwriteanimation(str(path), animation)
    header = read_header(path.read_bytes())
    assert header is not None
    assert (header.frames, header.width, header.height) == (5, 20, 16)
    assert len(frames_of(path).planes) == 5


def test_one_pixel_frames_count_towards_the_memory_limit(tmp_path: Path) -> None:
    head = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    image = b"\x21\xf9\x04\x00\x04\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"
    path = tmp_path / "tiny.gif"
    path.write_bytes(head + image * 100_000 + b"\x3b")
    assert load_image(path) == LongAnimation(path)
    path.write_bytes(head + image * 3 + b"\x3b")
    assert len(frames_of(path).planes) == 3


def test_a_long_animated_png_plays_from_its_file(tmp_path: Path, shown: Shown) -> None:
    animation = cv2.Animation()
    animation.frames = [np.full((720, 1280, 4), (number, 0, 255 - number * 4, 255), np.uint8) for number in range(50)]
    animation.durations = [40] * 50
    path = tmp_path / "long.png"
    assert cv2.imwriteanimation(str(path), animation)
    assert load_image(path) == LongAnimation(path)
    assert until(shown(path).latest).width == 1280


def test_a_photograph_of_156_megapixels_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    assert cv2.imwrite(str(path), np.full((12_500, 12_500), 120, np.uint8))
    assert peak_mb(path) < 500
    assert frames_of(path).planes[0].y.shape == (3840, 3840)


def test_an_animation_that_cannot_play_from_its_file_is_truncated_and_reported(tmp_path: Path, shown: Shown, notices: NoticeBox) -> None:
    path = tmp_path / "long.webp"
    animation = cv2.Animation()
    animation.frames = [np.full((2160, 3840, 4), (number % 2 * 250, 0, number, 255), np.uint8) for number in range(14)]
    animation.durations = [40] * 14
    assert cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, 50])
    until(shown(path).latest)
    told = notices.next()
    assert (told.code, told.data["pictures"]) == ("image.cut_short", 12)


def test_an_image_that_is_exported_again_is_reloaded(tmp_path: Path, shown: Shown, notices: NoticeBox) -> None:
    path = tmp_path / "board.png"
    cv2.imwrite(str(path), np.full((20, 30, 3), 255, np.uint8))
    running = shown(path)
    first = until(running.latest)
    cv2.imwrite(str(path), np.full((40, 60, 3), 0, np.uint8))
    second = until(lambda: next((one for one in [running.latest()] if one is not None and one.width == 60), None))
    assert (int(second.y[5, 5]), second.sequence > first.sequence) == (16, True)
    assert notices.codes() == []


def test_an_unreadable_new_version_keeps_the_earlier_image(tmp_path: Path, shown: Shown, notices: NoticeBox) -> None:
    path = tmp_path / "board.png"
    cv2.imwrite(str(path), np.full((20, 30, 3), 255, np.uint8))
    whole = cv2.imencode(".png", np.random.default_rng(1).integers(0, 255, (40, 60, 3), np.uint8))[1].tobytes()
    running = shown(path)
    first = until(running.latest)
    path.write_bytes(whole[: len(whole) // 2])
    told = notices.next()
    assert (told.code, told.subject) == ("image.cut_off", "i")
    assert running.latest() is first
    assert running.stats().alive
    path.write_bytes(whole)
    until(lambda: (image := running.latest()) is not None and image.width == 60)
    assert notices.next().code == "source.back"
    path.unlink()
    path.mkdir()
    assert notices.next().code == "image.format"
    assert running.latest() is not None


def test_a_still_replaces_a_long_animation(tmp_path: Path, shown: Shown) -> None:
    path = tmp_path / "board.gif"
    path.write_bytes(sample("675-frames.gif").read_bytes())
    running = shown(path)
    until(lambda: (image := running.latest()) is not None and image.width == 1280)
    cv2.imwrite(str(tmp_path / "still.png"), np.full((20, 30, 3), 255, np.uint8))
    os.replace(tmp_path / "still.png", path)
    until(lambda: (image := running.latest()) is not None and image.width == 30)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.suffix in {".png", ".gif", ".webp", ".jpg"}))
def test_no_damage_makes_the_header_reader_raise_or_run_long(name: str) -> None:
    whole = (SAMPLES / name).read_bytes()[:4096]
    chance = random.Random(name)
    for _ in range(3000):
        data = bytearray(whole[: chance.randrange(len(whole) + 1)])
        for _ in range(chance.randrange(8)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        found = read_header(bytes(data))
        assert found is None or found.format in ImageFormat


def test_damaged_images_raise_an_app_error(tmp_path: Path) -> None:
    chance = random.Random(7)
    path = tmp_path / "damaged"
    small = {suffix: cv2.imencode(suffix, quarters(False))[1].tobytes() for suffix in (".png", ".jpg", ".webp", ".bmp", ".tif")}
    wrong = 0
    for number in range(400):
        data = bytearray(list(small.values())[number % len(small)])
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(bytes(data))
        try:
            frames_of(path)
        except AppError:
            wrong += 1
    assert 0 < wrong < 400
