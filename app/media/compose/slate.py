"""The slate for a source without a signal: dark grey, a struck-out camera, no words in any language."""

import cv2
import numpy as np

from app.media.capture.colour import planes_from_rgba
from app.media.ports import Frame

_WIDTH, _HEIGHT = 640, 360
_GROUND = (38, 40, 44, 255)
_INK = (150, 154, 160, 255)
_STROKE = 10


def no_signal() -> Frame:
    """The slate as a 16:9 frame."""
    pixels = np.empty((_HEIGHT, _WIDTH, 4), np.uint8)
    pixels[:] = _GROUND
    cv2.rectangle(pixels, (235, 130), (355, 230), _INK, _STROKE, cv2.LINE_AA)
    lens = np.array([[375, 175], [415, 145], [415, 215], [375, 185]], np.int32)
    cv2.fillPoly(pixels, [lens], _INK, cv2.LINE_AA)
    cv2.line(pixels, (220, 255), (420, 105), _GROUND, 3 * _STROKE, cv2.LINE_AA)
    cv2.line(pixels, (220, 255), (420, 105), _INK, _STROKE, cv2.LINE_AA)
    y, u, v, _ = planes_from_rgba(pixels)
    return Frame(y=y, u=u, v=v, capture_ns=0, sequence=1)
