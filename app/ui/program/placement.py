"""The geometry of moving, scaling and cropping a layer by mouse; fractions of the canvas, no pixels and no Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from app.domain.program.scene import Box, Crop, Layer

MIN_SIDE = 0.02  # a smaller layer could not be grabbed again
MAX_CROP = 0.95
LOWEST, HIGHEST = -4.0, 4.0  # a layer may leave the canvas, but stays within reach


class Handle(Enum):
    """What the mouse drags: (horizontal, vertical) with -1 for the left or top edge, 1 for the right or bottom edge, 0 for neither."""

    MOVE = (0, 0)
    LEFT = (-1, 0)
    RIGHT = (1, 0)
    TOP = (0, -1)
    BOTTOM = (0, 1)
    TOP_LEFT = (-1, -1)
    TOP_RIGHT = (1, -1)
    BOTTOM_LEFT = (-1, 1)
    BOTTOM_RIGHT = (1, 1)


@dataclass(frozen=True, slots=True)
class Guides:
    """Lines to snap to, and from how far, in fractions of the canvas."""

    across: tuple[float, ...] = (0.0, 0.5, 1.0)
    down: tuple[float, ...] = (0.0, 0.5, 1.0)
    reach_x: float = 0.0
    reach_y: float = 0.0


def guides_of(layers: Iterable[Layer], moving_id: str, reach_x: float, reach_y: float) -> Guides:
    """The canvas's edges and centre, and the edges of the other visible layers."""
    across, down = [0.0, 0.5, 1.0], [0.0, 0.5, 1.0]
    for layer in layers:
        if layer.id != moving_id and layer.visible:
            across += [layer.box.x, layer.box.x + layer.box.width]
            down += [layer.box.y, layer.box.y + layer.box.height]
    return Guides(tuple(across), tuple(down), reach_x, reach_y)


def _pull(places: Sequence[float], lines: Sequence[float], reach: float) -> float:
    """The smallest shift within reach that puts one of the places on a line; 0 if there is none."""
    shifts = [line - place for place in places for line in lines if abs(line - place) <= reach]
    return min(shifts, key=abs, default=0.0)


def moved(box: Box, dx: float, dy: float, guides: Guides) -> Box:
    """The box shifted, its edges or centre snapped."""
    x, y = box.x + dx, box.y + dy
    x += _pull((x, x + box.width / 2, x + box.width), guides.across, guides.reach_x)
    y += _pull((y, y + box.height / 2, y + box.height), guides.down, guides.reach_y)
    return replace(box, x=min(HIGHEST, max(LOWEST, x)), y=min(HIGHEST, max(LOWEST, y)))


def _span(start: float, length: float, side: int, shift: float, lines: Sequence[float], reach: float) -> tuple[float, float]:
    """One axis of a scaled box: the dragged edge follows the mouse, the other stays."""
    if side == 0:
        return start, length
    edge = start + (length if side > 0 else 0.0) + shift
    edge += _pull((edge,), lines, reach)
    if side > 0:
        return start, max(MIN_SIDE, edge - start)
    end = start + length
    return min(edge, end - MIN_SIDE), max(MIN_SIDE, end - edge)


def scaled(box: Box, handle: Handle, dx: float, dy: float, guides: Guides, *, keep_ratio: bool) -> Box:
    """The box with the dragged edges moved; with `keep_ratio` the larger change leads and the opposite corner stays."""
    across, down = handle.value
    x, width = _span(box.x, box.width, across, dx, guides.across, guides.reach_x)
    y, height = _span(box.y, box.height, down, dy, guides.down, guides.reach_y)
    if keep_ratio and box.width > 0 and box.height > 0:
        by_width, by_height = width / box.width, height / box.height
        factor = by_width if down == 0 or (across != 0 and abs(by_width - 1) >= abs(by_height - 1)) else by_height
        width, height = box.width * factor, box.height * factor
        x = box.x + box.width - width if across < 0 else box.x
        y = box.y + box.height - height if down < 0 else box.y
    return Box(x, y, width, height)


def _cut(near: float, far: float, shift: float) -> float:
    return min(max(0.0, near + shift), max(0.0, MAX_CROP - far))


def cropped(box: Box, crop: Crop, handle: Handle, dx: float, dy: float) -> tuple[Box, Crop]:
    """The dragged edges crop the image; what stays visible keeps its place and size."""
    across, down = handle.value
    full_width = box.width / max(1e-6, 1 - crop.left - crop.right)
    full_height = box.height / max(1e-6, 1 - crop.top - crop.bottom)
    left, right, top, bottom = crop.left, crop.right, crop.top, crop.bottom
    if across < 0:
        left = _cut(left, right, dx / full_width)
    elif across > 0:
        right = _cut(right, left, -dx / full_width)
    if down < 0:
        top = _cut(top, bottom, dy / full_height)
    elif down > 0:
        bottom = _cut(bottom, top, -dy / full_height)
    placed = Box(
        box.x + (left - crop.left) * full_width,
        box.y + (top - crop.top) * full_height,
        (1 - left - right) * full_width,
        (1 - top - bottom) * full_height,
    )
    return placed, Crop(left, top, right, bottom)


def layer_at(layers: Sequence[Layer], x: float, y: float) -> str:
    """The id of the topmost visible, unlocked layer at this point ("" = none)."""
    for layer in reversed(layers):
        box = layer.box
        if layer.visible and not layer.locked and box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height:
            return layer.id
    return ""
