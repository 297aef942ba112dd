"""Makes PyAV frames of our frames, without a copy if the memory layout allows it."""

import av
import numpy as np
from av.video.frame import VideoFrame

from app.media.ports import Frame, Plane

_BT709 = 1  # AVCOL_SPC_BT709, AVCOL_PRI_BT709 and AVCOL_TRC_BT709 are all 1
_LIMITED = 1  # AVCOL_RANGE_MPEG


def packed_planes(frame: Frame) -> Plane | None:
    """The three planes as one (height · 3 / 2, width) array on the same memory; None if they are not contiguous."""
    y, u, v = frame.y, frame.u, frame.v
    owner = y.base
    if owner is None or owner is not u.base or owner is not v.base:
        return None
    if not (y.flags.c_contiguous and u.flags.c_contiguous and v.flags.c_contiguous):
        return None
    start = y.__array_interface__["data"][0]
    if u.__array_interface__["data"][0] != start + y.size or v.__array_interface__["data"][0] != start + y.size + u.size:
        return None
    height, width = y.shape
    return np.lib.stride_tricks.as_strided(y, shape=(height * 3 // 2, width), strides=(width, 1), writeable=False)


class AvFrameFactory:
    """Makes the PyAV frames of one canvas size for one encoder.

    `shared` frames use the frame's own memory: right for encoders that have copied it when `encode` returns (x264, libvpx).
    """

    def __init__(self, width: int, height: int, *, shared: bool) -> None:
        self._width = width
        self._height = height
        # PyAV computes the height of a packed array as rows // 6 * 4, which is right only for multiples of four.
        self._shared = shared and height % 4 == 0

    def make(self, frame: Frame) -> VideoFrame:
        """A PyAV frame with the frame's planes; the frame must have this factory's size."""
        packed = packed_planes(frame) if self._shared else None
        av_frame = self._copied(frame) if packed is None else av.VideoFrame.from_numpy_buffer(packed, "yuv420p")
        av_frame.colorspace = _BT709
        av_frame.color_primaries = _BT709
        av_frame.color_trc = _BT709
        av_frame.color_range = _LIMITED
        return av_frame

    def _copied(self, frame: Frame) -> VideoFrame:
        av_frame = av.VideoFrame(self._width, self._height, "yuv420p")
        for plane, source in zip(av_frame.planes, (frame.y, frame.u, frame.v), strict=True):
            rows, columns = source.shape
            target = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            target[:rows, :columns] = source
        return av_frame
