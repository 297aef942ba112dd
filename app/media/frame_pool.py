"""Reuses frame memory when nobody holds it, so that the running video path allocates nothing."""

import sys

import numpy as np

from app.media.ports import Plane

BLACK_Y = 16
NEUTRAL_CHROMA = 128


class Planes:
    """Three writable I420 planes in one packed buffer: y, then u, then v. `y.base` is that buffer, the layout that encoders like."""

    __slots__ = ("buffer", "u", "v", "y")

    def __init__(self, width: int, height: int) -> None:
        luma = width * height
        self.buffer: Plane = np.empty(luma * 3 // 2, np.uint8)
        self.y: Plane = self.buffer[:luma].reshape(height, width)
        self.u: Plane = self.buffer[luma : luma * 5 // 4].reshape(height // 2, width // 2)
        self.v: Plane = self.buffer[luma * 5 // 4 :].reshape(height // 2, width // 2)

    def fill(self, y: int, u: int = NEUTRAL_CHROMA, v: int = NEUTRAL_CHROMA) -> None:
        """Fill the planes with one colour."""
        self.y.fill(y)
        self.u.fill(u)
        self.v.fill(v)


class FramePool:
    """Hands out Planes of one size. A set returns to the pool when nobody holds a Frame, plane or view of it.

    CPython's reference counts show who holds a set: a slice keeps the packed buffer's count up, a Frame keeps the planes' counts up. The
    pool grows when all sets are held. For one thread.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._sets: list[Planes] = [Planes(width, height)]
        self._free_counts = self._counts(self._sets[0])

    @staticmethod
    def _counts(planes: Planes) -> tuple[int, int, int, int]:
        return (sys.getrefcount(planes.buffer), sys.getrefcount(planes.y), sys.getrefcount(planes.u), sys.getrefcount(planes.v))

    def __len__(self) -> int:
        return len(self._sets)

    def take(self) -> Planes:
        """A set that nobody holds; its contents are undefined. It counts as free until one of its planes is kept."""
        for position, planes in enumerate(self._sets):
            if self._counts(planes) == self._free_counts:
                # The set used last goes to the end: the oldest contents are overwritten first, which helps late readers.
                self._sets.append(self._sets.pop(position))
                return planes
        planes = Planes(self.width, self.height)
        self._sets.append(planes)
        return planes
