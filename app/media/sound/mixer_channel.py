"""A mixer channel: one strip's sound, delayed, with its gain, metered."""

import numpy as np

from app.domain.program.mixing import MAX_DELAY_MS, MIN_GAIN_DB, Strip
from app.domain.program.stats import StripMeter
from app.media.ports import BLOCK_SAMPLES, CHANNELS, SAMPLE_RATE_HZ, Samples, SoundSource
from app.media.sound.levels import LevelMeter, amplitude

_WILDEST = 16.0  # 24 dB over full scale: a recording is never so loud, so this is a broken sample
_SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000
_RAMP: Samples = np.linspace(1 / BLOCK_SAMPLES, 1.0, BLOCK_SAMPLES, dtype=np.float32)[:, None]


def strip_gain(strip: Strip) -> float:
    """The factor for a strip's samples in the mix."""
    return 0.0 if strip.muted or strip.gain_db <= MIN_GAIN_DB else amplitude(strip.gain_db)


class DelayLine:
    """Delays sound by up to MAX_DELAY_MS, exact to the sample; a changed delay is cross-faded over one block."""

    def __init__(self) -> None:
        self._frames = MAX_DELAY_MS * _SAMPLES_PER_MS + BLOCK_SAMPLES
        self._line: Samples = np.zeros((self._frames, CHANNELS), np.float32)
        self._fade: Samples = np.zeros((BLOCK_SAMPLES, CHANNELS), np.float32)
        self._position = 0
        self._delay = 0

    def process(self, block: Samples, delay: int) -> None:
        """Put a block (480, 2) in and replace it by what came `delay` samples before."""
        self._put(block)
        if self._delay != delay:
            self._get(self._fade, self._delay)
            self._get(block, delay)
            np.subtract(block, self._fade, out=block)
            np.multiply(block, _RAMP, out=block)
            np.add(block, self._fade, out=block)
            self._delay = delay
        elif delay:
            self._get(block, delay)
        self._position = (self._position + BLOCK_SAMPLES) % self._frames

    def _put(self, block: Samples) -> None:
        straight = min(BLOCK_SAMPLES, self._frames - self._position)
        self._line[self._position : self._position + straight] = block[:straight]
        self._line[: BLOCK_SAMPLES - straight] = block[straight:]

    def _get(self, out: Samples, delay: int) -> None:
        begin = (self._position - delay) % self._frames
        straight = min(BLOCK_SAMPLES, self._frames - begin)
        out[:straight] = self._line[begin : begin + straight]
        out[straight:] = self._line[: BLOCK_SAMPLES - straight]


class MixerChannel:
    """A strip and its source. Call `update` from any thread, the rest from the mixer's thread."""

    def __init__(self, strip: Strip, source: SoundSource) -> None:
        self.source = source
        self._wanted = strip_gain(strip)
        self._gain = 0.0  # a new strip fades in
        self._delay = strip.delay_ms * _SAMPLES_PER_MS
        self._line = DelayLine() if self._delay else None
        self._block: Samples = np.zeros((BLOCK_SAMPLES, CHANNELS), np.float32)
        self._gains: Samples = np.zeros((BLOCK_SAMPLES, 1), np.float32)
        self._magnitude: Samples = np.zeros((BLOCK_SAMPLES, CHANNELS), np.float32)
        self._meter = LevelMeter(strip.source_id)

    def update(self, strip: Strip) -> None:
        """Apply the strip's gain, mute and delay."""
        self._wanted = strip_gain(strip)
        if strip.delay_ms and self._line is None:
            self._line = DelayLine()
        self._delay = strip.delay_ms * _SAMPLES_PER_MS

    def fade_out(self) -> None:
        """Fade out with the next block."""
        self._wanted = 0.0

    def mix(self, out: Samples, tick_ns: int, latency_ns: int) -> None:
        """Add this strip's next block to `out`."""
        block = self._block
        self.source.read(block, tick_ns, latency_ns)
        np.abs(block, out=self._magnitude)
        loudest = self._magnitude.max()
        if not loudest <= _WILDEST:  # written so that NaN counts as too loud
            block[~(self._magnitude <= _WILDEST)] = 0.0
        silent = not loudest
        if self._line is not None:
            self._line.process(block, self._delay)
            silent = not block.any()
        wanted = self._wanted
        if (wanted == 0.0 and self._gain == 0.0) or silent:
            self._gain = wanted
            self._meter.add_silence(BLOCK_SAMPLES)
            return
        if wanted != self._gain:
            np.multiply(_RAMP, wanted - self._gain, out=self._gains)
            np.add(self._gains, self._gain, out=self._gains)
            np.multiply(block, self._gains, out=block)
            self._gain = wanted
        elif wanted != 1.0:
            np.multiply(block, wanted, out=block)
        self._meter.add(block)
        np.add(out, block, out=out)

    def take_meter(self) -> StripMeter:
        """The levels since the last call."""
        return self._meter.take()
