"""Clocks that a test sets."""

import time
from datetime import datetime


class SetClock:
    """A clock whose single reading the test sets; starts at one second."""

    def __init__(self, now_ns: int = 1_000_000_000) -> None:
        self.now_ns = now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def steady_ns(self) -> int:
        return self.now_ns

    def wall_ns(self) -> int:
        return self.now_ns

    def pass_ms(self, milliseconds: float) -> None:
        self.now_ns += round(milliseconds * 1_000_000)


class ShiftedClock:
    """The computer's clock shifted to another day; it starts at `now`."""

    def __init__(self, now: datetime) -> None:
        self._ahead_ns = round(now.timestamp()) * 1_000_000_000 - time.monotonic_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def steady_ns(self) -> int:
        return time.monotonic_ns()

    def wall_ns(self) -> int:
        return time.monotonic_ns() + self._ahead_ns

    def to(self, now: datetime) -> None:
        """Set another time."""
        self._ahead_ns = round(now.timestamp()) * 1_000_000_000 - time.monotonic_ns()
