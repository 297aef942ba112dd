"""Reads a section of a media file: frames and sound in file order, timed from the start of the section."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from app.domain.base.address import shown_address
from app.domain.base.clock import NS_PER_S
from app.domain.base.errors import AppError
from app.media.capture.container import open_container
from app.media.capture.timestamps import TimestampCorrector
from app.media.capture.video_decoder import MOST_PIXELS, VideoDecoder, can_decode, pixel_aspect
from app.media.ports import CHANNELS, SAMPLE_RATE_HZ, Samples
from app.media.source_guard import reason_of

log = logging.getLogger(__name__)

_CLOCK_MAY_JUMP = 0x0200  # AVFMT_TS_DISCONT
_JUMP_NS = NS_PER_S // 20  # a timestamp that is off by more is a gap in the file, not rounding
_NS_PER_AV = NS_PER_S // 1_000_000  # FFmpeg's time unit is the microsecond


@dataclass(frozen=True, slots=True)
class VideoItem:
    """A decoded frame, due `at_ns` after the start of the section."""

    at_ns: int
    frame: av.VideoFrame


@dataclass(frozen=True, slots=True)
class SoundItem:
    """(n, 2) float32 samples at 48 kHz; the first one is due `at_ns` after the start of the section."""

    at_ns: int
    samples: Samples

    @property
    def end_ns(self) -> int:
        return self.at_ns + len(self.samples) * NS_PER_S // SAMPLE_RATE_HZ


Item = VideoItem | SoundItem


class MediaReader:
    """Decodes one file or address from `start_s` to `end_s` (0 = its end); call `items` again for another loop.

    `sound` False ignores the sound. Library errors are raised as AppError("media.…"). Streams that cannot be decoded are skipped:
    `lacks_video` and `lacks_sound` say that there is such a stream.
    """

    def __init__(self, location: str, *, start_s: float, end_s: float, sound: bool) -> None:
        self._location = location
        self._start_ns = round(start_s * NS_PER_S)
        self._end_ns = round(end_s * NS_PER_S)
        if self._end_ns and self._end_ns <= self._start_ns:
            raise AppError("media.end_before_start", location=shown_address(location), start=start_s, end=end_s)
        self._sound = sound
        self._delivered: set[str] = set()  # what the loops have delivered so far
        self._container = self._opened()
        if not self.has_video and not self.has_sound:
            unknown = self.lacks_video or self.lacks_sound
            self._container.close()
            raise AppError("media.no_codec" if unknown else "media.empty", location=shown_address(location))
        self.length_ns = 0  # of the last complete loop

    def _opened(self) -> InputContainer:
        container = open_container(self._location)
        try:
            self._choose(container)
        except (av.FFmpegError, OSError, ValueError) as error:
            container.close()
            raise AppError("media.unreadable", location=shown_address(self._location), reason=reason_of(error)) from error
        except AppError:
            container.close()
            raise
        return container

    def _choose(self, container: InputContainer) -> None:
        """Choose the streams to play: FFmpeg's choice, or the first one of a kind that can be decoded."""
        streams = container.streams
        videos = [stream for stream in (streams.best("video"), *streams.video) if isinstance(stream, VideoStream)]
        sounds = [stream for stream in (streams.best("audio"), *streams.audio) if isinstance(stream, AudioStream)] if self._sound else []
        self._video = next((stream for stream in videos if can_decode(stream)), None)
        self._audio = next((stream for stream in sounds if can_decode(stream)), None)
        if self._video is not None and self._video.width * self._video.height > MOST_PIXELS:
            raise AppError("media.too_large", location=shown_address(self._location), width=self._video.width, height=self._video.height)
        self.has_video = self._video is not None
        self.has_sound = self._audio is not None
        self.lacks_video = bool(videos) and not self.has_video
        self.lacks_sound = bool(sounds) and not self.has_sound
        # A record's front cover is a video stream of one frame.
        self.has_cover = self._video is not None and bool(self._video.disposition & Disposition.attached_pic)
        self.aspect = pixel_aspect(self._video) if self._video is not None else 1.0
        self._decoder = VideoDecoder(self._video) if self._video is not None else None
        self._jumps = bool(container.format.flags & _CLOCK_MAY_JUMP)
        self._fresh = True

    def close(self) -> None:
        self._container.close()

    def items(self) -> Iterator[Item]:
        """One loop through the section; afterwards `length_ns` is its length.

        Raises AppError, also if the first loop delivers nothing.
        """
        try:
            self._rewind()
            for item in self._round():
                self._delivered.add("video" if isinstance(item, VideoItem) else "sound")
                yield item
        except (av.FFmpegError, OSError) as error:
            raise AppError("media.unreadable", location=shown_address(self._location), reason=reason_of(error)) from error
        if not self._delivered:
            raise self._empty_error()
        self.lacks_video |= self.has_video and "video" not in self._delivered
        self.lacks_sound |= self.has_sound and "sound" not in self._delivered

    def _empty_error(self) -> AppError:
        """Why a loop delivered neither video nor sound."""
        length_s = (self._container.duration or 0) * _NS_PER_AV / NS_PER_S
        location = shown_address(self._location)
        if self._start_ns and length_s and self._start_ns >= length_s * NS_PER_S:
            return AppError("media.starts_behind_end", location=location, start=self._start_ns / NS_PER_S, length=round(length_s, 1))
        return AppError("media.nothing", location=location)

    def _rewind(self) -> None:
        """Go to the key frame before the section; a file that cannot seek is reopened."""
        if self._decoder is not None:
            self._decoder.reset()
        if self._fresh and not self._start_ns:
            self._fresh = False
            return
        begin = self._container.start_time or 0
        try:
            self._container.seek(begin + self._start_ns // _NS_PER_AV)
        except (av.FFmpegError, OSError):
            self._container.close()
            self._container = self._opened()
        self._fresh = False

    def _round(self) -> Iterator[Item]:
        limit_ns = self._end_ns - self._start_ns if self._end_ns else 0
        origin_ns = (self._container.start_time or 0) * _NS_PER_AV + self._start_ns
        timeline = _Timeline(origin_ns, limit_ns, self._frame_ns(), TimestampCorrector(jumps=self._jumps), self._decoder)
        streams = [stream for stream in (self._video, self._audio) if stream is not None]
        over: set[int] = set()
        for packet in self._container.demux(streams):
            if packet.stream.index in over:
                continue
            for item in timeline.items(packet, cover=self.has_cover):
                if limit_ns and item.at_ns >= limit_ns:
                    over.add(packet.stream.index)
                    break
                yield item
            if len(over) == len(streams):
                break
        yield from timeline.flush()
        self.length_ns = limit_ns if over else timeline.furthest_ns

    def _frame_ns(self) -> int:
        """How long a frame is shown according to the stream."""
        rate = self._video.average_rate if self._video is not None else None
        return round(NS_PER_S / float(rate)) if rate else NS_PER_S // 30


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="flt", layout="stereo", rate=SAMPLE_RATE_HZ)


class _Timeline:
    """Times decoded frames from the start of the section, and drops what lies before it."""

    def __init__(self, origin_ns: int, limit_ns: int, frame_ns: int, stamps: TimestampCorrector, decoder: VideoDecoder | None) -> None:
        self._stamps = stamps
        self._decoder = decoder
        self._origin_ns = origin_ns
        self._limit_ns = limit_ns
        self._frame_ns = frame_ns
        self._resampler = _resampler()
        self._sound_form: tuple[str, str, int] | None = None
        self._sound_ns: int | None = None
        self._next_video_ns = 0
        self.furthest_ns = 0

    def items(self, packet: "av.Packet[Stream]", *, cover: bool) -> Iterator[Item]:
        """What this packet decodes to; a broken packet gives nothing."""
        if packet.stream.type == "video" and self._decoder is not None:
            for frame in self._decoder.decode(packet):
                yield from [VideoItem(0, frame)] if cover else self._video(frame)
            return
        try:
            sounds = cast("list[av.AudioFrame]", packet.decode())
        except av.FFmpegError as error:
            log.debug("cannot decode a sound packet: %s", error)
            return
        for sound in sounds:
            yield from self._sound(sound)

    def flush(self) -> Iterator[Item]:
        """Flush the resampler."""
        if self._sound_ns is not None:
            yield from self._resample(None)

    def _video(self, frame: av.VideoFrame) -> Iterator[Item]:
        at_ns = self._next_video_ns
        if frame.time is not None:
            at_ns = self._stamps.corrected("video", round(frame.time * NS_PER_S) - self._origin_ns, self._frame_ns)
        self._next_video_ns = at_ns + self._frame_ns
        # A frame that ends at the start is not part of the section, even if its rounded time says so.
        if self._next_video_ns > self._frame_ns // 10:
            self._extend_to(self._next_video_ns)
            yield VideoItem(max(0, at_ns), frame)

    def _sound(self, frame: av.AudioFrame) -> Iterator[Item]:
        """Time is counted in samples: containers round theirs, and one sample too few or too many would click."""
        if frame.time is not None:
            length_ns = frame.samples * NS_PER_S // max(1, frame.sample_rate)
            stamp_ns = self._stamps.corrected("sound", round(frame.time * NS_PER_S) - self._origin_ns, length_ns)
            if self._sound_ns is None or abs(stamp_ns - self._sound_ns) > _JUMP_NS:
                self._sound_ns = stamp_ns
        if self._sound_ns is None:
            self._sound_ns = 0
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._sound_form:  # broadcasts switch between stereo and surround
            if self._sound_form is not None:
                yield from self._resample(None)
                self._resampler = _resampler()
            self._sound_form = form
        yield from self._resample(frame)

    def _resample(self, frame: av.AudioFrame | None) -> Iterator[Item]:
        for part in self._resampler.resample(frame):
            samples = cast(Samples, part.to_ndarray().reshape(-1, CHANNELS))
            at_ns = self._sound_ns or 0
            self._sound_ns = at_ns + len(samples) * NS_PER_S // SAMPLE_RATE_HZ
            first = max(0, -at_ns * SAMPLE_RATE_HZ // NS_PER_S)
            last = max(0, (self._limit_ns - at_ns) * SAMPLE_RATE_HZ // NS_PER_S) if self._limit_ns else len(samples)
            if first < min(last, len(samples)):
                self._extend_to(self._sound_ns)
                yield SoundItem(at_ns + first * NS_PER_S // SAMPLE_RATE_HZ, samples[first:last])
            elif last < len(samples):
                yield SoundItem(at_ns, samples[:0])  # past the end: tells the reader that this stream is over

    def _extend_to(self, end_ns: int) -> None:
        self.furthest_ns = max(self.furthest_ns, end_ns)
