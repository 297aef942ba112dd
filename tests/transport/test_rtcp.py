"""RTCP packets: our writing, our reading, a foreign reader, and garbage."""

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
    rtcp.TransportFeedback(1, 2, 65533, 7, (64_000, None, 64_250, 64_000, None, 200_000, 200_250, 263_750, None)),
]


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: type(packet).__name__)
def test_every_packet_reads_back(packet: rtcp.Rtcp) -> None:
    data = rtcp.to_bytes(packet)
    assert len(data) % 4 == 0
    assert rtcp.parse(data) == [packet]


def test_a_compound_reads_back_and_a_foreign_reader_agrees() -> None:
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
    # libwebrtc's own sample: base 1, 3 packets by run length of small deltas; then a one-bit vector
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


def test_random_bytes_are_refused_or_read_but_never_break() -> None:
    source = random.Random(3)
    for _ in range(20_000):
        kind = source.choice((200, 201, 202, 203, 205, 206))
        body = source.randbytes(4 * source.randrange(0, 8))
        data = bytes((0x80 | source.randrange(64), kind, 0, len(body) // 4)) + body
        try:
            rtcp.parse(data)
        except ValueError:
            continue


def test_ntp_time_is_exact_to_a_nanosecond_and_counts_from_1900() -> None:
    ntp = rtcp.ntp_time(1_500_000_000)
    assert ntp >> 32 == rtcp.NTP_EPOCH_OFFSET_S + 1
    assert ntp & 0xFFFFFFFF == 1 << 31
    assert rtcp.middle_ntp(0x1234567890ABCDEF) == 0x567890AB
