"""Finds the start of key frames in RTP payloads."""

from app.domain.program.packet import Codec

_H264_TYPE = 0x1F
_IDR, _SPS, _STAP_A, _FU_A = 5, 7, 24, 28


def _h264(payload: bytes) -> bool:
    kind = payload[0] & _H264_TYPE
    if kind == _FU_A:
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & _H264_TYPE in (_IDR, _SPS)
    if kind != _STAP_A:
        return kind in (_IDR, _SPS)
    position = 1
    while position + 2 < len(payload):
        if payload[position + 2] & _H264_TYPE in (_IDR, _SPS):
            return True
        position += 2 + (payload[position] << 8 | payload[position + 1])
    return False


def _vp8(payload: bytes) -> bool:
    """RFC 7741: the first partition of the frame, with a P bit of 0 in the frame header."""
    if payload[0] & 0x17 != 0x10:
        return False
    position = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            return False
        flags, position = payload[1], 2
        if flags & 0x80:
            position += 2 if len(payload) > position and payload[position] & 0x80 else 1
        position += bool(flags & 0x40) + bool(flags & 0x30)
    return len(payload) > position and not payload[position] & 0x01


def starts_keyframe(codec: Codec, payload: bytes) -> bool:
    """Whether a new decoder can start with this payload; for audio always."""
    if not payload:
        return False
    if codec is Codec.H264:
        return _h264(payload)
    return _vp8(payload) if codec is Codec.VP8 else True
