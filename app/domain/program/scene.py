"""Scenes and the layers that place sources in them."""

from dataclasses import dataclass
from enum import Enum


class Fit(Enum):
    """How a source's (cropped) frame fills its layer's box."""

    CONTAIN = "contain"  # the whole frame, with bars; text keeps its size if it fits, and a colour has no bars
    COVER = "cover"  # fills the box, overflow is cut evenly
    STRETCH = "stretch"  # fills the box, aspect ratio not kept
    CENTRE = "centre"  # its own size (relative to 1080p), centred, cut at the box


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the canvas: (0, 0) top left, (1, 1) bottom right; may reach beyond the canvas."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


@dataclass(frozen=True, slots=True)
class Crop:
    """What is cropped from each side of the source's frame, in fractions of its size; opposite sides sum to less than 1."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True)
class Layer:
    """One source placed in a scene."""

    id: str
    source_id: str
    box: Box = Box()
    crop: Crop = Crop()
    fit: Fit = Fit.CONTAIN
    opacity: float = 1.0
    visible: bool = True
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A set of layers to switch to; `layers` from bottom to top."""

    id: str
    name: str
    layers: tuple[Layer, ...] = ()
