"""Overlays: pictures that lie above the program whatever scene is on, and how they come and go."""

from enum import Enum

MAX_OVERLAYS = 24
MAX_OVERLAY_BYTES = 96 * 1024 * 1024  # of all overlays together, as straight RGBA
MAX_ANIMATION_MS = 10_000


class OverlayAnimation(Enum):
    """How an overlay enters or leaves; a slide comes in, or goes out, over the side of the canvas that it names."""

    NONE = "none"
    FADE = "fade"
    SLIDE_LEFT = "slide_left"
    SLIDE_RIGHT = "slide_right"
    SLIDE_TOP = "slide_top"
    SLIDE_BOTTOM = "slide_bottom"
    SCALE = "scale"  # grows out of its middle while it fades in, and back


_MIRRORED = {
    OverlayAnimation.SLIDE_LEFT: OverlayAnimation.SLIDE_RIGHT,
    OverlayAnimation.SLIDE_RIGHT: OverlayAnimation.SLIDE_LEFT,
}


def mirrored(animation: OverlayAnimation) -> OverlayAnimation:
    """The same for a picture that is laid out from right to left."""
    return _MIRRORED.get(animation, animation)
