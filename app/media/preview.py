"""Writes the program into the shared preview, at most 30 times a second. app.domain.program.preview has the layout."""

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

UNSEEN_NS = 2 * NS_PER_S  # without a reader for this long, no frame is written until one returns
_LEAST_GAP_NS = NS_PER_S // 30 - 2_000_000  # shows every frame of a 30 fps program although its ticks jitter by about a millisecond


class PreviewWriter:
    """Creates and maps the preview file. `write` never waits for a reader, and a dead reader leaves nothing behind. For one thread.

    The frame is scaled as I420 planes first and converted afterwards. The file stays when the writer closes: a reader that has mapped it
    keeps the last frame.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)  # truncating a file that a desk has mapped would crash that desk
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
        """Write this frame, unless the last one is less than a thirtieth of a second old or nobody reads. True if it was written."""
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
        # This array is a view of the map and must be gone before the map can close, so it gets no name.
        np.copyto(
            np.frombuffer(self._map, np.uint8, width * height * 4, offset + SLOT_HEADER_BYTES).reshape(height, width * 4),
            rows[:, : width * 4],
        )
        SLOT_HEADER.pack_into(self._map, offset, self._sequence, capture_ns, width, height)
        SEQUENCE.pack_into(self._map, LATEST_OFFSET, self._sequence)

    def close(self) -> None:
        """Unmap the file; later writes do nothing."""
        self._map.close()
