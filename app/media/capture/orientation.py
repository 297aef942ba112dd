"""Turns and mirrors frames: by a film's display matrix, or by a setting."""

from collections.abc import Mapping
from typing import NamedTuple, cast

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type

from app.media.ports import Plane


class Orientation(NamedTuple):
    """One of the eight orientations: transpose, then flip upside down, then mirror."""

    transposed: bool = False
    flipped: bool = False
    mirrored: bool = False

    def with_mirror(self) -> "Orientation":
        """The same orientation, mirrored."""
        return self._replace(mirrored=not self.mirrored)


UPRIGHT = Orientation()
_ROTATIONS = {
    Orientation(True, False, True): cv2.ROTATE_90_CLOCKWISE,
    Orientation(False, True, True): cv2.ROTATE_180,
    Orientation(True, True, False): cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_BY_ANGLE = {
    90: Orientation(True, True, False),
    180: Orientation(False, True, True),
    270: Orientation(True, False, True),
}  # counter-clockwise
_FLIPS = {Orientation(False, True, False): 0, Orientation(False, False, True): 1}


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """The orientation of the frame's display matrix; other angles are rounded to the nearest of the eight."""
    try:
        found = cast(Mapping[Type, memoryview], frame.side_data).get(Type.DISPLAYMATRIX)
    except ValueError:  # PyAV cannot name other side data (EXIF); the angle is still available
        return _BY_ANGLE.get(round(frame.rotation) % 360, UPRIGHT)
    if found is None:
        return UPRIGHT
    matrix = np.frombuffer(found, np.int32)
    if len(matrix) < 9:
        return UPRIGHT
    across_x, across_y, down_x, down_y = (int(matrix[at]) for at in (0, 1, 3, 4))
    if abs(across_x) + abs(down_y) >= abs(across_y) + abs(down_x):
        return Orientation(False, down_y < 0, across_x < 0)
    return Orientation(True, across_y < 0, down_x < 0)


def orient_plane(plane: Plane, orientation: Orientation, out: Plane) -> None:
    """Write the oriented plane into `out`, which has the final shape and separate memory."""
    if orientation in _ROTATIONS:
        cv2.rotate(plane, _ROTATIONS[orientation], dst=out)
    elif orientation in _FLIPS:
        cv2.flip(plane, _FLIPS[orientation], dst=out)
    elif orientation.transposed:
        cv2.transpose(plane, dst=out)
        if orientation.flipped:  # and mirrored: the other three transposed cases are handled above
            np.copyto(out, out[::-1, ::-1].copy())
    else:
        np.copyto(out, plane)
