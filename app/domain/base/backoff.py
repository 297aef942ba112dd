"""Pauses between tries."""

import math
from collections import deque
from collections.abc import Sequence

from app.domain.base.clock import NS_PER_S, Clock, SystemClock

_MOST_FAILURES = 1000  # remembered: a relay may stay away for days


class Backoff:
    """Each failure in a row takes the next pause of the schedule; after the last one that pause repeats.

    A failure counts until `reset`, or for `forgive_s` by `clock`.
    """

    def __init__(self, pauses: Sequence[float], *, forgive_s: float = math.inf, clock: Clock | None = None) -> None:
        self._pauses = pauses
        self._forgive_s = forgive_s
        self._clock = clock or SystemClock()
        self._failed_ns: deque[int] = deque(maxlen=_MOST_FAILURES)

    @property
    def failures(self) -> int:
        """How many failures counted at the last one, at most 1000."""
        return len(self._failed_ns)

    def failed(self) -> float:
        """Count a failure; returns the pause before the next try, in the schedule's unit."""
        now_ns = self._clock.monotonic_ns()
        while self._failed_ns and now_ns - self._failed_ns[0] >= self._forgive_s * NS_PER_S:
            self._failed_ns.popleft()
        self._failed_ns.append(now_ns)
        return self._pauses[min(self.failures, len(self._pauses)) - 1]

    def reset(self) -> None:
        """Restart the schedule, after a success or a change."""
        self._failed_ns.clear()
