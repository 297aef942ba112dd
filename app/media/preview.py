"""Writes the program into the shared preview, at most 30 times a second; the layout is app.domain.program.preview's."""

import mmap
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from app.domain.base.clock import NS_PER_S
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
    VERSION,
    preview_size,
    slot_offset,
)
from app.media.capture.frames import rows_of
from app.media.compose.scaling import PlaneScaler
from app.media.frame_pool import Planes
from app.media.ports import Frame

UNSEEN_NS = 2 * NS_PER_S  # nobody looked for so long: no frame is made until somebody does
_LEAST_GAP_NS = NS_PER_S // 30 - 2_000_000  # a 30 fps program is shown whole although its ticks jitter by a millisecond or so


class PreviewWriter:
    """Makes the file and maps it; `write` never waits for a reader and a reader that died leaves nothing behind. For one thread.

    The frame is scaled on its I420 planes first and only then converted. The file stays when the writer closes, so that a
    reader that has it mapped keeps reading the last frame.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)  # cutting short a file that a desk still has mapped would crash that desk
        with path.open("x+b") as file:
            path.chmod(0o600)
            file.truncate(FILE_BYTES)
            self._map = mmap.mmap(file.fileno(), FILE_BYTES)
        FILE_HEADER.pack_into(self._map, 0, MAGIC, VERSION)
        self._sequence = 0
        self._last_ns = -_LEAST_GAP_NS
        self._scaled = Planes(2, 2)
        self._scaler = PlaneScaler()
        self._reformatter = VideoReformatter()

    def write(self, frame: Frame) -> bool:
        """Show this frame, unless the last one was shown less than a thirtieth of a second before or nobody looks; True if it was
        written."""
        if self._map.closed or frame.capture_ns - self._last_ns < _LEAST_GAP_NS or not self._seen(frame.capture_ns):
            return False
        self._last_ns = frame.capture_ns
        width, height = preview_size(frame.width, frame.height)
        if self._scaled.y.shape != (height, width):
            self._scaled = Planes(width, height)
        self._scaler.scale(frame.y, self._scaled.y)
        self._scaler.scale(frame.u, self._scaled.u)
        self._scaler.scale(frame.v, self._scaled.v)
        self._sequence += 1
        self._put(width, height, frame.capture_ns)
        return True

    def _seen(self, now_ns: int) -> bool:
        (looked_ns,) = LOOKED.unpack_from(self._map, LOOKED_OFFSET)
        return bool(looked_ns != 0 and now_ns - looked_ns < UNSEEN_NS)

    def _put(self, width: int, height: int, capture_ns: int) -> None:
        offset = slot_offset(self._sequence)
        SEQUENCE.pack_into(self._map, offset, 0)
        packed = self._scaled.buffer.reshape(height * 3 // 2, width)
        converted = self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(packed, format="yuv420p"),
            format="bgra",
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            threads=1,
        ).planes[0]
        rows = rows_of(converted)
        # The array is a view of the map: it must be gone before the map can be closed, so it is not given a name.
        np.copyto(
            np.frombuffer(self._map, np.uint8, width * height * 4, offset + SLOT_HEADER_BYTES).reshape(height, width * 4),
            rows[:, : width * 4],
        )
        SLOT_HEADER.pack_into(self._map, offset, self._sequence, capture_ns, width, height)
        SEQUENCE.pack_into(self._map, LATEST_OFFSET, self._sequence)

    def close(self) -> None:
        """Unmap the file; writing afterwards does nothing."""
        self._map.close()
