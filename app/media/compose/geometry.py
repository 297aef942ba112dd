"""Where a layer's frame goes: the part of it that is shown, and the canvas pixels that it covers."""

from dataclasses import dataclass

from app.domain.program.scene import Crop, Fit, Layer

OWN_SIZE_LINES = 1080  # Fit.CENTRE: a frame's own size is meant for a canvas this high


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels; all four numbers are even, so that chroma aligns with luma."""

    x: int
    y: int
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def shared_pixels(self, other: "Rect") -> int:
        """How many pixels both share."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(0, across) * max(0, down)

    def contains(self, other: "Rect") -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.x + self.width >= other.x + other.width
            and self.y + self.height >= other.y + other.height
        )


@dataclass(frozen=True, slots=True)
class LayerPlacement:
    """`source`, in pixels of the frame, is drawn at `target`, in pixels of the canvas; `target` lies within the canvas."""

    source: Rect
    target: Rect


@dataclass(frozen=True, slots=True)
class _Span:
    """One axis, not rounded yet: the visible part of the frame and the part of the canvas that it fills."""

    source: float
    source_size: float
    target: float
    target_size: float


def _even(value: float) -> int:
    return round(value / 2) * 2


def _fitted(span: _Span, scale: float) -> _Span:
    """The axis at this scale, centred in its target; the excess is cut evenly on both sides."""
    size = span.source_size * scale
    if size <= span.target_size:
        return _Span(span.source, span.source_size, span.target + (span.target_size - size) / 2, size)
    shown = span.target_size / scale
    return _Span(span.source + (span.source_size - shown) / 2, shown, span.target, span.target_size)


def _scales(fit: Fit, across: _Span, down: _Span, own_scale: float, *, enlarged: bool) -> tuple[float, float]:
    """The scale of each axis. `own_scale` shows the frame at its own size; `enlarged` allows enlarging it to fit."""
    horizontal, vertical = across.target_size / across.source_size, down.target_size / down.source_size
    if fit is Fit.STRETCH:
        return horizontal, vertical
    if fit is Fit.CONTAIN:
        scale = min(horizontal, vertical)
        return (scale if enlarged else min(scale, own_scale),) * 2
    if fit is Fit.COVER:
        return (max(horizontal, vertical),) * 2
    return (own_scale,) * 2


def _on_canvas(span: _Span, frame: int, canvas: int) -> tuple[int, int, int, int] | None:
    """(source start, source size, target start, target size) in even pixels, clipped to the canvas; None if nothing is left."""
    first, last = _even(span.target), _even(span.target + span.target_size)
    if span.source_size == span.target_size:  # not scaled, so rounding must not scale it either
        last = first + _even(span.source_size)
    start, end = max(0, first), min(canvas, last)
    if end - start < 2:
        return None
    per_pixel = span.source_size / span.target_size
    begin = min(max(0, _even(span.source + max(0.0, start - span.target) * per_pixel)), frame - 2)
    finish = min(frame, _even(span.source + min(span.target_size, end - span.target) * per_pixel))
    if span.source_size == span.target_size:
        finish = min(frame, begin + end - start)
    return begin, max(2, finish - begin), start, end - start


def _cropped(crop: Crop, width: int, height: int) -> tuple[float, float, float, float]:
    return crop.left * width, crop.top * height, (1 - crop.left - crop.right) * width, (1 - crop.top - crop.bottom) * height


def place(
    layer: Layer, frame_width: int, frame_height: int, canvas_width: int, canvas_height: int, *, drawn_for_canvas: bool = False
) -> LayerPlacement | None:
    """Where a frame of this size goes in this layer; None if nothing of it is on the canvas.

    A frame drawn for the canvas is shown at its own size, and Fit.CONTAIN only makes it smaller.
    """
    left, top, width, height = _cropped(layer.crop, frame_width, frame_height)
    box = layer.box
    across = _Span(left, width, box.x * canvas_width, box.width * canvas_width)
    down = _Span(top, height, box.y * canvas_height, box.height * canvas_height)
    if min(across.source_size, across.target_size, down.source_size, down.target_size) <= 0:
        return None
    own_scale = 1.0 if drawn_for_canvas else canvas_height / OWN_SIZE_LINES
    horizontal, vertical = _scales(layer.fit, across, down, own_scale, enlarged=not drawn_for_canvas)
    columns = _on_canvas(_fitted(across, horizontal), frame_width, canvas_width)
    rows = _on_canvas(_fitted(down, vertical), frame_height, canvas_height)
    if columns is None or rows is None:
        return None
    return LayerPlacement(Rect(columns[0], rows[0], columns[1], rows[1]), Rect(columns[2], rows[2], columns[3], rows[3]))
