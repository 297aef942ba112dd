"""One layer's frame, scaled and ready to draw; kept while frame and place do not change."""

import cv2
import numpy as np

from app.media.compose.geometry import LayerPlacement, Rect
from app.media.compose.scaling import PlaneScaler
from app.media.frame_pool import BLACK_Y, NEUTRAL_CHROMA, Planes
from app.media.ports import Frame, Plane

OPAQUE = 255


def _half(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.y // 2, (rect.y + rect.height) // 2), slice(rect.x // 2, (rect.x + rect.width) // 2)


def _full(rect: Rect) -> tuple[slice, slice]:
    return slice(rect.y, rect.y + rect.height), slice(rect.x, rect.x + rect.width)


def _seen(alpha: Plane) -> Rect:
    """The smallest even rectangle around all pixels that are not fully transparent; (0, 0, 0, 0) if there are none."""
    x, y, width, height = cv2.boundingRect(alpha)
    left, top = x // 2 * 2, y // 2 * 2
    right, bottom = min(alpha.shape[1], (x + width + 1) // 2 * 2), min(alpha.shape[0], (y + height + 1) // 2 * 2)
    return Rect(left, top, right - left, bottom - top) if width and height else Rect(0, 0, 0, 0)


class _Mask:
    """How much of the background shows through (255 - alpha), for luma and for chroma."""

    __slots__ = ("chroma", "luma", "seen")

    def __init__(self, width: int, height: int) -> None:
        self.luma: Plane = np.empty((height, width), np.uint8)
        self.chroma: Plane = np.empty((height // 2, width // 2), np.uint8)
        self.seen = Rect(0, 0, width, height)


class Drawable:
    """Call `prepare` when the frame or its place may have changed, then `draw` onto the canvas.

    Blending premultiplied planes onto background d needs p + d·(255-a)/255, where p is the plane without its offset (16 or 128). The offset
    times alpha is added once here, so drawing takes one multiplication and one addition per plane.
    """

    def __init__(self) -> None:
        self._key: tuple[int, int, LayerPlacement, float] | None = None
        self._planes = Planes(2, 2)
        self._mask: _Mask | None = None
        self._opacity = 1.0
        self._placement: LayerPlacement | None = None

    @property
    def target(self) -> Rect:
        """The canvas pixels that it covers; valid after `prepare`."""
        assert self._placement is not None
        return self._placement.target

    @property
    def opaque(self) -> bool:
        return self._mask is None and self._opacity >= 1.0

    def prepare(self, frame: Frame, placement: LayerPlacement, opacity: float, scaler: PlaneScaler) -> None:
        """Scale `frame`, unless the frame, its place and its opacity are unchanged."""
        key = (frame.sequence, frame.capture_ns, placement, opacity)
        if key == self._key:
            return
        self._key = key
        self._placement = placement
        self._opacity = opacity
        target = placement.target
        if self._planes.y.shape != (target.height, target.width):
            self._planes = Planes(target.width, target.height)
        luma, chroma = _full(placement.source), _half(placement.source)
        scaler.scale(frame.y[luma], self._planes.y)
        scaler.scale(frame.u[chroma], self._planes.u)
        scaler.scale(frame.v[chroma], self._planes.v)
        if frame.alpha is None:
            self._mask = None
        else:
            self._prepare_mask(frame.alpha[luma], opacity, scaler)

    def _prepare_mask(self, alpha: Plane, opacity: float, scaler: PlaneScaler) -> None:
        planes = self._planes
        height, width = planes.y.shape
        if self._mask is None or self._mask.luma.shape != planes.y.shape:
            self._mask = _Mask(width, height)
        mask = self._mask
        scaler.scale(alpha, mask.luma)
        cv2.resize(mask.luma, (width // 2, height // 2), dst=mask.chroma, interpolation=cv2.INTER_AREA)
        mask.seen = _seen(mask.luma)
        for plane, part, offset in (
            (planes.y, mask.luma, BLACK_Y),
            (planes.u, mask.chroma, NEUTRAL_CHROMA),
            (planes.v, mask.chroma, NEUTRAL_CHROMA),
        ):
            cv2.addWeighted(plane, opacity, part, opacity * offset / OPAQUE, -offset * opacity, dst=plane)
        for part in (mask.luma, mask.chroma):
            if opacity < 1.0:
                cv2.convertScaleAbs(part, dst=part, alpha=opacity)
            cv2.bitwise_not(part, dst=part)

    def draw(self, canvas: Planes) -> None:
        """Draw the frame onto the canvas."""
        target = self.target
        if self._mask is None:
            self._draw_whole(canvas, _full(target), _half(target))
        elif self._mask.seen.width:
            self._draw_masked(canvas, self._mask, target)

    def _draw_whole(self, canvas: Planes, luma: tuple[slice, slice], chroma: tuple[slice, slice]) -> None:
        for ground, plane in (
            (canvas.y[luma], self._planes.y),
            (canvas.u[chroma], self._planes.u),
            (canvas.v[chroma], self._planes.v),
        ):
            if self._opacity >= 1.0:
                np.copyto(ground, plane)
            else:
                cv2.addWeighted(plane, self._opacity, ground, 1.0 - self._opacity, 0.0, dst=ground)

    def _draw_masked(self, canvas: Planes, mask: _Mask, target: Rect) -> None:
        seen = mask.seen
        there = Rect(target.x + seen.x, target.y + seen.y, seen.width, seen.height)
        for ground, plane, part in (
            (canvas.y[_full(there)], self._planes.y[_full(seen)], mask.luma[_full(seen)]),
            (canvas.u[_half(there)], self._planes.u[_half(seen)], mask.chroma[_half(seen)]),
            (canvas.v[_half(there)], self._planes.v[_half(seen)], mask.chroma[_half(seen)]),
        ):
            cv2.multiply(ground, part, dst=ground, scale=1.0 / OPAQUE)
            cv2.add(ground, plane, dst=ground)
