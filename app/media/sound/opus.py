"""Opus packets from program sound."""

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
# Measured at 128 kb/s, a packet: level 10 takes 0.3 to 0.45 ms, level 5 0.15 ms, and follows tone, speech and music no worse
# (41, 28 and 21 dB). But below 7 libopus does not tell speech from music, and without that it never puts redundancy in at such rates.
_LEVEL_WITH_FEC, _LEVEL_WITHOUT = "7", "5"
_WARM_UP_PACKETS = 3  # a new encoder hears this much of the past before it takes over: its look-ahead and predictors are filled


class SoundEncodeError(AppError):
    """libopus cannot be opened or refused a block; `data` has `reason`."""


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
    """48 kHz stereo float32 in blocks of 960 → one Opus packet each. One thread, except `configure`.

    `EncodedPacket.capture_ns` is that of the first sample the packet decodes to: Opus puts sound out 6.5 ms (its look-ahead) after it
    went in, and no WebRTC receiver corrects for that.
    """

    def __init__(self, settings: AudioSettings) -> None:
        self._settings = settings
        self._wanted = settings
        self._codec = _open(settings)
        self._past: Samples = np.zeros((_WARM_UP_PACKETS, PACKET_SAMPLES, CHANNELS), np.float32)
        self._packets = 0
        self._codec_packets = 0  # that this opening of libopus has taken
        self._frame = _new_frame()
        self._frame_samples = np.frombuffer(memoryview(self._frame.planes[0]), np.float32).reshape(PACKET_SAMPLES, CHANNELS)

    def configure(self, settings: AudioSettings) -> None:
        """Use other settings from the next packet on; any thread."""
        self._wanted = settings

    def encode(self, samples: Samples, pts: int, capture_ns: int) -> EncodedPacket:
        """One packet of (960, 2) samples, the first one captured at `capture_ns`. Raises SoundEncodeError."""
        if self._wanted != self._settings:
            self._reopen(self._wanted)
        # libavcodec is told an unbroken count, not `pts`: it would stamp the packet after a gap with the time before it.
        data, delay = self._encode(self._codec, samples, self._codec_packets * PACKET_SAMPLES)
        self._codec_packets += 1
        self._past[self._packets % _WARM_UP_PACKETS] = samples
        self._packets += 1
        return EncodedPacket(MediaKind.AUDIO, Codec.OPUS, data, pts, capture_ns - delay * NS_PER_S // SAMPLE_RATE_HZ)

    def _reopen(self, settings: AudioSettings) -> None:
        """libopus through libavcodec takes settings at open alone; the new encoder is warmed up with the sound just sent."""
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
