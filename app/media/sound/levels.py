"""Sound levels for meters."""

import math

import numpy as np
import numpy.typing as npt

from app.domain.program.stats import StripMeter
from app.media.ports import BLOCK_SAMPLES, CHANNELS, Samples

SILENCE_DB = -120.0


def decibels(amplitude: float) -> float:
    """dBFS of an amplitude, full scale = 1.0; never below SILENCE_DB."""
    return max(SILENCE_DB, 20.0 * math.log10(amplitude)) if amplitude > 1e-6 else SILENCE_DB


def amplitude(level_db: float) -> float:
    """The amplitude of a level in dBFS."""
    return float(10.0 ** (level_db / 20.0))


class LevelMeter:
    """Collects peak and RMS per channel from blocks until they are taken."""

    def __init__(self, source_id: str) -> None:
        self._source_id = source_id
        self._peak: Samples = np.zeros(CHANNELS, np.float32)
        self._squares: npt.NDArray[np.float64] = np.zeros(CHANNELS, np.float64)
        # per channel: reducing along the long axis of interleaved samples costs ten times as much
        self._channels: Samples = np.zeros((CHANNELS, BLOCK_SAMPLES), np.float32)
        self._block_peak: Samples = np.zeros(CHANNELS, np.float32)
        self._block_squares: Samples = np.zeros(CHANNELS, np.float32)
        self._frames = 0

    def add(self, block: Samples) -> None:
        """Add a block (480, 2)."""
        np.copyto(self._channels, block.T)
        np.vecdot(self._channels, self._channels, out=self._block_squares)
        np.add(self._squares, self._block_squares, out=self._squares)
        np.abs(self._channels, out=self._channels)
        np.maximum.reduce(self._channels, axis=1, out=self._block_peak)
        np.maximum(self._peak, self._block_peak, out=self._peak)
        self._frames += len(block)

    def add_silence(self, frames: int) -> None:
        """The same as a block of zeros."""
        self._frames += frames

    def take(self) -> StripMeter:
        """The levels since the last call."""
        frames = max(1, self._frames)
        peaks = float(self._peak[0]), float(self._peak[1])
        left, right = math.sqrt(self._squares[0] / frames), math.sqrt(self._squares[1] / frames)
        self._peak.fill(0.0)
        self._squares.fill(0.0)
        self._frames = 0
        return StripMeter(
            self._source_id,
            (decibels(peaks[0]), decibels(peaks[1])),
            (decibels(left), decibels(right)),
            max(peaks) >= 1.0,
        )
