"""Estimates when each sample frame of a stream was captured from the noisy times of its blocks."""

import math

from app.domain.base.clock import NS_PER_S

_BANDWIDTH_HZ = 0.05  # narrow enough to make many milliseconds of jitter inaudible
_MAX_DEVIATION = 0.005  # no sound card is further from its nominal rate


class StreamClock:
    """A delay-locked loop over (frame, capture time) pairs: a smooth line whose slope is the device's true rate.

    After F. Adriaensen, "Using a DLL to filter time" (2005), but with a different start: sound cards are near their nominal rate, so the
    first blocks are averaged until the loop is as slow as the average.
    """

    def __init__(self, rate_hz: float) -> None:
        self._nominal_ns = NS_PER_S / rate_hz
        self._period_ns = self._nominal_ns
        self._frame = 0
        self._at_ns = 0.0
        self._updates = 0
        self.running = False

    @property
    def rate_hz(self) -> float:
        """Measured sample frames per second of the monotonic clock."""
        return NS_PER_S / self._period_ns

    def restart(self, frame: int, capture_ns: int) -> None:
        """Start a new line here at the nominal rate: after a jump, the earlier times may have been wrong."""
        self._frame, self._at_ns = frame, float(capture_ns)
        self._period_ns = self._nominal_ns
        self._updates = 0
        self.running = True

    def error_ns(self, frame: int, capture_ns: int) -> float:
        """How much later than predicted this sample frame was captured."""
        return capture_ns - self.ns_at(frame)

    def update(self, frame: int, capture_ns: int) -> None:
        """Add a pair; frame numbers must rise."""
        span_ns = (frame - self._frame) * self._period_ns
        if span_ns <= 0:
            return
        error = self.error_ns(frame, capture_ns)
        self._updates += 1
        omega = min(0.5, 2.0 * math.pi * _BANDWIDTH_HZ * span_ns / NS_PER_S)
        self._at_ns += span_ns + max(math.sqrt(2.0) * omega, 1.0 / (self._updates + 1)) * error
        period = self._period_ns + omega * omega * error / (frame - self._frame)
        low, high = self._nominal_ns * (1 - _MAX_DEVIATION), self._nominal_ns * (1 + _MAX_DEVIATION)
        self._period_ns = min(high, max(low, period))
        self._frame = frame

    def ns_at(self, frame: float) -> float:
        """The capture time of a sample frame, which may be fractional."""
        return self._at_ns + (frame - self._frame) * self._period_ns

    def frame_at(self, capture_ns: float) -> float:
        """The fractional sample frame captured at this time."""
        return self._frame + (capture_ns - self._at_ns) / self._period_ns
