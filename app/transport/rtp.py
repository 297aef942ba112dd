"""RTP packets (RFC 3550), header extensions (RFC 8285) and retransmission packets (RFC 4588)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

HEADER_BYTES = 12
MAX_PAYLOAD_BYTES = 1180  # with 32 bytes of header and extensions, 24 of SRTP and 48 of IPv6 and UDP it fits VPN and PPPoE paths
ONE_BYTE_PROFILE = 0xBEDE
TWO_BYTE_PROFILE = 0x1000
VERSION = 0x80

_FIXED = struct.Struct(">BBHII")
_EXTENSION = struct.Struct(">HH")
_OSN = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class RtpHeader:
    """The fixed header, and where the extension block (0, 0 = none) and the payload are in the packet."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    extension_offset: int
    extension_end: int
    profile: int
    payload_offset: int
    payload_end: int


def parse_header(packet: bytes) -> RtpHeader:
    """The header of an unprotected packet; raises ValueError when it is not RTP version 2, or cut short."""
    if len(packet) < HEADER_BYTES:
        raise ValueError("RTP packet too short")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(packet)
    if first >> 6 != 2:
        raise ValueError("not RTP version 2")
    offset = HEADER_BYTES + 4 * (first & 0x0F)
    extension_offset = extension_end = profile = 0
    if first & 0x10:
        if len(packet) < offset + 4:
            raise ValueError("RTP extension cut short")
        profile, words = _EXTENSION.unpack_from(packet, offset)
        extension_offset = offset + 4
        extension_end = offset = extension_offset + 4 * words
    end = len(packet)
    if first & 0x20:
        padding = packet[-1]
        if padding == 0 or padding > end - offset:
            raise ValueError("RTP padding wrong")
        end -= padding
    if offset > end:
        raise ValueError("RTP packet cut short")
    return RtpHeader(second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, extension_offset, extension_end, profile, offset, end)


def payload_of(packet: bytes, header: RtpHeader) -> bytes:
    """The payload without padding."""
    return packet[header.payload_offset : header.payload_end]


def extension_elements(packet: bytes, header: RtpHeader) -> dict[int, bytes]:
    """Header extension elements by id, from the one-byte and two-byte form. A malformed end is ignored."""
    elements: dict[int, bytes] = {}
    position, end = header.extension_offset, header.extension_end
    two_byte = header.profile & 0xFFF0 == TWO_BYTE_PROFILE
    if not position or (header.profile != ONE_BYTE_PROFILE and not two_byte):
        return elements
    while position < end:
        first = packet[position]
        if first == 0:
            position += 1
            continue
        if two_byte:
            if position + 1 >= end:
                break
            identifier, length, position = first, packet[position + 1], position + 2
        else:
            identifier, length, position = first >> 4, (first & 0x0F) + 1, position + 1
            if identifier == 15:
                break
        if position + length > end:
            break
        elements[identifier] = packet[position : position + length]
        position += length
    return elements


def extension_block(elements: Iterable[tuple[int, bytes]]) -> bytes:
    """The extension block in one-byte form, with its header word; b"" without elements. Ids are 1..14, values 1..16 bytes."""
    body = b""
    for identifier, value in elements:
        if not 1 <= identifier <= 14 or not 1 <= len(value) <= 16:
            raise ValueError("does not fit a one-byte header extension")
        body += bytes((identifier << 4 | len(value) - 1,)) + value
    if not body:
        return b""
    body += bytes(-len(body) % 4)
    return _EXTENSION.pack(ONE_BYTE_PROFILE, len(body) // 4) + body


def build(payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, payload: bytes, extensions: bytes = b"") -> bytes:
    """Build a packet; `extensions` is from `extension_block`. Numbers must fit their fields."""
    return (
        _FIXED.pack(VERSION | (0x10 if extensions else 0), payload_type | (0x80 if marker else 0), sequence, timestamp, ssrc)
        + extensions
        + payload
    )


def unwrap_rtx(packet: bytes, *, payload_type: int, ssrc: int) -> bytes | None:
    """The original packet in a retransmission, without extensions; None for an empty one, which is a bandwidth probe."""
    header = parse_header(packet)
    payload = payload_of(packet, header)
    if len(payload) <= 2:
        return None
    (sequence,) = _OSN.unpack_from(payload)
    return build(payload_type, header.marker, sequence, header.timestamp, ssrc, payload[2:])


def unwrap_sequence(sequence: int, near: int) -> int:
    """The number that has `sequence` as its low 16 bits and is nearest to `near`."""
    step = sequence - near & 0xFFFF
    return near + (step if step < 0x8000 else step - 0x10000)
