"""How much latency a live stream needs, learnt from how late its sound comes."""

from app.domain.clock import NS_PER_MS, NS_PER_S

_MARGIN_NS = 4 * NS_PER_MS
_ROUND_NS = 2 * NS_PER_MS  # needs are told in steps, so that small changes move nothing
_FALL_NS = 6 * NS_PER_MS  # less is not worth a change of pitch
_WINDOW_NS = 10 * NS_PER_S
_STALL_NS = 300 * NS_PER_MS  # sound that comes later than this was not late: its device stood still
_LEARNING_READS = 10  # 100 ms


class LatencyNeed:
    """The greatest lateness of the last ten to twenty seconds and a margin: it rises at once and falls when the cause is long gone.

    Only lateness that ended with the sound's arrival counts: a stream that stops is not late.
    """

    def __init__(self) -> None:
        self.ns = 0
        self._head = -1
        self._candidate_ns = 0
        self._now_ns = 0  # the greatest of this window
        self._before_ns = 0  # and of the one before
        self._window_end_ns = 0
        self._reads = 0

    @property
    def known(self) -> bool:
        """False in the first 100 ms of a stream."""
        return self._reads >= _LEARNING_READS

    def forget_arrivals(self) -> None:
        """The stream was interrupted on purpose: what is pending is not lateness."""
        self._candidate_ns = 0
        self._head = -1

    def observe(self, tick_ns: int, needed_ns: int, head: int) -> None:
        """At each tick: the latency at which its sound would just be here, and how far the stream has been written."""
        if head != self._head:
            if self._head >= 0:
                self._reads += 1
                if self._candidate_ns <= _STALL_NS:
                    self._now_ns = max(self._now_ns, self._candidate_ns)
            self._head = head
        self._candidate_ns = needed_ns
        if tick_ns >= self._window_end_ns:
            self._window_end_ns = tick_ns + _WINDOW_NS
            self._before_ns, self._now_ns = self._now_ns, 0
        longest = max(self._now_ns, self._before_ns) + _MARGIN_NS
        wanted = max(0, -(-longest // _ROUND_NS) * _ROUND_NS)
        if wanted > self.ns or wanted <= self.ns - _FALL_NS:
            self.ns = wanted
