"""RTCP packets: writing, reading, aiortc as the other reader, and garbage."""

import random

import pytest
from aiortc import rtp as foreign

from app.transport import rtcp

BLOCK = rtcp.ReportBlock(0xDEADBEEF, 128, -5, 70_000, 90, 0x12345678, 65536)
PACKETS: list[rtcp.Rtcp] = [
    rtcp.SenderReport(1, 0x1234567890ABCDEF, 0xFFFFFFFF, 10, 1000, (BLOCK,)),
    rtcp.ReceiverReport(2, (BLOCK, rtcp.ReportBlock(3, cumulative_lost=7))),
    rtcp.SourceDescription(((1, "name"), (2, "four"), (3, ""))),
    rtcp.Bye((1, 2)),
    rtcp.Nack(1, 2, (65534, 65535, 0, 16, 40)),
    rtcp.PictureLoss(1, 2),
    rtcp.FullIntraRequest(1, ((2, 5), (3, 255))),
    rtcp.BandwidthEstimate(1, 2_500_096, (2, 3)),
    rtcp.TransportFeedback.of(1, 2, 65533, 7, (64_000, None, 64_250, 64_000, None, 200_000, 200_250, 263_750, None)),
]


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: type(packet).__name__)
def test_every_packet_round_trips(packet: rtcp.Rtcp) -> None:
    data = rtcp.to_bytes(packet)
    assert len(data) % 4 == 0
    assert rtcp.parse(data) == [packet]


def test_a_compound_round_trips_and_aiortc_agrees() -> None:
    data = rtcp.compound(PACKETS[:7])
    assert rtcp.parse(data) == PACKETS[:7]
    names = [type(packet).__name__ for packet in foreign.RtcpPacket.parse(data)]
    assert names == [
        "RtcpSrPacket",
        "RtcpRrPacket",
        "RtcpSdesPacket",
        "RtcpByePacket",
        "RtcpRtpfbPacket",
        "RtcpPsfbPacket",
        "RtcpPsfbPacket",
    ]
    nack = foreign.RtcpPacket.parse(rtcp.to_bytes(PACKETS[4]))[0]
    assert isinstance(nack, foreign.RtcpRtpfbPacket) and [number & 0xFFFF for number in nack.lost] == [65534, 65535, 0, 16, 40]
    remb = foreign.RtcpPacket.parse(rtcp.to_bytes(PACKETS[7]))[0]
    assert isinstance(remb, foreign.RtcpPsfbPacket) and foreign.unpack_remb_fci(remb.fci) == (2_500_096, [2, 3])


def test_run_length_and_one_bit_feedback_chunks_are_read() -> None:
    # libwebrtc's sample: base 1, 3 packets by run length of small deltas; then a one-bit vector
    head = bytes.fromhex("0000000100000002")
    run = head + bytes.fromhex("0001 0003 00000100 2003 04 08 0c 00 00 00".replace(" ", ""))
    packet = bytes((0x8F, 205, 0, (len(run)) // 4)) + run
    (feedback,) = rtcp.parse(packet)
    assert isinstance(feedback, rtcp.TransportFeedback)
    assert feedback.arrivals_us == (65_000, 67_000, 70_000)
    vector = head + bytes.fromhex("0001 0004 00000101 b400 04 08 0c 00 00 00".replace(" ", ""))
    (feedback,) = rtcp.parse(bytes((0x8F, 205, 0, len(vector) // 4)) + vector)
    assert isinstance(feedback, rtcp.TransportFeedback)
    assert feedback.arrivals_us == (65_000, 67_000, None, 70_000)


DATAGRAM = 1200
ENTRIES_A_BYTE = 5  # a NACK names 17 numbers in four bytes, nothing names more


def entries(packets: list[rtcp.Rtcp]) -> int:
    """How many entries the packets have, themselves included."""
    held = ("blocks", "names", "ssrcs", "sequences", "entries", "received")
    return sum(1 + sum(len(getattr(packet, name, ())) for name in held) for packet in packets)


def feedback(body: bytes) -> bytes:
    """A transport feedback with this body after the two sources."""
    body = bytes(8) + body + bytes(-len(body) % 4)
    return bytes((0x8F, 205)) + (len(body) // 4).to_bytes(2, "big") + body


def test_random_packets_are_refused_or_read_with_a_bounded_result() -> None:
    source = random.Random(3)
    read = 0
    for _ in range(6_000):
        data = b""
        while len(data) < DATAGRAM:
            kind = source.choice((200, 201, 202, 203, 205, 205, 206, 206, 207))
            words = source.choice((0, 1, 2, 4, 6, 12, 70, 299))
            body = source.choice((source.randbytes(4 * words), bytes(4 * words), b"\xff" * 4 * words))
            fmt = source.choice((0, 1, 4, 15, 31, 0x21, 0x2F))
            data += bytes((0x80 | fmt, kind)) + words.to_bytes(2, "big") + body
        data = data[: source.choice((4, 64, DATAGRAM, DATAGRAM))]
        try:
            packets = rtcp.parse(data)
        except ValueError:
            continue
        read += 1
        assert entries(packets) <= ENTRIES_A_BYTE * len(data)
    assert read > 100


def test_runs_of_lost_packets_use_no_memory() -> None:
    """33 feedbacks in one datagram; each reports 65,535 packets lost in sixteen bytes."""
    one = feedback(bytes.fromhex("0000ffff00000000") + bytes.fromhex("1fff") * 8 + bytes.fromhex("0007"))
    packets = rtcp.parse(one * (DATAGRAM // len(one)))
    assert len(packets) == DATAGRAM // len(one) > 25
    assert all(isinstance(packet, rtcp.TransportFeedback) and packet.count == 65535 and packet.received == () for packet in packets)


@pytest.mark.parametrize("chunk", ["3fff", "5fff"])  # small and large deltas
def test_a_run_of_arrivals_without_times_is_refused_before_it_is_expanded(chunk: str) -> None:
    with pytest.raises(ValueError, match="times"):
        rtcp.parse(feedback(bytes.fromhex("0000ffff00000000") + bytes.fromhex(chunk) * 9))


def test_only_the_requested_kinds_are_read() -> None:
    broken = feedback(bytes.fromhex("0000ffff00000000"))  # no chunks at all
    with pytest.raises(ValueError):
        rtcp.parse(broken)
    nack = rtcp.Nack(1, 2, (7,))
    assert rtcp.parse(broken + rtcp.to_bytes(nack), {rtcp.Nack}) == [nack]
    assert rtcp.parse(rtcp.to_bytes(nack), {rtcp.PictureLoss}) == []


@pytest.mark.parametrize("padding", [0, 5, 255])
def test_padding_longer_than_its_packet_is_refused(padding: int) -> None:
    report = rtcp.to_bytes(rtcp.ReceiverReport(2))
    data = bytes((report[0] | 0x20,)) + report[1:-1] + bytes((padding,))
    with pytest.raises(ValueError, match="padding"):
        rtcp.parse(rtcp.to_bytes(PACKETS[0]) + data)


@pytest.mark.parametrize("first_us", [-64_000, -(1 << 23) * 64_000, 0, ((1 << 23) - 1) * 64_000])
def test_the_reference_time_is_signed(first_us: int) -> None:
    (packet,) = rtcp.parse(rtcp.to_bytes(rtcp.TransportFeedback.of(1, 2, 9, 0, (first_us, None, first_us + 250))))
    assert isinstance(packet, rtcp.TransportFeedback)
    assert packet.received == ((0, first_us), (2, first_us + 250))


def test_ntp_time_is_exact_to_a_nanosecond_and_counts_from_1900() -> None:
    ntp = rtcp.ntp_time(1_500_000_000)
    assert ntp >> 32 == rtcp.NTP_EPOCH_OFFSET_S + 1
    assert ntp & 0xFFFFFFFF == 1 << 31
    assert rtcp.middle_ntp(0x1234567890ABCDEF) == 0x567890AB
