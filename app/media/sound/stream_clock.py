"""Which frame of a stream was captured when, from the noisy times its blocks came with."""

import math

from app.domain.base.clock import NS_PER_S

_BANDWIDTH_HZ = 0.05  # narrow enough that jitter of many milliseconds does not sound
_MAX_DEVIATION = 0.005  # no sound card is further from its nominal rate


class StreamClock:
    """A delay-locked loop over (frame, capture time) pairs: a smooth line through them whose slope is the device's true rate.

    After F. Adriaensen, "Using a DLL to filter time" (2005), with a start of its own: sound cards are near their nominal rate, so the first
    blocks are simply averaged until the loop is as slow as the average.
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
        """Frames a second of the monotonic clock, as measured."""
        return NS_PER_S / self._period_ns

    def restart(self, frame: int, capture_ns: int) -> None:
        """Begin a new line here, at the nominal rate: a jump may mean that the times so far were wrong."""
        self._frame, self._at_ns = frame, float(capture_ns)
        self._period_ns = self._nominal_ns
        self._updates = 0
        self.running = True

    def error_ns(self, frame: int, capture_ns: int) -> float:
        """How much later than the line says this frame was captured."""
        return capture_ns - self.ns_at(frame)

    def update(self, frame: int, capture_ns: int) -> None:
        """Take one more pair into account; frames rise."""
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
        """Capture time of a frame, whole or between two."""
        return self._at_ns + (frame - self._frame) * self._period_ns

    def frame_at(self, capture_ns: float) -> float:
        """The frame, with its fraction, captured at a time."""
        return self._frame + (capture_ns - self._at_ns) / self._period_ns
