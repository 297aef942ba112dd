"""Encodes program sound to Opus packets."""

from fractions import Fraction

import av
import numpy as np
from av.error import FFmpegError

from app.domain.base.clock import NS_PER_S
from app.domain.base.errors import AppError
from app.domain.program.output import AudioSettings
from app.domain.program.packet import Codec, EncodedPacket, MediaKind
from app.media.ports import CHANNELS, SAMPLE_RATE_HZ, Samples

PACKET_SAMPLES = 960  # 20 ms
_EXPECTED_LOSS_PERCENT = 5  # libopus spends bits on redundancy in proportion to this
# Measured per packet at 128 kb/s: level 10 takes 0.3 to 0.45 ms, level 5 0.15 ms, and tone, speech and music are reproduced no worse (41,
# 28 and 21 dB). But below level 7 libopus does not distinguish speech from music, and then adds no redundancy at such rates.
_LEVEL_WITH_FEC, _LEVEL_WITHOUT = "7", "5"
_WARM_UP_PACKETS = 3  # a new encoder gets this much of the past first, to fill its look-ahead and predictors


class SoundEncodeError(AppError):
    """libopus does not open or refuses a block; `data` has `reason`."""


def _open(settings: AudioSettings) -> av.AudioCodecContext:
    codec = av.AudioCodecContext.create("libopus", "w")
    codec.sample_rate = SAMPLE_RATE_HZ
    codec.layout = "stereo"
    codec.format = "flt"
    codec.time_base = Fraction(1, SAMPLE_RATE_HZ)
    codec.bit_rate = settings.bitrate_kbps * 1000
    codec.options = {
        "application": "audio",
        "frame_duration": "20",
        "vbr": "on",
        "compression_level": _LEVEL_WITH_FEC if settings.fec else _LEVEL_WITHOUT,
        "fec": "1" if settings.fec else "0",
        "packet_loss": str(_EXPECTED_LOSS_PERCENT if settings.fec else 0),
        "dtx": "1" if settings.dtx else "0",
    }
    try:
        codec.open()
    except (FFmpegError, ValueError) as error:
        raise SoundEncodeError("sound.opus", reason=str(error)) from error
    return codec


def _new_frame() -> av.AudioFrame:
    frame = av.AudioFrame(format="flt", layout="stereo", samples=PACKET_SAMPLES)
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return frame


class OpusEncoder:
    """Encodes blocks of 960 samples, 48 kHz stereo float32, to one Opus packet each. One thread, except `configure`.

    `EncodedPacket.capture_ns` is that of the first sample that the packet decodes to: Opus delays sound by 6.5 ms (its look-ahead), and
    WebRTC receivers do not correct for that.
    """

    def __init__(self, settings: AudioSettings) -> None:
        self._settings = settings
        self._wanted = settings
        self._codec = _open(settings)
        self._past: Samples = np.zeros((_WARM_UP_PACKETS, PACKET_SAMPLES, CHANNELS), np.float32)
        self._packets = 0
        self._codec_packets = 0  # packets of this libopus instance
        self._frame = _new_frame()
        self._frame_samples = np.frombuffer(memoryview(self._frame.planes[0]), np.float32).reshape(PACKET_SAMPLES, CHANNELS)

    def configure(self, settings: AudioSettings) -> None:
        """Use other settings from the next packet on; any thread."""
        self._wanted = settings

    def encode(self, samples: Samples, pts: int, capture_ns: int) -> EncodedPacket:
        """Encode (960, 2) samples, the first one captured at `capture_ns`. Raises SoundEncodeError."""
        if self._wanted != self._settings:
            self._reopen(self._wanted)
        # libavcodec gets an unbroken count, not `pts`: it would give the packet after a gap the time before it.
        data, delay = self._encode(self._codec, samples, self._codec_packets * PACKET_SAMPLES)
        self._codec_packets += 1
        self._past[self._packets % _WARM_UP_PACKETS] = samples
        self._packets += 1
        return EncodedPacket(MediaKind.AUDIO, Codec.OPUS, data, pts, capture_ns - delay * NS_PER_S // SAMPLE_RATE_HZ)

    def _reopen(self, settings: AudioSettings) -> None:
        """libavcodec applies libopus settings only when it opens, so a new encoder is warmed up with the sound just sent."""
        self._settings = settings
        codec = _open(settings)
        for number in range(_WARM_UP_PACKETS):
            self._encode(codec, self._past[(self._packets + number) % _WARM_UP_PACKETS], number * PACKET_SAMPLES)
        self._codec = codec
        self._codec_packets = _WARM_UP_PACKETS

    def _encode(self, codec: av.AudioCodecContext, samples: Samples, pts: int) -> tuple[bytes, int]:
        self._frame_samples[:] = samples
        self._frame.pts = pts
        try:
            packets = codec.encode(self._frame)
        except FFmpegError as error:
            raise SoundEncodeError("sound.opus", reason=str(error)) from error
        if len(packets) != 1 or packets[0].pts is None:
            raise SoundEncodeError("sound.opus", reason=f"{len(packets)} packets of one block")
        return bytes(packets[0]), pts - packets[0].pts
