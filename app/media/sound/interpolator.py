"""Sound between samples: a windowed-sinc interpolator for any start and any step near a fixed ratio."""

import numpy as np
import numpy.typing as npt

from app.media.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples

_PHASES = 4096  # the nearest phase is used: error -76 dB at 10 kHz, -96 dB at 1 kHz
_TAPS = 24  # at 48 kHz and below; proportionally more above, where the filter must also prevent aliasing
_KAISER_BETA = 7.0
_PASS = 0.93  # of the lower Nyquist frequency: the filter's half-amplitude point


def kernel(rate_hz: int) -> Samples:
    """(phases + 1, taps) coefficients that convert sound of `rate_hz` to 48 kHz; each row sums to 1."""
    ratio = max(1.0, rate_hz / SAMPLE_RATE_HZ)
    taps = 2 * round(_TAPS * ratio / 2)
    cutoff = _PASS / ratio if rate_hz != SAMPLE_RATE_HZ else 1.0
    fraction = np.arange(_PHASES + 1)[:, None] / _PHASES
    distance = np.arange(taps)[None, :] - (taps // 2 - 1) - fraction
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1.0 - (distance / (taps / 2)) ** 2, 0.0, None))) / np.i0(_KAISER_BETA)
    rows = np.sinc(distance * cutoff) * window
    coefficients: Samples = (rows / rows.sum(axis=1, keepdims=True)).astype(np.float32)
    return coefficients


class Interpolator:
    """Fills blocks of 480 stereo samples from sample frames at fractional positions; allocates nothing after construction."""

    def __init__(self, rate_hz: int) -> None:
        # a stereo frame is handled as one complex number: both channels are gathered, weighted and summed in one step
        self._kernel = kernel(rate_hz).astype(np.complex64)
        self.taps = int(self._kernel.shape[1])
        self.before = self.taps // 2 - 1  # sample frames needed before the first position
        self.after = self.taps // 2  # sample frames needed after the last position
        self._ramp = np.arange(BLOCK_SAMPLES, dtype=np.float64)
        self._at = np.zeros(BLOCK_SAMPLES, np.float64)
        self._whole = np.zeros(BLOCK_SAMPLES, np.float64)
        self._first: npt.NDArray[np.int64] = np.zeros(BLOCK_SAMPLES, np.int64)
        self._phase: npt.NDArray[np.int64] = np.zeros(BLOCK_SAMPLES, np.int64)
        self._tap = np.repeat(np.arange(self.taps, dtype=np.int64)[None, :], BLOCK_SAMPLES, axis=0)
        self._index: npt.NDArray[np.int64] = np.zeros((BLOCK_SAMPLES, self.taps), np.int64)
        self._frames: npt.NDArray[np.complex64] = np.zeros((BLOCK_SAMPLES, self.taps), np.complex64)
        self._weights: npt.NDArray[np.complex64] = np.zeros((BLOCK_SAMPLES, self.taps), np.complex64)

    def render(self, stretch: Samples, offset: float, step: float, out: Samples) -> None:
        """`out` (480, 2) = sound at offset, offset + step, … (in frames, 0 <= offset < 1) counted from stretch[before].

        Both are contiguous; `stretch` holds at least before + 480·step + 1 + after frames.
        """
        np.multiply(self._ramp, step, out=self._at)
        np.add(self._at, offset, out=self._at)
        np.floor(self._at, out=self._whole)
        np.subtract(self._at, self._whole, out=self._at)
        np.multiply(self._at, _PHASES, out=self._at)
        np.rint(self._at, out=self._at)
        np.copyto(self._first, self._whole, casting="unsafe")
        np.copyto(self._phase, self._at, casting="unsafe")
        np.copyto(self._index, self._first[:, None])  # adding with broadcasting would allocate
        np.add(self._index, self._tap, out=self._index)
        np.take(stretch.view(np.complex64)[:, 0], self._index, out=self._frames, mode="clip")
        np.take(self._kernel, self._phase, axis=0, out=self._weights, mode="clip")
        np.vecdot(self._weights, self._frames, out=out.view(np.complex64)[:, 0])
