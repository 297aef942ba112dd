"""Frames with known content."""

import time
from collections.abc import Mapping

import numpy as np

from app.domain.base.errors import Value
from app.domain.program.stats import SourceStats
from app.media.frame_pool import Planes
from app.media.ports import Frame

NS_PER_FRAME = 1_000_000_000 // 30
BARS = ((180, 128, 128), (168, 44, 136), (145, 147, 44), (133, 63, 52), (63, 193, 204), (51, 109, 212), (28, 212, 120), (16, 128, 128))


def bars(number: int, width: int = 320, height: int = 180, *, packed: bool = True) -> Frame:
    """Return eight colour bars with sharp luma steps; `packed` in one buffer like the composer's, else in three arrays."""
    planes = Planes(width, height)
    for position, (y, u, v) in enumerate(BARS):
        left, right = width * position // 8 // 2 * 2, width * (position + 1) // 8 // 2 * 2
        planes.y[:, left:right] = y
        planes.u[:, left // 2 : right // 2] = u
        planes.v[:, left // 2 : right // 2] = v
    if packed:
        return Frame(planes.y, planes.u, planes.v, number * NS_PER_FRAME, number)
    return Frame(planes.y.copy(), planes.u.copy(), planes.v.copy(), number * NS_PER_FRAME, number)


def noise(number: int, width: int = 320, height: int = 180, *, strength: int = 60) -> Frame:
    """Return a frame that an encoder cannot predict from the previous one."""
    random = np.random.default_rng(number)
    planes = Planes(width, height)
    planes.fill(0)
    planes.y[:] = random.integers(120 - strength, 120 + strength, (height, width), dtype=np.uint8)
    planes.u.fill(128)
    planes.v.fill(128)
    return Frame(planes.y, planes.u, planes.v, number * NS_PER_FRAME, number)


def bar_centres(plane: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> list[float]:
    """The mean of the middle of each bar in a plane."""
    height, width = plane.shape
    size = width // 8
    return [float(plane[height // 4 : height * 3 // 4, size * i + size // 4 : size * (i + 1) - size // 4].mean()) for i in range(8)]


class LateFlashes:
    """A PictureSource that is white in the first tenth of each second of the monotonic clock, else black, and delivers late."""

    def __init__(self, source_id: str, *, late_ns: int) -> None:
        self._source_id = source_id
        self._late_ns = late_ns
        self._black, self._white = Planes(160, 90), Planes(160, 90)
        self._black.fill(16)
        self._white.fill(235)

    def start(self) -> None: ...

    def close(self) -> None: ...

    def latest(self) -> Frame:
        number = (time.monotonic_ns() - self._late_ns) * 30 // 1_000_000_000
        planes = self._white if number % 30 < 3 else self._black
        return Frame(planes.y, planes.u, planes.v, number * 1_000_000_000 // 30, number)

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        return True

    def stats(self) -> SourceStats:
        return SourceStats(self._source_id, alive=True)
