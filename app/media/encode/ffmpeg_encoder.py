"""An open FFmpeg video encoder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from app.domain.program.output import Canvas, H264Profile
from app.domain.program.packet import Codec
from app.media.encode.annexb import parameter_sets, with_parameter_sets
from app.media.encode.av_frames import AvFrameFactory
from app.media.encode.errors import EncodeError
from app.media.ports import Frame

_MOST_IN_FLIGHT = 256  # frames in an encoder; one that stays longer was dropped
_BT709 = 1
_LIMITED = 1


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What an encoder is opened for. `kbps` is the rate at the start, `ceiling_kbps` the highest it may be raised to."""

    canvas: Canvas
    ceiling_kbps: int
    kbps: int
    gop_frames: int
    profile: H264Profile = H264Profile.BASELINE
    threads: int = 1


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """How to open FFmpeg's encoder `name`, and what it can do.

    `steerable`: follows a new bit_rate while open. `shares_memory`: has finished with the frame's memory when `encode` returns.
    `constant_rate`: also gets its rate as the minimum. `preset` is for display ("" = none worth naming).
    """

    name: str
    codec: Codec
    options: Mapping[str, str] = field(default_factory=dict)
    preset: str = ""
    steerable: bool = True
    shares_memory: bool = False
    constant_rate: bool = False
    pixel_format: str = "yuv420p"


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """An encoded frame with the capture time of its input."""

    data: bytes
    keyframe: bool
    capture_ns: int


def vbv_kbit(ceiling_kbps: int) -> int:
    """The VBV buffer: 0.6 s of the ceiling. A larger one makes key frames sharper and later, a smaller one makes them visible."""
    return max(100, ceiling_kbps * 6 // 10)


def opening_kbps(config: EncoderConfig, settings: EncoderSettings) -> int:
    """The rate to open the encoder with: the ceiling if it can be steered down from there, else the current rate."""
    return settings.ceiling_kbps if config.steerable else min(settings.kbps, settings.ceiling_kbps)


def _open(config: EncoderConfig, settings: EncoderSettings) -> VideoCodecContext:
    context = av.CodecContext.create(config.name, "w")
    if not isinstance(context, VideoCodecContext):
        raise EncodeError("encoder.open", encoder=config.name, reason="not a video encoder")
    canvas = settings.canvas
    context.width, context.height = canvas.width, canvas.height
    context.pix_fmt = config.pixel_format
    context.time_base = Fraction(1, canvas.fps)
    context.framerate = Fraction(canvas.fps, 1)
    # Open with the ceiling, then set the rate: libx264 follows bit_rate down only from a VBV opened at the top.
    kbps = opening_kbps(config, settings)
    context.bit_rate = kbps * 1000
    context.gop_size = settings.gop_frames
    context.max_b_frames = 0
    context.thread_count = settings.threads
    context.thread_type = "SLICE"  # frame threads would delay frames
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    rate = {"maxrate": f"{kbps}k", "bufsize": f"{vbv_kbit(kbps)}k"}
    if config.constant_rate:
        rate["minrate"] = f"{kbps}k"
    context.options = {**rate, **config.options}
    context.open()
    if config.steerable:
        context.bit_rate = min(settings.kbps, settings.ceiling_kbps) * 1000
    return context


class FFmpegEncoder:
    """Encodes frames of one canvas; one thread at a time. The constructor and `encode` raise EncodeError."""

    def __init__(self, config: EncoderConfig, settings: EncoderSettings) -> None:
        self.config = config
        self.settings = settings
        self.kbps = min(settings.kbps, settings.ceiling_kbps)
        try:
            self._context = _open(config, settings)
        except (av.FFmpegError, ValueError, MemoryError) as error:
            raise EncodeError("encoder.open", encoder=config.name, reason=str(error)) from error
        self._av_frames = AvFrameFactory(settings.canvas.width, settings.canvas.height, shared=config.shares_memory)
        self._count = 0
        self._captured: dict[int, int] = {}
        self._parameter_sets = b""

    def encode(self, frame: Frame, *, keyframe: bool) -> list[EncodedFrame]:
        """The packets that come out when `frame` goes in: one, or none while a hardware encoder fills its pipeline."""
        av_frame = self._av_frames.make(frame)
        av_frame.pts = self._count
        av_frame.time_base = self._context.time_base
        av_frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        self._captured[self._count] = frame.capture_ns
        self._captured.pop(self._count - _MOST_IN_FLIGHT, None)
        self._count += 1
        try:
            packets = self._context.encode(av_frame)
        except (av.FFmpegError, ValueError, MemoryError) as error:
            raise EncodeError("encoder.failed", encoder=self.config.name, reason=str(error)) from error
        return [self._finished(bytes(packet), packet.is_keyframe, packet.pts) for packet in packets]

    @property
    def in_flight(self) -> int:
        """Frames that went in and have not come out."""
        return len(self._captured)

    def set_bitrate(self, kbps: int) -> bool:
        """Change the rate from the next frame on. False if that needs a new encoder: the rate is too high, or this one is not steerable."""
        if not self.config.steerable or kbps > self.settings.ceiling_kbps:
            return False
        if kbps != self.kbps:
            self._context.bit_rate = kbps * 1000
            self.kbps = kbps
        return True

    def _finished(self, data: bytes, keyframe: bool, pts: int | None) -> EncodedFrame:
        number = self._count - 1 if pts is None else pts
        capture_ns = self._captured.pop(number, 0)
        while self._captured and (oldest := next(iter(self._captured))) < number:
            del self._captured[oldest]  # packets come out in order: the encoder dropped this frame
        if keyframe and self.config.codec is Codec.H264:
            if not self._parameter_sets:
                self._parameter_sets = parameter_sets(data) or parameter_sets(self._context.extradata or b"")
            data = with_parameter_sets(data, self._parameter_sets)
        return EncodedFrame(data, keyframe, capture_ns)
