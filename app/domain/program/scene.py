"""Scenes and the layers that place sources in them."""

from dataclasses import dataclass
from enum import Enum


class Fit(Enum):
    """How a source's (cropped) picture fills its layer's box."""

    CONTAIN = "contain"  # whole picture, bars left free; text keeps its size where it fits, and a colour has no bars
    COVER = "cover"  # box filled, overflow cut evenly
    STRETCH = "stretch"  # box filled, aspect ratio not kept
    CENTRE = "centre"  # own size (in a picture 1080 lines high), centred, cut at the box


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the canvas: (0, 0) top left, (1, 1) bottom right; may reach beyond the canvas."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


@dataclass(frozen=True, slots=True)
class Crop:
    """What is cut from each side of the source's picture, in fractions of its size; opposite sides sum below 1."""

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
    """A picture to switch to; `layers` from the bottom to the top."""

    id: str
    name: str
    layers: tuple[Layer, ...] = ()
