"""Time as a parameter."""

import sys
import time
from typing import Protocol

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
_ALSO_ASLEEP = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}


class Clock(Protocol):
    """Three readings of time; tests use their own."""

    def monotonic_ns(self) -> int:
        """Nanoseconds that never go back; the base of pacing and of every capture time. The same in all processes of this machine."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC; may step."""

    def steady_ns(self) -> int:
        """Like `monotonic_ns`, but also counts while the machine sleeps: it tells a clock that was set from a machine that slept."""


class SystemClock:
    """The machine's clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wall_ns(self) -> int:
        return time.time_ns()

    def steady_ns(self) -> int:
        name = _ALSO_ASLEEP.get(sys.platform)
        return time.clock_gettime_ns(getattr(time, name)) if name is not None else time.monotonic_ns()  # on Windows it counts sleep
