"""Packets on the media ports: RTP, RTCP, STUN and whole streams."""

import asyncio
import random
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from aioice import Candidate

from app.domain.program.packet import Codec, MediaKind
from app.relay.config import Limits
from app.relay.media.down_track import DownTrackFormat
from app.relay.media.ingest import Ingest, IngestFormat
from app.relay.media.keyframe import starts_keyframe
from app.relay.media.subscriber import Subscriber
from app.relay.media.track import Track, without_extras
from app.transport import rtcp, rtp
from app.transport.congestion import AckedRate
from app.transport.ice import MAX_QUEUED_DATAGRAMS, IceConnection
from app.transport.stun import StunSocket
from tests.fuzz.mutation import spoiled
from tests.fuzz.target import Call, Target, calls
from tests.support.clocks import SetClock

DATAGRAM = 1500
_SSRC = 7
_REPORTS: tuple[rtcp.Rtcp, ...] = (
    rtcp.SenderReport(_SSRC, 0x1234567890ABCDEF, 0xFFFFFFFF, 10, 1000, (rtcp.ReportBlock(_SSRC, 128, -5, 70_000, 90, 1, 2),)),
    rtcp.ReceiverReport(2, (rtcp.ReportBlock(_SSRC), rtcp.ReportBlock(3, cumulative_lost=7))),
    rtcp.SourceDescription(((1, "name"), (2, "four"), (3, ""))),
    rtcp.Bye((1, 2)),
    rtcp.Nack(1, _SSRC, (65534, 65535, 0, 16, 40)),
    rtcp.PictureLoss(1, _SSRC),
    rtcp.FullIntraRequest(1, ((_SSRC, 5), (3, 255))),
    rtcp.BandwidthEstimate(1, 2_500_096, (_SSRC, 3)),
    rtcp.TransportFeedback.of(1, _SSRC, 65533, 7, (64_000, None, 64_250, 64_000, None, 200_000, 200_250, 263_750, None)),
)
_KEYFRAMES = (b"\x67\x42", b"\x65\x88", b"\x78\x00\x02\x67\x42\x00\x02\x68\xce", b"\x7c\x85\x88", b"\x90\xe0\x12\x00\x00\x00", b"\x10\x00")


def rtcp_compound(rng: random.Random) -> bytes:
    """Reports of every kind, one with random parts, or a datagram full of small reports with large content."""
    kind = rng.random()
    if kind < 0.2:
        body = rng.choice((rng.randbytes(24), bytes(16) + b"\x1f\xff" * rng.randrange(12), b"\xff" * 4 * rng.randrange(70)))
        body += bytes(-len(body) % 4)
        one = struct.pack(">BBH", 0x80 | rng.randrange(64), rng.choice((200, 201, 202, 203, 205, 206, 207)), len(body) // 4) + body
        return (one * rng.choice((1, 2, 40)))[:DATAGRAM]
    whole = rtcp.compound(rng.choices(_REPORTS, k=rng.choice((1, 1, 2, 5))))
    return spoiled(rng, whole)[:DATAGRAM]


def rtp_packet(rng: random.Random) -> bytes:
    elements = [(1, b"mid"), (3, rng.randbytes(2)), (2, rng.randbytes(3))][: rng.randrange(4)]
    made = rtp.build(
        rng.choice((102, 103, 111, 96)),
        rng.random() < 0.5,
        rng.choice((0, 1, 65535, rng.randrange(65536))),
        rng.getrandbits(32),
        rng.choice((_SSRC, 8, 9)),
        rng.choice((b"", b"\x00", b"\x12\x34", rng.choice(_KEYFRAMES), rng.randbytes(rng.randrange(60)))),
        rtp.extension_block(elements),
    )
    return spoiled(rng, made)[:DATAGRAM] if rng.random() < 0.7 else made


def stun_message(rng: random.Random) -> bytes:
    """Return a message with random attributes and true or false lengths."""
    attributes = b""
    for _ in range(rng.randrange(5)):
        kind = rng.choice(
            (0x0001, 0x0006, 0x0008, 0x0009, 0x000D, 0x0014, 0x0020, 0x0024, 0x0025, 0x8028, 0x8029, 0x802A, rng.getrandbits(16))
        )
        value = rng.randbytes(rng.choice((0, 1, 3, 4, 8, 20, 24, 70)))
        attributes += struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)
    kind = rng.choice((0x0001, 0x0101, 0x0111, 0x0011, 0x0003, rng.getrandbits(14)))
    made = struct.pack(">HHI12s", kind, len(attributes), 0x2112A442, b"transaction!") + attributes
    return spoiled(rng, made)[:DATAGRAM] if rng.random() < 0.5 else made


def _read_rtp(packet: bytes) -> object:
    header = rtp.parse_header(packet)
    return (
        header,
        rtp.payload_of(packet, header),
        rtp.extension_elements(packet, header),
        without_extras(packet),
        rtp.unwrap_rtx(packet, payload_type=102, ssrc=1),
        [starts_keyframe(codec, rtp.payload_of(packet, header)) for codec in Codec],
    )


def _read_feedback(compound: bytes) -> object:
    """Read it as a sender that has sent some packets."""
    acked = AckedRate()
    for number in range(65_500, 65_600):
        acked.sent(number & 0xFFFF, 1000)
    for packet in rtcp.parse(compound, {rtcp.TransportFeedback}):
        assert isinstance(packet, rtcp.TransportFeedback)
        acked.take(packet, 1_000_000_000)
    assert acked.loss == -1 or 0 <= acked.loss <= 1
    return acked.kbps


@contextmanager
def _ingest() -> Iterator[Call]:
    """The relay receives a publisher's packets; each run is a new publisher."""
    clock = SetClock()
    form = IngestFormat(Codec.H264, 102, 103, 111, 3)

    def take(packets: list[bytes]) -> object:
        delivered: list[bytes] = []
        video = Track(MediaKind.VIDEO, lambda sequence, fed, begins: delivered.append(fed))
        audio = Track(MediaKind.AUDIO, lambda sequence, fed, begins: delivered.append(fed))
        reports: list[bytes] = []

        def say(compound: bytes) -> bool:
            reports.append(compound)
            return True

        ingest = Ingest(
            clock=clock, form=form, video=video, audio=audio, on_media=lambda new: video.switch(Codec.H264), on_clock_known=lambda: None
        )
        ingest.start(say)
        for packet in packets:
            clock.now_ns += 40_000_000
            if len(packet) >= 2 and 192 <= packet[1] <= 223:
                ingest.on_rtcp(packet)
            else:
                ingest.on_rtp(packet, clock.monotonic_ns())
            ingest.tick(clock.monotonic_ns())
        ingest.stop()
        return delivered, reports

    yield take


@contextmanager
def _viewer() -> Iterator[Call]:
    """The relay receives a viewer's reports while it sends video."""
    clock = SetClock()

    def take(packets: list[bytes]) -> object:
        asked: list[None] = []
        sent: list[bytes] = []

        def send(packet: bytes) -> bool:
            sent.append(packet)
            return True

        viewer = Subscriber(
            clock=clock,
            limits=Limits(),
            video={Codec.H264: DownTrackFormat(102, _SSRC, 103, 8)},
            audio=DownTrackFormat(111, 9, -1, -1),
            ask_keyframe=lambda: asked.append(None),
        )
        video = Track(MediaKind.VIDEO, viewer.feed_video)
        viewer.start(send, send, video, Track(MediaKind.AUDIO, viewer.feed_audio))
        for number in range(30):
            video.push(rtp.build(102, True, number, 3000 * number, 1, _KEYFRAMES[0] if not number else b"\x41" * 50), clock.monotonic_ns())
        before = len(sent)
        for packet in packets:
            viewer.on_rtcp(packet)
        viewer.stop()
        return viewer.loss, viewer.rtt_ms, viewer.bandwidth.bits_per_s, len(asked), sent[before:]

    yield take


class _Wire:
    """A socket that records what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendto(self, data: bytes, address: object) -> None:
        self.sent.append(data)


@contextmanager
def _datagrams() -> Iterator[Call]:
    """An ICE port receives packets of strangers: it sends back no more than it received, and raises nothing."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    ice = IceConnection(controlling=False)
    port = StunSocket(ice)
    port.local_candidate = Candidate("1", 1, "udp", 1, "192.0.2.1", 9, "host")
    wire = _Wire()
    port.transport = cast(asyncio.DatagramTransport, wire)

    def take(datagram: bytes) -> object:
        wire.sent.clear()
        port.datagram_received(datagram, ("192.0.2.9", 9))
        if ice.waiting > 2 * MAX_QUEUED_DATAGRAMS:  # for the handshake, and media that arrives before it ends
            raise AssertionError("more waits than may")
        return list(wire.sent)

    try:
        yield take
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _stream(one: Callable[[random.Random], bytes]) -> Callable[[random.Random], list[bytes]]:
    return lambda rng: [one(rng) for _ in range(rng.choice((1, 3, 20)))]


def _from_a_publisher(rng: random.Random) -> bytes:
    return rtcp_compound(rng) if rng.random() < 0.2 else rtp_packet(rng)


TARGETS = (
    Target("rtcp", rtcp_compound, calls(rtcp.parse), (ValueError,), gives_at_most=14, works_at_most=10),
    Target("rtcp-feedback", rtcp_compound, calls(_read_feedback), (ValueError,), works_at_most=20),
    Target("rtp", rtp_packet, calls(_read_rtp), (ValueError,)),
    Target("publisher-packets", _stream(_from_a_publisher), _ingest, base=20_000, works_at_most=400, share=0.15),
    Target("viewer-reports", _stream(rtcp_compound), _viewer, base=20_000, works_at_most=120, gives_at_most=60, share=0.15),
    Target("datagrams", lambda rng: rng.choice((stun_message, rtp_packet))(rng), _datagrams, gives_at_most=2, base=200),
)
