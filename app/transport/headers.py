"""Writes RTP headers with the agreed extensions."""

import struct

from app.transport.rtp import ONE_BYTE_PROFILE, VERSION
from app.transport.sdp import MediaSection

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

_PLAIN = struct.Struct(">BBHII")


def abs_send_time(now_ns: int) -> int:
    """6.18 fixed-point seconds, 24 bits."""
    return (now_ns << 18) // 1_000_000_000 & 0xFFFFFF


class HeaderWriter:
    """Writes the headers of one section, each in one step. `wants_number`: packets carry a transport-wide number."""

    def __init__(self, section: MediaSection) -> None:
        mid = section.extension_id(MID_URI)
        send_time = section.extension_id(ABS_SEND_TIME_URI)
        number = section.extension_id(TRANSPORT_CC_URI)
        name = section.mid.encode()[:16]
        fixed = bytes((mid << 4 | len(name) - 1,)) + name if mid is not None and mid < 15 and name else b""
        self._send_time = send_time if send_time is not None and send_time < 15 else None
        self._number = number if number is not None and number < 15 else None
        self.wants_number = self._number is not None
        length = len(fixed) + (4 if self._send_time is not None else 0) + (3 if self.wants_number else 0)
        padding = -length % 4
        self._fixed = struct.pack(">HH", ONE_BYTE_PROFILE, (length + padding) // 4) + fixed if length else b""
        self._first = VERSION | (0x10 if length else 0)
        shape = f">BBHII{len(self._fixed)}s" + ("BBH" if self._send_time is not None else "") + ("BBB" if self.wants_number else "")
        self._struct = struct.Struct(f"{shape}{padding}x") if length else _PLAIN

    def write(self, payload_type: int, marker: bool, sequence: int, timestamp: int, ssrc: int, *, now_ns: int, number: int) -> bytes:
        """The header of a packet sent at `now_ns`; `number` is transport-wide."""
        second = payload_type | (0x80 if marker else 0)
        if self._struct is _PLAIN:
            return _PLAIN.pack(self._first, second, sequence, timestamp, ssrc)
        if self._send_time is not None:
            time = abs_send_time(now_ns)
            if self._number is not None:
                return self._struct.pack(
                    self._first,
                    second,
                    sequence,
                    timestamp,
                    ssrc,
                    self._fixed,
                    self._send_time << 4 | 2,
                    time >> 16,
                    time & 0xFFFF,
                    self._number << 4 | 1,
                    number >> 8,
                    number & 0xFF,
                )
            return self._struct.pack(
                self._first, second, sequence, timestamp, ssrc, self._fixed, self._send_time << 4 | 2, time >> 16, time & 0xFFFF
            )
        if self._number is not None:
            return self._struct.pack(
                self._first, second, sequence, timestamp, ssrc, self._fixed, self._number << 4 | 1, number >> 8, number & 0xFF
            )
        return self._struct.pack(self._first, second, sequence, timestamp, ssrc, self._fixed)
