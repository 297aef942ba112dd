"""A picture with alpha, made ready once so that laying it over the program costs one multiplication and one addition a plane."""

from dataclasses import dataclass

import cv2
import numpy as np

from app.media.capture.colour import planes_of_rgba
from app.media.capture.held import even_sided
from app.media.picture_pool import BLACK_Y, NEUTRAL_CHROMA
from app.media.ports import Picture, Plane

OPAQUE = 255


@dataclass(frozen=True, slots=True)
class Look:
    """How a sprite is drawn at one moment: moved by so many pixels, so opaque, so large (about its middle)."""

    dx: int = 0
    dy: int = 0
    opacity: float = 1.0
    scale: float = 1.0


STILL = Look()


@dataclass(frozen=True, slots=True)
class Layered:
    """One plane of a sprite: what is added to the ground, and how much of the ground (255 = all) is left below it."""

    colour: Plane
    ground: Plane

    def part(self, rows: slice, columns: slice) -> "Layered":
        return Layered(self.colour[rows, columns], self.ground[rows, columns])


def _even_span(start: int, length: int) -> slice:
    return slice(start // 2 * 2, (start + length + 1) // 2 * 2) if length else slice(0, 0)


def _halved(part: slice) -> slice:
    return slice(part.start // 2, part.stop // 2)


def _layered(plane: Plane, alpha: Plane, offset: int) -> Layered:
    """Ground d under premultiplied planes becomes p + d·(255-a)/255, where p is the plane without its offset (16 or 128)."""
    colour = cv2.addWeighted(plane, 1.0, alpha, offset / OPAQUE, -offset)
    return Layered(np.asarray(colour, np.uint8), np.asarray(cv2.bitwise_not(alpha), np.uint8))


class Sprite:
    """The planes of one picture, cut to what can be seen of it. Nobody writes into them, so any thread may draw them.

    Made of straight RGBA, (height, width, 4), in some milliseconds: not on the composing thread. With `window` it is a strip that runs
    round: every piece of so many pixels is one piece of memory, whatever pixel it begins at.
    """

    def __init__(self, rgba: Plane, *, window: int = 0) -> None:
        rgba = even_sided(rgba)
        self.window = window
        self.period = rgba.shape[1]
        if window:
            rgba = np.ascontiguousarray(rgba[:, np.arange(self.period + window + 2) % self.period])
        y, u, v, alpha = planes_of_rgba(rgba)
        luma: Plane = np.full(y.shape, OPAQUE, np.uint8) if alpha is None else alpha
        chroma: Plane = np.asarray(cv2.resize(luma, (u.shape[1], u.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
        left, top, width, height = cv2.boundingRect(luma)
        rows = _even_span(top, height)
        columns = slice(0, luma.shape[1]) if window else _even_span(left, width)
        self.left, self.top = columns.start, rows.start
        self.width = window or columns.stop - columns.start
        self.height = rows.stop - rows.start
        self._luma = _layered(y, luma, BLACK_Y).part(rows, columns)
        self._u, self._v = (_layered(plane, chroma, NEUTRAL_CHROMA).part(_halved(rows), _halved(columns)) for plane in (u, v))

    def planes(self, scrolled: int = 0) -> tuple[Layered, Layered, Layered]:
        """Luma and both chroma planes; of a strip the window that begins `scrolled` pixels into it."""
        if not self.window:
            return self._luma, self._u, self._v
        start = scrolled % self.period
        # At an odd pixel chroma stands half a sample aside, which nobody sees on what moves.
        luma, chroma = slice(start, start + self.window), slice(start // 2, (start + self.window) // 2)
        rows = slice(None)
        return self._luma.part(rows, luma), self._u.part(rows, chroma), self._v.part(rows, chroma)


def _lay(ground: Plane, above: Layered, x: int, y: int) -> None:
    """Blend what falls onto the ground, in place."""
    height, width = above.colour.shape
    left, top = max(0, x), max(0, y)
    right, bottom = min(ground.shape[1], x + width), min(ground.shape[0], y + height)
    if right <= left or bottom <= top:
        return
    under = ground[top:bottom, left:right]
    seen = above.part(slice(top - y, bottom - y), slice(left - x, right - x))
    cv2.multiply(under, seen.ground, dst=under, scale=1.0 / OPAQUE)
    cv2.add(under, seen.colour, dst=under)


class SpritePainter:
    """Lays sprites over pictures. Its memory for those that fade or grow grows to the largest of them; still ones need none.

    For one thread.
    """

    def __init__(self) -> None:
        self._scratch = [Layered(np.empty((0, 0), np.uint8), np.empty((0, 0), np.uint8)) for _ in range(3)]

    def paint(self, picture: Picture, sprite: Sprite, x: int, y: int, look: Look = STILL, scrolled: int = 0) -> None:
        """Draw onto a picture that was not handed out yet; `x` and `y`, both even, are where the sprite's own picture begins."""
        if not sprite.width or look.opacity <= 0.0:
            return
        planes = sprite.planes(scrolled)
        left, top = x + sprite.left + look.dx, y + sprite.top + look.dy
        if look.opacity < 1.0 or look.scale != 1.0:
            width, height = (max(2, round(side * look.scale / 2) * 2) for side in (sprite.width, sprite.height))
            left, top = left + (sprite.width - width) // 2, top + (sprite.height - height) // 2
            planes = self._changed(planes, width, height, look.opacity)
        for ground, above, share in zip((picture.y, picture.u, picture.v), planes, (1, 2, 2), strict=True):
            _lay(ground, above, left // share, top // share)

    def _changed(
        self, planes: tuple[Layered, Layered, Layered], width: int, height: int, opacity: float
    ) -> tuple[Layered, Layered, Layered]:
        sizes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
        luma, u, v = (self._fitted(number, planes[number], sizes[number], opacity) for number in range(3))
        return luma, u, v

    def _fitted(self, number: int, plane: Layered, shape: tuple[int, int], opacity: float) -> Layered:
        held = self._scratch[number].colour.shape
        if held[0] < shape[0] or held[1] < shape[1]:
            room = (max(held[0], shape[0]), max(held[1], shape[1]))
            self._scratch[number] = Layered(np.empty(room, np.uint8), np.empty(room, np.uint8))
        made = self._scratch[number].part(slice(0, shape[0]), slice(0, shape[1]))
        if plane.colour.shape != shape:
            for old, new in ((plane.colour, made.colour), (plane.ground, made.ground)):
                cv2.resize(old, (shape[1], shape[0]), dst=new, interpolation=cv2.INTER_LINEAR)
            plane = made
        cv2.convertScaleAbs(plane.colour, dst=made.colour, alpha=opacity)
        cv2.convertScaleAbs(plane.ground, dst=made.ground, alpha=opacity, beta=OPAQUE * (1.0 - opacity))
        return made
