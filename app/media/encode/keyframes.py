"""Decides when the next key frame is due."""

import threading

from app.domain.base.clock import NS_PER_MS, Clock

LEAST_GAP_NS = 300 * NS_PER_MS  # a joining viewer asks three times within this; one IDR answers all


class KeyframeSchedule:
    """Merges key frame requests to at most one every 300 ms. Any thread requests, encoder threads ask.

    An encoder starts with a key frame that nobody requested, before any relay is connected: the first request after it does not wait.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requested = False
        self._last_ns: int | None = None
        self._opening = True  # no request since the encoder started
        self._longest_ns = 0

    def request(self) -> None:
        """Request a key frame as soon as the gap to the last one allows."""
        with self._lock:
            self._requested = True

    def set_longest(self, longest_ns: int) -> None:
        """The longest time without a key frame (0 = the encoder's own interval is enough)."""
        with self._lock:
            self._longest_ns = longest_ns

    def due(self) -> bool:
        """Whether the next frame must be a key frame; True counts as sent now."""
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            if self._last_ns is None:
                due = True
            else:
                past_ns = now_ns - self._last_ns
                served = self._requested and (self._opening or past_ns >= LEAST_GAP_NS)
                due = served or 0 < self._longest_ns <= past_ns
                self._opening = self._opening and not served
            if due:
                self._requested = False
                self._last_ns = now_ns
            return due

    def sent(self) -> None:
        """A key frame was sent, requested or not; it answers every earlier request."""
        with self._lock:
            self._requested = False
            self._last_ns = self._clock.monotonic_ns()

    def restart(self) -> None:
        """A new encoder starts; its first frame is always a key frame."""
        with self._lock:
            self._last_ns = None
            self._opening = True
