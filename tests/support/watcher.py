"""A WHEP viewer for tests of relays. It loses the packets that the test chooses and requests them again."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import aiohttp
import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from app.domain.program.packet import Codec
from app.media.capture import frame_code
from app.transport import rtcp
from app.transport.peer import Peer
from app.transport.rtp import parse_header, payload_of
from app.transport.sdp import Description, Direction, MediaSection, PayloadFormat, parse, render

VIDEO, RTX, VP8, VP8_RTX, OPUS = 109, 114, 96, 97, 63  # not those of the publisher


def watch_offer(*, codecs: tuple[Codec, ...] = (Codec.H264, Codec.VP8)) -> tuple[MediaSection, ...]:
    """The sections of a browser's recvonly offer."""
    feedback = ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
    h264 = {"level-asymmetry-allowed": "1", "packetization-mode": "1", "profile-level-id": "42e01f"}
    known = {
        Codec.H264: (PayloadFormat(VIDEO, "H264", 90_000, 0, h264, feedback), PayloadFormat(RTX, "rtx", 90_000, 0, {"apt": str(VIDEO)})),
        Codec.VP8: (PayloadFormat(VP8, "VP8", 90_000, 0, {}, feedback), PayloadFormat(VP8_RTX, "rtx", 90_000, 0, {"apt": str(VP8)})),
    }
    video = MediaSection("video", "0", Direction.RECVONLY, tuple(form for codec in codecs for form in known[codec]))
    audio = MediaSection("audio", "1", Direction.RECVONLY, (PayloadFormat(OPUS, "opus", 48_000, 2, {"useinbandfec": "1"}, ("nack",)),))
    return (video, audio)


class Watcher:
    """Records packets by sequence number. `lose(sequence)` True = that packet is lost the first time."""

    def __init__(
        self, address: str, *, lose: Callable[[int], bool] = lambda sequence: False, codecs: tuple[Codec, ...] = (Codec.H264, Codec.VP8)
    ) -> None:
        self.address = address
        self.video: list[bytes] = []
        self.audio: list[bytes] = []
        self.repaired: dict[int, tuple[int, bytes]] = {}
        self.lost: set[int] = set()
        self.reports: list[rtcp.SenderReport] = []
        self.closed: list[str] = []
        self.status = 0
        self.words = ""
        self.headers: dict[str, str] = {}
        self.location = ""
        self.ssrc = 0
        self.arrived = asyncio.Event()
        self._lose = lose
        self._codecs = codecs
        self.peer = Peer(
            controlling=True,
            addresses=lambda: ["127.0.0.1"],
            on_rtp=self._on_rtp,
            on_rtcp=self._on_rtcp,
            on_closed=self._on_closed,
        )

    async def start(self) -> "Watcher":
        """Connect; a refusal is in `status` and `words`."""
        offer = Description(await self.peer.gather(), watch_offer(codecs=self._codecs), ("0", "1"))
        async with (
            aiohttp.ClientSession() as client,
            client.post(self.address, data=render(offer, offer=True).encode(), headers={"Content-Type": "application/sdp"}) as response,
        ):
            self.status, self.words = response.status, await response.text()
            self.headers = dict(response.headers)
        if self.status == 201:
            answer = parse(self.words)
            self.location = self.headers["Location"]
            video = answer.first("video")
            self.ssrc = next(iter(video.ssrcs), 0) if video else 0
            await self.peer.connect(replace(answer.transport))
        return self

    def _on_closed(self, reason: str) -> None:
        self.closed.append(reason)
        self.arrived.set()

    def _on_rtp(self, packet: bytes, arrival_ns: int) -> None:
        header = parse_header(packet)
        if header.payload_type == OPUS:
            self.audio.append(packet)
        elif header.payload_type in (RTX, VP8_RTX):
            payload = payload_of(packet, header)
            self.repaired[int.from_bytes(payload[:2], "big")] = (header.timestamp, payload[2:])
        elif header.sequence not in self.lost and self._lose(header.sequence):
            self.lost.add(header.sequence)
        else:
            self.video.append(packet)
        self.arrived.set()

    def _on_rtcp(self, compound: bytes) -> None:
        self.reports += [packet for packet in rtcp.parse(compound) if isinstance(packet, rtcp.SenderReport)]
        self.arrived.set()

    def say(self, *packets: rtcp.Rtcp) -> None:
        self.peer.send_rtcp(rtcp.compound((rtcp.ReceiverReport(1), *packets)))

    def ask_again(self, *sequences: int) -> None:
        self.say(rtcp.Nack(1, self.ssrc, sequences))

    async def until(self, condition: Callable[[], object], within_s: float = 10) -> None:
        """Wait until the condition holds; it is checked after each packet."""
        async with asyncio.timeout(within_s):
            while not condition():
                self.arrived.clear()
                await self.arrived.wait()

    async def stop(self) -> None:
        await self.peer.aclose()

    # --- received media

    @property
    def frames_seen(self) -> set[int]:
        """Return the timestamps of frames with at least one packet."""
        return {parse_header(packet).timestamp for packet in self.video}

    def sequences(self) -> list[int]:
        return [parse_header(packet).sequence for packet in self.video]

    def frames(self) -> list[bytes]:
        """Return complete H.264 access units in Annex B, in order, with lost packets from retransmissions."""
        parts: dict[int, tuple[int, bytes]] = {}
        base = self.sequences()[0]
        for packet in self.video:
            header = parse_header(packet)
            parts[_distance(header.sequence, base)] = (header.timestamp, payload_of(packet, header))
        for sequence, repaired in self.repaired.items():
            parts[_distance(sequence, base)] = repaired
        units: list[bytes] = []
        stamp = -1
        for _, (timestamp, payload) in sorted(parts.items()):
            if timestamp != stamp:
                units.append(b"")
                stamp = timestamp
            units[-1] += _annex_b(payload)
        return units

    def numbers(self) -> list[int]:
        """Return the frame numbers in the decoded frames; -1 = cannot be decoded (cut off by a change) or read."""
        decoder = av.CodecContext.create("h264", "r")
        assert isinstance(decoder, VideoCodecContext)
        found = []
        for unit in self.frames()[:-1]:
            try:
                frames = decoder.decode(av.Packet(unit))
            except av.error.InvalidDataError:
                found.append(-1)
                continue
            for frame in frames:
                code = frame_code.read(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
                found.append(code[0] if code else -1)
        return found


def _distance(sequence: int, base: int) -> int:
    """Return the distance from the first received number. The very first packet may arrive later."""
    return (sequence - base + 0x8000 & 0xFFFF) - 0x8000


def _annex_b(payload: bytes) -> bytes:
    start, kind = b"\0\0\0\1", payload[0] & 0x1F
    if kind == 28:
        head = bytes((payload[0] & 0xE0 | payload[1] & 0x1F,))
        return (start + head if payload[1] & 0x80 else b"") + payload[2:]
    if kind != 24:
        return start + payload
    out, position = b"", 1
    while position + 2 < len(payload):
        size = int.from_bytes(payload[position : position + 2], "big")
        out += start + payload[position + 2 : position + 2 + size]
        position += 2 + size
    return out
