"""Captures a monitor or a part of it with mss."""

import logging
import threading
import time
from collections.abc import Mapping

import av
import mss
import numpy as np
from mss.exception import ScreenShotError

from app.domain.base.errors import AppError, Value
from app.media.capture.device_source import Opener
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.ports import Plane

log = logging.getLogger(__name__)


def screen_opener(settings: Mapping[str, Value]) -> Opener:
    """A function that opens the screen of these settings."""
    return lambda stopping: ScreenReader(settings, stopping)


def region_of(monitor: Mapping[str, int], settings: Mapping[str, Value]) -> dict[str, int]:
    """The part of the desktop to capture, cut to the monitor, with even sides. Raises AppError if nothing is left."""
    left, top = min(int(settings["left"]), monitor["width"]), min(int(settings["top"]), monitor["height"])
    width = min(int(settings["width"]) or monitor["width"], monitor["width"] - left) // 2 * 2
    height = min(int(settings["height"]) or monitor["height"], monitor["height"] - top) // 2 * 2
    if width < 2 or height < 2:
        raise AppError("screen.region", width=monitor["width"], height=monitor["height"])
    return {"left": monitor["left"] + left, "top": monitor["top"] + top, "width": width, "height": height}


class ScreenReader:
    """Frames of the screen at a fixed rate; an unchanged frame is not converted again."""

    def __init__(self, settings: Mapping[str, Value], stopping: threading.Event) -> None:
        self._stopping = stopping
        self._gap_s = 1.0 / float(settings["fps"])
        self._due_s = time.monotonic()
        self._converter = FrameConverter()
        self._last: Plane = np.empty(0, np.uint8)
        try:
            self._screen = mss.MSS(with_cursor=bool(settings["cursor"]))
        except ScreenShotError as error:
            raise AppError("screen.unavailable", reason=str(error)) from error
        try:
            monitors = self._screen.monitors
            number = int(settings["monitor"])
            if number >= len(monitors):
                raise AppError("screen.no_monitor", monitor=number)
            self._region = region_of(monitors[number], settings)
        except (AppError, ScreenShotError) as error:
            self._screen.close()
            if isinstance(error, AppError):
                raise
            raise AppError("screen.unavailable", reason=str(error)) from error

    def read(self) -> FramePlanes | None:
        self._due_s = max(self._due_s + self._gap_s, time.monotonic() - self._gap_s)
        self._stopping.wait(max(0.0, self._due_s - time.monotonic()))
        try:
            shot = self._screen.grab(self._region)
        except (ScreenShotError, AssertionError) as error:  # mss asserts on a display that is gone
            raise AppError("screen.unavailable", reason=str(error) or "X11") from error
        pixels: Plane = np.frombuffer(shot.raw, np.uint8)
        if np.array_equal(pixels, self._last):
            return None
        self._last = pixels
        frame = av.VideoFrame.from_numpy_buffer(pixels.reshape(shot.height, shot.width, 4), format="bgra")
        return self._converter.convert(frame, opaque=True)

    def close(self) -> None:
        try:
            self._screen.close()
        except ScreenShotError as error:
            log.debug("the screen was already gone: %s", error)
