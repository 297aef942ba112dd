"""Test sounds: a steady sine, or a beep every full second."""

import math
import threading
from collections.abc import Mapping

import numpy as np

from app.domain.base.clock import NS_PER_S
from app.domain.base.errors import Value
from app.domain.program.stats import SourceStats
from app.media.ports import BLOCK_SAMPLES, SAMPLE_RATE_HZ, Samples
from app.media.sound.levels import amplitude

BEEP_NS = NS_PER_S // 20
_EDGE_NS = 1_000_000  # a beep rises and falls within a millisecond to avoid a click
_SAMPLE_NS = NS_PER_S / SAMPLE_RATE_HZ


class Tone:
    """A SoundSource whose samples are a function of monotonic time alone, so its phase does not depend on the mixer's latency.

    The beep starts at each full second of the monotonic clock, with the test card's flash.
    """

    def __init__(self, source_id: str, settings: Mapping[str, Value]) -> None:
        self._source_id = source_id
        self._ramp = np.arange(BLOCK_SAMPLES, dtype=np.float64)
        self._time = np.zeros(BLOCK_SAMPLES, np.float64)
        self._wave = np.zeros(BLOCK_SAMPLES, np.float64)
        self._running = threading.Event()
        self.reconfigure(settings)

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """Apply settings of the kind "tone" while sounding; always possible."""
        self._sound = (float(settings["frequency_hz"]), amplitude(float(settings["level_db"])), bool(settings["beep"]))
        return True

    def start(self) -> None:
        self._running.set()

    def close(self) -> None:
        self._running.clear()

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int:
        """See `SoundSource.read`."""
        due_ns = tick_ns - latency_ns
        frequency_hz, level, beep = self._sound
        if not self._running.is_set() or (beep and not self._beeps(due_ns)):
            out.fill(0.0)
            return due_ns
        # the whole second is removed before floating point: the phase stays exact after years of uptime
        seconds, part_ns = divmod(due_ns, NS_PER_S)
        turns = (seconds * (frequency_hz % 1.0)) % 1.0 + (part_ns / NS_PER_S * frequency_hz) % 1.0
        np.multiply(self._ramp, 2 * math.pi * frequency_hz / SAMPLE_RATE_HZ, out=self._wave)
        np.add(self._wave, 2 * math.pi * turns, out=self._wave)
        np.sin(self._wave, out=self._wave)
        np.multiply(self._wave, level, out=self._wave)
        if beep:
            self._shape(part_ns)
        np.copyto(out[:, 0], self._wave, casting="unsafe")
        np.copyto(out[:, 1], out[:, 0])
        return due_ns

    def needed_latency_ns(self) -> int:
        """Always 0: the sound of any moment can be generated."""
        return 0

    def stats(self) -> SourceStats:
        return SourceStats(self._source_id, alive=True)

    @staticmethod
    def _beeps(due_ns: int) -> bool:
        begin = due_ns % NS_PER_S
        return begin < BEEP_NS or begin + BLOCK_SAMPLES * _SAMPLE_NS > NS_PER_S

    def _shape(self, part_ns: int) -> None:
        """Multiply the wave by the beep's envelope; `part_ns` is the block's position in its second."""
        time = self._time
        np.multiply(self._ramp, _SAMPLE_NS, out=time)
        np.add(time, part_ns, out=time)
        np.subtract(time, NS_PER_S, out=time, where=time >= NS_PER_S)
        # distance to the nearer end of the beep, in edges, within 0..1
        np.subtract(BEEP_NS / 2, np.abs(np.subtract(time, BEEP_NS / 2, out=time), out=time), out=time)
        np.divide(time, _EDGE_NS, out=time)
        np.clip(time, 0.0, 1.0, out=time)
        np.multiply(self._wave, time, out=self._wave)
