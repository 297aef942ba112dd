"""How overlays come and go: eased movements as functions of time."""

from dataclasses import dataclass

from app.domain.base.clock import NS_PER_MS
from app.domain.program.overlay import OverlayAnimation
from app.media.compose.geometry import Rect
from app.media.compose.sprite import UNCHANGED, SpriteTransform

_SMALLEST = 0.7  # of its size, where a growing overlay begins: smaller, and text would flicker through sizes nobody can read


@dataclass(frozen=True, slots=True)
class TimedAnimation:
    """An animation and how long it takes."""

    animation: OverlayAnimation = OverlayAnimation.NONE
    duration_ns: int = 0

    def done(self, since_ns: int) -> bool:
        """Whether it is over, so long after its beginning."""
        return self.animation is OverlayAnimation.NONE or since_ns >= self.duration_ns

    def presence_entering(self, since_ns: int) -> float:
        """From 0 = away to 1 = in its place; quick at first, gently at the end."""
        return 1.0 if self.done(since_ns) else 1.0 - (1.0 - max(0.0, since_ns / self.duration_ns)) ** 3

    def presence_leaving(self, since_ns: int) -> float:
        """From 1 to 0, ever quicker."""
        return 0.0 if self.done(since_ns) else 1.0 - max(0.0, since_ns / self.duration_ns) ** 3


def timed_animation(animation: OverlayAnimation, duration_ms: int, most_ms: int) -> TimedAnimation:
    """A timed_animation with its duration within bounds."""
    return TimedAnimation(animation, min(max(0, duration_ms), most_ms) * NS_PER_MS)


def transform_at(animation: OverlayAnimation, presence: float, there: Rect, canvas_width: int, canvas_height: int) -> SpriteTransform:
    """How an overlay that stands at `there` looks while it is only so much present."""
    if presence >= 1.0:
        return UNCHANGED
    away = 1.0 - max(0.0, presence)
    if animation is OverlayAnimation.SLIDE_LEFT:
        return SpriteTransform(dx=-round(away * (there.x + there.width)))
    if animation is OverlayAnimation.SLIDE_RIGHT:
        return SpriteTransform(dx=round(away * (canvas_width - there.x)))
    if animation is OverlayAnimation.SLIDE_TOP:
        return SpriteTransform(dy=-round(away * (there.y + there.height)))
    if animation is OverlayAnimation.SLIDE_BOTTOM:
        return SpriteTransform(dy=round(away * (canvas_height - there.y)))
    if animation is OverlayAnimation.SCALE:
        return SpriteTransform(opacity=presence, scale=1.0 - away * (1.0 - _SMALLEST))
    return SpriteTransform(opacity=presence if animation is OverlayAnimation.FADE else 0.0)


def combined(one: SpriteTransform, other: SpriteTransform) -> SpriteTransform:
    """Both at once: an overlay that is sent away before it had come goes from where it is."""
    return SpriteTransform(one.dx + other.dx, one.dy + other.dy, one.opacity * other.opacity, one.scale * other.scale)
