"""One viewer's copy of a track, with its own payload type, SSRC and sequence numbers."""

import struct
from dataclasses import dataclass

from app.transport.rtp import HEADER_BYTES

_HEADER = struct.Struct(">BBHII")
_OSN = struct.Struct(">H")
_PLAIN = 0x80
_SEGMENTS = 8  # of the numbering that a viewer can still request


@dataclass(frozen=True, slots=True)
class DownTrackFormat:
    """What was negotiated for a track. `rtx_payload_type` -1 = packets are resent unchanged."""

    payload_type: int
    ssrc: int
    rtx_payload_type: int = -1
    rtx_ssrc: int = 0


class DownTrack:
    """Rewrites feed packets for one viewer. Skipped packets leave no gap in its sequence numbers.

    A video down track waits for a key frame at the start and after skipped packets.
    """

    def __init__(self, format_: DownTrackFormat, *, waits_for_keyframe: bool, first_sequence: int) -> None:
        self.format = format_
        self.waiting = True
        self.packets = 0
        self.octets = 0
        self.last_sequence = first_sequence - 1 & 0xFFFF
        self._needs_keyframe = waits_for_keyframe
        self._offset = 0
        self._floor: int | None = None
        self._segments: list[tuple[int, int]] = []  # (first own number, feed number − own number)
        self._rtx_sequence = first_sequence
        self._ssrc = format_.ssrc
        self._payload_type = format_.payload_type

    def use(self, format_: DownTrackFormat) -> None:
        """The publisher's codec changed: continue the numbering with another payload type."""
        self.format = format_
        self._payload_type = format_.payload_type

    def hold(self) -> None:
        """Skip everything up to the next key frame."""
        self.waiting = True

    def _begin(self, sequence: int) -> None:
        first = self.last_sequence + 1 & 0xFFFF
        self._offset = first - sequence & 0xFFFF
        self._floor = sequence
        self._segments.append((first, sequence - first & 0xFFFF))
        del self._segments[:-_SEGMENTS]
        self.waiting = False

    def rewrite(self, sequence: int, fed: bytes, begins_keyframe: bool) -> bytes | None:
        """The packet for this viewer, None while the track waits and for a packet from before its start."""
        if self.waiting:
            if self._needs_keyframe and not begins_keyframe:
                return None
            self._begin(sequence)
        elif self._floor is not None:
            ahead = sequence - self._floor & 0xFFFF
            if ahead >= 0x8000:
                return None
            if ahead >= 0x4000:
                self._floor = None
        own = sequence + self._offset & 0xFFFF
        if own - self.last_sequence & 0xFFFF < 0x8000:
            self.last_sequence = own
        self.packets += 1
        self.octets += len(fed) - HEADER_BYTES
        _, second, _, timestamp, _ = _HEADER.unpack_from(fed)
        return _HEADER.pack(_PLAIN, second | self._payload_type, own, timestamp, self._ssrc) + fed[HEADER_BYTES:]

    def feed_sequence(self, own: int) -> int | None:
        """The feed's sequence number for one of this viewer's; None if it was never sent here or is too old."""
        if self.last_sequence - own & 0xFFFF >= 0x8000:
            return None
        for first, difference in reversed(self._segments):
            if own - first & 0xFFFF < 0x8000:
                return own + difference & 0xFFFF
        return None

    def resend(self, own: int, fed: bytes) -> bytes:
        """The packet again: as RFC 4588 retransmission, or unchanged if the viewer does not support that."""
        _, second, _, timestamp, _ = _HEADER.unpack_from(fed)
        payload = fed[HEADER_BYTES:]
        form = self.format
        if form.rtx_payload_type < 0:
            return _HEADER.pack(_PLAIN, second | form.payload_type, own, timestamp, form.ssrc) + payload
        self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
        return _HEADER.pack(_PLAIN, second | form.rtx_payload_type, self._rtx_sequence, timestamp, form.rtx_ssrc) + _OSN.pack(own) + payload
