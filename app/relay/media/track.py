"""One track of a stream: the packets of successive publishers in one continuous numbering, with a history for retransmission."""

import struct
from collections.abc import Callable

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, Codec, MediaKind
from app.relay.media.keyframe import starts_keyframe
from app.transport.packet_history import PacketHistory
from app.transport.rtp import HEADER_BYTES, parse_header

_HEADER = struct.Struct(">BBHII")
_PLAIN = 0x80  # version 2, no padding, no extension, no contributing sources
_HISTORY = {MediaKind.VIDEO: 2048, MediaKind.AUDIO: 256}  # 6 s at 2.5 Mb/s, 5 s of audio: what a NACK can still repair
_MAX_GROUP = 2048  # packets since a key frame; a longer group cannot be played from its start
_CLOCK_HZ = {MediaKind.VIDEO: VIDEO_CLOCK_HZ, MediaKind.AUDIO: AUDIO_CLOCK_HZ}

Deliver = Callable[[int, bytes, bool], None]


def without_extras(packet: bytes) -> bytes:
    """The packet without extensions, contributing sources and padding; raises ValueError if it is malformed."""
    if len(packet) > HEADER_BYTES and packet[0] == _PLAIN:
        return packet
    header = parse_header(packet)
    return bytes((_PLAIN,)) + packet[1:HEADER_BYTES] + packet[header.payload_offset : header.payload_end]


class Track:
    """Numbers the publishers' packets without jumps; the result is the feed.

    A feed packet has no extras, and the feed's sequence number and timestamp; its payload type and SSRC are replaced for each viewer.
    `deliver(sequence, packet, begins_keyframe)` is called for each, in order of arrival.
    """

    def __init__(self, kind: MediaKind, deliver: Deliver) -> None:
        self.kind = kind
        self.clock_hz = _CLOCK_HZ[kind]
        self.codec = Codec.OPUS if kind is MediaKind.AUDIO else Codec.H264
        self.history: PacketHistory[bytes] = PacketHistory(_HISTORY[kind])
        self.group: list[tuple[int, bytes]] = []  # the feed since the last key frame
        self.group_at_ns = 0
        self.last_at_ns = 0
        self.packets = 0
        self.octets = 0
        self._deliver = deliver
        self._sequence_offset = 0
        self._timestamp_offset = 0
        self._switched = True
        self._floor: int | None = None  # first sequence number of this publisher in the feed; older ones are another's
        self._last_sequence = 0x1000
        self._last_timestamp = 0x10000
        self._group_timestamp = -1
        self._report: tuple[int, int, int] | None = None  # NTP, feed timestamp, monotonic time of arrival

    def switch(self, codec: Codec) -> None:
        """Another publisher, or the same one restarted, sends now: its numbers continue after the last ones."""
        self.codec = codec
        self._switched = True
        self._report = None
        self.group.clear()
        self._group_timestamp = -1

    def _join(self, sequence: int, timestamp: int, now_ns: int) -> None:
        gap = (now_ns - self.last_at_ns) * self.clock_hz // NS_PER_S if self.last_at_ns else 0
        self._sequence_offset = self._last_sequence + 1 - sequence & 0xFFFF
        self._timestamp_offset = self._last_timestamp + max(1, gap) - timestamp & 0xFFFFFFFF
        self._floor = self._last_sequence + 1 & 0xFFFF
        self._switched = False

    def _is_stale(self, sequence: int) -> bool:
        """Whether a feed sequence number is before this publisher's first packet."""
        if self._floor is None:
            return False
        ahead = sequence - self._floor & 0xFFFF
        if 0x2000 <= ahead < 0x8000:
            self._floor = None  # so far ahead that no packet can be from before it
            return False
        return ahead >= 0x8000

    def push(self, packet: bytes, now_ns: int) -> None:
        """Feed a packet of the current publisher; it must have no extras."""
        _, second, source_sequence, source_timestamp, _ = _HEADER.unpack_from(packet)
        if self._switched:
            self._join(source_sequence, source_timestamp, now_ns)
        sequence = source_sequence + self._sequence_offset & 0xFFFF
        if self._is_stale(sequence):
            return
        timestamp = source_timestamp + self._timestamp_offset & 0xFFFFFFFF
        payload = packet[HEADER_BYTES:]
        fed = _HEADER.pack(_PLAIN, second & 0x80, sequence, timestamp, 0) + payload
        self.history.put(sequence, fed)
        self.packets += 1
        self.octets += len(payload)
        self.last_at_ns = now_ns
        if sequence - self._last_sequence & 0xFFFF < 0x8000:
            self._last_sequence = sequence
            self._last_timestamp = timestamp
        begins = starts_keyframe(self.codec, payload)
        if self.kind is MediaKind.VIDEO:
            begins = self._keep_group(sequence, timestamp, fed, begins, now_ns)
        self._deliver(sequence, fed, begins)

    def _keep_group(self, sequence: int, timestamp: int, fed: bytes, begins: bool, now_ns: int) -> bool:
        """Keep the packets since the last key frame; returns whether this is the first packet of a key frame."""
        first = begins and timestamp != self._group_timestamp
        if first and self._group_timestamp >= 0 and timestamp - self._group_timestamp & 0xFFFFFFFF >= 0x80000000:
            return False  # a retransmission from an older key frame
        if first:
            self.group = []
            self.group_at_ns = now_ns
            self._group_timestamp = timestamp
        if first or (self.group and len(self.group) < _MAX_GROUP):
            self.group.append((sequence, fed))
        elif self.group:
            self.group = []
        return first

    def report(self, ntp: int, source_timestamp: int, now_ns: int) -> bool:
        """A sender report maps the publisher's timestamps to capture times; returns whether it is this publisher's first."""
        if self._switched or not ntp:
            return False
        first = self._report is None
        self._report = (ntp, source_timestamp + self._timestamp_offset & 0xFFFFFFFF, now_ns)
        return first

    def clock_at(self, now_ns: int) -> tuple[int, int] | None:
        """(NTP time on the publisher's clock, feed timestamp) now, extrapolated from its last report; None before the first."""
        if self._report is None:
            return None
        ntp, timestamp, at_ns = self._report
        elapsed_ns = now_ns - at_ns
        return (
            ntp + (elapsed_ns << 32) // NS_PER_S & 0xFFFFFFFFFFFFFFFF,
            timestamp + elapsed_ns * self.clock_hz // NS_PER_S & 0xFFFFFFFF,
        )

    def is_flowing(self, now_ns: int, within_ms: int = 1500) -> bool:
        """Whether media arrived a moment ago."""
        return self.last_at_ns > 0 and now_ns - self.last_at_ns < within_ms * NS_PER_MS
