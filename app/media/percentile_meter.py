"""Percentiles of short times: of the last minute for the window, of the whole run for reports."""

import numpy as np
import numpy.typing as npt

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.domain.program.stats import Percentiles

_WINDOW_NS = 60 * NS_PER_S
_MOST = 60 * 60  # one minute at 60 fps
_BIN_MS = 0.1
_BINS = 5000  # up to 500 ms; longer times count in the last bin, and `max` stays exact


class PercentileMeter:
    """Takes one duration per event. Memory is bounded and `add` allocates nothing. One thread adds, any thread reads."""

    def __init__(self) -> None:
        self._values: npt.NDArray[np.float32] = np.zeros(_MOST, np.float32)
        self._times: npt.NDArray[np.int64] = np.full(_MOST, -_WINDOW_NS, np.int64)
        self._count = 0
        self._bins: npt.NDArray[np.int64] = np.zeros(_BINS, np.int64)
        self._max_ms = 0.0

    def add(self, duration_ns: int, now_ns: int) -> None:
        """Count an event that took `duration_ns` and ended at `now_ns` (monotonic)."""
        milliseconds = duration_ns / NS_PER_MS
        slot = self._count % _MOST
        self._values[slot] = milliseconds
        self._times[slot] = now_ns
        self._count += 1
        self._bins[min(_BINS - 1, max(0, int(milliseconds / _BIN_MS)))] += 1
        self._max_ms = max(self._max_ms, milliseconds)

    def begin_run(self) -> None:
        """Restart `whole_run`; a value added at the same moment may be lost."""
        self._bins.fill(0)
        self._max_ms = 0.0

    def last_minute(self, now_ns: int) -> Percentiles:
        """Percentiles of the events that ended within the minute before `now_ns`."""
        count = min(self._count, _MOST)
        recent = self._values[:count][self._times[:count] > now_ns - _WINDOW_NS]
        if not len(recent):
            return Percentiles()
        p50, p95, p99 = np.percentile(recent, (50, 95, 99), method="higher")
        return Percentiles(round(float(p50), 2), round(float(p95), 2), round(float(p99), 2), round(float(recent.max()), 2))

    def whole_run(self) -> Percentiles:
        """Percentiles since `begin_run` (or since construction), to a tenth of a millisecond."""
        total = int(self._bins.sum())
        if not total:
            return Percentiles()
        upto = np.cumsum(self._bins)

        def quantile(part: float) -> float:
            found = int(np.searchsorted(upto, part * total, side="left"))
            return round(min(self._max_ms, (found + 1) * _BIN_MS), 2)

        return Percentiles(quantile(0.50), quantile(0.95), quantile(0.99), round(self._max_ms, 2))
