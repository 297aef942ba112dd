"""Overlays: pictures above the program in every scene, and their animations."""

from enum import Enum

MAX_OVERLAYS = 24
MAX_OVERLAY_BYTES = 96 * 1024 * 1024  # all overlays together, as straight RGBA
MAX_ANIMATION_MS = 10_000


class OverlayAnimation(Enum):
    """How an overlay enters or leaves; a slide uses the side of the canvas that it names."""

    NONE = "none"
    FADE = "fade"
    SLIDE_LEFT = "slide_left"
    SLIDE_RIGHT = "slide_right"
    SLIDE_TOP = "slide_top"
    SLIDE_BOTTOM = "slide_bottom"
    SCALE = "scale"  # grows from its centre while it fades in, and shrinks back


_MIRRORED = {
    OverlayAnimation.SLIDE_LEFT: OverlayAnimation.SLIDE_RIGHT,
    OverlayAnimation.SLIDE_RIGHT: OverlayAnimation.SLIDE_LEFT,
}


def mirrored(animation: OverlayAnimation) -> OverlayAnimation:
    """The same animation for a right-to-left layout."""
    return _MIRRORED.get(animation, animation)
