"""Where the newest picture waits for its encoder."""

import threading

from app.media.ports import Picture


class PictureSlot:
    """Holds one picture at most: a newer one takes the place of one that nobody fetched. One thread puts, one takes."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._picture: Picture | None = None
        self._closed = False

    def put(self, picture: Picture) -> bool:
        """Leave `picture` for the encoder; True if an earlier one was pushed out unseen."""
        with self._condition:
            pushed_out = self._picture is not None
            self._picture = picture
            self._condition.notify()
            return pushed_out

    def take(self) -> Picture | None:
        """Wait for a picture; None once closed."""
        with self._condition:
            while self._picture is None and not self._closed:
                self._condition.wait()
            picture, self._picture = self._picture, None
            return None if self._closed else picture

    def close(self) -> None:
        """Let `take` return None from now on."""
        with self._condition:
            self._closed = True
            self._picture = None
            self._condition.notify()
