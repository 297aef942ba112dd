"""Detects steps of the system clock."""

from app.domain.base.clock import NS_PER_S, Clock

STEP_S = 10.0  # smaller steps come from NTP and do not matter


class ClockWatch:
    """Compares the wall clock with a steady clock that also runs during sleep, so waking up is not a step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = clock.wall_ns()
        self._steady = clock.steady_ns()

    def stepped_s(self) -> float:
        """Seconds that the wall clock was set forward (negative: back) since the last call; 0 below STEP_S."""
        wall, steady = self._clock.wall_ns(), self._clock.steady_ns()
        step_s = ((wall - self._wall) - (steady - self._steady)) / NS_PER_S
        self._wall, self._steady = wall, steady
        return step_s if abs(step_s) >= STEP_S else 0.0
