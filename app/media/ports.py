"""The shapes by which sources, composer, mixer, encoders and publishers know each other."""

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
BLOCK_SAMPLES = 480  # 10 ms, the mixer's step
CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One planar I420 frame, BT.709 limited range, width and height even.

    y: (height, width) uint8; u, v: (height/2, width/2) uint8. alpha: None = opaque, else (height, width) uint8, and
    then y, u, v are premultiplied: plane' = 16 + (y-16)·a/255 for y, 128 + (c-128)·a/255 for u and v.
    capture_ns: monotonic time of capture. sequence: counts a source's frames from 1; the same number = the same frame.
    `any_shape`: it has no shape of its own and fills its box (a colour). `drawn_for_canvas`: its pixels are the canvas's own (text), so it
    is shown pixel by pixel and never enlarged to fill its box.
    Nobody writes into the planes after handing a Frame out, while the holder keeps it.
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


class PictureSource(Protocol):
    """A running source of frames. `latest` never blocks; None until the first frame or while there is no signal."""

    def start(self) -> None: ...

    def close(self) -> None: ...

    def latest(self) -> Frame | None: ...

    def stats(self) -> SourceStats: ...


class SoundSource(Protocol):
    """A running source of sound for one mixer strip.

    `read` fills `out` ((480, 2) float32) with 10 ms of 48 kHz sound for the mixer's tick at `tick_ns`: what was captured from
    `tick_ns - latency_ns` on, so that all sources of a mix are of one moment; silence where nothing is there. It returns the capture time
    of the first sample, which is earlier than asked for while the source needs more latency than that: `needed_latency_ns`.
    `reconfigure` takes over the kind's (completed) settings while sounding; False = they need a new source.
    `read` never blocks and never allocates; drift against the device's clock is the source's own business.
    """

    def start(self) -> None: ...

    def close(self) -> None: ...

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int: ...

    def needed_latency_ns(self) -> int: ...

    def reconfigure(self, settings: Mapping[str, Value]) -> bool: ...

    def stats(self) -> SourceStats: ...


class PacketPublisher(Protocol):
    """Takes the encoded packets to every target. All methods may be called from any thread and return at once.

    Packets come by `push` from the encoder threads. `targets` replaces the set of targets: new ones connect, missing ones
    leave in order, the others are not touched; an empty set stops all. `stats` has those that are being left too, as STOPPING; `has_left`
    tells when none is wanted and none is left over. `watch` measures relays every
    so often and keeps connections warm.
    """

    def start(self) -> None: ...

    def close(self) -> None: ...

    def push(self, packet: EncodedPacket) -> None: ...

    def targets(self, targets: Sequence[Target]) -> None: ...

    def has_left(self) -> bool: ...

    def watch(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float = 30.0) -> None: ...

    def stats(self) -> tuple[TargetStats, ...]: ...

    def probes(self) -> tuple[RelayProbe, ...]: ...

    def try_out(self, target: Target, told: Callable[[RelayTrial], None]) -> None: ...


class EncoderControl(Protocol):
    """What a publisher may ask of the encoders; any thread, returns at once.

    `request_keyframe`: an IDR within one frame, at most one each 300 ms. `request_bitrate`: video kbit/s that the slowest
    target bears now (the setting's ceiling still holds). `request_codecs`: the codecs that targets have agreed on.
    """

    def request_keyframe(self) -> None: ...

    def request_bitrate(self, kbps: int) -> None: ...

    def request_codecs(self, codecs: frozenset[Codec]) -> None: ...
