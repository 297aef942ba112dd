"""The types and interfaces between sources, composer, mixer, encoders and publishers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.domain.base.errors import Value
from app.domain.program.output import Target
from app.domain.program.packet import Codec, EncodedPacket
from app.domain.program.stats import RelayProbe, SourceStats, TargetStats
from app.domain.program.trial import RelayTrial

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]

SAMPLE_RATE_HZ = 48_000
BLOCK_SAMPLES = 480  # 10 ms, the mixer's block
CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """A planar I420 frame, BT.709 limited range; width and height are even.

    y: (height, width) uint8; u, v: (height/2, width/2) uint8. alpha: None = opaque, else (height, width) uint8; then y, u and v are
    premultiplied: plane' = 16 + (y-16)·a/255 for y, 128 + (c-128)·a/255 for u and v.
    capture_ns: monotonic time of capture. sequence: counts a source's frames from 1; the same number means the same frame.
    `any_shape`: the frame has no shape and fills its box (a colour). `drawn_for_canvas`: its pixels are the canvas's own (text); it is
    shown 1:1 and never enlarged to fill its box.
    Nobody writes into the planes of a Frame that was handed out.
    """

    y: Plane
    u: Plane
    v: Plane
    capture_ns: int
    sequence: int
    alpha: Plane | None = None
    any_shape: bool = False
    drawn_for_canvas: bool = False

    @property
    def width(self) -> int:
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        return int(self.y.shape[0])


class VideoSource(Protocol):
    """A running source of frames.

    `latest` never blocks; it returns None until the first frame and while there is no signal. `reconfigure` takes complete settings while
    the source runs; False means that they need a new source.
    """

    def start(self) -> None: ...

    def close(self) -> None: ...

    def latest(self) -> Frame | None: ...

    def reconfigure(self, settings: Mapping[str, Value]) -> bool: ...

    def stats(self) -> SourceStats: ...


class SoundSource(Protocol):
    """A running source of sound for one mixer strip.

    `read` fills `out` ((480, 2) float32) with 10 ms of 48 kHz sound for the mixer's tick at `tick_ns`: the sound captured from `tick_ns -
    latency_ns` on, so that all sources of a mix match in time. Missing sound is silence. `read` returns the capture time of the first
    sample, which is earlier than asked for while the source needs more latency (`needed_latency_ns`). It never blocks or allocates; the
    source itself corrects the drift of its device's clock.
    `reconfigure` takes the kind's complete settings while the source sounds; False means that they need a new source.
    """

    def start(self) -> None: ...

    def close(self) -> None: ...

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int: ...

    def needed_latency_ns(self) -> int: ...

    def reconfigure(self, settings: Mapping[str, Value]) -> bool: ...

    def stats(self) -> SourceStats: ...


class PacketPublisher(Protocol):
    """Sends encoded packets to every target. Call any method from any thread; all return at once.

    `push` gets packets from the encoder threads. `targets` replaces the set of targets: new ones connect, missing ones leave in order, the
    others are not touched; an empty set stops all. `stats` includes the targets that are being left, as STOPPING; `has_left` is True when
    no target is wanted or being left. `watch` measures relays periodically and keeps connections warm.
    """

    def start(self) -> None: ...

    def close(self) -> None: ...

    def push(self, packet: EncodedPacket) -> None: ...

    def targets(self, targets: Sequence[Target]) -> None: ...

    def has_left(self) -> bool: ...

    def watch(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float = 30.0) -> None: ...

    def stats(self) -> tuple[TargetStats, ...]: ...

    def probes(self) -> tuple[RelayProbe, ...]: ...

    def try_out(self, target: Target, on_result: Callable[[RelayTrial], None]) -> None: ...


class EncoderControl(Protocol):
    """What a publisher may ask of the encoders. Call it from any thread; it returns at once.

    `request_keyframe`: an IDR within one frame, at most one every 300 ms. `request_bitrate`: the video kbit/s that the slowest target can
    take now (the setting's ceiling still applies). `request_codecs`: the codecs that targets agreed on.
    """

    def request_keyframe(self) -> None: ...

    def request_bitrate(self, kbps: int) -> None: ...

    def request_codecs(self, codecs: frozenset[Codec]) -> None: ...
