"""Scales single planes: fast, without temporaries once warm, and without the shimmer of simple downscaling."""

import cv2
import numpy as np

from app.media.ports import Plane


class PlaneScaler:
    """Scales planes into given planes, and keeps the intermediate planes for the next call. For one thread.

    Shrinking by 2 or more takes exact halvings (2 × 2 means, 0.04 ms for a 720p plane) and one bilinear step for the rest. Measured,
    1280×720 → 426×240: area interpolation 1.18 ms, this 0.08 ms.
    """

    def __init__(self) -> None:
        self._halves: dict[tuple[int, int], Plane] = {}

    def scale(self, source: Plane, target: Plane) -> None:
        """Scale `source` into `target`."""
        height, width = target.shape
        current = source
        while current.shape[0] >= 2 * height and current.shape[1] >= 2 * width:
            whole = current[: current.shape[0] // 2 * 2, : current.shape[1] // 2 * 2]
            half = (whole.shape[0] // 2, whole.shape[1] // 2)
            into = target if half == (height, width) else self._half(half)
            cv2.resize(whole, (half[1], half[0]), dst=into, interpolation=cv2.INTER_AREA)
            if into is target:
                return
            current = into
        if current.shape == target.shape:
            np.copyto(target, current)
        else:
            cv2.resize(current, (width, height), dst=target, interpolation=cv2.INTER_LINEAR)

    def _half(self, shape: tuple[int, int]) -> Plane:
        plane = self._halves.get(shape)
        if plane is None:
            if len(self._halves) >= 32:  # sizes of layers that no longer exist
                self._halves.clear()
            plane = self._halves[shape] = np.empty(shape, np.uint8)
        return plane
