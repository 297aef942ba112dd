"""Real encoded video and audio in real time, from encoders that record requests."""

import threading
import time
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType

from app.domain.program.packet import Codec, EncodedPacket, MediaKind

WIDTH, HEIGHT, FPS = 320, 192, 30
TONE_HZ = 440


class Control:
    """The encoders' side of the publisher; records its requests."""

    def __init__(self) -> None:
        self.keyframes = 0
        self.bitrates: list[int] = []
        self.codecs: list[frozenset[Codec]] = []
        self.wanted = threading.Event()

    def request_keyframe(self) -> None:
        self.keyframes += 1
        self.wanted.set()

    def request_bitrate(self, kbps: int) -> None:
        self.bitrates.append(kbps)

    def request_codecs(self, codecs: frozenset[Codec]) -> None:
        self.codecs.append(codecs)


def luma_of(number: int) -> int:
    """Return the brightness of frame `number`: steps of 8, which survive encoding."""
    return 40 + number % 20 * 8


class GreyFrameEncoder:
    """Encodes grey frames on demand."""

    def __init__(self, codec: Codec = Codec.H264, kbps: int = 500, noise: bool = False) -> None:
        name = "libx264" if codec is Codec.H264 else "libvpx"
        context = av.CodecContext.create(name, "w")
        assert isinstance(context, av.VideoCodecContext)
        context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
        context.bit_rate = kbps * 1000
        context.gop_size = 600
        context.max_b_frames = 0
        if codec is Codec.H264:
            context.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}
        else:
            context.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
        self._context = context
        self._codec = codec
        self._random = np.random.default_rng(1) if noise else None
        self._number = 0

    def next(self, *, key: bool) -> EncodedPacket:
        number, self._number = self._number, self._number + 1
        planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        planes[:HEIGHT] = luma_of(number)
        if self._random is not None:
            planes[: HEIGHT // 2] += self._random.integers(0, 30, (HEIGHT // 2, WIDTH), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        (packet,) = self._context.encode(frame)
        return EncodedPacket(
            MediaKind.VIDEO, self._codec, bytes(packet), number * 90_000 // FPS, time.monotonic_ns(), bool(packet.is_keyframe)
        )


class ToneEncoder:
    """Encodes a stereo tone in 20 ms Opus packets."""

    def __init__(self) -> None:
        context = av.CodecContext.create("libopus", "w")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate, context.layout, context.format = 48_000, "stereo", "s16"
        context.bit_rate = 96_000
        self._context = context
        self._samples = 0

    def next(self) -> EncodedPacket | None:
        times = (self._samples + np.arange(960)) / 48_000
        wave = (np.sin(2 * np.pi * TONE_HZ * times) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._samples, Fraction(1, 48_000)
        pts = self._samples
        self._samples += 960
        packets = self._context.encode(frame)
        return EncodedPacket(MediaKind.AUDIO, Codec.OPUS, bytes(packets[0]), pts, time.monotonic_ns()) if packets else None


class Feeder:
    """A thread that encodes 30 frames a second and pushes them into a sink, with key frames when `control` requests them."""

    def __init__(
        self, push: Callable[[EncodedPacket], None], control: Control, codec: Codec = Codec.H264, *, kbps: int = 500, noise: bool = False
    ) -> None:
        self._push = push
        self._control = control
        self._frames = GreyFrameEncoder(codec, kbps, noise)
        self._tone = ToneEncoder()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feeder")

    def __enter__(self) -> "Feeder":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        frames = blocks = 0
        while not self._stop.is_set():
            elapsed = time.monotonic() - began
            while blocks * 0.02 <= elapsed:
                if (packet := self._tone.next()) is not None:
                    self._push(packet)
                blocks += 1
            if frames / FPS <= elapsed:
                key = self._control.wanted.is_set() or frames == 0
                self._control.wanted.clear()
                self._push(self._frames.next(key=key))
                frames += 1
            self._stop.wait(max(0.001, min(blocks * 0.02, frames / FPS) - (time.monotonic() - began)))
