"""Converts BT.709 frames to BT.601 for VP8, whose bitstream knows no other matrix."""

import cv2
import numpy as np

from app.media.frame_pool import FramePool
from app.media.ports import Frame, Plane

# Limited range to limited range, from the two standards' luma weights (Kr, Kb): 709 (0.2126, 0.0722), 601 (0.299, 0.114).
# y' = y + _Y_U·(u-128) + _Y_V·(v-128);  u' = _U_U·(u-128) + _U_V·(v-128) + 128;  v' = _V_V·(v-128) + _V_U·(u-128) + 128


def _matrix(kr: float, kb: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """RGB (0..1) → y (0..219), u, v (-112..112)."""
    kg = 1.0 - kr - kb
    return np.array(
        [
            [219 * kr, 219 * kg, 219 * kb],
            [-112 * kr / (1 - kb), -112 * kg / (1 - kb), 112.0],
            [112.0, -112 * kg / (1 - kr), -112 * kb / (1 - kr)],
        ]
    )


_CHANGE = _matrix(0.299, 0.114) @ np.linalg.inv(_matrix(0.2126, 0.0722))


class Bt601Converter:
    """Converts frames of one size from BT.709 to BT.601. For one thread; allocates nothing once it runs."""

    def __init__(self, width: int, height: int) -> None:
        self._pool = FramePool(width, height)
        self._luma_small: Plane = np.empty((height // 2, width // 2), np.uint8)
        self._luma: Plane = np.empty((height, width), np.uint8)

    def convert(self, frame: Frame) -> Frame:
        """The same frame in BT.601 limited range."""
        planes = self._pool.take()
        u, v = frame.u, frame.v
        # What chroma adds to luma, around 128 so that it fits a byte, at chroma size.
        y_u, y_v = float(_CHANGE[0, 1]), float(_CHANGE[0, 2])
        cv2.addWeighted(u, y_u, v, y_v, 128 - 128 * (y_u + y_v), dst=self._luma_small)
        cv2.resize(self._luma_small, (frame.width, frame.height), dst=self._luma, interpolation=cv2.INTER_NEAREST)
        cv2.addWeighted(frame.y, 1.0, self._luma, 1.0, -128, dst=planes.y)
        for row, target in ((1, planes.u), (2, planes.v)):
            from_u, from_v = float(_CHANGE[row, 1]), float(_CHANGE[row, 2])
            cv2.addWeighted(u, from_u, v, from_v, 128 - 128 * (from_u + from_v), dst=target)
        return Frame(planes.y, planes.u, planes.v, frame.capture_ns, frame.sequence)
