"""Receives one publisher's media: sorts packets into tracks, requests lost ones again, and sends reports."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, Codec, MediaKind
from app.relay.media.receive_statistics import ReceiveStatistics
from app.relay.media.track import Track, without_extras
from app.transport import rtcp
from app.transport.rtp import extension_elements, parse_header, unwrap_rtx, unwrap_sequence

Send = Callable[[bytes], bool]

_OWN_SSRC = 1
_REPORT_MS = 1000
_FIRST_REPORTS = 4  # sent every 250 ms, so that the publisher knows its round trip early
_FEEDBACK_MS = 100
_MAX_SPAN = 1000  # packets in one transport-wide feedback message
_WANTED = frozenset({rtcp.SenderReport})  # the RTCP packets that are read; others are skipped unparsed


@dataclass(frozen=True, slots=True)
class IngestFormat:
    """What was negotiated with the publisher; -1 = not negotiated."""

    video_codec: Codec
    video_payload_type: int
    rtx_payload_type: int
    audio_payload_type: int
    transport_cc_id: int


class TransportCcFeedback:
    """Arrival times by transport-wide sequence number, for the publisher's congestion control."""

    def __init__(self) -> None:
        self._arrivals: dict[int, int] = {}
        self._last = -1
        self._next = -1  # the first number that no feedback has covered
        self._count = 0

    def put(self, sequence: int, now_ns: int) -> None:
        """A packet with this number arrived."""
        if self._last < 0:
            self._last = self._next = sequence
        number = unwrap_sequence(sequence, self._last)
        if number >= self._next:
            if len(self._arrivals) >= _MAX_SPAN:  # a publisher that sends only unknown media: nobody takes them
                self._arrivals.clear()
            self._arrivals[number] = now_ns // 1000
            self._last = max(self._last, number)

    @property
    def waiting(self) -> int:
        """How many arrivals no feedback has covered."""
        return len(self._arrivals)

    def take(self, media_ssrc: int) -> rtcp.TransportFeedback | None:
        """Arrivals since the last call; None if there are none."""
        if not self._arrivals:
            return None
        base = max(self._next, self._last - _MAX_SPAN + 1, min(self._arrivals))
        arrivals = tuple(self._arrivals.get(number) for number in range(base, self._last + 1))
        self._arrivals.clear()
        self._next = self._last + 1
        self._count = self._count + 1 & 0xFF
        return rtcp.TransportFeedback.of(_OWN_SSRC, media_ssrc, base & 0xFFFF, self._count - 1 & 0xFF, arrivals)


class Ingest:
    """`on_media` is called before the first packet goes into the tracks: from then on this is the stream's publisher.

    `on_clock_known` is called when a track's first sender report has arrived.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        form: IngestFormat,
        video: Track,
        audio: Track,
        on_media: Callable[["Ingest"], None],
        on_clock_known: Callable[[], None],
    ) -> None:
        self.form = form
        self.plis = 0
        self.nacks = 0
        self.recovered = 0
        self.started_ns = 0
        self._clock = clock
        self._video = video
        self._audio = audio
        self._on_media = on_media
        self._on_clock_known = on_clock_known
        self._send_rtcp: Send = lambda packet: False
        self._receptions: dict[MediaKind, ReceiveStatistics] = {}
        self._feedback = TransportCcFeedback()
        self._next_report_ns = 0
        self._next_feedback_ns = 0
        self._reports = 0
        self._stopped = False

    def start(self, send_rtcp: Send) -> None:
        """The publisher has connected."""
        self._send_rtcp = send_rtcp

    def stop(self) -> None:
        """Ignore everything from now on."""
        self._stopped = True

    @property
    def loss(self) -> float:
        """Share of packets that had to be requested again."""
        received = sum(reception.received for reception in self._receptions.values())
        return sum(reception.nacked for reception in self._receptions.values()) / received if received else 0.0

    def on_rtp(self, packet: bytes, now_ns: int) -> None:
        """An RTP packet arrived; one that is malformed or was not negotiated is ignored."""
        if self._stopped or len(packet) < 13:
            return
        payload_type = packet[1] & 0x7F
        form = self.form
        try:
            if form.transport_cc_id > 0 and packet[0] & 0x10:
                self._note_transport_sequence(packet, now_ns)
            if payload_type == form.video_payload_type:
                self._put(self._video, without_extras(packet), now_ns)
            elif payload_type == form.audio_payload_type:
                self._put(self._audio, without_extras(packet), now_ns)
            elif payload_type == form.rtx_payload_type:
                self._put_again(packet, now_ns)
        except ValueError:
            return

    def _note_transport_sequence(self, packet: bytes, now_ns: int) -> None:
        value = extension_elements(packet, parse_header(packet)).get(self.form.transport_cc_id)
        if value is not None and len(value) == 2:
            self._feedback.put(int.from_bytes(value, "big"), now_ns)

    def _reception(self, track: Track, ssrc: int) -> ReceiveStatistics:
        known = self._receptions.get(track.kind)
        if known is not None and known.ssrc == ssrc:
            return known
        if not self._receptions:
            self.started_ns = self._clock.monotonic_ns()
            self._on_media(self)
        elif known is not None:
            track.switch(track.codec)  # the publisher restarted with another SSRC
        clock_hz = VIDEO_CLOCK_HZ if track.kind is MediaKind.VIDEO else AUDIO_CLOCK_HZ
        reception = ReceiveStatistics(ssrc, clock_hz, self._lost if track.kind is MediaKind.VIDEO else lambda count: None)
        self._receptions[track.kind] = reception
        return reception

    def _put(self, track: Track, packet: bytes, now_ns: int) -> None:
        reception = self._reception(track, int.from_bytes(packet[8:12], "big"))
        reception.put(int.from_bytes(packet[2:4], "big"), int.from_bytes(packet[4:8], "big"), now_ns)
        track.push(packet, now_ns)

    def _put_again(self, packet: bytes, now_ns: int) -> None:
        reception = self._receptions.get(MediaKind.VIDEO)
        if reception is None:
            return
        original = unwrap_rtx(packet, payload_type=self.form.video_payload_type, ssrc=reception.ssrc)
        if original is not None and reception.recovered(int.from_bytes(original[2:4], "big")):
            self.recovered += 1
            self._video.push(original, now_ns)

    def _lost(self, count: int) -> None:
        self.ask_keyframe()

    def ask_keyframe(self) -> None:
        """Send a PLI at once; the caller coalesces requests."""
        reception = self._receptions.get(MediaKind.VIDEO)
        if reception is not None:
            self.plis += 1
            self._send(rtcp.PictureLoss(_OWN_SSRC, reception.ssrc))

    def _send(self, packet: rtcp.Rtcp) -> None:
        self._send_rtcp(rtcp.compound((rtcp.ReceiverReport(_OWN_SSRC), packet)))

    def on_rtcp(self, compound: bytes) -> None:
        """Handle the publisher's RTCP: its sender reports."""
        if self._stopped:
            return
        try:
            packets = rtcp.parse(compound, _WANTED)
        except ValueError:
            return
        now_ns = self._clock.monotonic_ns()
        first = False
        for packet in packets:
            if not isinstance(packet, rtcp.SenderReport):
                continue
            for track in (self._video, self._audio):
                reception = self._receptions.get(track.kind)
                if reception is not None and reception.ssrc == packet.ssrc:
                    reception.sender_report(packet.ntp, now_ns)
                    first |= track.report(packet.ntp, packet.rtp_timestamp, now_ns)
        if first:
            self._on_clock_known()

    def tick(self, now_ns: int) -> None:
        """Called about every 10 ms: send the NACKs, feedback and reports that are due."""
        if self._stopped:
            return
        for reception in tuple(self._receptions.values()):
            if missing := reception.to_request(now_ns):
                self.nacks += 1
                self._send(rtcp.Nack(_OWN_SSRC, reception.ssrc, missing))
        if now_ns >= self._next_feedback_ns:
            self._next_feedback_ns = now_ns + _FEEDBACK_MS * NS_PER_MS
            media = next(iter(self._receptions.values()), None)
            if media is not None and (feedback := self._feedback.take(media.ssrc)) is not None:
                self._send(feedback)
        if now_ns >= self._next_report_ns:
            self._reports += 1
            wait_ms = _REPORT_MS // 4 if self._reports <= _FIRST_REPORTS else _REPORT_MS
            self._next_report_ns = now_ns + wait_ms * NS_PER_MS
            self._report(now_ns)

    def _report(self, now_ns: int) -> None:
        blocks = tuple(block for reception in self._receptions.values() if (block := reception.block(now_ns)) is not None)
        description = rtcp.SourceDescription(((_OWN_SSRC, "tradewind"),))
        self._send_rtcp(rtcp.compound((rtcp.ReceiverReport(_OWN_SSRC, blocks), description)))

    def age_s(self, now_ns: int) -> float:
        """Seconds since it started to publish, 0 before that."""
        return (now_ns - self.started_ns) / NS_PER_S if self.started_ns else 0.0
