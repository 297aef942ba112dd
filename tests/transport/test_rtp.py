"""RTP packets, header extensions, retransmission packets, payloads and the history."""

import random

import pytest
from aiortc.codecs.h264 import H264PayloadDescriptor
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import HeaderExtensionsMap, RtpPacket

from app.domain.program.annexb import nal_units
from app.domain.program.packet import Codec
from app.transport import rtp
from app.transport.headers import ABS_SEND_TIME_URI, MID_URI, TRANSPORT_CC_URI, HeaderWriter
from app.transport.packet_history import PacketHistory
from app.transport.payload import h264_payloads, vp8_payloads
from app.transport.sdp import Direction, HeaderExtension, MediaSection
from tests.support.encoded import GreyFrameEncoder


def test_a_packet_round_trips_and_aiortc_agrees() -> None:
    extensions = rtp.extension_block([(1, b"mid0"), (3, b"\x12\x34\x56")])
    packet = rtp.build(102, True, 65535, 0xFFFFFFFF, 0xDEADBEEF, b"payload", extensions)
    header = rtp.parse_header(packet)
    assert (header.payload_type, header.marker, header.sequence, header.timestamp, header.ssrc) == (
        102,
        True,
        65535,
        0xFFFFFFFF,
        0xDEADBEEF,
    )
    assert rtp.payload_of(packet, header) == b"payload"
    assert rtp.extension_elements(packet, header) == {1: b"mid0", 3: b"\x12\x34\x56"}
    foreign = RtpPacket.parse(packet, HeaderExtensionsMap())
    assert foreign.payload == b"payload" and foreign.sequence_number == 65535 and foreign.marker == 1


def test_padding_sources_and_two_byte_extensions_are_read() -> None:
    packet = (
        bytes.fromhex("b2600001 00000002 00000003 00000004 00000005".replace(" ", "")) + bytes.fromhex("100000010301ff00") + b"ab\x00\x02"
    )
    header = rtp.parse_header(packet)
    assert rtp.payload_of(packet, header) == b"ab"
    assert rtp.extension_elements(packet, header) == {3: b"\xff"}


def test_random_bytes_are_refused_or_read() -> None:
    source = random.Random(5)
    for _ in range(5000):
        packet = source.randbytes(source.randrange(0, 60))
        try:
            header = rtp.parse_header(packet)
        except ValueError:
            continue
        rtp.extension_elements(packet, header)
        assert len(rtp.payload_of(packet, header)) <= len(packet)


def test_a_retransmission_is_unwrapped() -> None:
    packet = rtp.build(102, True, 500, 90_000, 7, b"picture", rtp.extension_block([(1, b"1")]))
    header = rtp.parse_header(packet)
    payload = header.sequence.to_bytes(2, "big") + rtp.payload_of(packet, header)
    again = rtp.build(103, header.marker, 9, header.timestamp, 8, payload)
    header = rtp.parse_header(again)
    assert (header.payload_type, header.sequence, header.ssrc, header.timestamp) == (103, 9, 8, 90_000)
    original = rtp.unwrap_rtx(again, payload_type=102, ssrc=7)
    assert original == rtp.build(102, True, 500, 90_000, 7, b"picture")
    assert rtp.unwrap_rtx(rtp.build(103, False, 1, 2, 8, b"\x00\x01"), payload_type=102, ssrc=7) is None


@pytest.mark.parametrize(
    ("sequence", "near", "number"),
    [(65534, 65534, 65534), (65535, 65534, 65535), (1, 65535, 65537), (0, 65537, 65536), (2, 65537, 65538), (65535, 65538, 65535)],
)
def test_sequence_numbers_go_on_past_16_bits(sequence: int, near: int, number: int) -> None:
    assert rtp.unwrap_sequence(sequence, near) == number


def test_the_history_keeps_the_newest_across_the_wrap_and_paces_retransmissions() -> None:
    history: PacketHistory[int] = PacketHistory(4000)
    for number in range(60_000, 70_000):
        history.put(number & 0xFFFF, number)
    assert all(history.get(number & 0xFFFF) == number for number in range(66_000, 70_000))
    assert history.get(60_000) is None
    newest = 69_999 & 0xFFFF
    assert history.again(newest, 1_000_000_000, 20) == 69_999
    assert history.again(newest, 1_010_000_000, 20) is None
    assert history.again(newest, 1_021_000_000, 20) == 69_999


@pytest.mark.parametrize(
    "uris", [(), (MID_URI,), (ABS_SEND_TIME_URI,), (TRANSPORT_CC_URI,), (MID_URI, ABS_SEND_TIME_URI, TRANSPORT_CC_URI)]
)
def test_headers_carry_exactly_the_agreed_extensions(uris: tuple[str, ...]) -> None:
    section = MediaSection(
        "video", "1", Direction.RECVONLY, (), tuple(HeaderExtension(number, uri) for number, uri in enumerate(uris, start=4))
    )
    writer = HeaderWriter(section)
    packet = writer.write(102, True, 1, 2, 3, now_ns=64_500_000_000, number=0xABCD) + b"payload"
    header = rtp.parse_header(packet)
    expected = {MID_URI: b"1", ABS_SEND_TIME_URI: (1 << 17).to_bytes(3, "big"), TRANSPORT_CC_URI: b"\xab\xcd"}
    assert rtp.extension_elements(packet, header) == {number: expected[uri] for number, uri in enumerate(uris, start=4)}
    assert rtp.payload_of(packet, header) == b"payload"
    assert writer.wants_number is (TRANSPORT_CC_URI in uris)


def _reassembled(payloads: list[bytes]) -> list[bytes]:
    """The NAL units that aiortc's depayloader reads from them."""
    return list(nal_units(b"".join(H264PayloadDescriptor.parse(payload)[1] for payload in payloads)))


def test_real_frames_survive_packetization() -> None:
    encoder = GreyFrameEncoder(Codec.H264, kbps=4000, noise=True)
    for key in (True, False, True):
        packet = encoder.next(key=key)
        payloads = h264_payloads(packet.data)
        assert all(len(payload) <= rtp.MAX_PAYLOAD_BYTES for payload in payloads)
        wanted = [nal for nal in nal_units(packet.data) if nal[0] & 0x1F not in (9, 12)]
        assert _reassembled(payloads) == wanted
        if key:
            assert {nal[0] & 0x1F for nal in wanted} >= {5, 7, 8}
            assert payloads[0][0] & 0x1F == 24  # parameter sets share a packet


@pytest.mark.parametrize("size", [1, 1179, 1180, 1181, 1182, 2356, 2357, 5000])
def test_units_of_every_size_near_the_limit_survive(size: int) -> None:
    nal = bytes((0x65,)) + bytes(index % 255 + 1 for index in range(size - 1)) if size > 1 else b"\x65"
    payloads = h264_payloads(b"\0\0\0\1" + nal + b"\0\0\1\x68\xce")
    assert all(len(payload) <= rtp.MAX_PAYLOAD_BYTES for payload in payloads)
    assert _reassembled(payloads) == [nal, b"\x68\xce"]


def test_nothing_to_send_gives_no_payloads() -> None:
    assert h264_payloads(b"") == [] and h264_payloads(b"\0\0\1\x09\x10") == []


@pytest.mark.parametrize("size", [0, 1, 1176, 1177, 5000])
def test_vp8_frames_survive_packetization(size: int) -> None:
    frame = bytes(index % 256 for index in range(size))
    payloads = vp8_payloads(frame, 0x1234)
    assert all(len(payload) <= rtp.MAX_PAYLOAD_BYTES for payload in payloads)
    parsed = [VpxPayloadDescriptor.parse(payload) for payload in payloads]
    assert b"".join(rest for _, rest in parsed) == frame
    assert [descriptor.partition_start for descriptor, _ in parsed] == [1] + [0] * (len(parsed) - 1)
    assert all(descriptor.picture_id == 0x1234 for descriptor, _ in parsed)
