"""Time as a parameter."""

import time
from typing import Protocol

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Clock(Protocol):
    """Two readings of time; tests bring their own."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back; the base of pacing and of every capture time. The same in all processes of this machine."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC; may step."""


class SystemClock:
    """The machine's clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wall_ns(self) -> int:
        return time.time_ns()
