import mmap
import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from app.domain.program.preview import (
    FILE_BYTES,
    FILE_HEADER,
    LATEST_OFFSET,
    LOOKED,
    LOOKED_OFFSET,
    MAGIC,
    SEQUENCE,
    SLOT_HEADER,
    SLOT_HEADER_BYTES,
    SLOTS,
    VERSION,
    slot_offset,
)
from app.media.frame_pool import Planes
from app.media.ports import Frame, Plane
from app.media.preview import UNSEEN_NS, PreviewWriter
from tests.support.films import COLOURS, bars_rgb
from tests.support.frames import BARS


def bars(width: int, height: int, at_ms: int) -> Frame:
    planes = Planes(width, height)
    for position, (y, u, v) in enumerate(BARS):
        columns = slice(width * position // 8, width * (position + 1) // 8)
        half = slice(width * position // 16, width * (position + 1) // 16)
        planes.y[:, columns] = 235 if position == 0 else y
        planes.u[:, half], planes.v[:, half] = u, v
    return Frame(planes.y, planes.u, planes.v, at_ms * 1_000_000, 1)


def read(path: Path) -> tuple[int, int, Plane]:
    """(sequence, capture_ns, BGRX pixels) of the newest frame, validated as a reader does it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), FILE_BYTES, access=mmap.ACCESS_READ) as shared:
        assert FILE_HEADER.unpack_from(shared, 0) == (MAGIC, VERSION)
        (latest,) = SEQUENCE.unpack_from(shared, LATEST_OFFSET)
        sequence, capture_ns, width, height = SLOT_HEADER.unpack_from(shared, slot_offset(latest))
        assert sequence == latest
        start = slot_offset(latest) + SLOT_HEADER_BYTES
        pixels = np.frombuffer(bytes(shared[start : start + 4 * width * height]), np.uint8)
        return sequence, capture_ns, pixels.reshape(height, width, 4)


def look(path: Path, at_ms: int = 1) -> None:
    """Act as a reader that read at this time."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), FILE_BYTES) as shared:
        LOOKED.pack_into(shared, LOOKED_OFFSET, at_ms * 1_000_000)


@pytest.mark.parametrize(
    ("canvas", "shown"),
    [((1280, 720), (960, 540)), ((640, 360), (640, 360)), ((720, 1280), (540, 960)), ((480, 270), (480, 268)), ((1366, 766), (960, 536))],
)
def test_the_preview_is_scaled_in_true_colours(tmp_path: Path, canvas: tuple[int, int], shown: tuple[int, int]) -> None:
    path = tmp_path / "preview"
    writer = PreviewWriter(path)
    look(path)
    assert writer.write(bars(*canvas, at_ms=1000))
    sequence, capture_ns, pixels = read(path)
    writer.close()
    assert (sequence, capture_ns) == (1, 1_000_000_000)
    assert pixels.shape == (shown[1], shown[0], 4)
    assert (pixels[:, :, 3] == 255).all()
    wanted = bars_rgb(shown[0], shown[1])
    for position in range(len(COLOURS)):
        column = shown[0] * (2 * position + 1) // 16
        # One code value of chroma is 2.1 levels of blue, and swscale's fast tables round once more.
        assert np.abs(pixels[10, column, 2::-1].astype(int) - wanted[10, column]).max() <= 4


def test_at_most_thirty_frames_a_second_are_written(tmp_path: Path) -> None:
    writer = PreviewWriter(tmp_path / "preview")
    look(tmp_path / "preview")
    written = [writer.write(bars(320, 180, at_ms=round(tick * 1000 / 60))) for tick in range(120)]
    assert 58 <= sum(written) <= 60
    writer.close()
    assert not writer.write(bars(320, 180, at_ms=9000))


def test_slots_rotate_and_the_newest_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "preview"
    writer = PreviewWriter(path)
    look(path)
    for number in range(1, 3 * SLOTS):
        writer.write(bars(320, 180, at_ms=100 * number))
        assert read(path)[:2] == (number, number * 100_000_000)
    writer.close()


def _die_reading(path: str) -> None:
    with Path(path).open("rb") as file:
        shared = mmap.mmap(file.fileno(), FILE_BYTES, access=mmap.ACCESS_READ)
        SEQUENCE.unpack_from(shared, LATEST_OFFSET)
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_reader_that_dies_does_not_affect_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "preview"
    writer = PreviewWriter(path)
    look(path)
    writer.write(bars(320, 180, at_ms=0))
    reader = multiprocessing.get_context("spawn").Process(target=_die_reading, args=(str(path),))
    reader.start()
    reader.join()
    assert reader.exitcode == -9
    assert writer.write(bars(320, 180, at_ms=100))
    assert read(path)[0] == 2
    writer.close()


def test_nothing_is_written_while_nobody_reads(tmp_path: Path) -> None:
    path = tmp_path / "preview"
    writer = PreviewWriter(path)
    unseen_ms = UNSEEN_NS // 1_000_000
    assert not writer.write(bars(320, 180, at_ms=1000)), "nobody has read yet"
    look(path, at_ms=1010)
    assert writer.write(bars(320, 180, at_ms=1040))
    assert writer.write(bars(320, 180, at_ms=1000 + unseen_ms))
    assert not writer.write(bars(320, 180, at_ms=1010 + unseen_ms + 40))
    assert read(path)[:2] == (2, (1000 + unseen_ms) * 1_000_000), "the last frame stays"
    look(path, at_ms=60_000)
    assert writer.write(bars(320, 180, at_ms=60_020)), "the next read brings frames back"
    writer.close()
