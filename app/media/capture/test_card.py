"""The test card: colour bars with known values, a moving block, the frame code, and a flash every full second."""

from collections.abc import Mapping

import numpy as np

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.errors import Value
from app.domain.program.output import Canvas
from app.domain.program.stats import SourceStats
from app.media.capture.colour import program_yuv
from app.media.capture.frame_code import BLACK, ROWS, WHITE, FrameCodeWriter, cell_side
from app.media.frame_pool import FramePool, Planes
from app.media.ports import Frame, Plane

# EBU 100/0/75/0 bars: white, yellow, cyan, green, magenta, red, blue, black, as sRGB code values.
BAR_COLOURS = (
    (255, 255, 255),
    (191, 191, 0),
    (0, 191, 191),
    (0, 191, 0),
    (191, 0, 191),
    (191, 0, 0),
    (0, 0, 191),
    (0, 0, 0),
)
# Areas of the card as fractions of its height; the code is above the bars.
BARS = (0.1, 0.6)
FLASH = (0.62, 0.78)
STRIP = (0.8, 1.0)

FLASH_NS = 50 * NS_PER_MS  # as long as the tone's beep
_SWEEP_NS = 4 * NS_PER_S  # time in which the moving block crosses the card
_GREY = 60


def _even(value: float) -> int:
    return round(value) // 2 * 2


def _rows(part: tuple[float, float], height: int) -> slice:
    return slice(_even(part[0] * height), _even(part[1] * height))


def draw_background(planes: Planes) -> None:
    """Draw the static parts of the card: grey background, eight bars, the code's black field, the ramp below."""
    height, width = planes.y.shape
    planes.fill(_GREY)
    planes.y[: (ROWS + 1) * cell_side(width, height)] = BLACK
    bars = _rows(BARS, height)
    half = slice(bars.start // 2, bars.stop // 2)
    for position, colour in enumerate(BAR_COLOURS):
        left, right = _even(width * position / len(BAR_COLOURS)), _even(width * (position + 1) / len(BAR_COLOURS))
        y, u, v = program_yuv(*colour)
        planes.y[bars, left:right] = y
        planes.u[half, left // 2 : right // 2] = u
        planes.v[half, left // 2 : right // 2] = v
    planes.y[_rows(STRIP, height)] = np.linspace(BLACK, WHITE, width).astype(np.uint8)


class TestCard:
    """A source that draws its frame when asked, so that its capture time is the program's tick.

    A second call within half a frame returns the same frame: two layers of one tick show the same number. The code holds the frame number,
    from 1.
    """

    __test__ = False  # "test card" is the field's word; this is not a test

    def __init__(self, source_id: str, canvas: Canvas, clock: Clock, settings: Mapping[str, Value]) -> None:
        self._source_id = source_id
        self._canvas = canvas
        self._clock = clock
        self._flash = bool(settings["flash"])
        self._pool = FramePool(canvas.width, canvas.height)
        self._writer = FrameCodeWriter(canvas.width, canvas.height)
        self._drawn: list[Planes] = []
        self._frame: Frame | None = None
        self._ramp: Plane = np.linspace(BLACK, WHITE, canvas.width).astype(np.uint8)
        self._second = 0

    def start(self) -> None:
        """Nothing runs; the next full second is the first to flash."""
        self._second = self._clock.monotonic_ns() // NS_PER_S

    def close(self) -> None:
        """Does nothing."""

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        self._flash = bool(settings["flash"])
        return True

    def latest(self) -> Frame | None:
        now_ns = self._clock.monotonic_ns()
        last = self._frame
        if last is not None and now_ns - last.capture_ns < NS_PER_S // (2 * self._canvas.fps):
            return last
        number = 1 if last is None else last.sequence + 1
        planes = self._pool.take()
        if not any(planes is known for known in self._drawn):
            draw_background(planes)
            self._drawn.append(planes)
        self._writer.write(planes.y, number, self._clock.wall_ns() // NS_PER_MS)
        planes.y[_rows(FLASH, self._canvas.height)] = WHITE if self._flash and self._flashes(now_ns) else BLACK
        self._draw_strip(planes, now_ns)
        self._frame = Frame(y=planes.y, u=planes.u, v=planes.v, capture_ns=now_ns, sequence=number)
        return self._frame

    def _flashes(self, now_ns: int) -> bool:
        """Whether this is the first frame of a second of the monotonic clock, or within the flash after its start."""
        second, past_ns = divmod(now_ns, NS_PER_S)
        first = second != self._second
        self._second = second
        return first or past_ns < FLASH_NS

    def _draw_strip(self, planes: Planes, now_ns: int) -> None:
        rows = _rows(STRIP, self._canvas.height)
        planes.y[rows] = self._ramp
        side = rows.stop - rows.start
        left = (self._canvas.width - side) * (now_ns % _SWEEP_NS) // _SWEEP_NS
        planes.y[rows, left : left + side] = WHITE
        planes.y[rows.start + side // 4 : rows.stop - side // 4, left + side // 4 : left + side - side // 4] = BLACK

    def stats(self) -> SourceStats:
        return SourceStats(self._source_id, alive=True, fps=float(self._canvas.fps), width=self._canvas.width, height=self._canvas.height)
