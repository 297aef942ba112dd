"""Decodes the newest audio of a watcher."""

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext

from app.domain.program.packet import AUDIO_CLOCK_HZ
from app.transport.rtp import parse_header, payload_of
from tests.support.sounds import strongest
from tests.support.watcher import Watcher

EACH = 10  # packets between two checks: a fifth of a second
HEARD = 0.01  # amplitude


class Ear:
    """`hears(frequency)` and `hears_nothing()` judge the last half second; both are False with less audio."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._decoder = av.CodecContext.create("libopus", "r")
        assert isinstance(self._decoder, AudioCodecContext)
        self._decoder.sample_rate, self._decoder.layout = AUDIO_CLOCK_HZ, "stereo"
        self._taken = len(watcher.audio)
        self._tail: npt.NDArray[np.float32] = np.zeros(0, np.float32)
        self.loudest = (0.0, 0.0)

    def _listen(self) -> bool:
        """Decode new packets; False if there are too few to check."""
        assert isinstance(self._decoder, AudioCodecContext)
        if len(self._watcher.audio) - self._taken < EACH:
            return False
        parts: list[npt.NDArray[np.float32]] = [self._tail]
        for raw in self._watcher.audio[self._taken :]:
            frames = self._decoder.decode(av.Packet(payload_of(raw, parse_header(raw))))
            parts += [np.asarray(frame.to_ndarray().reshape(-1, 2)[:, 0], np.float32) / np.float32(32768) for frame in frames]
        self._taken = len(self._watcher.audio)
        self._tail = np.concatenate(parts)[-AUDIO_CLOCK_HZ // 2 :]
        if len(self._tail) < AUDIO_CLOCK_HZ // 2:
            return False
        self.loudest = strongest(self._tail)
        return True

    def hears(self, frequency_hz: float) -> bool:
        return self._listen() and abs(self.loudest[0] - frequency_hz) < 10 and self.loudest[1] > HEARD

    def hears_nothing(self) -> bool:
        return self._listen() and float(np.abs(self._tail).max()) < HEARD / 10
