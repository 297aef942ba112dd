"""The overlays above the program: the desk puts, replaces and drops them, and each frame gets them after its scenes."""

import math
import threading
from dataclasses import dataclass, field, replace

import numpy as np

from app.domain.base.clock import NS_PER_S
from app.domain.base.errors import AppError
from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.output import Canvas
from app.domain.program.overlay import MAX_ANIMATION_MS, MAX_OVERLAY_BYTES, MAX_OVERLAYS
from app.media.compose.geometry import Rect
from app.media.compose.overlay_animation import TimedAnimation, combined, timed_animation, transform_at
from app.media.compose.sprite import UNCHANGED, Sprite, SpritePainter, SpriteTransform
from app.media.ports import Frame, Plane

_FARTHEST = 4.0  # canvas sizes; a position further away is an error


@dataclass(frozen=True, slots=True)
class _Content:
    """What an overlay shows and where. It is replaced as a whole, so that no frame mixes two of them."""

    sprite: Sprite
    x: int
    y: int
    scroll_px_per_s: float

    @property
    def there(self) -> Rect:
        return Rect(self.x + self.sprite.left, self.y + self.sprite.top, self.sprite.width, self.sprite.height)


@dataclass(slots=True)
class _Overlay:
    """One overlay. Only the composing thread writes the two start times and, while drawing, `over`; `put` writes everything else."""

    put: PutOverlay  # without its bytes, unless another canvas will need them
    size: int
    content: _Content
    enter: TimedAnimation
    leave: TimedAnimation | None = None
    started_ns: int | None = None
    leaving_ns: int | None = None
    over: bool = False


@dataclass(slots=True)
class _Stage:
    """The canvas and what overlays derive from it."""

    canvas: Canvas = field(default_factory=Canvas)

    @property
    def period_ns(self) -> int:
        return NS_PER_S // self.canvas.fps


def _check(put: PutOverlay) -> None:
    if put.width < 1 or put.height < 1 or len(put.rgba) != 4 * put.width * put.height:
        raise AppError("overlay.size", overlay=put.overlay_id, width=put.width, height=put.height, bytes=len(put.rgba))
    numbers = (put.x, put.y, put.scroll_px_per_s)
    if not all(math.isfinite(number) for number in numbers) or max(abs(put.x), abs(put.y)) > _FARTHEST:
        raise AppError("overlay.place", overlay=put.overlay_id)


def _even(length: float) -> int:
    return round(length / 2) * 2


def _content_for(put: PutOverlay, canvas: Canvas, sprite: Sprite | None = None) -> _Content:
    """The overlay prepared for this canvas; a given sprite is reused if it fits."""
    x, y = _even(put.x * canvas.width), _even(put.y * canvas.height)
    window = max(2, canvas.width - x) if put.scroll_px_per_s else 0
    if sprite is None or sprite.window != window:
        pixels: Plane = np.frombuffer(put.rgba, np.uint8).reshape(put.height, put.width, 4)
        sprite = Sprite(pixels, window=window)
    return _Content(sprite, x, y, put.scroll_px_per_s)


class Overlays:
    """Keeps the overlays in the order of their first `put`. Call `put`, `drop` and `set_canvas` from any thread, `draw` from one.

    `put` converts the image; drawing allocates nothing while overlays are still or scroll.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()  # held while images are converted
        self._lock = threading.Lock()  # held only briefly
        self._stage = _Stage()
        self._shown: tuple[_Overlay, ...] = ()
        self._painter = SpritePainter()

    @property
    def present(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self._shown)

    def put(self, put: PutOverlay) -> None:
        """Show it, or replace the image of the overlay with this id. Raises AppError "overlay.…" and then changes nothing."""
        _check(put)
        with self._changing:
            self._make_room(put)
            content, size = _content_for(put, self._stage.canvas), len(put.rgba)
            if not put.scroll_px_per_s:
                put = replace(put, rgba=b"")
            with self._lock:
                overlay = self._find(put.overlay_id)
                if overlay is None:
                    entering = timed_animation(put.enter, put.duration_ms, MAX_ANIMATION_MS)
                    self._shown = (*self._shown, _Overlay(put, size, content, entering))
                else:
                    overlay.put, overlay.size, overlay.content = put, size, content

    def drop(self, drop: DropOverlay) -> None:
        """Remove it with its animation; one that was never drawn is removed at once."""
        with self._lock:
            overlay = self._find(drop.overlay_id)
            if overlay is None:
                return
            overlay.leave = timed_animation(drop.leave, drop.duration_ms, MAX_ANIMATION_MS)
            if overlay.started_ns is None:
                overlay.over = True
            self._remove_ended()

    def set_canvas(self, canvas: Canvas) -> None:
        """Place all overlays on another canvas, by fractions."""
        with self._changing:
            self._stage = _Stage(canvas)
            for overlay in self._shown:
                overlay.content = _content_for(overlay.put, canvas, overlay.content.sprite)

    def draw(self, frame: Frame, at_ns: int) -> None:
        """Draw all overlays as they are at this time onto a frame that was not handed out yet."""
        ended = False
        for overlay in self._shown:
            if not overlay.over:
                self._draw_one(frame, overlay, at_ns)
            ended = ended or overlay.over
        if ended and self._lock.acquire(blocking=False):  # otherwise with the next frame: drawing never waits
            try:
                self._remove_ended()
            finally:
                self._lock.release()

    def _draw_one(self, frame: Frame, overlay: _Overlay, at_ns: int) -> None:
        first_step_ns = at_ns - self._stage.period_ns  # the first frame shows the first step of the animation
        if overlay.started_ns is None:
            overlay.started_ns = first_step_ns
        content, leave = overlay.content, overlay.leave
        since_ns, left_ns = at_ns - overlay.started_ns, 0
        if leave is not None:
            if overlay.leaving_ns is None:
                overlay.leaving_ns = first_step_ns
            left_ns = at_ns - overlay.leaving_ns
            if leave.done(left_ns):
                overlay.over = True
                return
        seen = self._transform(overlay.enter, since_ns - left_ns, leave, left_ns, content.there)
        self._painter.paint(frame, content.sprite, content.x, content.y, seen, int(content.scroll_px_per_s * since_ns / NS_PER_S))

    def _transform(
        self, enter: TimedAnimation, entering_ns: int, leave: TimedAnimation | None, leaving_ns: int, there: Rect
    ) -> SpriteTransform:
        """`entering_ns`: how long it entered, at most until it began to leave."""
        if leave is None and enter.done(entering_ns):
            return UNCHANGED
        canvas = self._stage.canvas
        entered = transform_at(enter.animation, enter.presence_entering(entering_ns), there, canvas.width, canvas.height)
        if leave is None:
            return entered
        left = transform_at(leave.animation, leave.presence_leaving(leaving_ns), there, canvas.width, canvas.height)
        return combined(entered, left)

    # Called under the lock

    def _find(self, overlay_id: str) -> _Overlay | None:
        """The overlay that is shown; one that leaves does not count."""
        return next((one for one in self._shown if one.put.overlay_id == overlay_id and one.leave is None), None)

    def _remove_ended(self) -> None:
        self._shown = tuple(one for one in self._shown if not one.over)

    def _make_room(self, put: PutOverlay) -> None:
        """Raise if a limit would be exceeded; overlays that are leaving are removed first."""
        with self._lock:
            staying = [one for one in self._shown if one.leave is None and one.put.overlay_id != put.overlay_id]
            size = len(put.rgba) + sum(one.size for one in staying)
            if len(staying) >= MAX_OVERLAYS:
                raise AppError("overlay.too_many", overlay=put.overlay_id, limit=MAX_OVERLAYS)
            if size > MAX_OVERLAY_BYTES:
                megabytes, limit = math.ceil(size / 2**20), MAX_OVERLAY_BYTES // 2**20
                raise AppError("overlay.too_large", overlay=put.overlay_id, megabytes=megabytes, limit=limit)
            leaving = [one for one in self._shown if one.leave is not None]
            if len(leaving) >= MAX_OVERLAYS or size + sum(one.size for one in leaving) > MAX_OVERLAY_BYTES:
                for one in leaving:
                    one.over = True
                self._remove_ended()
