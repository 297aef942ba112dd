"""Sends a stream to one viewer: forwards both tracks, limits the rate to the viewer's bandwidth, and answers its RTCP."""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.token_bucket import TokenBucket
from app.domain.program.packet import Codec
from app.relay.config import Limits
from app.relay.media.down_track import DownTrack, DownTrackFormat
from app.relay.media.track import Track
from app.transport import rtcp

Send = Callable[[bytes], bool]

FRESH_GROUP_MS = 300  # a new viewer starts with a key frame this young; requesting another takes as long
PATIENCE_MS = 300  # if a requested key frame does not arrive, start with the last one, however old
AUDIO_AFTER_MS = 400  # a player opens its audio output while it connects: earlier audio would stay in its buffer and delay the rest
_TICK_S = 0.005
_BURST_PACKETS = 12  # per tick: 23 Mb/s, which a home network carries without loss
_RESEND_SHARE = 4  # one byte in four can be a retransmission
_RESEND_BURST = 80_000
_BAD_LOSS, _GOOD_LOSS = 26, 5  # of 256: 10 % and 2 %
_CNAME = "tradewind"
_RTCP_PER_S, _RTCP_BURST = 100.0, 200  # compounds; a player that loses packets sends fifty a second
_NACKS_PER_S, _NACKS_BURST = 1000.0, 4000  # lost packets: all packets of 8 Mb/s
_KEYFRAMES_PER_S, _KEYFRAMES_BURST = 1.0, 10  # requests for key frames, which lower every viewer's quality
# The RTCP packets that are read; others are skipped unparsed.
_READ = frozenset({rtcp.Nack, rtcp.PictureLoss, rtcp.FullIntraRequest, rtcp.ReceiverReport, rtcp.SenderReport, rtcp.BandwidthEstimate})


class BandwidthLimit:
    """A viewer's bandwidth in bits a second, estimated from the loss it reports; 0 = no known limit."""

    def __init__(self) -> None:
        self.bits_per_s = 0
        self.estimate_bits_per_s = 0  # REMB: used only together with loss, because it starts low and rises slowly
        self._bad = 0
        self._good = 0

    def report(self, fraction_lost: int, sent_bits_per_s: int) -> None:
        """A receiver report for the video arrived."""
        if fraction_lost > _BAD_LOSS:
            self._bad, self._good = self._bad + 1, 0
        elif fraction_lost < _GOOD_LOSS:
            self._bad, self._good = 0, self._good + 1
        if self._bad >= 2:
            base = self.bits_per_s or sent_bits_per_s
            wanted = min(base * 4 // 5, self.estimate_bits_per_s or base)
            self.bits_per_s = max(150_000, wanted)
        elif self.bits_per_s and self._good >= 5:
            self.bits_per_s = 0


class Subscriber:
    """`ask_keyframe` asks the stream, which coalesces requests to the publisher. All calls are on the relay's loop."""

    def __init__(
        self,
        *,
        clock: Clock,
        limits: Limits,
        video: Mapping[Codec, DownTrackFormat],
        audio: DownTrackFormat | None,
        ask_keyframe: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._ask_keyframe = ask_keyframe
        self._video_formats = video
        self._send: Send = lambda packet: False
        self._send_rtcp: Send = lambda packet: False
        first = secrets.randbelow(0x4000)  # low, so that SRTP's rollover counter begins in step on both sides
        self.video = DownTrack(next(iter(video.values())), waits_for_keyframe=True, first_sequence=first) if video else None
        self.audio = DownTrack(audio, waits_for_keyframe=False, first_sequence=first) if audio else None
        self.bandwidth = BandwidthLimit()
        self.active = False
        self.resent = 0
        self.resend_missed = 0
        self.dropped = 0
        self.plis = 0
        self.rtt_ms = -1.0
        self.loss = -1.0
        self._backlog: deque[tuple[int, bytes, bool]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._resend_allowance = _RESEND_BURST
        self._counted = (0, 0)  # octets, ns: for the rate since the last report
        self._tracks: tuple[Track, Track] | None = None
        self._audio_from_ns = 0
        self._rtcp_limit = TokenBucket(_RTCP_PER_S, _RTCP_BURST, clock)
        self._nack_limit = TokenBucket(_NACKS_PER_S, _NACKS_BURST, clock)
        self._keyframe_requests = TokenBucket(_KEYFRAMES_PER_S, _KEYFRAMES_BURST, clock)

    def start(self, send_rtp: Send, send_rtcp: Send, video: Track, audio: Track) -> None:
        """The viewer has connected: start with the last key frame if it is young, else request one."""
        self._send, self._send_rtcp = send_rtp, send_rtcp
        self._tracks = (video, audio)
        self.active = True
        self.codec_changed(video)
        now_ns = self._clock.monotonic_ns()
        self._counted = (0, now_ns)
        self._audio_from_ns = now_ns + AUDIO_AFTER_MS * NS_PER_MS
        self.report(now_ns)
        if self.video is None or not video.is_flowing(now_ns):
            return
        if video.group and now_ns - video.group_at_ns <= FRESH_GROUP_MS * NS_PER_MS:
            self._start_with_group()
            return
        self._ask_keyframe()
        self._patience = asyncio.get_running_loop().call_later(PATIENCE_MS / 1000, self._start_with_group)

    def stop(self) -> None:
        """Stop sending."""
        self.active = False
        for timer in (self._timer, self._patience):
            if timer is not None:
                timer.cancel()
        self._timer = self._patience = None
        self._backlog.clear()

    def codec_changed(self, video: Track) -> None:
        """The publisher now sends this codec; a viewer that did not negotiate it sees nothing."""
        if self.video is not None and video.codec in self._video_formats:
            self.video.use(self._video_formats[video.codec])
        self._backlog.clear()
        if self.video is not None:
            self.video.hold()

    def _start_with_group(self) -> None:
        self._patience = None
        if self._tracks is None or self.video is None or not self.video.waiting or self._backlog:
            return
        group = self._tracks[0].group
        for index, (sequence, fed) in enumerate(group):
            self._backlog.append((sequence, fed, index == 0))
        self._drain()

    def feed_audio(self, sequence: int, fed: bytes, begins: bool) -> None:
        """Forward an audio packet; it never waits behind video."""
        if self._audio_from_ns:
            if self._clock.monotonic_ns() < self._audio_from_ns:
                return
            self._audio_from_ns = 0
        if self.audio is not None and (packet := self.audio.rewrite(sequence, fed, begins)) is not None:
            self._send(packet)

    def feed_video(self, sequence: int, fed: bytes, begins: bool) -> None:
        """Forward a video packet at once, or queue it while a burst or the bandwidth limit delays it."""
        if not self._backlog and not self.bandwidth.bits_per_s:
            self._forward(sequence, fed, begins)
            return
        if begins and self._backlog and self.bandwidth.bits_per_s:
            self.dropped += len(self._backlog)  # a new key frame makes the queued packets worthless
            self._backlog.clear()
            self._hold()
        if len(self._backlog) >= self._limits.max_backlog_packets:
            self.dropped += len(self._backlog)
            self._backlog.clear()
            self._hold()
        if self.video is not None and (begins or self._backlog or not self.video.waiting):
            self._backlog.append((sequence, fed, begins))
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._drain)

    def _hold(self) -> None:
        if self.video is not None:
            self.video.hold()

    def _forward(self, sequence: int, fed: bytes, begins: bool) -> None:
        if self.video is None or (packet := self.video.rewrite(sequence, fed, begins)) is None:
            return
        if not self._send(packet):
            self.dropped += 1  # the socket is full: the viewer requests the packet again
        self._resend_allowance = min(_RESEND_BURST, self._resend_allowance + len(packet) // _RESEND_SHARE)

    def _drain(self) -> None:
        self._timer = None
        rate = self.bandwidth.bits_per_s
        budget = int(rate * _TICK_S / 8) + 1200 if rate else _BURST_PACKETS * 1500
        while self._backlog and budget > 0:
            sequence, fed, begins = self._backlog.popleft()
            budget -= len(fed) if rate else 1500
            self._forward(sequence, fed, begins)
        if self._backlog and self.active:
            self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._drain)

    def on_rtcp(self, compound: bytes) -> None:
        """Handle the viewer's RTCP. Malformed packets (RFC 3550) and those faster than any player sends are ignored."""
        if not self._rtcp_limit.take(1):
            return
        try:
            packets = rtcp.parse(compound, _READ)
        except ValueError:
            return
        for packet in packets:
            match packet:
                case rtcp.Nack():
                    self._on_nack(packet)
                case rtcp.PictureLoss() | rtcp.FullIntraRequest():
                    self.plis += 1
                    if self._keyframe_requests.take(1):
                        self._ask_keyframe()
                case rtcp.ReceiverReport() | rtcp.SenderReport():
                    self._on_blocks(packet.blocks)
                case rtcp.BandwidthEstimate():
                    self.bandwidth.estimate_bits_per_s = packet.bits_per_s
                case _:
                    pass

    def _on_nack(self, nack: rtcp.Nack) -> None:
        if self._tracks is None:
            return
        for down_track, track in zip((self.video, self.audio), self._tracks, strict=True):
            if down_track is not None and down_track.format.ssrc == nack.media_ssrc:
                self._resend(down_track, track, nack.sequences[: self._nack_limit.take(len(nack.sequences))])

    def _resend(self, down_track: DownTrack, track: Track, sequences: tuple[int, ...]) -> None:
        for own in sequences:
            sequence = down_track.feed_sequence(own)
            fed = track.history.get(sequence) if sequence is not None else None
            if fed is None or self._resend_allowance < len(fed):
                self.resend_missed += 1
                continue
            self._resend_allowance -= len(fed)
            self.resent += 1
            self._send(down_track.resend(own, fed))

    def _on_blocks(self, blocks: tuple[rtcp.ReportBlock, ...]) -> None:
        now_ns = self._clock.monotonic_ns()
        for block in blocks:
            down_track = self.video
            if down_track is None or block.ssrc != down_track.format.ssrc or self._tracks is None:
                continue
            self.loss = block.fraction_lost / 256
            octets, since_ns = self._counted
            elapsed_ns = max(1, now_ns - since_ns)
            self.bandwidth.report(block.fraction_lost, (down_track.octets - octets) * 8 * NS_PER_S // elapsed_ns)
            self._counted = (down_track.octets, now_ns)
            line = self._tracks[0].clock_at(now_ns)
            if block.last_sr and line is not None:
                round_trip = rtcp.middle_ntp(line[0]) - block.last_sr - block.delay & 0xFFFFFFFF
                if round_trip < 0x100000:
                    self.rtt_ms = round_trip * 1000 / 65536

    def report(self, now_ns: int) -> None:
        """Send sender reports, which map RTP timestamps to the publisher's capture times and keep audio and video in sync."""
        if self._tracks is None or not self.active:
            return
        for down_track, track in zip((self.video, self.audio), self._tracks, strict=True):
            line = track.clock_at(now_ns)
            if down_track is None or line is None:
                continue
            ssrc = down_track.format.ssrc
            report = rtcp.SenderReport(ssrc, line[0], line[1], down_track.packets, down_track.octets)
            self._send_rtcp(rtcp.compound((report, rtcp.SourceDescription(((ssrc, _CNAME),)))))
