"""Reads the preview that the engine writes."""

import time
from pathlib import Path

import numpy as np

from app.domain.program.preview import FILE_BYTES
from app.media.ports import Frame
from app.media.preview import PreviewWriter
from app.session.engine.preview_reader import PreviewReader

START_NS = time.monotonic_ns()


def capture_time(number: int) -> int:
    """Return the capture time of this frame at 25 fps."""
    return START_NS + number * 40_000_000


def grey(level: int, number: int) -> Frame:
    chroma = np.full((90, 160), 128, np.uint8)
    return Frame(np.full((180, 320), level, np.uint8), chroma, chroma, capture_time(number), number)


def test_the_newest_frame_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "preview"
    writer = PreviewWriter(path)
    reader = PreviewReader()
    assert reader.latest() is None
    assert reader.attach(str(path))
    assert reader.latest() is None
    for number in range(1, 8):
        assert writer.write(grey(16 + number * 20, number))
        frame = reader.latest()
        assert frame is not None and (frame.width, frame.height) == (320, 180)
        assert frame.sequence == number and frame.capture_ns == capture_time(number)
        assert len(frame.pixels) == 320 * 180 * 4
        assert abs(frame.pixels[0] - number * 20 * 255 / 219) <= 2 and frame.pixels[3] == 255
        assert reader.latest() is frame
    writer.close()
    reader.close()
    assert reader.latest() is None
    reader.close()


def test_a_file_that_is_not_a_preview_gives_no_frames(tmp_path: Path) -> None:
    reader = PreviewReader()
    assert not reader.attach("")
    assert not reader.attach(str(tmp_path / "missing"))
    (tmp_path / "short").write_bytes(b"TWPV")
    assert not reader.attach(str(tmp_path / "short"))
    (tmp_path / "foreign").write_bytes(bytes(FILE_BYTES))
    assert not reader.attach(str(tmp_path / "foreign"))
    assert reader.latest() is None


def test_a_new_engine_with_the_same_file_does_not_break_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "preview"
    first = PreviewWriter(path)
    reader = PreviewReader()
    reader.attach(str(path))
    assert reader.latest() is None
    first.write(grey(100, 1))
    assert reader.latest() is not None
    second = PreviewWriter(path)
    last_frame = reader.latest()
    assert last_frame is not None and last_frame.sequence == 1
    reader.attach(str(path))
    assert reader.latest() is None, "frames are written only after a reader asks"
    second.write(grey(200, 5))
    fresh = reader.latest()
    assert fresh is not None and fresh.capture_ns == capture_time(5)
    first.close()
    second.close()
    reader.close()


def test_a_preview_that_appears_late_is_found(tmp_path: Path) -> None:
    reader = PreviewReader()
    assert not reader.attach(str(tmp_path / "preview"))
    assert reader.latest() is None
    writer = PreviewWriter(tmp_path / "preview")
    assert reader.latest() is None
    writer.write(grey(100, 1))
    assert reader.latest() is not None
    writer.close()
    reader.close()
