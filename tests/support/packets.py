"""A sink that keeps encoded packets and decodes them as a viewer would."""

import threading
import time
from collections.abc import Callable, Sequence
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, Codec, EncodedPacket, MediaKind

_DECODERS = {Codec.H264: "h264", Codec.VP8: "vp8"}


class PacketCollector:
    """Keeps every packet; `wait_for` returns when a condition on them holds."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._packets: list[EncodedPacket] = []

    def push(self, packet: EncodedPacket) -> None:
        with self._condition:
            self._packets.append(packet)
            self._condition.notify_all()

    @property
    def packets(self) -> list[EncodedPacket]:
        with self._condition:
            return list(self._packets)

    def video(self, codec: Codec = Codec.H264) -> list[EncodedPacket]:
        return [packet for packet in self.packets if packet.codec is codec]

    def audio(self) -> list[EncodedPacket]:
        return [packet for packet in self.packets if packet.kind is MediaKind.AUDIO]

    def clear(self) -> None:
        with self._condition:
            self._packets.clear()

    def wait_for(self, condition: Callable[[list[EncodedPacket]], bool], timeout_s: float = 20.0) -> None:
        """Wait until `condition` holds for the packets so far, or fail with a message."""
        deadline = time.monotonic() + timeout_s
        with self._condition:
            while not condition(self._packets):
                left = deadline - time.monotonic()
                assert left > 0, f"still not after {timeout_s} s, {len(self._packets)} packets came"
                self._condition.wait(left)

    def wait_for_video(self, count: int, codec: Codec = Codec.H264) -> None:
        self.wait_for(lambda packets: sum(packet.codec is codec for packet in packets) >= count)


def decoded(packets: Sequence[EncodedPacket]) -> list[av.VideoFrame]:
    """The decoded frames of video packets of one codec; `frame.pts` is the packet's."""
    decoder = av.CodecContext.create(_DECODERS[packets[0].codec], "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_type = "SLICE"
    frames: list[av.VideoFrame] = []
    for packet in packets:
        raw = av.Packet(packet.data)
        raw.pts = packet.pts
        raw.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        frames.extend(decoder.decode(raw))
    frames.extend(decoder.decode(None))
    return frames


def planes_of(frame: av.VideoFrame) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """(y, u, v) of a decoded yuv420p frame."""
    width, height = frame.width, frame.height
    packed = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8).reshape(-1)
    luma = width * height
    return (
        packed[:luma].reshape(height, width),
        packed[luma : luma * 5 // 4].reshape(height // 2, width // 2),
        packed[luma * 5 // 4 :].reshape(height // 2, width // 2),
    )


def heard(packets: Sequence[EncodedPacket]) -> npt.NDArray[np.float32]:
    """The Opus packets decoded to (n, 2) samples at 48 kHz."""
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate = AUDIO_CLOCK_HZ
    decoder.layout = "stereo"
    blocks = []
    for packet in packets:
        for frame in decoder.decode(av.Packet(packet.data)):
            block = frame.to_ndarray()
            blocks.append(block.reshape(2, -1).T if frame.format.is_planar else block.reshape(-1, 2))
    samples = np.concatenate(blocks)
    return samples.astype(np.float32) / np.float32(32768 if samples.dtype == np.int16 else 1)
