"""Learns how much latency a live stream needs from how late its sound arrives."""

from app.domain.base.clock import NS_PER_MS, NS_PER_S

_MARGIN_NS = 4 * NS_PER_MS
_ROUND_NS = 2 * NS_PER_MS  # `ns` moves in steps of this, so that small changes move nothing
_FALL_NS = 6 * NS_PER_MS  # a smaller fall is not worth a change of pitch
_WINDOW_NS = 10 * NS_PER_S
_STALL_NS = 300 * NS_PER_MS  # sound that is later than this was not late: its device had stopped
_FIRST_GUESS_NS = 10 * NS_PER_MS  # a block that has just arrived is less late than the next one, which is still awaited
_LEARNING_NS = 100 * NS_PER_MS


class LatencyEstimator:
    """The greatest lateness of the last ten to twenty seconds plus a margin. It rises at once and falls long after the cause is gone.

    Lateness counts only if the sound arrived in the end: a stream that stops is not late.
    """

    def __init__(self) -> None:
        self.ns = 0
        self.known = False  # after the first 100 ms
        self.restart()

    def restart(self) -> None:
        """Learn again, because the earlier measurements used wrong times. `ns` does not fall until that is done."""
        self._head = -1
        self._candidate_ns = 0
        self._now_ns = 0  # the maximum of this window
        self._before_ns = 0  # and of the previous one
        self._window_end_ns = 0
        self._first_tick_ns = 0
        self._settled = False

    def forget_arrivals(self) -> None:
        """The stream was interrupted on purpose: pending sound is not late."""
        self._candidate_ns = 0
        self._head = -1

    def tick(self, tick_ns: int) -> None:
        """Call it at each tick of a running stream."""
        self._first_tick_ns = self._first_tick_ns or tick_ns
        self._settled = self._settled or tick_ns - self._first_tick_ns >= _LEARNING_NS
        self.known = self.known or self._settled

    def observe(self, tick_ns: int, needed_ns: int, head: int) -> None:
        """Call it at each tick without a pending jump, with the latency that the newest sound would just meet and the ring's head."""
        if head != self._head:
            late_ns = self._candidate_ns if self._head >= 0 else needed_ns + _FIRST_GUESS_NS
            if late_ns <= _STALL_NS:
                self._now_ns = max(self._now_ns, late_ns)
            self._head = head
        self._candidate_ns = needed_ns
        if tick_ns >= self._window_end_ns:
            self._window_end_ns = tick_ns + _WINDOW_NS
            self._before_ns, self._now_ns = self._now_ns, 0
        longest = max(self._now_ns, self._before_ns) + _MARGIN_NS
        wanted = max(0, -(-longest // _ROUND_NS) * _ROUND_NS)
        if wanted > self.ns or (self._settled and wanted <= self.ns - _FALL_NS):
            self.ns = wanted
