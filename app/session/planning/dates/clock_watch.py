"""A PC whose clock is set while shows wait for it."""

from app.domain.base.clock import NS_PER_S, Clock

STEP_S = 10.0  # smaller ones are what keeping time by the network does, and harm no show


class ClockWatch:
    """Compares the wall clock with one that nobody sets, and that goes on while the PC sleeps: waking up is no step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall = clock.wall_ns()
        self._steady = clock.steady_ns()

    def stepped_s(self) -> float:
        """By how many seconds the wall clock was set forward (or back, below zero) since this was asked last; 0 for less than counts."""
        wall, steady = self._clock.wall_ns(), self._clock.steady_ns()
        step_s = ((wall - self._wall) - (steady - self._steady)) / NS_PER_S
        self._wall, self._steady = wall, steady
        return step_s if abs(step_s) >= STEP_S else 0.0
