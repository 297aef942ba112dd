"""Pacing, retransmission, reports and rate control; the test controls time and loss."""

import heapq
from collections.abc import Callable

import pytest

from app.domain.program.packet import Codec, MediaKind
from app.transport import rtcp, rtp
from app.transport.congestion import CLOCK_RANGE_US, FLOOR_KBPS, HISTORY, UNLIMITED_KBPS, AckedRate, RateControl
from app.transport.headers import TRANSPORT_CC_URI
from app.transport.offer import SendPlan, StreamPlan
from app.transport.pacer import Pacer, packets_per_window
from app.transport.packet_queue import MAX_WAITING, PacketQueue
from app.transport.sdp import Direction, HeaderExtension, MediaSection
from app.transport.sender import MediaFrame, MediaSender
from tests.support.encoded import GreyFrameEncoder

AUDIO, VIDEO, RTX = 1, 2, 3
WALL_NS = 1_700_000_000_000_000_000


class Time:
    """A clock that the test advances, with its timers."""

    def __init__(self) -> None:
        self.now_ns = 10_000_000_000
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def monotonic_ns(self) -> int:
        return self.now_ns

    def steady_ns(self) -> int:
        return self.now_ns

    def wall_ns(self) -> int:
        return self.now_ns + WALL_NS

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> "Time":
        self._count += 1
        heapq.heappush(self._timers, (self.now_ns + round(delay_s * 1e9), self._count, callback))
        return self

    def cancel(self) -> None:
        self._timers.clear()

    def run(self, for_ms: float) -> None:
        end = self.now_ns + round(for_ms * 1e6)
        while self._timers and self._timers[0][0] <= end:
            self.now_ns, _, callback = heapq.heappop(self._timers)
            callback()
        self.now_ns = end


class Path:
    """Keeps each sent packet with its time; loses those that the test chooses."""

    def __init__(self, time: Time) -> None:
        self.rtp: list[tuple[int, bytes]] = []
        self.rtcp: list[bytes] = []
        self._time = time

    def send_rtp(self, packet: bytes) -> bool:
        self.rtp.append((self._time.now_ns, packet))
        return True

    def send_rtcp(self, packet: bytes) -> bool:
        self.rtcp.append(packet)
        return True


class Bench:
    def __init__(self, *, rtx: bool = True) -> None:
        self.time = Time()
        self.path = Path(self.time)
        self.keyframes = 0
        extensions = (HeaderExtension(3, TRANSPORT_CC_URI),)
        video = StreamPlan(
            MediaSection("video", "1", Direction.RECVONLY, (), extensions), Codec.H264, 102, 90_000, VIDEO, 103 if rtx else None, RTX
        )
        audio = StreamPlan(MediaSection("audio", "0", Direction.RECVONLY, (), extensions), Codec.OPUS, 111, 48_000, AUDIO)
        self.sender = MediaSender(
            SendPlan(video, audio), self.path, cname="c", clock=self.time, call_later=self.time.call_later, want_keyframe=self._want
        )
        self._pts = 0

    def _want(self) -> None:
        self.keyframes += 1

    def frame(self, packets: int = 3, *, key: bool = False, capture_ns: int | None = None) -> None:
        payloads = [b"\x41" + bytes(999)] * packets
        self._pts += 3000
        self.sender.push(MediaFrame(MediaKind.VIDEO, Codec.H264, payloads, self._pts, capture_ns or self.time.now_ns, key))

    def sound(self, pts: int, capture_ns: int) -> None:
        self.sender.push(MediaFrame(MediaKind.AUDIO, Codec.OPUS, (b"opus",), pts, capture_ns, True))

    def sent(self, ssrc: int) -> list[rtp.RtpHeader]:
        return [header for header in (rtp.parse_header(packet) for _, packet in self.path.rtp) if header.ssrc == ssrc]

    def tell(self, *packets: rtcp.Rtcp) -> None:
        self.sender.on_rtcp(rtcp.compound(packets))


def test_the_pacer_respects_the_window_and_loses_nothing() -> None:
    time = Time()
    sent: list[tuple[int, int]] = []
    pacer: Pacer[int] = Pacer(
        lambda item: sent.append((time.now_ns, item)), kbps=4000, call_later=time.call_later, now_ns=time.monotonic_ns
    )
    pacer.put(range(100))
    time.run(3)
    pacer.put(range(100, 110))
    time.run(200)
    assert [item for _, item in sent] == list(range(110))
    for start, _ in sent:
        assert sum(1 for at, _ in sent if start <= at < start + 5_000_000) <= 12
    assert sent[-1][0] - sent[0][0] <= 50_000_000


@pytest.mark.parametrize(("kbps", "packets"), [(4000, 12), (2500, 8), (1000, 3), (200, 3), (8000, 24)])
def test_the_window_scales_with_the_rate(kbps: int, packets: int) -> None:
    assert packets_per_window(kbps) == packets


def test_audio_overtakes_queued_video() -> None:
    bench = Bench()
    bench.frame(60, key=True)
    bench.sound(960, bench.time.now_ns)
    assert rtp.parse_header(bench.path.rtp[-1][1]).ssrc == AUDIO
    bench.time.run(100)
    assert len(bench.sent(VIDEO)) == 60


def test_video_starts_at_a_key_frame_and_each_frame_ends_with_a_marker() -> None:
    bench = Bench()
    bench.frame()
    assert bench.sent(VIDEO) == []
    bench.frame(key=True)
    bench.frame()
    headers = bench.sent(VIDEO)
    assert [header.marker for header in headers] == [False, False, True] * 2
    assert [(header.sequence - headers[0].sequence) & 0xFFFF for header in headers] == list(range(6))
    assert (headers[3].timestamp - headers[0].timestamp) & 0xFFFFFFFF == 3000


def test_a_full_queue_drops_up_to_the_next_key_frame_and_requests_one() -> None:
    bench = Bench()
    bench.frame(300, key=True)
    bench.frame()
    assert bench.keyframes == 1
    assert bench.sender.counts.queue_dropped > 200
    before = len(bench.sent(VIDEO))
    bench.frame()
    assert bench.keyframes == 1
    bench.time.run(50)
    assert len(bench.sent(VIDEO)) == before
    bench.frame(key=True)
    bench.time.run(50)
    headers = bench.sent(VIDEO)
    assert len(headers) == before + 3
    assert (headers[-1].sequence - headers[0].sequence) & 0xFFFF == before + 2  # no gap in the numbering


def test_a_nack_is_answered_by_retransmission_once_within_a_round_trip() -> None:
    bench = Bench()
    bench.frame(5, key=True)
    bench.time.run(10)
    lost = bench.sent(VIDEO)[1]
    nack = rtcp.Nack(9, VIDEO, (lost.sequence,))
    bench.time.run(10)
    bench.tell(nack)
    bench.tell(nack)
    bench.time.run(10)
    (again,) = bench.sent(RTX)
    assert (again.payload_type, again.timestamp) == (103, lost.timestamp)
    packet = bench.path.rtp[-1][1]
    assert rtp.unwrap_rtx(packet, payload_type=102, ssrc=VIDEO) == rtp.build(
        102, False, lost.sequence, lost.timestamp, VIDEO, b"\x41" + bytes(999)
    )
    bench.time.run(20)
    bench.tell(nack)
    bench.time.run(10)
    assert bench.sender.counts.retransmitted == len(bench.sent(RTX)) == 2
    bench.tell(rtcp.Nack(9, VIDEO, ((lost.sequence - 100) & 0xFFFF,)))
    assert bench.sender.counts.nack_missed == 1


def test_retransmissions_leave_first_and_in_the_order_of_their_requests() -> None:
    bench = Bench()
    bench.frame(12, key=True)
    bench.time.run(500)
    lost = [header.sequence for header in bench.sent(VIDEO)[2:9]]
    bench.frame(100)
    held_up = len(bench.sent(VIDEO))
    bench.tell(rtcp.Nack(9, VIDEO, tuple(lost[:3])))
    bench.tell(rtcp.Nack(9, VIDEO, tuple(lost[3:])))
    bench.time.run(6)
    again = [int.from_bytes(packet[-1002:-1000], "big") for _, packet in bench.path.rtp if rtp.parse_header(packet).ssrc == RTX]
    assert again == lost
    new = [rtp.parse_header(packet).ssrc for _, packet in bench.path.rtp[12:]]
    assert new[held_up - 12 :][: len(lost)] == [RTX] * len(lost)
    bench.time.run(1000)
    assert len(bench.sent(VIDEO)) == 112


def test_queued_retransmissions_are_counted_dropped_and_closed_with_the_rest() -> None:
    time = Time()
    sent: list[int] = []
    pacer: Pacer[int] = Pacer(sent.append, kbps=1, call_later=time.call_later, now_ns=time.monotonic_ns)
    pacer.put(range(5))
    pacer.put_first(10)
    pacer.put_first(11)
    assert (sent, len(pacer)) == ([0, 1, 2], 4)
    assert pacer.clear() == 4
    time.run(100)
    assert sent == [0, 1, 2]
    pacer.put([20])
    pacer.put_first(21)
    pacer.close()
    assert len(pacer) == 0


def test_retransmissions_start_at_a_random_number_like_every_stream() -> None:
    firsts = set()
    for _ in range(12):
        bench = Bench()
        bench.frame(1, key=True)
        bench.time.run(30)
        bench.tell(rtcp.Nack(9, VIDEO, (bench.sent(VIDEO)[0].sequence,)))
        (again,) = bench.sent(RTX)
        firsts.add(again.sequence)
    assert len(firsts) > 6 and max(firsts) < 0x8000


def test_without_rtx_the_same_packet_goes_out_again() -> None:
    bench = Bench(rtx=False)
    bench.frame(3, key=True)
    bench.time.run(30)
    lost = bench.sent(VIDEO)[2]
    bench.tell(rtcp.Nack(9, VIDEO, (lost.sequence,)))
    bench.time.run(10)
    assert bench.sent(VIDEO)[-1] == lost


def test_a_flood_of_nacks_gets_only_a_share_of_the_stream() -> None:
    bench = Bench()
    for _ in range(30):
        bench.frame(10, key=True)
        bench.time.run(33)
    bench.sender.tick()
    sequences = tuple(header.sequence for header in bench.sent(VIDEO))
    for _ in range(10):
        bench.tell(rtcp.Nack(9, VIDEO, sequences))
        bench.time.run(30)
    assert 0 < sum(len(packet) for _, packet in bench.path.rtp if rtp.parse_header(packet).ssrc == RTX) < 0.8 * 300 * 1000


def test_pli_and_fir_request_a_key_frame_and_a_repeated_fir_does_not() -> None:
    bench = Bench()
    bench.tell(rtcp.PictureLoss(9, VIDEO))
    assert bench.keyframes == 1
    bench.tell(rtcp.FullIntraRequest(9, ((VIDEO, 4),)))
    bench.tell(rtcp.FullIntraRequest(9, ((VIDEO, 4), (77, 5))))
    assert bench.keyframes == 2 and bench.sender.counts.pli_received == 2
    bench.tell(rtcp.PictureLoss(9, 12345))
    assert bench.keyframes == 2


def test_reports_pair_both_streams_with_capture_time() -> None:
    bench = Bench()
    start_ns = bench.time.now_ns
    bench.frame(1, key=True, capture_ns=start_ns - 70_000_000)  # composing and encoding took 70 ms
    bench.sound(960, start_ns - 30_000_000)
    bench.time.run(500)
    bench.path.rtcp.clear()
    bench.sender.report()
    captured = {}
    for compound in bench.path.rtcp:
        report = rtcp.parse(compound)[0]
        assert isinstance(report, rtcp.SenderReport)
        (header,) = bench.sent(report.ssrc)
        clock = 90_000 if report.ssrc == VIDEO else 48_000
        back = ((report.rtp_timestamp - header.timestamp) & 0xFFFFFFFF) / clock
        captured[report.ssrc] = (report.ntp - rtcp.ntp_time(start_ns + WALL_NS)) / 2**32 - back
        assert report.packets == 1
    assert captured[VIDEO] == pytest.approx(-0.070, abs=0.001)
    assert captured[AUDIO] == pytest.approx(-0.030, abs=0.001)


def test_round_trip_loss_and_jitter_come_from_a_report() -> None:
    bench = Bench()
    bench.frame(1, key=True)
    sent = rtcp.parse(bench.path.rtcp[0])[0]
    assert isinstance(sent, rtcp.SenderReport)
    bench.time.run(150)
    bench.tell(rtcp.ReceiverReport(9, (rtcp.ReportBlock(VIDEO, 64, 1, 1, 900, rtcp.middle_ntp(sent.ntp), 65536 // 20),)))
    assert bench.sender.rtt_ms == pytest.approx(100, abs=1)
    assert bench.sender.loss == 0.25 and bench.sender.jitter_ms == 10
    assert bench.sender.reported_ns == bench.time.now_ns


def test_a_report_without_new_packets_is_no_sign_of_life_while_we_send() -> None:
    bench = Bench()
    bench.frame(1, key=True)
    block = rtcp.ReceiverReport(9, (rtcp.ReportBlock(VIDEO, highest_sequence=7),))
    bench.tell(block)
    first_ns = bench.sender.reported_ns
    bench.time.run(1000)
    bench.frame()
    bench.tell(block)
    assert bench.sender.reported_ns == first_ns
    bench.time.run(1000)
    bench.tell(block)  # nothing was sent since the last report, so nothing new can have arrived
    assert bench.sender.reported_ns == bench.time.now_ns


def test_transport_feedback_gives_delivered_rate_and_loss() -> None:
    bench = Bench()
    for number in range(20):
        bench.frame(1, key=number == 0)
        bench.time.run(10)
    arrivals = tuple(None if number % 5 == 4 else number * 10_000 for number in range(20))
    bench.tell(rtcp.TransportFeedback.of(9, VIDEO, 0, 0, arrivals))
    assert bench.sender.acked.loss == pytest.approx(0.2)
    assert bench.sender.acked.kbps == pytest.approx(16 * 1020 * 8 / 180, rel=0.05)
    assert bench.sender.loss == pytest.approx(0.2)
    assert bench.sender.reported_ns == bench.time.now_ns


def fed_back(*feedbacks: rtcp.TransportFeedback, sent: int = 20) -> AckedRate:
    """The rate after `sent` packets from number 0 on and this feedback."""
    acked = AckedRate()
    for number in range(sent):
        acked.sent(number & 0xFFFF, 1000)
    for feedback in feedbacks:
        acked.take(feedback, 1_000_000_000)
    return acked


@pytest.mark.parametrize("start_us", [-64_000, -90_000, -(1 << 23) * 64_000, ((1 << 23) - 1) * 64_000 - 50_000])
def test_feedback_with_any_reference_time_counts_the_same(start_us: int) -> None:
    arrivals = [None if number % 5 == 4 else start_us + number * 10_000 for number in range(20)]
    acked = fed_back(rtcp.TransportFeedback.of(9, VIDEO, 0, 0, arrivals))
    assert acked.loss == pytest.approx(0.2)
    assert acked.kbps == pytest.approx(16 * 1000 * 8 / 180, rel=0.05)


def test_a_clock_that_wraps_within_the_window_is_followed() -> None:
    last = ((1 << 23) - 1) * 64_000
    before = rtcp.TransportFeedback.of(9, VIDEO, 0, 0, [last + number * 10_000 for number in range(6)])
    after = rtcp.TransportFeedback.of(9, VIDEO, 6, 1, [last + number * 10_000 - CLOCK_RANGE_US for number in range(6, 20)])
    assert fed_back(before, after).kbps == pytest.approx(20 * 1000 * 8 / 190, rel=0.05)


def test_a_packet_that_is_reported_lost_twice_counts_once() -> None:
    lost = rtcp.TransportFeedback.of(9, VIDEO, 0, 0, [None] * 4 + [0])
    assert fed_back(lost, lost, lost).loss == pytest.approx(0.8)
    late = rtcp.TransportFeedback.of(9, VIDEO, 0, 1, [0, None, None, None, 0])
    assert fed_back(lost, late).loss == pytest.approx(4 / 6)  # reported lost first, but arrived later


@pytest.mark.parametrize("sent", [10, 5000, 70_000])
def test_feedback_on_packets_that_were_never_sent_counts_nothing(sent: int) -> None:
    last = sent - 1
    beyond = rtcp.TransportFeedback(9, VIDEO, last + 1 & 0xFFFF, 0, 20_000, ())
    everything = rtcp.TransportFeedback(9, VIDEO, 0, 0, 65535, ())
    assert fed_back(beyond, sent=sent).loss == -1
    assert sum(count for _, count in fed_back(everything, everything, sent=sent)._lost) <= HISTORY
    known = rtcp.TransportFeedback.of(9, VIDEO, last - 3 & 0xFFFF, 1, [0, 250, None, 500])
    assert fed_back(beyond, known, sent=sent).loss == pytest.approx(0.25)


def test_garbage_from_the_relay_changes_nothing() -> None:
    bench = Bench()
    bench.sender.on_rtcp(b"\x80\xce")
    bench.sender.on_rtcp(b"")
    assert bench.keyframes == 0


def test_rate_control_follows_remb_at_once_and_loss_in_steps() -> None:
    control = RateControl(reserve_kbps=100)
    assert control.allowed_kbps == UNLIMITED_KBPS
    control.on_remb(1_500_000)
    assert control.allowed_kbps == 1400
    control.on_remb(50_000_000)
    now = 10_000_000_000
    control.on_loss(0.2, 2500, now)
    assert control.allowed_kbps == 2250
    control.on_loss(0.2, 2500, now + 500_000_000)
    assert control.allowed_kbps == 2250
    control.on_loss(0.2, 2250, now + 1_000_000_000)
    assert control.allowed_kbps == 2025
    at = now + 2_000_000_000
    for second in range(3):
        control.on_loss(0.0, 2025, at + second * 1_000_000_000)
    assert control.allowed_kbps == 2025
    control.on_loss(0.0, 2025, at + 3_000_000_000)
    assert 2026 < control.allowed_kbps < 2200
    for second in range(4, 40):
        control.on_loss(0.0, 2025, at + second * 1_000_000_000)
    assert control.allowed_kbps == 49_900  # not limited by loss any more, only by REMB


def test_rate_control_keeps_a_floor() -> None:
    control = RateControl()
    control.on_remb(10_000)
    assert control.allowed_kbps == FLOOR_KBPS


def test_acked_rate_knows_nothing_before_feedback() -> None:
    assert AckedRate().kbps == -1 and AckedRate().loss == -1


def test_the_packet_queue_drops_video_up_to_the_next_key_frame_and_keeps_audio() -> None:
    wakes: list[int] = []
    queue = PacketQueue(lambda: wakes.append(1))
    encoder = GreyFrameEncoder()
    first = encoder.next(key=True)
    plain = encoder.next(key=False)
    results = [queue.push(plain) for _ in range(MAX_WAITING + 10)]
    assert results.count(False) == 1
    assert len(queue.take()) == 0 and queue.dropped == MAX_WAITING + 10
    assert queue.push(plain) and len(queue.take()) == 0
    assert queue.push(first) and queue.push(plain)
    assert list(queue.take()) == [first, plain]
    assert len(wakes) >= 2
