"""When the next key frame is due."""

import threading

from app.domain.base.clock import NS_PER_MS, Clock

LEAST_GAP_NS = 300 * NS_PER_MS  # a joining viewer asks three times within this; one IDR serves them all


class KeyframeSchedule:
    """Coalesces requests for key frames to one each 300 ms; any thread requests, encoder threads ask.

    The key frame that an encoder begins with was not asked for, and going live is over before a relay is connected: the first request
    after it does not wait.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted = False
        self._last_ns: int | None = None
        self._opening = True  # nobody has asked since the encoder began
        self._longest_ns = 0

    def request(self) -> None:
        """Ask for a key frame as soon as the gap to the last one allows."""
        with self._lock:
            self._wanted = True

    def set_longest(self, longest_ns: int) -> None:
        """Never let more than this pass without a key frame (0 = the encoder's own interval will do)."""
        with self._lock:
            self._longest_ns = longest_ns

    def due(self) -> bool:
        """Whether the frame about to be encoded shall be a key frame; True counts as one sent now."""
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            if self._last_ns is None:
                due = True
            else:
                past_ns = now_ns - self._last_ns
                served = self._wanted and (self._opening or past_ns >= LEAST_GAP_NS)
                due = served or 0 < self._longest_ns <= past_ns
                self._opening = self._opening and not served
            if due:
                self._wanted = False
                self._last_ns = now_ns
            return due

    def sent(self) -> None:
        """A key frame went out, asked for or not: it serves every request made before it."""
        with self._lock:
            self._wanted = False
            self._last_ns = self._clock.monotonic_ns()

    def restart(self) -> None:
        """A new encoder begins: its first frame is a key frame in any case."""
        with self._lock:
            self._last_ns = None
            self._opening = True
