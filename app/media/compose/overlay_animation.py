"""Animations that show and hide overlays: eased transforms as functions of time."""

from dataclasses import dataclass

from app.domain.base.clock import NS_PER_MS
from app.domain.program.overlay import OverlayAnimation
from app.media.compose.geometry import Rect
from app.media.compose.sprite import UNCHANGED, SpriteTransform

_SMALLEST = 0.7  # scale at which a growing overlay starts; if smaller, text would flicker through unreadable sizes


@dataclass(frozen=True, slots=True)
class TimedAnimation:
    """An animation and its duration."""

    animation: OverlayAnimation = OverlayAnimation.NONE
    duration_ns: int = 0

    def done(self, since_ns: int) -> bool:
        """Whether it has ended, this long after its start."""
        return self.animation is OverlayAnimation.NONE or since_ns >= self.duration_ns

    def presence_entering(self, since_ns: int) -> float:
        """From 0 = hidden to 1 = in place; fast at first, slow at the end."""
        return 1.0 if self.done(since_ns) else 1.0 - (1.0 - max(0.0, since_ns / self.duration_ns)) ** 3

    def presence_leaving(self, since_ns: int) -> float:
        """From 1 to 0, faster and faster."""
        return 0.0 if self.done(since_ns) else 1.0 - max(0.0, since_ns / self.duration_ns) ** 3


def timed_animation(animation: OverlayAnimation, duration_ms: int, most_ms: int) -> TimedAnimation:
    """A TimedAnimation with its duration limited to `most_ms`."""
    return TimedAnimation(animation, min(max(0, duration_ms), most_ms) * NS_PER_MS)


def transform_at(animation: OverlayAnimation, presence: float, there: Rect, canvas_width: int, canvas_height: int) -> SpriteTransform:
    """The transform of an overlay at `there` that is present to this degree."""
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
    """Both transforms at once: an overlay that is removed while it still enters leaves from where it is."""
    return SpriteTransform(one.dx + other.dx, one.dy + other.dy, one.opacity * other.opacity, one.scale * other.scale)
