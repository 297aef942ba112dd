"""A PC whose clock is set while shows wait for it."""

import sys
import time
from collections.abc import Callable

from app.domain.clock import NS_PER_S, Clock

STEP_S = 10.0  # smaller ones are what keeping time by the network does, and harm no show

_ALSO_ASLEEP = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}


def awake_and_asleep_ns() -> int:
    """Nanoseconds that never go back and, other than the base of pacing, also pass while the PC sleeps."""
    name = _ALSO_ASLEEP.get(sys.platform)
    return time.clock_gettime_ns(getattr(time, name)) if name is not None else time.monotonic_ns()  # that of Windows counts sleep


class ClockWatch:
    """Compares the wall clock with one that nobody sets. `steady_ns` has to go on while the PC sleeps: waking up is no step."""

    def __init__(self, clock: Clock, steady_ns: Callable[[], int] = awake_and_asleep_ns) -> None:
        self._clock = clock
        self._steady_ns = steady_ns
        self._wall = clock.wall_ns()
        self._steady = steady_ns()

    def stepped_s(self) -> float:
        """By how many seconds the wall clock was set forward (or back, below zero) since this was asked last; 0 for less than counts."""
        wall, steady = self._clock.wall_ns(), self._steady_ns()
        step_s = ((wall - self._wall) - (steady - self._steady)) / NS_PER_S
        self._wall, self._steady = wall, steady
        return step_s if abs(step_s) >= STEP_S else 0.0
