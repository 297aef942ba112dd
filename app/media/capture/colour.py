"""Converts the colour matrices and ranges of devices and files into the program's BT.709 limited range."""

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from app.media.ports import Plane

Matrix3 = npt.NDArray[np.float64]


class Matrix(Enum):
    """A luma/chroma matrix, given by its weights of red and blue."""

    BT601 = (0.299, 0.114)
    BT709 = (0.2126, 0.0722)
    BT2020 = (0.2627, 0.0593)
    SMPTE240M = (0.212, 0.087)
    FCC = (0.30, 0.11)


class Range(Enum):
    """How code values are used: (black, span of luma, span of chroma)."""

    LIMITED = (16.0, 219.0, 224.0)
    FULL = (0.0, 255.0, 255.0)


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """What the numbers of a YUV frame mean."""

    matrix: Matrix
    range: Range


_BAND = 256  # image lines per pass

PROGRAM_COLOUR_SPACE = ColourSpace(Matrix.BT709, Range.LIMITED)


def rgb_to_yuv(colour_space: ColourSpace) -> tuple[Matrix3, npt.NDArray[np.float64]]:
    """The 3×3 matrix from RGB 0..255 to code values, and the offsets of y, u and v."""
    red, blue = colour_space.matrix.value
    green = 1.0 - red - blue
    black, luma, chroma = colour_space.range.value
    y = np.array([red, green, blue])
    rows = np.stack(
        [
            y * luma,
            (np.array([0.0, 0.0, 1.0]) - y) / (2 * (1 - blue)) * chroma,
            (np.array([1.0, 0.0, 0.0]) - y) / (2 * (1 - red)) * chroma,
        ]
    )
    return rows / 255.0, np.array([black, 128.0, 128.0])


class ColourConverter:
    """Converts I420 planes from one colour space into the program's, in three to six passes and without float temporaries.

    With a different matrix, luma also depends on chroma. That share is computed on the quarter-size planes around 128, enlarged and added,
    so that the full-size plane takes one pass.
    """

    def __init__(self, colour_space: ColourSpace) -> None:
        self.colour_space = colour_space
        source, source_offset = rgb_to_yuv(colour_space)
        target, target_offset = rgb_to_yuv(PROGRAM_COLOUR_SPACE)
        self._m = target @ np.linalg.inv(source)
        self._offset = target_offset - self._m @ source_offset
        self._luma_needs_chroma = bool(np.abs(self._m[0, 1:]).max() > 1e-6)
        self._small: Plane = np.empty((0, 0), np.uint8)
        self._large: Plane = np.empty((0, 0), np.uint8)

    @property
    def changes(self) -> bool:
        """Whether there is anything to convert."""
        return self.colour_space != PROGRAM_COLOUR_SPACE

    def convert(self, y: Plane, u: Plane, v: Plane, out_y: Plane, out_u: Plane, out_v: Plane) -> None:
        """Write y, u and v in the program's colour space into the out planes (same shapes, separate memory)."""
        m, offset = self._m, self._offset
        cv2.addWeighted(u, float(m[1, 1]), v, float(m[1, 2]), float(offset[1]), dst=out_u)
        cv2.addWeighted(u, float(m[2, 1]), v, float(m[2, 2]), float(offset[2]), dst=out_v)
        if not self._luma_needs_chroma:
            cv2.convertScaleAbs(y, dst=out_y, alpha=float(m[0, 0]), beta=float(offset[0]))
            return
        if self._small.shape != u.shape or self._large.shape != y.shape:
            self._small = np.empty(u.shape, np.uint8)
            self._large = np.empty(y.shape, np.uint8)
        cb, cr = float(m[0, 1]), float(m[0, 2])
        cv2.addWeighted(u, cb, v, cr, 128.0 - 128.0 * (cb + cr), dst=self._small)
        cv2.resize(self._small, (y.shape[1], y.shape[0]), dst=self._large, interpolation=cv2.INTER_LINEAR)
        # offset[0] already includes −(cb + cr)·128; the enlarged plane carries +128 instead.
        cv2.addWeighted(y, float(m[0, 0]), self._large, 1.0, float(offset[0]) + 128.0 * (cb + cr) - 128.0, dst=out_y)


def program_yuv(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """The program's code values of an sRGB colour."""
    matrix, offset = rgb_to_yuv(PROGRAM_COLOUR_SPACE)
    y, u, v = (round(float(value)) for value in matrix @ np.array([red, green, blue], np.float64) + offset)
    return y, u, v


def planes_from_rgba(rgba: Plane) -> tuple[Plane, Plane, Plane, Plane | None]:
    """Premultiplied I420 planes and alpha (None if all pixels are opaque) of straight RGBA or RGB, (height, width, 4 or 3) with even sides.

    For images that rarely change: exact, a few float32 passes over bands of lines, so that a large image needs little extra memory.
    """
    height, width = rgba.shape[:2]
    alpha = rgba[:, :, 3] if rgba.shape[2] == 4 else None
    if alpha is not None and bool(alpha.min() == 255):
        alpha = None
    y: Plane = np.empty((height, width), np.uint8)
    u: Plane = np.empty((height // 2, width // 2), np.uint8)
    v: Plane = np.empty((height // 2, width // 2), np.uint8)
    matrix, offset = rgb_to_yuv(PROGRAM_COLOUR_SPACE)
    for top in range(0, height, _BAND):
        band, half = slice(top, top + _BAND), slice(top // 2, (top + _BAND) // 2)
        pixels = rgba[band, :, :3].astype(np.float32)
        colour: npt.NDArray[np.float32] = np.asarray(cv2.transform(pixels, matrix.astype(np.float32)), np.float32)
        if alpha is not None:
            colour *= (alpha[band].astype(np.float32) / 255.0)[:, :, None]
        size = (width // 2, colour.shape[0] // 2)
        y[band] = np.rint(colour[:, :, 0] + np.float32(offset[0]))
        u[half] = np.rint(cv2.resize(colour[:, :, 1], size, interpolation=cv2.INTER_AREA) + np.float32(128))
        v[half] = np.rint(cv2.resize(colour[:, :, 2], size, interpolation=cv2.INTER_AREA) + np.float32(128))
    return y, u, v, None if alpha is None else alpha.copy()
