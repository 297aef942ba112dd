"""One outgoing RTP stream: its numbers, its sender reports, and its receiver's reports."""

import secrets
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_S
from app.transport import rtcp
from app.transport.headers import HeaderWriter
from app.transport.offer import StreamPlan


@dataclass(slots=True)
class ReceiverStats:
    """The receiver's last report on a stream; -1 = none yet. `reported_ns`: when one last reported new packets."""

    loss: float = -1.0
    jitter_ms: float = -1.0
    rtt_ms: float = -1.0
    reported_ns: int = 0
    highest_sequence: int = -1


class OutgoingStream:
    """Numbers the packets of one source, and maps media time to capture time."""

    def __init__(self, plan: StreamPlan, cname: str) -> None:
        self.plan = plan
        self.writer = HeaderWriter(plan.section)
        self.reception = ReceiverStats()
        self.packets = 0
        self.octets = 0
        self._cname = cname
        # With a low first number, receiver and SRTP agree on the rollover counter even if the first packets are lost.
        self._sequence = secrets.randbelow(0x8000)
        self._offset = secrets.randbits(32)
        self._packets_then = 0
        self._last_pts = 0
        self._last_capture_ns = 0

    @property
    def started(self) -> bool:
        return self._last_capture_ns > 0

    def next_sequence(self) -> int:
        sequence = self._sequence
        self._sequence = sequence + 1 & 0xFFFF
        return sequence

    def timestamp(self, pts: int, capture_ns: int) -> int:
        """The RTP timestamp of a frame or block. Keeps its capture time for the reports."""
        self._last_pts = pts
        self._last_capture_ns = capture_ns
        return pts + self._offset & 0xFFFFFFFF

    def report(self, now_ns: int, wall_ns: int) -> bytes:
        """A sender report and description: which media time is captured at `now_ns` (monotonic), which is `wall_ns`."""
        elapsed = (now_ns - self._last_capture_ns) * self.plan.clock_hz // NS_PER_S
        timestamp = self._last_pts + elapsed + self._offset & 0xFFFFFFFF
        report = rtcp.SenderReport(self.plan.ssrc, rtcp.ntp_time(wall_ns), timestamp, self.packets, self.octets)
        return rtcp.compound((report, rtcp.SourceDescription(((self.plan.ssrc, self._cname),))))

    def on_block(self, block: rtcp.ReportBlock, now_ns: int, wall_ns: int) -> None:
        """Read a report on this stream. While we send, only a report of new packets shows that media arrives."""
        self.reception.loss = block.fraction_lost / 256
        self.reception.jitter_ms = block.jitter * 1000 / self.plan.clock_hz
        if block.highest_sequence != self.reception.highest_sequence or self.packets == self._packets_then:
            self.reception.highest_sequence = block.highest_sequence
            self.reception.reported_ns = now_ns
        self._packets_then = self.packets
        if block.last_sr:
            trip = (rtcp.middle_ntp(rtcp.ntp_time(wall_ns)) - block.last_sr - block.delay) & 0xFFFFFFFF
            if trip < 0x80000000:  # a trip can be negative when the receiver rounds its delay up
                self.reception.rtt_ms = trip * 1000 / 65536
