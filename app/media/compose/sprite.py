"""An image with alpha, prepared once so that drawing it costs one multiplication and one addition per plane."""

from dataclasses import dataclass

import cv2
import numpy as np

from app.media.capture.colour import planes_from_rgba
from app.media.capture.still_source import even_sided
from app.media.frame_pool import BLACK_Y, NEUTRAL_CHROMA
from app.media.ports import Frame, Plane

OPAQUE = 255


@dataclass(frozen=True, slots=True)
class SpriteTransform:
    """How a sprite is drawn at one moment: offset in pixels, opacity, and scale about its centre."""

    dx: int = 0
    dy: int = 0
    opacity: float = 1.0
    scale: float = 1.0


UNCHANGED = SpriteTransform()


@dataclass(frozen=True, slots=True)
class BlendPlane:
    """One plane of a sprite: what is added to the background, and how much of the background (255 = all) remains."""

    colour: Plane
    ground: Plane

    def part(self, rows: slice, columns: slice) -> "BlendPlane":
        return BlendPlane(self.colour[rows, columns], self.ground[rows, columns])


def _even_span(start: int, length: int) -> slice:
    return slice(start // 2 * 2, (start + length + 1) // 2 * 2) if length else slice(0, 0)


def _halved(part: slice) -> slice:
    return slice(part.start // 2, part.stop // 2)


def _layered(plane: Plane, alpha: Plane, offset: int) -> BlendPlane:
    """Background d under premultiplied planes becomes p + d·(255-a)/255, where p is the plane without its offset (16 or 128)."""
    colour = cv2.addWeighted(plane, 1.0, alpha, offset / OPAQUE, -offset)
    return BlendPlane(np.asarray(colour, np.uint8), np.asarray(cv2.bitwise_not(alpha), np.uint8))


class Sprite:
    """The planes of one image, cut to its visible part. They are never written again, so any thread may draw them.

    Made from straight RGBA, (height, width, 4), in a few milliseconds: not on the composing thread. With `window` it is an endless strip:
    every window of this many pixels is contiguous, whatever pixel it starts at.
    """

    def __init__(self, rgba: Plane, *, window: int = 0) -> None:
        rgba = even_sided(rgba)
        self.window = window
        self.period = rgba.shape[1]
        if window:
            rgba = np.ascontiguousarray(rgba[:, np.arange(self.period + window + 2) % self.period])
        y, u, v, alpha = planes_from_rgba(rgba)
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

    def planes(self, scrolled: int = 0) -> tuple[BlendPlane, BlendPlane, BlendPlane]:
        """Luma and both chroma planes; for a strip, the window that starts `scrolled` pixels into it."""
        if not self.window:
            return self._luma, self._u, self._v
        start = scrolled % self.period
        # At an odd pixel chroma is half a sample off, which nobody sees in motion.
        luma, chroma = slice(start, start + self.window), slice(start // 2, (start + self.window) // 2)
        rows = slice(None)
        return self._luma.part(rows, luma), self._u.part(rows, chroma), self._v.part(rows, chroma)


def _lay(ground: Plane, above: BlendPlane, x: int, y: int) -> None:
    """Blend the visible part onto the background, in place."""
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
    """Draws sprites onto frames. Fading or scaled sprites need scratch memory, which grows to the largest of them; still ones need none.

    For one thread.
    """

    def __init__(self) -> None:
        self._scratch = [BlendPlane(np.empty((0, 0), np.uint8), np.empty((0, 0), np.uint8)) for _ in range(3)]

    def paint(self, frame: Frame, sprite: Sprite, x: int, y: int, transform_at: SpriteTransform = UNCHANGED, scrolled: int = 0) -> None:
        """Draw onto a frame that was not handed out yet. `x` and `y`, both even, are where the sprite's full image starts."""
        if not sprite.width or transform_at.opacity <= 0.0:
            return
        planes = sprite.planes(scrolled)
        left, top = x + sprite.left + transform_at.dx, y + sprite.top + transform_at.dy
        if transform_at.opacity < 1.0 or transform_at.scale != 1.0:
            width, height = (max(2, round(side * transform_at.scale / 2) * 2) for side in (sprite.width, sprite.height))
            left, top = left + (sprite.width - width) // 2, top + (sprite.height - height) // 2
            planes = self._changed(planes, width, height, transform_at.opacity)
        for ground, above, share in zip((frame.y, frame.u, frame.v), planes, (1, 2, 2), strict=True):
            _lay(ground, above, left // share, top // share)

    def _changed(
        self, planes: tuple[BlendPlane, BlendPlane, BlendPlane], width: int, height: int, opacity: float
    ) -> tuple[BlendPlane, BlendPlane, BlendPlane]:
        sizes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
        luma, u, v = (self._fitted(number, planes[number], sizes[number], opacity) for number in range(3))
        return luma, u, v

    def _fitted(self, number: int, plane: BlendPlane, shape: tuple[int, int], opacity: float) -> BlendPlane:
        held = self._scratch[number].colour.shape
        if held[0] < shape[0] or held[1] < shape[1]:
            room = (max(held[0], shape[0]), max(held[1], shape[1]))
            self._scratch[number] = BlendPlane(np.empty(room, np.uint8), np.empty(room, np.uint8))
        made = self._scratch[number].part(slice(0, shape[0]), slice(0, shape[1]))
        if plane.colour.shape != shape:
            for old, new in ((plane.colour, made.colour), (plane.ground, made.ground)):
                cv2.resize(old, (shape[1], shape[0]), dst=new, interpolation=cv2.INTER_LINEAR)
            plane = made
        cv2.convertScaleAbs(plane.colour, dst=made.colour, alpha=opacity)
        cv2.convertScaleAbs(plane.ground, dst=made.ground, alpha=opacity, beta=OPAQUE * (1.0 - opacity))
        return made
