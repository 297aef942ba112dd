"""Encoded packets: what encoders produce and publishers send."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

VIDEO_CLOCK_HZ = 90_000
AUDIO_CLOCK_HZ = 48_000


class MediaKind(Enum):
    VIDEO = "video"
    AUDIO = "audio"


class Codec(Enum):
    H264 = "H264"
    VP8 = "VP8"
    OPUS = "opus"


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One encoded frame or one 20 ms block of sound.

    `data`: H.264 as Annex B with SPS and PPS before every IDR, a VP8 frame, or an Opus packet.
    `pts`: in the RTP clock of its kind (90 kHz or 48 kHz), counted from the encoder's start, strictly increasing.
    `capture_ns`: the monotonic time at which the frame (or the block's first sample) was captured. `pts` and `capture_ns` relate in the
    same way for both kinds, so a receiver that pairs them by sender reports plays them in sync.
    """

    kind: MediaKind
    codec: Codec
    data: bytes
    pts: int
    capture_ns: int
    keyframe: bool = True


class PacketSink(Protocol):
    """Receives packets on encoder threads. Must return at once, never raise, and have its own bounded queue."""

    def push(self, packet: EncodedPacket) -> None: ...
