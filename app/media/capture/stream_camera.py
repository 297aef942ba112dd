"""A network camera, or a file that stands in for a camera: frames as they come, in the colours that the stream declares."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av

from app.domain.base.address import shown_address
from app.domain.base.errors import AppError
from app.media.capture.container import open_container
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.capture.orientation import orientation_of
from app.media.capture.video_decoder import VideoDecoder, can_decode, pixel_aspect
from app.media.source_guard import reason_of

_LATE_S = 0.5  # a file this far behind continues from now instead of catching up
_AHEAD_S = 1.0  # a frame due this much later is shown at once
# No buffering to smooth the stream. RTSP over TCP: cameras behind a firewall work, and frames do not smear.
_LIVE_OPTIONS = {"fflags": "nobuffer", "flags": "low_delay", "rtsp_transport": "tcp", "analyzeduration": "1000000"}


class StreamCameraReader:
    """Frames of an address as they arrive, or of a file in real time, in a loop."""

    def __init__(self, location: str, converter: FrameConverter, stopping: threading.Event, *, mirror: bool) -> None:
        self._location = location
        self._converter = converter
        self._stopping = stopping
        self._mirror = mirror
        self._is_file = Path(location).is_file()
        self._container = open_container(location, None if self._is_file else _LIVE_OPTIONS)
        streams = [stream for stream in self._container.streams.video if can_decode(stream)]
        if not streams:
            self._container.close()
            raise AppError("media.no_picture", location=shown_address(location))
        self._stream = streams[0]
        self._decoder = VideoDecoder(self._stream)
        self._aspect = pixel_aspect(self._stream)
        self._frames = self._decoded()
        self._began_s = 0.0
        self._first_s: float | None = None

    def read(self) -> FramePlanes | None:
        frame = self._next_frame()
        if self._is_file:
            self._wait_for(frame.time or 0.0)
        return self._converter.convert(frame, orientation=orientation_of(frame), aspect=self._aspect, mirror=self._mirror)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        self._decoder.reset()
        for packet in self._container.demux(self._stream):
            yield from self._decoder.decode(packet)

    def _next_frame(self) -> av.VideoFrame:
        for again in (False, True):
            try:
                frame = next(self._frames, None)
                if frame is not None:
                    return frame
                if not self._is_file or again:
                    break
                self._container.seek(0)
                self._frames = self._decoded()
                self._first_s = None
            except (av.FFmpegError, OSError) as error:
                raise AppError("media.unreadable", location=shown_address(self._location), reason=reason_of(error)) from error
        raise AppError("media.ended", location=shown_address(self._location), reason="EOF")

    def _wait_for(self, at_s: float) -> None:
        """Wait until this frame of the file is due."""
        now_s = time.monotonic()
        if self._first_s is None:
            # The first frame of a loop follows the last one after one frame's time.
            gap_s = 1.0 / float(self._stream.average_rate or 30) if self._began_s else 0.0
            self._began_s, self._first_s = now_s + gap_s, at_s
        left_s = self._began_s + at_s - self._first_s - now_s
        if left_s > _AHEAD_S:  # the file's clock jumps
            self._began_s -= left_s
        elif left_s > 0:
            self._stopping.wait(left_s)
        elif left_s < -_LATE_S:
            self._began_s = now_s - (at_s - self._first_s)

    def close(self) -> None:
        self._container.close()
