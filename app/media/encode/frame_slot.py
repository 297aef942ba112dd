"""Holds the newest frame until its encoder takes it."""

import threading

from app.media.ports import Frame


class FrameSlot:
    """Holds at most one frame; a newer one replaces one that was not taken. One thread puts, one takes."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> bool:
        """Store `frame` for the encoder; True if it replaced an earlier one."""
        with self._condition:
            pushed_out = self._frame is not None
            self._frame = frame
            self._condition.notify()
            return pushed_out

    def take(self) -> Frame | None:
        """Wait for a frame; None once closed."""
        with self._condition:
            while self._frame is None and not self._closed:
                self._condition.wait()
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def close(self) -> None:
        """Make `take` return None from now on."""
        with self._condition:
            self._closed = True
            self._frame = None
            self._condition.notify()
