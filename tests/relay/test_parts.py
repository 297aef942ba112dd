"""The relay's media parts, packet by packet: numbering, loss, key frames, bandwidth limits, admission."""

import itertools
import random
from collections.abc import Callable

import pytest

from app.domain.program.output import Quirks
from app.domain.program.packet import Codec, MediaKind
from app.relay.access.admission import Admission
from app.relay.access.subnet import subnet_of
from app.relay.config import Limits
from app.relay.media.down_track import DownTrack, DownTrackFormat
from app.relay.media.ingest import Ingest, IngestFormat, TransportCcFeedback
from app.relay.media.keyframe import starts_keyframe
from app.relay.media.negotiation import answer_publisher, answer_subscriber, read_offer
from app.relay.media.receive_statistics import ReceiveStatistics
from app.relay.media.subscriber import AUDIO_AFTER_MS, BandwidthLimit, Subscriber
from app.relay.media.track import Track, without_extras
from app.relay.refusals import Refusal
from app.transport import rtcp
from app.transport.offer import Sources, make_offer
from app.transport.rtp import build, extension_block, parse_header
from app.transport.sdp import Description, Setup, TransportDescription, parse, render
from tests.support.clocks import SetClock
from tests.support.relays import eventually
from tests.support.watcher import watch_offer

MS = 1_000_000
KEY = b"\x67key"
DELTA = b"\x41delta"


def rtp(sequence: int, timestamp: int, payload: bytes = DELTA, *, ssrc: int = 7) -> bytes:
    return build(102, True, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, payload)


class Line:
    """Accepts every packet."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, packet: bytes) -> bool:
        self.sent.append(packet)
        return True


class Fed:
    """A video track and what it delivered."""

    def __init__(self) -> None:
        self.got: list[tuple[int, bytes, bool]] = []
        self.track = Track(MediaKind.VIDEO, lambda *delivered: self.got.append(delivered))

    def numbers(self) -> list[int]:
        return [sequence for sequence, _, _ in self.got]

    def stamps(self) -> list[int]:
        return [parse_header(fed).timestamp for _, fed, _ in self.got]


@pytest.mark.parametrize(
    ("codec", "payload", "begins"),
    [
        (Codec.H264, b"\x67\x42", True),
        (Codec.H264, b"\x65\x88", True),
        (Codec.H264, b"\x41\x9a", False),
        (Codec.H264, b"\x78\x00\x02\x67\x42\x00\x02\x68\xce", True),
        (Codec.H264, b"\x78\x00\x02\x06\x05\x00\x02\x41\x9a", False),
        (Codec.H264, b"\x7c\x85\x88", True),
        (Codec.H264, b"\x7c\x05\x88", False),
        (Codec.H264, b"\x7c\x81\x88", False),
        (Codec.H264, b"\x78\x00", False),
        (Codec.H264, b"", False),
        (Codec.VP8, b"\x10\x00", True),
        (Codec.VP8, b"\x10\x01", False),
        (Codec.VP8, b"\x90\x80\x81\x23\x00", True),
        (Codec.VP8, b"\x90\x80\x81\x23\x01", False),
        (Codec.VP8, b"\x80\x80\x81\x23\x00", False),
        (Codec.VP8, b"\x90\xe0\x12\x00\x00\x00", True),
        (Codec.VP8, b"\x90", False),
        (Codec.OPUS, b"\xfc", True),
    ],
)
def test_key_frames_are_recognised(codec: Codec, payload: bytes, begins: bool) -> None:
    assert starts_keyframe(codec, payload) is begins


def test_extensions_and_padding_are_removed() -> None:
    extended = build(102, True, 5, 6, 7, b"payload", extension_block([(1, b"mid"), (3, b"\0\1")]))
    assert without_extras(extended) == build(102, True, 5, 6, 7, b"payload")
    padded = bytes((0xA0,)) + build(102, True, 5, 6, 7, b"payload")[1:] + b"\0\0\3"
    assert without_extras(padded)[12:] == b"payload"
    with pytest.raises(ValueError, match="short"):
        without_extras(b"\x90" * 8)


def test_the_feed_continues_without_a_jump_when_the_publisher_changes() -> None:
    fed = Fed()
    for number in range(4):
        fed.track.push(rtp(65534 + number, 0xFFFFFF00 + number * 3000, KEY if not number else DELTA), 1000 * MS + number * 33 * MS)
    fed.track.switch(Codec.H264)
    for number in range(4):
        fed.track.push(rtp(100 + number, 5000 + number * 3000, KEY if not number else DELTA), 3000 * MS + number * 33 * MS)
    numbers, stamps = fed.numbers(), fed.stamps()
    assert [b - a & 0xFFFF for a, b in itertools.pairwise(numbers)] == [1] * 7
    steps = [b - a & 0xFFFFFFFF for a, b in itertools.pairwise(stamps)]
    assert steps[:3] == steps[4:] == [3000] * 3
    assert abs(steps[3] - 90 * (3000 - 1099)) < 90, "the gap keeps its length"
    assert [begins for _, _, begins in fed.got] == [True, False, False, False] * 2


def test_a_late_packet_of_the_previous_publisher_is_dropped() -> None:
    fed = Fed()
    fed.track.push(rtp(100, 0, KEY), MS)
    fed.track.switch(Codec.H264)
    fed.track.push(rtp(500, 0, KEY), 2 * MS)
    fed.track.push(rtp(498, 0), 3 * MS)
    assert len(fed.got) == 2


def test_the_group_restarts_at_each_key_frame_and_is_bounded() -> None:
    fed = Fed()
    fed.track.push(rtp(1, 0), MS)
    assert fed.track.group == []
    fed.track.push(rtp(2, 3000, KEY), 2 * MS)
    fed.track.push(rtp(3, 3000, b"\x65idr"), 2 * MS)
    fed.track.push(rtp(4, 6000), 3 * MS)
    assert len(fed.track.group) == 3
    fed.track.push(rtp(5, 9000, KEY), 4 * MS)
    assert len(fed.track.group) == 1
    for number in range(3000):
        fed.track.push(rtp(6 + number, 12000), 5 * MS)
    assert fed.track.group == [], "a group that is too long is not kept"


def test_the_sender_clock_is_extrapolated_between_reports() -> None:
    fed = Fed()
    fed.track.push(rtp(1, 90_000, KEY), 1000 * MS)
    assert fed.track.clock_at(1000 * MS) is None
    ntp = 4_000_000_000 << 32
    fed.track.report(ntp, 90_000, 1000 * MS)
    line = fed.track.clock_at(1500 * MS)
    assert line is not None
    assert line[0] - ntp == 1 << 31
    assert line[1] - fed.stamps()[0] == 45_000


def test_a_down_track_waits_for_a_key_frame_and_leaves_no_gaps() -> None:
    down_track = DownTrack(DownTrackFormat(96, 42, 97, 43), waits_for_keyframe=True, first_sequence=1000)
    packet = build(0, True, 0, 0, 0, DELTA)
    assert down_track.rewrite(10, packet, False) is None
    sent = [down_track.rewrite(11, packet, True), down_track.rewrite(12, packet, False), down_track.rewrite(13, packet, False)]
    down_track.hold()
    assert down_track.rewrite(14, packet, False) is None
    sent += [down_track.rewrite(20, packet, True), down_track.rewrite(21, packet, False)]
    assert down_track.rewrite(13, packet, False) is None, "from before the gap"
    headers = [parse_header(one) for one in sent if one is not None]
    assert [header.sequence for header in headers] == [1000, 1001, 1002, 1003, 1004]
    assert {(header.ssrc, header.payload_type, header.marker) for header in headers} == {(42, 96, True)}
    assert [down_track.feed_sequence(own) for own in (1000, 1002, 1003, 1004)] == [11, 13, 20, 21]
    assert down_track.feed_sequence(1005) is None
    assert down_track.feed_sequence(999) is None
    again = parse_header(down_track.resend(1003, packet))
    assert (again.payload_type, again.ssrc) == (97, 43)


def test_a_down_track_without_rtx_resends_the_packet_unchanged() -> None:
    down_track = DownTrack(DownTrackFormat(96, 42), waits_for_keyframe=False, first_sequence=7)
    first = down_track.rewrite(500, rtp(0, 99), False)
    assert first is not None
    assert down_track.resend(7, rtp(0, 99)) == first


def test_a_missing_packet_is_requested_unless_it_was_only_reordered() -> None:
    reception = ReceiveStatistics(7, 90_000, lambda count: None)
    for sequence in (1, 2, 5, 4):
        reception.put(sequence, 0, 10 * MS)
    assert reception.to_request(12 * MS) == ()
    assert reception.to_request(20 * MS) == (3,)
    assert reception.to_request(25 * MS) == (), "already requested"
    assert reception.to_request(90 * MS) == (3,)
    assert reception.recovered(3)
    assert not reception.recovered(3)
    assert reception.to_request(500 * MS) == ()


def test_lost_packets_are_given_up_and_an_outage_is_not_a_list_of_losses() -> None:
    given_up: list[int] = []
    reception = ReceiveStatistics(7, 90_000, given_up.append)
    reception.put(65530, 0, 0)
    reception.put(2, 0, 0)
    assert reception.to_request(20 * MS) == (65531, 65532, 65533, 65534, 65535, 0, 1)
    assert reception.to_request(1000 * MS) == ()
    assert given_up == [7]
    reception.put(2000, 0, 1000 * MS)
    assert reception.to_request(1010 * MS) == ()
    assert given_up == [7, 1997]


def test_the_report_block_has_the_loss_since_the_last_one() -> None:
    reception = ReceiveStatistics(7, 90_000, lambda count: None)
    assert reception.block(0) is None
    for sequence in range(0, 100, 2):
        reception.put(sequence, sequence * 3000, sequence * 33 * MS)
    reception.sender_report(0x0001_2345_6789_0000, 3000 * MS)
    first = reception.block(3500 * MS)
    assert first is not None
    assert (first.cumulative_lost, first.highest_sequence) == (49, 98)
    assert abs(first.fraction_lost - 126) <= 2
    assert (first.last_sr, first.delay) == (0x2345_6789, 32768)
    reception.put(99, 0, 3600 * MS)
    second = reception.block(3700 * MS)
    assert second is not None
    assert second.fraction_lost == 0


def test_transport_feedback_covers_each_number_once_with_its_time() -> None:
    feedback = TransportCcFeedback()
    assert feedback.take(7) is None
    for sequence, at_ms in ((65534, 100), (65535, 101), (1, 130)):
        feedback.put(sequence, at_ms * MS)
    first = feedback.take(7)
    assert first is not None
    assert first.base_sequence == 65534
    assert first.arrivals_us == (100_000, 101_000, None, 130_000)
    feedback.put(0, 140 * MS)
    assert feedback.take(7) is None, "already reported as missing"
    feedback.put(2, 150 * MS)
    second = feedback.take(7)
    assert second is not None
    assert (second.base_sequence, second.feedback_count, second.arrivals_us) == (2, 1, (150_000,))
    assert rtcp.parse(rtcp.to_bytes(first)) == [first]


def test_arrivals_that_nobody_takes_are_bounded() -> None:
    feedback = TransportCcFeedback()
    for number in range(5000):
        feedback.put(number & 0xFFFF, number * 1000)
        assert feedback.waiting <= 1000
    assert feedback.take(7) is not None


def test_a_slow_connection_is_detected_by_its_loss_and_recovers() -> None:
    throttle = BandwidthLimit()
    throttle.report(60, 2_000_000)
    assert throttle.bits_per_s == 0, "once may be chance"
    throttle.report(60, 2_000_000)
    assert throttle.bits_per_s == 1_600_000
    throttle.estimate_bits_per_s = 700_000
    throttle.report(60, 1_000_000)
    assert throttle.bits_per_s == 700_000
    for _ in range(5):
        throttle.report(0, 700_000)
    assert throttle.bits_per_s == 0


async def test_a_slow_viewer_gets_a_bounded_queue_and_continues_at_a_key_frame() -> None:
    clock = SetClock()
    line = Line()
    sent = line.sent
    asked: list[None] = []
    fed = Fed()
    sound = Track(MediaKind.AUDIO, lambda *delivered: None)
    viewer = Subscriber(
        clock=clock,
        limits=Limits(max_backlog_packets=50),
        video={Codec.H264: DownTrackFormat(96, 42, 97, 43)},
        audio=DownTrackFormat(111, 44),
        ask_keyframe=lambda: asked.append(None),
    )
    viewer.start(line.send, lambda packet: True, fed.track, sound)
    viewer.bandwidth.bits_per_s = 150_000
    big = b"\x41" + bytes(1100)
    fed.track.push(rtp(1, 0, KEY), clock.now_ns)
    for number in range(200):
        fed.track.push(rtp(2 + number, 3000 * number, big), clock.now_ns)
    for delivered in fed.got:
        viewer.feed_video(*delivered)
    sounds = (rtp(9, 9), rtp(10, 969))
    viewer.feed_audio(9, sounds[0], True)
    assert all(parse_header(packet).ssrc == 42 for packet in sent), "a new player has not opened its audio output yet"
    clock.pass_ms(AUDIO_AFTER_MS)
    viewer.feed_audio(10, sounds[1], True)
    assert parse_header(sent[-1]).ssrc == 44, "audio does not wait behind video"
    assert viewer.dropped >= 50
    assert viewer.video is not None
    assert viewer.video.waiting
    viewer.bandwidth.bits_per_s = 0
    fed.track.push(rtp(202, 999_000, KEY), clock.now_ns)
    viewer.feed_video(*fed.got[-1])
    assert parse_header(sent[-1]).ssrc == 42
    viewer.stop()


async def test_retransmissions_are_limited_to_a_share_of_the_stream() -> None:
    clock = SetClock()
    line = Line()
    sent = line.sent
    fed = Fed()
    viewer = Subscriber(
        clock=clock,
        limits=Limits(),
        video={Codec.H264: DownTrackFormat(96, 42, 97, 43)},
        audio=None,
        ask_keyframe=lambda: None,
    )
    viewer.start(line.send, lambda packet: True, fed.track, Track(MediaKind.AUDIO, lambda *d: None))
    for number in range(100):
        fed.track.push(rtp(1 + number, 3000, KEY if not number else b"\x41" + bytes(1100)), clock.now_ns)
        viewer.feed_video(*fed.got[-1])
    own = [parse_header(packet).sequence for packet in sent]
    request = rtcp.to_bytes(rtcp.Nack(1, 42, tuple(own)))
    for _ in range(20):
        viewer.on_rtcp(request)
    assert 50 < viewer.resent < 150
    assert viewer.resend_missed > 1000
    viewer.on_rtcp(b"\x00nonsense")
    viewer.stop()


async def test_endless_rtcp_is_read_at_a_players_rate() -> None:
    clock, line, fed = SetClock(), Line(), Fed()
    asked: list[None] = []
    viewer = newcomer(clock, lambda: asked.append(None))
    viewer.start(line.send, lambda packet: True, fed.track, Track(MediaKind.AUDIO, lambda *d: None))
    fed.track.push(rtp(1, 3000, KEY), clock.now_ns)
    viewer.feed_video(*fed.got[-1])
    for _ in range(50):
        viewer.on_rtcp(rtcp.to_bytes(rtcp.PictureLoss(1, 42)))
    assert (viewer.plis, len(asked)) == (50, 10)
    full = rtcp.to_bytes(rtcp.Nack(1, 42, tuple(range(0, 60_000, 17))))
    for _ in range(500):
        viewer.on_rtcp(full)
    assert viewer.resent + viewer.resend_missed <= 4000
    clock.pass_ms(5000)
    viewer.on_rtcp(rtcp.to_bytes(rtcp.PictureLoss(1, 42)))
    assert len(asked) == 11, "later requests are read again"
    viewer.stop()


def test_attempts_refill_with_time_for_each_address() -> None:
    clock = SetClock()
    admission = Admission(Limits(posts_burst=2, posts_per_s=1), clock)
    for _ in range(2):
        admission.attempt("192.0.2.1")
    with pytest.raises(Refusal) as refusal:
        admission.attempt("192.0.2.1")
    assert refusal.value.status == 429
    assert refusal.value.headers["Retry-After"]
    admission.attempt("192.0.2.2")
    clock.pass_ms(1000)
    admission.attempt("192.0.2.1")


def test_remembered_addresses_are_bounded() -> None:
    admission = Admission(Limits(), SetClock())
    for number in range(10_000):
        admission.attempt(f"10.0.{number // 256}.{number % 256}")
    assert len(admission._attempts._buckets) <= 4096


@pytest.mark.parametrize(
    ("address", "same"),
    [("2001:db8:1:2::5", "2001:db8:1:2:ffff::9"), ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::2")],
)
def test_one_household_is_one_subnet(address: str, same: str) -> None:
    assert subnet_of(address) == subnet_of(same)


async def test_a_new_viewer_starts_at_once_with_a_young_key_frame() -> None:
    clock, line, fed = SetClock(), Line(), Fed()
    asked: list[None] = []
    viewer = newcomer(clock, lambda: asked.append(None))
    for number in range(30):
        fed.track.push(rtp(1 + number, 3000 * number, KEY if not number else DELTA), clock.now_ns)
    clock.pass_ms(200)
    viewer.start(line.send, lambda packet: True, fed.track, Track(MediaKind.AUDIO, lambda *d: None))
    assert asked == []
    assert 1 <= len(line.sent) <= 12, "not everything in one burst"
    fed.track.push(rtp(31, 99_000), clock.now_ns)
    viewer.feed_video(*fed.got[-1])
    await eventually(lambda: len(line.sent) == 31)
    sequences = [parse_header(packet).sequence for packet in line.sent]
    assert sequences == list(range(sequences[0], sequences[0] + 31)), "later packets wait in the queue"
    viewer.stop()


async def test_a_new_viewer_requests_a_key_frame_and_falls_back_to_the_old_one() -> None:
    clock, line, fed = SetClock(), Line(), Fed()
    asked: list[None] = []
    viewer = newcomer(clock, lambda: asked.append(None))
    fed.track.push(rtp(1, 0, KEY), clock.now_ns)
    clock.pass_ms(1000)
    fed.track.push(rtp(2, 3000), clock.now_ns)
    viewer.start(line.send, lambda packet: True, fed.track, Track(MediaKind.AUDIO, lambda *d: None))
    assert asked == [None]
    assert line.sent == []
    await eventually(lambda: len(line.sent) == 2)
    viewer.stop()


def newcomer(clock: SetClock, ask: Callable[[], None]) -> Subscriber:
    return Subscriber(clock=clock, limits=Limits(), video={Codec.H264: DownTrackFormat(96, 42, 97, 43)}, audio=None, ask_keyframe=ask)


def test_no_packet_breaks_an_ingest() -> None:
    """What a publisher with the right key can send: cut, flipped and random packets of every kind."""
    chance = random.Random(5)
    clock = SetClock()
    video, audio = Track(MediaKind.VIDEO, lambda *d: None), Track(MediaKind.AUDIO, lambda *d: None)
    form = IngestFormat(Codec.H264, 102, 103, 111, 3)
    ingest = Ingest(clock=clock, form=form, video=video, audio=audio, on_media=lambda new: None, on_clock_known=lambda: None)
    out = Line()
    ingest.start(out.send)
    block = extension_block([(3, b"\0\7"), (1, b"mid")])
    for number in range(4000):
        packet = bytearray(
            build(chance.choice((102, 103, 111)), True, number, number * 90, 7, chance.randbytes(chance.randrange(40)), block)
        )
        for _ in range(chance.randrange(4)):
            packet[chance.randrange(len(packet))] = chance.randrange(256)
        ingest.on_rtp(bytes(packet[: chance.randrange(len(packet) + 1)]), clock.now_ns)
        ingest.on_rtcp(bytes(packet))
        clock.pass_ms(chance.randrange(15))
        ingest.tick(clock.now_ns)
    ingest.on_rtp(build(102, True, 9, 9, 7, KEY), clock.now_ns)
    for compound in out.sent:
        assert rtcp.parse(compound)


# What the grammar uses, and what looks like it: digits that int() takes or refuses, other line ends, a character that joins, none at all.
_ODD = "\n \r\t-019:=/;,am\u4e2d\u00b2\u0663\u2460\uff11\u0085\u2028\u200d\0\u00e9"


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_no_offer_breaks_the_parser(seed: int) -> None:
    chance = random.Random(seed)
    transport = TransportDescription("abcd", "a" * 24, (("sha-256", ":".join(["AB"] * 32)),), Setup.ACTPASS)
    watch = render(Description(transport, watch_offer(), ("0", "1")), offer=True)
    publish = render(make_offer(transport, Sources(1, 2, 3, "x"), Quirks()), offer=True)
    digits = [index for index, one in enumerate(watch) if one.isdigit()]
    outcomes = set()
    for turn in range(1500):
        text = list(publish if turn % 3 == 0 else watch)
        for _ in range(chance.randrange(1, 6)):
            text[chance.randrange(len(text))] = chance.choice(_ODD)
        if turn % 3:
            text[chance.choice(digits)] = chance.choice(("\u00b2", "\u0663", "9" * 5000, "-1", "1e9"))
        try:
            offer = read_offer("".join(text))
            answer, _ = answer_publisher(offer, transport) if turn % 3 == 0 else answer_subscriber(offer, transport)
            assert parse(render(answer, offer=False)).media, "our answer can be parsed"
            outcomes.add(201)
        except Refusal as refusal:
            outcomes.add(int(refusal.status))
    assert {201, 400} <= outcomes <= {201, 400, 406}


@pytest.mark.parametrize("odd", ["\u00b2", "\u0663", "\u2460", "9" * 5000, "-1", "", "1" + chr(0)])
@pytest.mark.parametrize("line", ["a=extmap:{}", "a=ssrc:{} cname:x", "a=ssrc-group:FID {} {}", "a=rtcp-fb:{} nack", "a=fmtp:{} x=1"])
def test_an_odd_number_costs_only_its_line_or_is_refused(line: str, odd: str) -> None:
    transport = TransportDescription("abcd", "a" * 24, (("sha-256", ":".join(["AB"] * 32)),), Setup.ACTPASS)
    good = render(Description(transport, watch_offer(), ("0", "1")), offer=True)
    try:
        answer, form = answer_subscriber(read_offer(good + line.format(odd, odd) + " urn:x\r\n"), transport)
    except Refusal as refusal:
        assert refusal.status == 400
        assert len(refusal.words) < 300
    else:
        assert form.video
        assert parse(render(answer, offer=False)).media
