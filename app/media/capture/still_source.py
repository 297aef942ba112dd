"""Still frames that change only when someone puts a new one: a colour, and what the desk draws (text, cards)."""

from collections.abc import Mapping

import numpy as np

from app.domain.base.clock import Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.schema import parse_colour
from app.domain.program.stats import SourceStats
from app.media.capture.colour import planes_from_rgba
from app.media.capture.frames import FramePlanes
from app.media.ports import Frame, Plane

_COLOUR_SIDE = 16  # a colour is scaled to its box anyway


def even_sided(rgba: Plane) -> Plane:
    """The same pixels with even width and height: an odd last column or row is doubled, so that nothing is cut."""
    height, width = rgba.shape[:2]
    if height % 2 or width % 2:
        return np.pad(rgba, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return rgba


def clear_planes() -> FramePlanes:
    """The smallest transparent frame: it shows nothing, and is not a lost signal."""
    return FramePlanes(*planes_from_rgba(np.zeros((2, 2, 4), np.uint8)))


class StillSource:
    """A source whose frame is put from outside; transparent until the first `put_rgba`. Any thread may put and read."""

    any_shape = False

    def __init__(self, source_id: str, clock: Clock) -> None:
        self._source_id = source_id
        self._clock = clock
        self._sequence = 0
        self._frame: Frame | None = None
        self.put_pixels(np.zeros((2, 2, 4), np.uint8))

    def start(self) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""

    def latest(self) -> Frame | None:
        return self._frame

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """Always True: the settings of a drawn image concern the desk that draws it."""
        return True

    def put_rgba(self, width: int, height: int, rgba: bytes) -> None:
        """Show this image: straight RGBA, sRGB, packed rows. Raises AppError if the size does not fit the bytes."""
        if width < 1 or height < 1 or len(rgba) != 4 * width * height:
            raise AppError("picture.size", source=self._source_id, width=width, height=height, bytes=len(rgba))
        self.put_pixels(np.frombuffer(rgba, np.uint8).reshape(height, width, 4))

    def put_pixels(self, rgba: Plane) -> None:
        """Show these straight RGBA pixels, (height, width, 4)."""
        y, u, v, alpha = planes_from_rgba(even_sided(rgba))
        self._sequence += 1
        self._frame = Frame(
            y=y,
            u=u,
            v=v,
            capture_ns=self._clock.monotonic_ns(),
            sequence=self._sequence,
            alpha=alpha,
            any_shape=self.any_shape,
            drawn_for_canvas=not self.any_shape,
        )

    def stats(self) -> SourceStats:
        frame = self._frame
        return SourceStats(self._source_id, alive=True, width=frame.width if frame else 0, height=frame.height if frame else 0)


class ColourSource(StillSource):
    """One colour, perhaps translucent, that fills its box; a new colour needs no restart."""

    any_shape = True

    def __init__(self, source_id: str, clock: Clock, settings: Mapping[str, Value]) -> None:
        super().__init__(source_id, clock)
        self.reconfigure(settings)

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        colour = np.array(parse_colour("colour", str(settings["colour"])), np.uint8)
        self.put_pixels(np.broadcast_to(colour, (_COLOUR_SIDE, _COLOUR_SIDE, 4)))
        return True
