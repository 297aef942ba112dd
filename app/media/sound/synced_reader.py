"""Reads a ring in sync with the mixer: at the right capture time, at the device's true rate, without clicks."""

import numpy as np

from app.domain.base.clock import NS_PER_MS
from app.media.ports import BLOCK_SAMPLES, CHANNELS, SAMPLE_RATE_HZ, Samples
from app.media.sample_ring import SampleRing
from app.media.sound.interpolator import Interpolator
from app.media.sound.latency_estimator import LatencyEstimator
from app.media.sound.stream_clock import StreamClock

_BLOCK_NS = 10 * NS_PER_MS
_MAX_STRETCH = 0.005
_CATCH_UP = 0.1  # of the remaining distance per block, so that leftover jitter does not become vibrato
_JUMP_S = 0.03  # a larger error is corrected by one cross-fade instead of stretching (6 s)
_FAR_AHEAD_S = 2.0  # sound for a time further ahead is not awaited if other sound has arrived since
_FADE = 96  # 2 ms
_RAMP: Samples = np.linspace(0.0, 1.0, BLOCK_SAMPLES, dtype=np.float32)[:, None]
_FADE_OUT: Samples = np.linspace(1.0, 0.0, _FADE, dtype=np.float32)[:, None]
_FADE_IN: Samples = np.linspace(0.0, 1.0, _FADE, dtype=np.float32)[:, None]


class SyncedReader:
    """The mixer's end of a SampleRing.

    A StreamClock says when each sample frame was captured. A tick's block should start at the frame captured `latency` before it. In
    between, the ring is read in a straight line from where the last block ended, stretched by at most 0.5 %. A block whose time jumps by
    more than `tolerance_ns` starts a new line: at once (`confirm` = 1), or when `confirm` blocks in a row agree, so that jitter is not
    mistaken for a jump.
    """

    def __init__(self, ring: SampleRing, rate_hz: int, *, tolerance_ns: int, confirm: int) -> None:
        self._ring = ring
        self._rate_hz = rate_hz
        self._tolerance_ns = tolerance_ns
        self._confirm = confirm
        self._clock = StreamClock(rate_hz)
        self._interpolator = Interpolator(rate_hz)
        self._need = LatencyEstimator()
        self._stamp = 0
        self._outliers = 0
        self._break: tuple[int, int] | None = None  # a jump in the capture times: (its first frame, when that was captured)
        self._position = 0.0  # the sample frame at which the next block starts
        self._playing = False
        self._line_from = 0
        self._last: Samples = np.zeros(CHANNELS, np.float32)
        frames = int(BLOCK_SAMPLES * rate_hz / SAMPLE_RATE_HZ * (1 + 2 * _MAX_STRETCH)) + self._interpolator.taps + 4
        self._stretch: Samples = np.zeros((frames, CHANNELS), np.float32)
        self._other: Samples = np.zeros((BLOCK_SAMPLES, CHANNELS), np.float32)
        self.lost_frames = 0
        self.jumps = 0

    @property
    def rate_hz(self) -> float:
        """The measured rate of the device against the monotonic clock."""
        return self._clock.rate_hz

    @property
    def fill_frames(self) -> float:
        """Sample frames written and not yet read."""
        return self._ring.head - self._position

    @property
    def playing(self) -> bool:
        """Whether the last block had sound up to its end."""
        return self._playing

    def needed_latency_ns(self) -> int:
        """How long before a tick sound must be captured to arrive in time."""
        return self._need.ns

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int:
        """See `SoundSource.read`."""
        self._follow_stamps()
        if self._clock.running:
            self._need.tick(tick_ns)
            if self._break is None:
                self._need.observe(tick_ns, int(tick_ns + _BLOCK_NS - self._clock.ns_at(self._end())), self._ring.head)
        due_ns = tick_ns - max(latency_ns, self._need.ns)
        self._finish_line(due_ns)
        if not self._clock.running:
            return self._silence(out, due_ns)
        begin, end = self._clock.frame_at(due_ns), self._clock.frame_at(due_ns + _BLOCK_NS)
        nominal = end - begin
        if self._playing and self._position < self._ring.valid_from():
            self.lost_frames += max(0, self._ring.head - self._ring.capacity - int(self._position))
            self._playing = False
        if not self._playing:
            return self._begin(out, begin, nominal, due_ns)
        behind = end - self._position - nominal
        if abs(behind) > _JUMP_S * self._rate_hz:
            return self._jump(out, begin, nominal, due_ns)
        span = nominal + min(nominal * _MAX_STRETCH, max(-nominal * _MAX_STRETCH, behind * _CATCH_UP))
        capture_ns = self._clock.ns_at(self._position)
        self._playing = self._render(out, self._position, span)
        self._position += span
        self._last[:] = out[-1]
        return int(capture_ns)

    def _end(self) -> int:
        """The sample frame after the last one that a block can be centred on now."""
        last = self._ring.head if self._break is None else self._break[0]
        return last - self._interpolator.after - 1

    def _oldest(self) -> int:
        """The first sample frame of the current line that is still there."""
        return max(self._line_from, self._ring.valid_from())

    def _begin(self, out: Samples, begin: float, span: float, due_ns: int) -> int:
        if begin < self._oldest() or begin + span > self._end() or not self._need.known:
            return self._silence(out, due_ns)
        self._playing = self._render(out, begin, span)
        self._last[:] = out[-1]
        np.multiply(out[:_FADE], _FADE_IN, out=out[:_FADE])
        self._position = begin + span
        return due_ns

    def _jump(self, out: Samples, begin: float, span: float, due_ns: int) -> int:
        """Cross-fade to the position that should be read now."""
        self.jumps += 1
        self._render(self._other, self._position, span)
        if begin >= self._oldest():
            self._playing = self._render(out, begin, span)
        else:
            out.fill(0.0)
            self._playing = False
        np.subtract(out, self._other, out=out)
        np.multiply(out, _RAMP, out=out)
        np.add(out, self._other, out=out)
        self._position = begin + span
        self._last[:] = out[-1]
        return due_ns

    def _silence(self, out: Samples, due_ns: int) -> int:
        """Silence, with a short ramp from the last sample."""
        out.fill(0.0)
        if self._last.any():
            np.multiply(_FADE_OUT, self._last, out=out[:_FADE])
            self._last.fill(0.0)
        return due_ns

    def _render(self, out: Samples, begin: float, span: float) -> bool:
        """Sound from frame `begin` over `span` frames. If it ends too early, it fades to silence and False is returned."""
        whole = int(begin)
        step = span / BLOCK_SAMPLES
        ready = min(BLOCK_SAMPLES, int((self._end() - begin) / step)) if self._end() > begin else 0
        intact = self._ring.copy(whole - self._interpolator.before, self._stretch)
        if not intact or ready <= 0:
            out.fill(0.0)
            return False
        self._interpolator.render(self._stretch, begin - whole, step, out)
        if ready < BLOCK_SAMPLES:
            out[ready:] = 0.0
            fade = min(_FADE, ready)
            np.multiply(out[ready - fade : ready], _FADE_OUT[_FADE - fade :], out=out[ready - fade : ready])
            return False
        return True

    def _finish_line(self, due_ns: int) -> None:
        """Start the new line when the old one's sound is played or lost."""
        if self._break is None:
            return
        frame, capture_ns = self._break
        due_frame = self._clock.frame_at(due_ns)
        played = due_frame >= frame - self._interpolator.after - 1
        void = self._ring.valid_from() >= frame or due_frame < self._line_from - _FAR_AHEAD_S * self._rate_hz
        if played or void:
            self._start_line(frame, capture_ns)
            self._break = None
            self._playing = False
            self._need.forget_arrivals()
            self._follow_stamps()

    def _start_line(self, frame: int, capture_ns: int) -> None:
        self._line_from = frame
        self._clock.restart(frame, capture_ns)

    def _follow_stamps(self) -> None:
        """Process all new blocks, up to a jump in the capture times."""
        self._stamp = max(self._stamp, self._ring.oldest_stamp())
        while self._break is None and (found := self._ring.stamp(self._stamp)) is not None:
            self._stamp += 1
            frame, capture_ns = found
            if not self._clock.running:
                self._start_line(frame, capture_ns)
            elif abs(self._clock.error_ns(frame, capture_ns)) <= self._tolerance_ns:
                self._outliers = 0
                self._clock.update(frame, capture_ns)
            elif self._confirm <= 1:
                self._break = found
            else:
                self._note_outlier(frame, capture_ns)

    def _note_outlier(self, frame: int, capture_ns: int) -> None:
        """A live block whose time does not fit.

        If many in a row do not fit, the earlier times were wrong or frames were lost: the sound stays continuous, and `read` cross-fades to
        the right position.
        """
        self._outliers += 1
        if self._outliers >= self._confirm:
            self._outliers = 0
            self._clock.restart(frame, capture_ns)
            self._need.restart()
