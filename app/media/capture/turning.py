"""How a picture must be turned and mirrored to stand upright: by a film's display matrix, or as a setting asks."""

from collections.abc import Mapping
from typing import NamedTuple, cast

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type

from app.media.ports import Plane


class Turn(NamedTuple):
    """One of the eight ways to lay a picture down: rows and columns exchanged, then upside down, then left and right exchanged."""

    transposed: bool = False
    flipped: bool = False
    mirrored: bool = False

    def and_mirrored(self) -> "Turn":
        """The same, seen in a mirror."""
        return self._replace(mirrored=not self.mirrored)


UPRIGHT = Turn()
_ROTATIONS = {
    Turn(True, False, True): cv2.ROTATE_90_CLOCKWISE,
    Turn(False, True, True): cv2.ROTATE_180,
    Turn(True, True, False): cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_BY_ANGLE = {90: Turn(True, True, False), 180: Turn(False, True, True), 270: Turn(True, False, True)}  # counter-clockwise
_FLIPS = {Turn(False, True, False): 0, Turn(False, False, True): 1}


def turn_of(frame: av.VideoFrame) -> Turn:
    """What the frame's display matrix asks for; one that turns by some other angle counts as the nearest of the eight."""
    try:
        found = cast(Mapping[Type, memoryview], frame.side_data).get(Type.DISPLAYMATRIX)
    except ValueError:  # PyAV has no name for something else that lies beside the frame (EXIF): the angle can be had all the same
        return _BY_ANGLE.get(round(frame.rotation) % 360, UPRIGHT)
    if found is None:
        return UPRIGHT
    matrix = np.frombuffer(found, np.int32)
    if len(matrix) < 9:
        return UPRIGHT
    across_x, across_y, down_x, down_y = (int(matrix[at]) for at in (0, 1, 3, 4))
    if abs(across_x) + abs(down_y) >= abs(across_y) + abs(down_x):
        return Turn(False, down_y < 0, across_x < 0)
    return Turn(True, across_y < 0, down_x < 0)


def turn_plane(plane: Plane, turn: Turn, out: Plane) -> None:
    """Write the turned plane into `out`, which has the turned shape and other memory."""
    if turn in _ROTATIONS:
        cv2.rotate(plane, _ROTATIONS[turn], dst=out)
    elif turn in _FLIPS:
        cv2.flip(plane, _FLIPS[turn], dst=out)
    elif turn.transposed:
        cv2.transpose(plane, dst=out)
        if turn.flipped:  # and mirrored, as the other three with it are above
            np.copyto(out, out[::-1, ::-1].copy())
    else:
        np.copyto(out, plane)
