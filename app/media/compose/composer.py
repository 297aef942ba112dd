"""Composes the layers of a scene into the program's frame."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from app.domain.program.output import Canvas
from app.domain.program.scene import Crop, Fit, Layer, Scene
from app.media.compose.drawable import Drawable
from app.media.compose.geometry import Rect, place
from app.media.compose.scaling import PlaneScaler
from app.media.compose.slate import no_signal
from app.media.frame_age import VisibleSource
from app.media.frame_pool import BLACK_Y, FramePool, Planes
from app.media.ports import Frame

log = logging.getLogger(__name__)

_LEAST_OPACITY = 1 / 512  # below this, no code value changes
_KEEP_RENDERS = 120  # a scaled layer that was not drawn for this many renders is dropped


class Composer:
    """Renders scenes and blends frames into pooled frames, which are reused when nobody holds them. For one thread.

    A scaled layer is kept while its frame, place and opacity stay the same. Layers that an opaque layer covers are neither scaled nor
    drawn. In steady state no planes are allocated. A layer that cannot be drawn is skipped: `on_draw_failed` gets its source and the
    reason, once until the layer can be drawn again.
    """

    def __init__(self, canvas: Canvas, on_draw_failed: Callable[[str, str], None]) -> None:
        self._canvas = canvas
        self._on_draw_failed = on_draw_failed
        self._failing: set[str] = set()
        self._pool = FramePool(canvas.width, canvas.height)
        self._scaler = PlaneScaler()
        self._drawables: dict[tuple[str, str], Drawable] = {}
        self._used: dict[tuple[str, str], int] = {}
        self._slate = no_signal()
        self.shown: tuple[VisibleSource, ...] = ()  # of the last render, topmost first
        self._renders = 0
        self._sequence = 0

    def render(self, scene: Scene, frames: Mapping[str, Frame | None], *, at_ns: int) -> Frame:
        """The scene composed of these frames, with the time `at_ns`.

        A source id that maps to None has no signal: the slate is drawn in its layer's box. A missing id is not drawn.
        """
        self._renders += 1
        shown = self._shown(scene, frames)
        planes = self._pool.take()
        if not shown or not (shown[0].opaque and shown[0].target == Rect(0, 0, self._canvas.width, self._canvas.height)):
            planes.fill(BLACK_Y)
        for drawable in shown:
            drawable.draw(planes)
        self._forget_unused()
        return self._frame(planes, at_ns)

    def blend(self, a: Frame, b: Frame, fraction: float) -> Frame:
        """A cross-fade: `a` at 0, `b` at 1; both have the canvas's size. The time is `b`'s."""
        planes = self._pool.take()
        weight = min(1.0, max(0.0, fraction))
        for first, second, out in ((a.y, b.y, planes.y), (a.u, b.u, planes.u), (a.v, b.v, planes.v)):
            cv2.addWeighted(first, 1.0 - weight, second, weight, 0.0, dst=out)
        return self._frame(planes, b.capture_ns)

    def copy(self, frame: Frame) -> Frame:
        """The same frame in its own planes, so that it can be drawn on; it has the canvas's size."""
        planes = self._pool.take()
        for held, out in ((frame.y, planes.y), (frame.u, planes.u), (frame.v, planes.v)):
            np.copyto(out, held)
        return self._frame(planes, frame.capture_ns)

    def _frame(self, planes: Planes, at_ns: int) -> Frame:
        self._sequence += 1
        return Frame(y=planes.y, u=planes.u, v=planes.v, capture_ns=at_ns, sequence=self._sequence)

    def _shown(self, scene: Scene, frames: Mapping[str, Frame | None]) -> list[Drawable]:
        """The drawables, bottom to top. They are found from the top, because covered layers need not be scaled."""
        shown: list[Drawable] = []
        covered: list[Rect] = []
        seen: list[VisibleSource] = []
        for layer in reversed(scene.layers):
            try:
                drawable = self._prepared(scene.id, layer, frames, covered)
            except (cv2.error, ValueError, ArithmeticError, LookupError) as error:
                self._leave_out(layer.source_id, error)
                continue
            if drawable is not None:
                shown.append(drawable)
                if self._failing:
                    self._failing.discard(layer.source_id)
                # too much if these overlap, but good enough for a ranking
                hidden = sum(rect.shared_pixels(drawable.target) for rect in covered)
                seen.append(VisibleSource(layer.source_id, max(0, drawable.target.pixels - hidden)))
                if drawable.opaque:
                    covered.append(drawable.target)
        shown.reverse()
        self.shown = tuple(seen)
        return shown

    def _prepared(self, scene_id: str, layer: Layer, frames: Mapping[str, Frame | None], covered: list[Rect]) -> Drawable | None:
        if not layer.visible or layer.opacity < _LEAST_OPACITY or layer.source_id not in frames:
            return None
        frame = frames[layer.source_id]
        if frame is None:
            frame, layer = self._slate, replace(layer, crop=Crop(), fit=Fit.COVER)
        elif frame.any_shape:
            layer = replace(layer, fit=Fit.STRETCH)
        placement = place(
            layer, frame.width, frame.height, self._canvas.width, self._canvas.height, drawn_for_canvas=frame.drawn_for_canvas
        )
        if placement is None or any(rect.contains(placement.target) for rect in covered):
            return None
        key = (scene_id, layer.id)
        drawable = self._drawables.get(key)
        if drawable is None:
            drawable = self._drawables[key] = Drawable()
        self._used[key] = self._renders
        drawable.prepare(frame, placement, layer.opacity, self._scaler)
        return drawable

    def _leave_out(self, source_id: str, error: Exception) -> None:
        if source_id not in self._failing:
            self._failing.add(source_id)
            log.warning("cannot draw the frame of %s: %s", source_id, error)
            self._on_draw_failed(source_id, type(error).__name__)

    def _forget_unused(self) -> None:
        if self._renders % _KEEP_RENDERS:
            return
        for key in [key for key, used in self._used.items() if self._renders - used >= _KEEP_RENDERS]:
            del self._drawables[key]
            del self._used[key]
