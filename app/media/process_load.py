"""Measures the processor time and memory of this process."""

import os

import psutil

from app.domain.base.clock import NS_PER_S, Clock

_LEAST_SPAN_NS = NS_PER_S // 2  # shorter spans make the percentage jump


class ProcessLoad:
    """Processor time and memory of the calling process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._process = psutil.Process(os.getpid())
        self._at_ns = clock.monotonic_ns()
        self._at_cpu_s = self.cpu_s()
        self._percent = 0.0

    def cpu_s(self) -> float:
        """User and system seconds since the process started."""
        times = self._process.cpu_times()
        return round(float(times.user + times.system), 3)

    def cpu_percent(self) -> float:
        """Percent of one core since the last call that was at least half a second ago."""
        now_ns, cpu_s = self._clock.monotonic_ns(), self.cpu_s()
        if now_ns - self._at_ns >= _LEAST_SPAN_NS:
            self._percent = round(100 * (cpu_s - self._at_cpu_s) * NS_PER_S / (now_ns - self._at_ns), 1)
            self._at_ns, self._at_cpu_s = now_ns, cpu_s
        return self._percent

    def rss_mb(self) -> float:
        """Resident memory in 10^6 bytes."""
        return round(float(self._process.memory_info().rss) / 1e6, 1)
