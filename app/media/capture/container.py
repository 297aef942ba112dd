"""A network camera or a file in a camera's place: frames as they come, with the colour colour_space that the stream declares."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer

from app.domain.base.address import MEDIA_SCHEMES, scheme_of, shown_address
from app.domain.base.errors import AppError
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.capture.orientation import orientation_of
from app.media.capture.video_decoder import VideoDecoder, can_decode, pixel_aspect
from app.media.source_guard import reason_of

_OPEN_S = 5.0
_READ_S = 2.0
_LATE_S = 0.5  # a file that fell behind by so much goes on from now instead of running after
_AHEAD_S = 1.0  # a frame that would be due so much later is shown at once
# Nothing is kept back to smooth the stream, and RTSP comes over TCP: a camera behind a firewall then works, and nothing smears.
# What FFmpeg may use to read from an address, for a list of pieces (HLS, DASH) too: never a file of this computer.
_NETWORK_PROTOCOLS = "http,https,httpproxy,tcp,tls,udp,rtp,srtp,rtmp,rtmps,rtmpt,rtmpe,srt,crypto,data"
_FILE_PROTOCOLS = "file,data"
# Files that are only lists of other files and addresses: one that came from elsewhere would have us read what its writer likes.
_LISTS = frozenset(
    {"hls", "concat", "dash", "imf", "sdp", "rtsp", "sap", "webm_dash_manifest", "lavfi", "image2", "avisynth", "vapoursynth"}
)
_LIVE_OPTIONS = {"fflags": "nobuffer", "flags": "low_delay", "rtsp_transport": "tcp", "analyzeduration": "1000000"}


def shown_location(location: str) -> str:
    """The address without user name and password, for notices and logs."""
    return shown_address(location)


def _limits(location: str) -> dict[str, str]:
    """FFmpeg's options that keep a file from leading to the network, and an address to the files of this computer.

    Raises AppError("media.protocol") for an address whose protocol is not one that sources may use.
    """
    scheme = scheme_of(location)
    if scheme in MEDIA_SCHEMES:
        return {"protocol_whitelist": _NETWORK_PROTOCOLS}
    if scheme and not Path(location).exists():  # "12:30.mp4" is a name
        raise AppError("media.protocol", location=shown_location(location), protocol=scheme)
    return {"protocol_whitelist": _FILE_PROTOCOLS, "format_whitelist": ",".join(sorted(av.formats_available - _LISTS))}


def open_container(location: str, options: dict[str, str] | None = None) -> InputContainer:
    """Open for reading; raises AppError("media.missing", "media.protocol" or "media.unreadable")."""
    opened = location if scheme_of(location) in MEDIA_SCHEMES else f"file:{location}"  # a path is a path, whatever FFmpeg sees in it
    try:
        # Titles and names are shown nowhere: those in some old encoding must not keep the file from playing.
        return av.open(opened, "r", options={**(options or {}), **_limits(location)}, timeout=(_OPEN_S, _READ_S), metadata_errors="replace")
    except FileNotFoundError as error:
        raise AppError("media.missing", location=shown_location(location)) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise AppError("media.unreadable", location=shown_location(location), reason=reason_of(error)) from error


class StreamCameraReader:
    """Frames of an address as they come in, or of a file at its own pace, over and over."""

    def __init__(self, location: str, converter: FrameConverter, giving_up: threading.Event, *, mirror: bool) -> None:
        self._location = location
        self._converter = converter
        self._giving_up = giving_up
        self._mirror = mirror
        self._is_file = Path(location).is_file()
        self._container = open_container(location, None if self._is_file else _LIVE_OPTIONS)
        streams = [stream for stream in self._container.streams.video if can_decode(stream)]
        if not streams:
            self._container.close()
            raise AppError("media.no_picture", location=shown_location(location))
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
                raise AppError("media.unreadable", location=shown_location(self._location), reason=reason_of(error)) from error
        raise AppError("media.ended", location=shown_location(self._location), reason="EOF")

    def _wait_for(self, at_s: float) -> None:
        """Let the time pass until this frame of the file is due."""
        now_s = time.monotonic()
        if self._first_s is None:
            # The first frame of a further round follows the last one by a frame.
            gap_s = 1.0 / float(self._stream.average_rate or 30) if self._began_s else 0.0
            self._began_s, self._first_s = now_s + gap_s, at_s
        left_s = self._began_s + at_s - self._first_s - now_s
        if left_s > _AHEAD_S:  # the file's clock jumps
            self._began_s -= left_s
        elif left_s > 0:
            self._giving_up.wait(left_s)
        elif left_s < -_LATE_S:
            self._began_s = now_s - (at_s - self._first_s)

    def close(self) -> None:
        self._container.close()
