"""The code in the test card: two rows of 36 square cells at the top left, readable after any codec.

Row 0 is the frame number, row 1 the wall-clock time of capture in milliseconds, both modulo 2^32. A row is: white, black (sync), 32 bits
from the most significant (white = 1), parity (white if the number of ones is odd), the inverse of parity. A cell's side is canvas height //
45, at most canvas width // 36 so that 36 fit a portrait canvas, rounded down to even, at least 4.
"""

import cv2
import numpy as np

from app.media.ports import Plane

COLUMNS = 36
ROWS = 2
_BITS = 32
WHITE = 235
BLACK = 16
_THRESHOLD = (WHITE + BLACK) // 2


def cell_side(width: int, height: int) -> int:
    """The side of a cell in pixels on a canvas of this size."""
    return max(4, min(height // 45, width // COLUMNS) // 2 * 2)


def _fill_row(row: Plane, value: int) -> None:
    ones = (value & 0xFFFFFFFF).bit_count() & 1
    row[0], row[1] = WHITE, BLACK
    for bit in range(_BITS):
        row[2 + bit] = WHITE if value >> (_BITS - 1 - bit) & 1 else BLACK
    row[34], row[35] = (WHITE, BLACK) if ones else (BLACK, WHITE)


class FrameCodeWriter:
    """Writes codes into luma planes of one size without allocating."""

    def __init__(self, width: int, height: int) -> None:
        self._side = cell_side(width, height)
        self._cells: Plane = np.empty((ROWS, COLUMNS), np.uint8)

    def write(self, y: Plane, number: int, time_ms: int) -> None:
        """Write `number` and `time_ms` into the top left of `y`; the chroma there must be neutral."""
        _fill_row(self._cells[0], number)
        _fill_row(self._cells[1], time_ms)
        area = y[: ROWS * self._side, : COLUMNS * self._side]
        cv2.resize(self._cells, (area.shape[1], area.shape[0]), dst=area, interpolation=cv2.INTER_NEAREST)


def write(y: Plane, number: int, time_ms: int) -> None:
    """Write a code into a luma plane."""
    FrameCodeWriter(y.shape[1], y.shape[0]).write(y, number, time_ms)


def _read_row(cells: list[bool]) -> int | None:
    value = 0
    for bit in cells[2:34]:
        value = value << 1 | bit
    parity = bool(value.bit_count() & 1)
    return value if cells[0] and not cells[1] and cells[34] is parity and cells[35] is not parity else None


def read(y: Plane) -> tuple[int, int] | None:
    """(number, time_ms) of the code in `y`; None if sync or parity do not match."""
    side = cell_side(y.shape[1], y.shape[0])
    margin = side // 4
    values = []
    for row in range(ROWS):
        lines = y[row * side + margin : (row + 1) * side - margin]
        cells = [bool(lines[:, column * side + margin : (column + 1) * side - margin].mean() > _THRESHOLD) for column in range(COLUMNS)]
        values.append(_read_row(cells))
    number, time_ms = values
    return None if number is None or time_ms is None else (number, time_ms)
