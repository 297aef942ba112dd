"""Reads the program's preview from the memory that the engine shares."""

import contextlib
import mmap
import time
from dataclasses import dataclass
from pathlib import Path

from app.domain.program.preview import (
    FILE_BYTES,
    FILE_HEADER,
    LATEST_OFFSET,
    LOOKED,
    LOOKED_OFFSET,
    MAGIC,
    MAX_SIDE,
    SEQUENCE,
    SLOT_HEADER,
    SLOT_HEADER_BYTES,
    VERSION,
    slot_offset,
)

TRIES = 3  # the writer overtakes a reader only if the reader pauses for three frames during a copy


@dataclass(frozen=True, slots=True)
class PreviewFrame:
    """`pixels`: blue, green, red, 255; rows packed. `capture_ns` is monotonic time."""

    sequence: int
    width: int
    height: int
    capture_ns: int
    pixels: bytes


class PreviewReader:
    """Gives the newest frame of the attached engine and never waits for it. The engine makes frames only while somebody reads: it stops
    after two seconds without a read, and the next read starts it again.
    """

    def __init__(self) -> None:
        self._path = ""
        self._map: mmap.mmap | None = None
        self._shown: PreviewFrame | None = None

    def attach(self, path: str) -> bool:
        """Read from this file from now on ("" = the engine has none); False while it is not a preview of this version."""
        self.close()
        self._path = path
        return self._open(path)

    def _open(self, path: str) -> bool:
        if not path:
            return False
        with contextlib.suppress(OSError, ValueError), Path(path).open("r+b") as file:  # already removed, or not full-size yet
            mapped = mmap.mmap(file.fileno(), FILE_BYTES)
            if FILE_HEADER.unpack_from(mapped) == (MAGIC, VERSION):
                self._map = mapped
                return True
            mapped.close()
        return False

    def close(self) -> None:
        """Stop reading. Ignored when already closed."""
        if self._map is not None:
            self._map.close()
            self._map = None
        self._path = ""
        self._shown = None

    def latest(self) -> PreviewFrame | None:
        """The newest frame: the same object while no newer one is there; None before the first."""
        if self._map is None and not self._open(self._path):
            return None
        mapped = self._map
        assert mapped is not None
        LOOKED.pack_into(mapped, LOOKED_OFFSET, time.monotonic_ns())
        for _ in range(TRIES):
            (sequence,) = SEQUENCE.unpack_from(mapped, LATEST_OFFSET)
            if sequence == 0 or (self._shown is not None and self._shown.sequence == sequence):
                return self._shown
            frame = _copied(mapped, sequence)
            if frame is not None:
                self._shown = frame
                return frame
        return self._shown


def _copied(mapped: mmap.mmap, sequence: int) -> PreviewFrame | None:
    """The frame with this number, None if the writer was in it."""
    offset = slot_offset(sequence)
    found, capture_ns, width, height = SLOT_HEADER.unpack_from(mapped, offset)
    if found != sequence or not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        return None
    start = offset + SLOT_HEADER_BYTES
    pixels = mapped[start : start + width * height * 4]
    if SLOT_HEADER.unpack_from(mapped, offset)[0] != sequence:
        return None
    return PreviewFrame(sequence, width, height, capture_ns, pixels)
