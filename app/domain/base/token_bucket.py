"""A limit on how often something may happen."""

from app.domain.base.clock import NS_PER_S, Clock


class TokenBucket:
    """`burst` at once, then `per_s`."""

    def __init__(self, per_s: float, burst: float, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._level = float(burst)
        self._filled_ns = clock.monotonic_ns()

    def _fill(self) -> None:
        now_ns = self._clock.monotonic_ns()
        self._level = min(self._burst, self._level + (now_ns - self._filled_ns) / NS_PER_S * self._per_s)
        self._filled_ns = now_ns

    def take(self, wanted: int) -> int:
        """Take as many of `wanted` as there are; returns how many."""
        self._fill()
        given = min(wanted, int(self._level))
        self._level -= given
        return given

    def has(self, wanted: int) -> bool:
        """Whether there are `wanted`; takes none."""
        self._fill()
        return self._level >= wanted

    def wait_s(self) -> float:
        """Take one, on credit if there is none; returns the seconds until it is due. What comes too fast is slowed down, not dropped."""
        self._fill()
        self._level -= 1
        return max(0.0, -self._level / self._per_s)
