"""A publisher for tests of relays: encodes numbered frames and a tone, and sends them with the app's sender."""

import asyncio
import contextlib
import math
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import aiohttp
import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

from app.domain.base.clock import SystemClock
from app.domain.program.output import Quirks
from app.domain.program.packet import Codec, MediaKind
from app.media.capture import frame_code
from app.transport.offer import Sources, make_offer, plan_from
from app.transport.payload import h264_payloads, vp8_payloads
from app.transport.peer import Peer
from app.transport.sdp import parse, render
from app.transport.sender import MediaFrame, MediaSender


class Refused(Exception):
    """The relay refused the publication."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}")
        self.status = status
        self.words = words


class Show:
    """Encodes video and audio on demand."""

    def __init__(
        self,
        *,
        width: int = 640,
        height: int = 360,
        fps: int = 30,
        kbps: int = 800,
        codec: Codec = Codec.H264,
        luma: int = 90,
        coded: bool = True,
    ) -> None:
        self.codec = codec
        self.fps = fps
        self.number = 0
        self.keyframes = 0
        self._wanted = True
        self._luma = luma
        self._coded = coded
        context = av.CodecContext.create("libx264" if codec is Codec.H264 else "libvpx", "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = Fraction(1, 90_000), Fraction(fps)
        context.bit_rate, context.gop_size = kbps * 1000, 20 * fps  # key frames on demand
        context.options = (
            {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}
            | {"maxrate": str(kbps * 1000), "bufsize": str(kbps * 500)}
            if codec is Codec.H264
            else {"deadline": "realtime", "cpu-used": "8"}
        )
        self._video = context
        self._frame = np.full((height * 3 // 2, width), 128, np.uint8)
        audio = av.CodecContext.create("libopus", "w")
        assert isinstance(audio, AudioCodecContext)
        audio.sample_rate, audio.layout, audio.format = 48_000, "stereo", "s16"
        audio.bit_rate = 96_000
        self._audio = audio
        self._samples = 0

    def want_keyframe(self) -> None:
        self._wanted = True

    def encode_frame(self, pts: int) -> tuple[bytes, bool]:
        """Return the next frame, which shows its number and time, and whether it is a key frame."""
        frame = self._frame
        luma = frame[: frame.shape[0] * 2 // 3]
        self.paint(luma)
        if self._coded:
            frame_code.write(luma, self.number, time.time_ns() // 1_000_000)
        self.number += 1
        av_frame = av.VideoFrame.from_ndarray(frame, format="yuv420p")
        av_frame.pts, av_frame.time_base = pts, Fraction(1, 90_000)
        wanted, self._wanted = self._wanted, False
        av_frame.pict_type = av.video.frame.PictureType.I if wanted else av.video.frame.PictureType.NONE
        packets = self._video.encode(av_frame)
        key = any(packet.is_keyframe for packet in packets)
        self.keyframes += key
        return b"".join(bytes(packet) for packet in packets), key

    def paint(self, luma: npt.NDArray[np.uint8]) -> None:
        """Return a plain frame with a moving bar."""
        height, width = luma.shape
        luma[:] = self._luma
        at = self.number * 8 % (width - 40)
        luma[height // 3 : height * 2 // 3, at : at + 40] = 210

    def sound(self) -> bytes:
        """Return 20 ms of a 440 Hz tone."""
        times = np.arange(self._samples, self._samples + 960) / 48_000
        tone = (np.sin(2 * math.pi * 440 * times) * 9000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._samples, Fraction(1, 48_000)
        self._samples += 960
        return b"".join(bytes(packet) for packet in self._audio.encode(frame))


class Broadcaster:
    """Publishes a show over WHIP. `start` raises Refused; `pause` goes silent like a frozen computer; `stop` ends the session."""

    def __init__(self, address: str, key: str = "", show: Show | None = None, *, lose: Callable[[int], bool] = lambda count: False) -> None:
        self.address = address
        self.key = key
        self.show = show or Show()
        self.sender: MediaSender | None = None
        self.closed: list[str] = []
        self.paused = False
        self.lost = 0
        self._count = 0
        self._lose = lose
        self._peer: Peer | None = None
        self._task: asyncio.Task[None] | None = None
        self._location = ""
        self._picture_id = 0

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    async def start(self) -> None:
        clock = SystemClock()
        peer = Peer(
            controlling=True,
            addresses=lambda: ["127.0.0.1"],
            on_rtp=lambda packet, now: None,
            on_rtcp=lambda compound: self.sender.on_rtcp(compound) if self.sender else None,
            on_closed=self.closed.append,
        )
        self._peer = peer
        token = np.random.default_rng().integers(1, 2**31, 3)
        sources = Sources(int(token[0]), int(token[1]), int(token[2]), "test")
        offer = make_offer(await peer.gather(), sources, Quirks())
        if self.show.codec is Codec.VP8:
            audio, video = offer.media
            formats = tuple(form for form in video.formats if form.payload_type in (96, 97))
            offer = type(offer)(offer.transport, (audio, replace(video, formats=formats)), offer.bundle)
        try:
            async with (
                aiohttp.ClientSession() as client,
                client.post(
                    self.address,
                    data=render(offer, offer=True).encode(),
                    headers={"Content-Type": "application/sdp", **self.headers()},
                ) as response,
            ):
                text = await response.text()
                if response.status != 201:
                    raise Refused(response.status, text)
                self._location = str(response.url.join(response.url.with_path(response.headers["Location"])))
            answer = parse(text)
            await peer.connect(answer.transport)
        except BaseException:
            await peer.aclose()
            raise
        loop = asyncio.get_running_loop()
        self.sender = MediaSender(
            plan_from(offer, answer, sources),
            self,
            cname="test",
            clock=clock,
            call_later=loop.call_later,
            want_keyframe=self.show.want_keyframe,
        )
        self.show.want_keyframe()
        self._task = loop.create_task(self._run(), name="broadcaster")

    def send_rtp(self, packet: bytes) -> bool:
        """Send to the relay, except the packets whose count `lose` selects."""
        self._count += 1
        if self._lose(self._count):
            self.lost += 1
            return True
        return self._peer is not None and self._peer.send_rtp(packet)

    def send_rtcp(self, packet: bytes) -> bool:
        return self._peer is not None and self._peer.send_rtcp(packet)

    async def _run(self) -> None:
        assert self.sender is not None
        began = time.monotonic()
        frames = sounds = 0
        next_report = 0.0
        while True:
            now = time.monotonic() - began
            if now >= next_report:
                next_report = now + 1
                self.sender.tick()
                self.sender.report()
            while sounds * 0.02 <= now:
                self._push(MediaKind.AUDIO, Codec.OPUS, [self.show.sound()], sounds * 960, began + sounds * 0.02, keyframe=True)
                sounds += 1
            if frames / self.show.fps <= now:
                frames = int(now * self.show.fps)
                pts = frames * 90_000 // self.show.fps
                data, key = await asyncio.to_thread(self.show.encode_frame, pts)
                self._push(MediaKind.VIDEO, self.show.codec, self._cut(data), pts, began + pts / 90_000, keyframe=key)
                frames += 1
            await asyncio.sleep(0.004)

    def _cut(self, data: bytes) -> list[bytes]:
        self._picture_id += 1
        return h264_payloads(data) if self.show.codec is Codec.H264 else vp8_payloads(data, self._picture_id)

    def _push(self, kind: MediaKind, codec: Codec, payloads: list[bytes], pts: int, at: float, *, keyframe: bool) -> None:
        if not self.paused and self.sender is not None:
            self.sender.push(MediaFrame(kind, codec, payloads, pts, round(at * 1e9), keyframe))

    async def delete(self) -> int:
        """DELETE the session; returns the HTTP status."""
        async with aiohttp.ClientSession() as client, client.delete(self._location, headers=self.headers()) as response:
            return response.status

    async def stop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task  # a failed task must fail the test
        if self.sender is not None:
            self.sender.close()
        if self._peer is not None:
            await self._peer.aclose()
