"""Reads the program in a viewer's browser, and whether it shows a card."""

import base64

import cv2
import numpy as np
import numpy.typing as npt

from app.domain.program.output import Canvas
from app.domain.selling.card import CardPicture
from tests.support.chromium import Page

Pixels = npt.NDArray[np.uint8]

# 4:2:0, a lossy encoder, and the browser's conversion to RGB, whose blue is off by some levels.
MEAN_ERROR = 12

PICTURE = """
(() => {
  const video = document.querySelector("video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
})()
"""


async def seen_frame(page: Page) -> Pixels:
    """Return the viewer's frame as (height, width, 3) RGB."""
    content = base64.b64decode(await page.evaluate(PICTURE))
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)


def box_of(picture: CardPicture, canvas: Canvas) -> tuple[slice, slice]:
    """Return the rows and columns of a picture on the canvas."""
    left, top = round(picture.x * canvas.width), round(picture.y * canvas.height)
    return slice(top, top + picture.height), slice(left, left + picture.width)


def error_of(seen: Pixels, picture: CardPicture, ground: Pixels, canvas: Canvas) -> float:
    """Return the mean difference between the frame now and the earlier frame with the card drawn on it, without the card's edges and
    shadow."""
    rgba = np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4).astype(np.float32)
    alpha = rgba[:, :, 3:] / 255
    box = box_of(picture, canvas)
    wanted = rgba[:, :, :3] * alpha + ground[box] * (1 - alpha)
    solid = cv2.erode((rgba[:, :, 3] > 200).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    return float(np.abs(seen[box] - wanted)[solid].mean())
