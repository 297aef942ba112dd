"""Sends video and audio to one relay: numbers, paces, retransmits and reports."""

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.program.packet import Codec, MediaKind
from app.transport import rtcp
from app.transport.congestion import UNLIMITED_KBPS, AckedRate, RateControl
from app.transport.offer import SendPlan
from app.transport.pacer import Pacer, Timer
from app.transport.packet_history import PacketHistory
from app.transport.stream import OutgoingStream

FIRST_RATE_KBPS = 4000  # until the stream's own rate is known
AUDIO_RESERVE_KBPS = 160
MAX_QUEUE_MS = 500  # a frame that would wait longer is worth less than a new key frame
MIN_QUEUE_PACKETS = 120  # room for one large key frame at any bitrate
REPAIR_SHARE = 0.5  # how much retransmissions may add to the stream; more would overload a full link
MIN_RESEND_MS = 20.0
RATE_WINDOW_S = 1.0


@dataclass(frozen=True, slots=True)
class MediaFrame:
    """One video frame or audio block, cut into payloads that all senders share."""

    kind: MediaKind
    codec: Codec
    payloads: Sequence[bytes]
    pts: int
    capture_ns: int
    keyframe: bool


class PacketPath(Protocol):
    """Where packets leave: a Peer."""

    def send_rtp(self, packet: bytes) -> bool: ...

    def send_rtcp(self, packet: bytes) -> bool: ...


@dataclass(slots=True)
class SenderCounts:
    """Counters of one association."""

    packets_sent: int = 0
    bytes_sent: int = 0
    retransmitted: int = 0
    nack_missed: int = 0
    pli_received: int = 0
    queue_dropped: int = 0
    first_packet_ns: int = 0

    def __add__(self, later: "SenderCounts") -> "SenderCounts":
        """Both together; the time of the first packet is the later association's."""
        return SenderCounts(
            self.packets_sent + later.packets_sent,
            self.bytes_sent + later.bytes_sent,
            self.retransmitted + later.retransmitted,
            self.nack_missed + later.nack_missed,
            self.pli_received + later.pli_received,
            self.queue_dropped + later.queue_dropped,
            later.first_packet_ns,
        )


_Waiting = tuple[bytes, bool, int]  # payload, marker, timestamp
_Item = tuple[bytes, bool, int, int]  # the same, and its first sequence number; -1 = new


class MediaSender:
    """Turns payloads into packets of one association. Use on the event loop's thread; `push` and `on_rtcp` never raise.

    `want_keyframe` asks the encoder. Video starts at a key frame, also after a full queue.
    """

    def __init__(
        self,
        plan: SendPlan,
        path: PacketPath,
        *,
        cname: str,
        clock: Clock,
        call_later: Callable[[float, Callable[[], None]], Timer],
        want_keyframe: Callable[[], None],
        ceiling_kbps: int = UNLIMITED_KBPS,
    ) -> None:
        self.plan = plan
        self.counts = SenderCounts()
        self.rate = RateControl(ceiling_kbps=ceiling_kbps, reserve_kbps=AUDIO_RESERVE_KBPS if plan.audio else 0)
        self.acked = AckedRate()
        self.video_kbps = 0.0
        self.feedback_ns = 0
        self._path = path
        self._clock = clock
        self._want_keyframe = want_keyframe
        self._video = OutgoingStream(plan.video, cname)
        self._audio = OutgoingStream(plan.audio, cname) if plan.audio else None
        self._streams = {stream.plan.ssrc: stream for stream in (self._video, self._audio) if stream is not None}
        self._rtx_sequence = secrets.randbelow(0x8000)  # low for the same reason as in OutgoingStream
        self._number = 0
        self._history: PacketHistory[_Waiting] = PacketHistory()
        self._pacer: Pacer[_Item] = Pacer(self._send_video, kbps=FIRST_RATE_KBPS, call_later=call_later, now_ns=clock.monotonic_ns)
        self._needs_key = True
        self._sent: deque[tuple[int, int]] = deque()  # (time, video bytes) of each frame of the last second
        self._repair_left = 0.0
        self._repair_ns = clock.monotonic_ns()
        self._fir_number = -1
        # The clocks are paired once per association: a step of the wall clock must not break lip sync.
        self._wall_offset_ns = clock.wall_ns() - clock.monotonic_ns()
        self._handlers: Mapping[type, Callable[[Any, int], None]] = {
            rtcp.SenderReport: self._on_report,
            rtcp.ReceiverReport: self._on_report,
            rtcp.Nack: self._on_nack,
            rtcp.PictureLoss: self._on_picture_loss,
            rtcp.FullIntraRequest: self._on_intra_request,
            rtcp.BandwidthEstimate: self._on_remb,
            rtcp.TransportFeedback: self._on_feedback,
        }

    # --- media

    def push(self, frame: MediaFrame) -> None:
        """Send audio at once and video through the pacer. Video in another codec than the agreed one is ignored."""
        if frame.kind is MediaKind.AUDIO:
            if self._audio is not None:
                self._send_audio(self._audio, frame)
            return
        if frame.codec is not self.plan.video.codec:
            return
        if self._needs_key and not frame.keyframe:
            return
        if not frame.keyframe and self._queue_full():
            self.counts.queue_dropped += self._pacer.clear() + len(frame.payloads)
            self._needs_key = True
            self._want_keyframe()
            return
        if frame.keyframe and self._queue_full():
            self.counts.queue_dropped += self._pacer.clear()
        self._needs_key = False
        begins = not self._video.started
        timestamp = self._video.timestamp(frame.pts, frame.capture_ns)
        last = len(frame.payloads) - 1
        self._note_rate(sum(map(len, frame.payloads)))
        self._pacer.put([(payload, index == last, timestamp, -1) for index, payload in enumerate(frame.payloads)])
        if begins:
            self.report()  # the receiver can synchronize from the first frame on

    def _queue_full(self) -> bool:
        per_second = max(self.video_kbps, 500.0) * 1000 / 8 / 1100
        return len(self._pacer) > max(MIN_QUEUE_PACKETS, per_second * MAX_QUEUE_MS / 1000)

    def _note_rate(self, size: int) -> None:
        now_ns = self._clock.monotonic_ns()
        self._sent.append((now_ns, size))
        while now_ns - self._sent[0][0] > RATE_WINDOW_S * NS_PER_S:
            self._sent.popleft()

    def _send_audio(self, stream: OutgoingStream, frame: MediaFrame) -> None:
        timestamp = stream.timestamp(frame.pts, frame.capture_ns)
        for payload in frame.payloads:
            self._emit(stream, payload, marker=False, timestamp=timestamp, sequence=stream.next_sequence())

    def _send_video(self, item: _Item) -> None:
        payload, marker, timestamp, original = item
        if original >= 0:
            self._send_again(payload, marker=marker, timestamp=timestamp, original=original)
            return
        sequence = self._video.next_sequence()
        self._history.put(sequence, (payload, marker, timestamp))
        self._emit(self._video, payload, marker=marker, timestamp=timestamp, sequence=sequence)

    def _emit(self, stream: OutgoingStream, payload: bytes, *, marker: bool, timestamp: int, sequence: int) -> None:
        plan = stream.plan
        self._out(stream, plan.payload_type, plan.ssrc, payload, marker, timestamp, sequence)
        stream.packets += 1
        stream.octets += len(payload)

    def _out(
        self, stream: OutgoingStream, payload_type: int, ssrc: int, payload: bytes, marker: bool, timestamp: int, sequence: int
    ) -> None:
        now_ns = self._clock.monotonic_ns()
        number = self._number
        packet = stream.writer.write(payload_type, marker, sequence, timestamp, ssrc, now_ns=now_ns, number=number) + payload
        if stream.writer.wants_number:
            self._number = number + 1 & 0xFFFF
            self.acked.sent(number, len(packet))
        if self._path.send_rtp(packet):
            counts = self.counts
            counts.packets_sent += 1
            counts.bytes_sent += len(packet)
            if counts.first_packet_ns == 0:
                counts.first_packet_ns = now_ns

    def _send_again(self, payload: bytes, *, marker: bool, timestamp: int, original: int) -> None:
        plan = self.plan.video
        self.counts.retransmitted += 1
        if plan.rtx_payload_type is None:
            self._out(self._video, plan.payload_type, plan.ssrc, payload, marker, timestamp, original)
            return
        sequence = self._rtx_sequence
        self._rtx_sequence = sequence + 1 & 0xFFFF
        self._out(self._video, plan.rtx_payload_type, plan.rtx_ssrc, original.to_bytes(2, "big") + payload, marker, timestamp, sequence)

    # --- reports

    def tick(self) -> None:
        """Once a second: send reports, measure the rate, set the pacer's rate."""
        now_ns = self._clock.monotonic_ns()
        while self._sent and now_ns - self._sent[0][0] > RATE_WINDOW_S * NS_PER_S:
            self._sent.popleft()
        self.video_kbps = sum(size for _, size in self._sent) * 8 / 1000 / RATE_WINDOW_S
        if self.video_kbps:
            self._pacer.set_rate(round(self.video_kbps))
        self.report()

    def report(self) -> None:
        """Send a sender report for each stream that has started."""
        now_ns = self._clock.monotonic_ns()
        for stream in self._streams.values():
            if stream.started:
                self._path.send_rtcp(stream.report(now_ns, now_ns + self._wall_offset_ns))

    @property
    def started(self) -> bool:
        """Whether the first video frame has been sent."""
        return self._video.started

    @property
    def loss(self) -> float:
        """Video loss in the last report, 0..1; -1 = unknown."""
        return self._video.reception.loss if self._video.reception.reported_ns else self.acked.loss

    @property
    def jitter_ms(self) -> float:
        return self._video.reception.jitter_ms

    @property
    def rtt_ms(self) -> float:
        """Round trip from the last report on either stream; -1 = unknown."""
        known = [stream.reception for stream in self._streams.values() if stream.reception.rtt_ms >= 0]
        return max(known, key=lambda reception: reception.reported_ns).rtt_ms if known else -1.0

    @property
    def reported_ns(self) -> int:
        """When the relay last reported new packets; 0 = never."""
        return max(self.feedback_ns, *(stream.reception.reported_ns for stream in self._streams.values()))

    # --- RTCP from the relay

    def on_rtcp(self, compound: bytes) -> None:
        """Take a compound from the association. A malformed one is ignored."""
        try:
            packets = rtcp.parse(compound, self._handlers)
        except ValueError:
            return
        now_ns = self._clock.monotonic_ns()
        for packet in packets:
            handler = self._handlers.get(type(packet))
            if handler is not None:
                handler(packet, now_ns)

    def _on_report(self, packet: rtcp.SenderReport | rtcp.ReceiverReport, now_ns: int) -> None:
        for block in packet.blocks:
            stream = self._streams.get(block.ssrc)
            if stream is None:
                continue
            stream.on_block(block, now_ns, now_ns + self._wall_offset_ns)
            if stream is self._video:
                self.rate.on_loss(stream.reception.loss, self.video_kbps, now_ns)

    def _on_nack(self, packet: rtcp.Nack, now_ns: int) -> None:
        if packet.media_ssrc != self.plan.video.ssrc:
            return
        allowance = max(self.video_kbps, 500.0) * 1000 / 8 * REPAIR_SHARE
        self._repair_left = min(allowance, self._repair_left + allowance * (now_ns - self._repair_ns) / NS_PER_S)
        self._repair_ns = now_ns
        spacing_ms = max(MIN_RESEND_MS, self.rtt_ms)
        for sequence in packet.sequences:
            if self._history.get(sequence) is None:
                self.counts.nack_missed += 1
                continue
            if self._repair_left <= 0:
                continue
            entry = self._history.again(sequence, now_ns, spacing_ms)
            if entry is not None:
                self._repair_left -= len(entry[0])
                self._pacer.put_first((*entry, sequence))

    def _on_picture_loss(self, packet: rtcp.PictureLoss, now_ns: int) -> None:
        if packet.media_ssrc in (self.plan.video.ssrc, 0):
            self.counts.pli_received += 1
            self._want_keyframe()

    def _on_intra_request(self, packet: rtcp.FullIntraRequest, now_ns: int) -> None:
        for ssrc, number in packet.entries:
            if ssrc == self.plan.video.ssrc and number != self._fir_number:
                self._fir_number = number
                self.counts.pli_received += 1
                self._want_keyframe()

    def _on_remb(self, packet: rtcp.BandwidthEstimate, now_ns: int) -> None:
        self.rate.on_remb(packet.bits_per_s)

    def _on_feedback(self, packet: rtcp.TransportFeedback, now_ns: int) -> None:
        self.acked.take(packet, now_ns)
        if packet.received:
            self.feedback_ns = now_ns

    def close(self) -> None:
        """Drop queued packets. The sender must not be used afterwards."""
        self._pacer.close()
        self._history.clear()


def report_age_ms(sender: MediaSender, since_ns: int, now_ns: int) -> float:
    """Milliseconds since the relay last reported new packets, or since `since_ns` if it never did."""
    return (now_ns - max(sender.reported_ns, since_ns)) / NS_PER_MS
