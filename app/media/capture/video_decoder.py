"""Decodes the packets of one video stream to complete frames: with alpha, and deinterlaced."""

import logging
from typing import cast

import av
from av.codec.context import ThreadType
from av.error import FFmpegError
from av.filter import Graph
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

log = logging.getLogger(__name__)

MOST_PIXELS = 8192 * 4608  # of a frame; a decoder holds up to sixteen of them
_ONE_THREAD_PIXELS = 1920 * 1088
# FFmpeg's own decoders of these drop alpha silently.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def pixel_aspect(stream: VideoStream) -> float:
    """The pixel aspect ratio, width / height; 1.0 if the stream declares none or nonsense."""
    declared = stream.sample_aspect_ratio
    aspect = float(declared) if declared else 1.0
    return aspect if 0.2 <= aspect <= 5.0 else 1.0


def set_threads(decoder: VideoCodecContext) -> None:
    """Use one thread if it is fast enough: several cost a quarter more in total, and FFmpeg starts one per core."""
    if decoder.width * decoder.height <= _ONE_THREAD_PIXELS:
        decoder.thread_count = 1
    else:
        decoder.thread_type = ThreadType.AUTO


def can_decode(stream: Stream) -> bool:
    """Whether FFmpeg knows the codec; PyAV has no context for an unknown one."""
    return stream.codec_context is not None


class VideoDecoder:
    """The frames of one stream in display order. A broken packet is logged and skipped."""

    def __init__(self, stream: VideoStream) -> None:
        self._alpha: VideoCodecContext | None = None
        self._deinterlacer: _Deinterlacer | None = None
        self._skips_deinterlacing = False  # the filter rejects frames of this format
        context = stream.codec_context
        set_threads(context)
        context.options = {"max_pixels": str(MOST_PIXELS)}  # a stream may change its size
        name = _WITH_ALPHA.get(context.name)
        if name is not None and any(key.lower() == "alpha_mode" and value == "1" for key, value in stream.metadata.items()):
            self._alpha = cast(VideoCodecContext, av.CodecContext.create(name, "r"))
            self._alpha.thread_count = 1
            self._alpha.options = {"max_pixels": str(MOST_PIXELS)}

    def reset(self) -> None:
        """Drop pending frames: the next packets come from another place in the film."""
        self._deinterlacer = None
        if self._alpha is not None and self._alpha.is_open:
            self._alpha.flush_buffers()

    def decode(self, packet: "av.Packet[Stream] | av.Packet[VideoStream]") -> list[av.VideoFrame]:
        """The frames that the packet completes; the empty packet at the end flushes the rest."""
        last = not packet.size
        try:
            if self._alpha is not None:
                frames = self._alpha.decode(None if last else cast("av.Packet[VideoStream]", packet))
            else:
                frames = cast("list[av.VideoFrame]", packet.decode())
        except FFmpegError as error:
            log.debug("cannot decode a packet: %s", error)
            frames = []
        return self._progressive(frames, last=last)

    def _progressive(self, frames: list[av.VideoFrame], *, last: bool) -> list[av.VideoFrame]:
        if self._skips_deinterlacing or (self._deinterlacer is None and not any(frame.interlaced_frame for frame in frames)):
            return frames
        try:
            return self._deinterlaced(frames, last=last)
        except (FFmpegError, ValueError) as error:
            log.warning("cannot deinterlace a film: %s", error)
            self._deinterlacer, self._skips_deinterlacing = None, True
            return frames

    def _deinterlaced(self, frames: list[av.VideoFrame], *, last: bool) -> list[av.VideoFrame]:
        whole: list[av.VideoFrame] = []
        for frame in frames:
            if self._deinterlacer is None or not self._deinterlacer.fits(frame):
                whole += self._deinterlacer.flush() if self._deinterlacer is not None else []
                self._deinterlacer = _Deinterlacer(frame)
            whole += self._deinterlacer.put(frame)
        if last and self._deinterlacer is not None:
            whole += self._deinterlacer.flush()
            self._deinterlacer = None
        return whole


class _Deinterlacer:
    """FFmpeg's bwdif: one full frame for each frame of two fields; progressive frames pass."""

    def __init__(self, frame: av.VideoFrame) -> None:
        self._form = (frame.width, frame.height, frame.format.name)
        self._graph = Graph()
        self._graph.threads = 1
        source = self._graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base, name="in")
        whole = self._graph.add("bwdif", "mode=send_frame:deint=interlaced")
        sink = self._graph.add("buffersink")
        source.link_to(whole)
        whole.link_to(sink)
        self._graph.configure()

    def fits(self, frame: av.VideoFrame) -> bool:
        """Whether the frame has the format of this filter."""
        return self._form == (frame.width, frame.height, frame.format.name)

    def put(self, frame: av.VideoFrame) -> list[av.VideoFrame]:
        self._graph.vpush(frame)
        return self._pulled()

    def flush(self) -> list[av.VideoFrame]:
        """Flush the frame that waits for its successor."""
        self._graph.vpush(None)
        return self._pulled()

    def _pulled(self) -> list[av.VideoFrame]:
        frames = []
        while True:
            try:
                frames.append(self._graph.vpull())
            except (BlockingIOError, EOFError):
                return frames
