"""Encodes frames of any size: scales them and converts their colours first."""

from collections.abc import Sequence

from app.domain.program.output import Canvas
from app.domain.program.packet import Codec
from app.media.compose.scaling import PlaneScaler
from app.media.encode.bt601 import Bt601Converter
from app.media.encode.ffmpeg_encoder import EncodedFrame, EncoderConfig, EncoderSettings, FFmpegEncoder
from app.media.frame_pool import FramePool
from app.media.ports import Frame


class FrameScaler:
    """Scales frames to one size; frames of that size pass unchanged. For one thread."""

    def __init__(self, canvas: Canvas) -> None:
        self._size = (canvas.height, canvas.width)
        self._pool = FramePool(canvas.width, canvas.height)
        self._scaler = PlaneScaler()

    def fit(self, frame: Frame) -> Frame:
        if frame.y.shape == self._size:
            return frame
        planes = self._pool.take()
        for source, target in ((frame.y, planes.y), (frame.u, planes.u), (frame.v, planes.v)):
            self._scaler.scale(source, target)
        return Frame(planes.y, planes.u, planes.v, frame.capture_ns, frame.sequence)


class ScalingEncoder:
    """An FFmpegEncoder that takes frames of any size. For VP8 it also converts to BT.601, the only matrix that VP8 viewers know."""

    def __init__(self, config: EncoderConfig, settings: EncoderSettings) -> None:
        canvas = settings.canvas
        self._fitter = FrameScaler(canvas)
        self._converter = Bt601Converter(canvas.width, canvas.height) if config.codec is Codec.VP8 else None
        self._encoder = FFmpegEncoder(config, settings)

    @property
    def kbps(self) -> int:
        return self._encoder.kbps

    def encode(self, frame: Frame, *, keyframe: bool) -> Sequence[EncodedFrame]:
        fitted = self._fitter.fit(frame)
        if self._converter is not None:
            fitted = self._converter.convert(fitted)
        return self._encoder.encode(fitted, keyframe=keyframe)

    def set_bitrate(self, kbps: int) -> bool:
        return self._encoder.set_bitrate(kbps)
