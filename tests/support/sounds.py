"""Makes and measures sounds."""

import threading
from collections.abc import Mapping, Sequence

import av
import numpy as np
import numpy.typing as npt

from app.domain.base.errors import Value
from app.domain.program.packet import EncodedPacket
from app.domain.program.stats import SourceStats
from app.media.ports import SAMPLE_RATE_HZ, Samples

Wave = npt.NDArray[np.float64]


def sine(frequency_hz: float, seconds: float, *, level: float = 0.25, rate_hz: float = SAMPLE_RATE_HZ, start: int = 0) -> Wave:
    """Return one channel of a sine, starting at sample number `start`."""
    wave: Wave = level * np.sin(2 * np.pi * frequency_hz * (start + np.arange(int(seconds * rate_hz))) / rate_hz)
    return wave


def stereo(left: npt.ArrayLike, right: npt.ArrayLike | None = None) -> Samples:
    """Return (n, 2) float32 of one or two channels."""
    one = np.asarray(left, np.float32)
    return np.ascontiguousarray(np.stack([one, one if right is None else np.asarray(right, np.float32)], axis=1))


def strongest(wave: npt.ArrayLike, rate_hz: int = SAMPLE_RATE_HZ) -> tuple[float, float]:
    """Return (frequency in Hz, amplitude) of the strongest tone in one channel."""
    samples = np.asarray(wave, np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    peak = int(spectrum.argmax())
    return peak * rate_hz / len(samples), float(spectrum[peak] / (len(samples) / 4))


def impurity_db(wave: npt.ArrayLike, width_hz: float = 60.0) -> float:
    """Return the energy outside `width_hz` around the strongest tone, in dB of the total. Distortion, clicks and gaps raise it."""
    samples = np.asarray(wave, np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.blackman(len(samples)))) ** 2
    near = int(width_hz * len(samples) / SAMPLE_RATE_HZ)
    peak = int(spectrum.argmax())
    rest = spectrum[: max(0, peak - near)].sum() + spectrum[peak + near :].sum()
    return float(10 * np.log10(rest / spectrum.sum() + 1e-20))


def decoded(packets: Sequence[EncodedPacket]) -> Samples:
    """Decode Opus packets to (n, 2) samples, as a WebRTC receiver does."""
    decoder = av.AudioCodecContext.create("libopus", "r")
    decoder.sample_rate = SAMPLE_RATE_HZ
    decoder.layout = "stereo"
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    samples: Samples = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames]).astype(np.float32)
    return samples / np.float32(32768)


class SteadySource:
    """A SoundSource that loops samples or one value, and records the requested times."""

    def __init__(self, samples: Samples, *, needed_latency_ns: int = 0) -> None:
        self.samples = samples
        self.needed_ns = needed_latency_ns
        self.moments: list[tuple[int, int]] = []
        self._position = 0

    def start(self) -> None: ...

    def close(self) -> None: ...

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int:
        out[:] = self.samples[(self._position + np.arange(len(out))) % len(self.samples)]
        self._position += len(out)
        self.moments.append((tick_ns, latency_ns))
        return tick_ns - latency_ns

    def needed_latency_ns(self) -> int:
        return self.needed_ns

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        return True

    def stats(self) -> SourceStats:
        return SourceStats("steady", alive=True)


class PacketShelf:
    """A PacketSink that keeps all packets and signals when there are enough."""

    def __init__(self) -> None:
        self.packets: list[EncodedPacket] = []
        self._more = threading.Condition()

    def push(self, packet: EncodedPacket) -> None:
        with self._more:
            self.packets.append(packet)
            self._more.notify_all()

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[EncodedPacket]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.packets) >= count, timeout_s), f"{len(self.packets)} of {count} packets came"
            return list(self.packets)
