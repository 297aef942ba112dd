"""The last stage of the mix: a soft limiter instead of clipping."""

import numpy as np

from app.media.ports import BLOCK_SAMPLES, CHANNELS, SAMPLE_RATE_HZ, Samples
from app.media.sound.levels import amplitude

CEILING = amplitude(-1.0)  # headroom for the overshoot of lossy coding
_STEP = 120  # 2.5 ms: the attack, and the delay of the look-ahead
_STEPS = BLOCK_SAMPLES // _STEP
_RELEASE_PER_STEP = 1.0 + 0.0025 * 2.0  # about 17 dB a second
DELAY_SAMPLES = _STEP
DELAY_NS = DELAY_SAMPLES * 1_000_000_000 // SAMPLE_RATE_HZ


class Limiter:
    """Keeps blocks below CEILING by a piecewise linear gain, with DELAY_SAMPLES of look-ahead.

    Where two steps meet, the gain is at most what the louder step allows, and it is linear between: no sample exceeds the ceiling, and no
    corner clicks. Below the ceiling the sound is only delayed.
    """

    def __init__(self) -> None:
        self._line: Samples = np.zeros((_STEP + BLOCK_SAMPLES, CHANNELS), np.float32)
        self._magnitude: Samples = np.zeros((BLOCK_SAMPLES, CHANNELS), np.float32)
        self._peaks: Samples = np.zeros(_STEPS, np.float32)
        self._ramp: Samples = np.linspace(1 / _STEP, 1.0, _STEP, dtype=np.float32)[:, None]
        self._gains: Samples = np.zeros((_STEP, 1), np.float32)
        self._held = 1.0  # the gain that the step waiting in the line allows
        self._gain = 1.0

    def process(self, block: Samples) -> None:
        """Replace a block (480, 2) by what came DELAY_SAMPLES before it, limited."""
        line = self._line
        line[:_STEP] = line[BLOCK_SAMPLES:]
        line[_STEP:] = block
        np.abs(block, out=self._magnitude)
        np.maximum.reduce(self._magnitude.reshape(_STEPS, _STEP * CHANNELS), axis=1, out=self._peaks)
        block[:] = line[:BLOCK_SAMPLES]
        for step in range(_STEPS):
            peak = float(self._peaks[step])
            bears = 1.0 if peak <= CEILING else CEILING / peak
            target = min(bears, self._held, self._gain * _RELEASE_PER_STEP)
            if target < 1.0 or self._gain < 1.0:
                np.multiply(self._ramp, target - self._gain, out=self._gains)
                np.add(self._gains, self._gain, out=self._gains)
                part = block[step * _STEP : (step + 1) * _STEP]
                np.multiply(part, self._gains, out=part)
            self._gain, self._held = target, bears
