"""Cuts encoded frames into RTP payloads: H.264 (RFC 6184, packetization-mode 1) and VP8 (RFC 7741)."""

import struct
from collections.abc import Iterator

from app.domain.program.annexb import nal_type, nal_units
from app.transport.rtp import MAX_PAYLOAD_BYTES

_STAP_A, _FU_A = 24, 28
_ACCESS_UNIT_DELIMITER, _FILLER = 9, 12
_SIZE = struct.Struct(">H")


def _fragments(nal: bytes, limit: int) -> Iterator[bytes]:
    """FU-A fragments of nearly equal size."""
    indicator, kind = nal[0] & 0xE0 | _FU_A, nal[0] & 0x1F
    total = len(nal) - 1
    count = -(-total // (limit - 2))
    size = -(-total // count)
    for start in range(0, total, size):
        end = min(start + size, total)
        flags = (0x80 if start == 0 else 0) | (0x40 if end == total else 0)
        yield bytes((indicator, flags | kind)) + nal[1 + start : 1 + end]


def _aggregate(nals: list[bytes]) -> bytes:
    """One payload for several small NAL units. A single unit is its own payload."""
    if len(nals) == 1:
        return nals[0]
    importance = max(nal[0] & 0x60 for nal in nals)
    return bytes((importance | _STAP_A,)) + b"".join(_SIZE.pack(len(nal)) + nal for nal in nals)


def h264_payloads(annex_b: bytes, limit: int = MAX_PAYLOAD_BYTES) -> list[bytes]:
    """RTP payloads of one access unit, without delimiters and filler. Small units share a packet."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    room = limit - 1
    for nal in nal_units(annex_b):
        if nal_type(nal) in (_ACCESS_UNIT_DELIMITER, _FILLER):
            continue
        if small and len(nal) + 2 > room:
            payloads.append(_aggregate(small))
            small, room = [], limit - 1
        if len(nal) > limit:
            payloads.extend(_fragments(nal, limit))
        else:
            small.append(nal)
            room -= len(nal) + 2
    if small:
        payloads.append(_aggregate(small))
    return payloads


def vp8_payloads(frame: bytes, picture_id: int, limit: int = MAX_PAYLOAD_BYTES) -> list[bytes]:
    """RTP payloads of one VP8 frame with a 15-bit picture id."""
    descriptor = b"\x80" + _SIZE.pack(0x8000 | picture_id & 0x7FFF)
    room = limit - 4
    count = max(1, -(-len(frame) // room))
    size = -(-len(frame) // count) or 1
    return [(b"\x90" if start == 0 else b"\x80") + descriptor + frame[start : start + size] for start in range(0, max(1, len(frame)), size)]
