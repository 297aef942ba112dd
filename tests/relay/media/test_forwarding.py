"""Real publishers and viewers over a real relay: every viewer gets what the publisher sends."""

import itertools
import time

import pytest

from app.domain.program.packet import Codec
from app.relay.server import RelayServer
from app.transport import rtcp
from app.transport.rtp import parse_header
from tests.support.broadcaster import Broadcaster, Refused, Show
from tests.support.relays import KEY, base_of, eventually, running_relay
from tests.support.watcher import OPUS, VIDEO, VP8, Watcher


def whip(relay: RelayServer, stream: str = "live") -> str:
    return f"{base_of(relay)}/whip/{stream}"


def whep(relay: RelayServer, stream: str = "live") -> str:
    return f"{base_of(relay)}/whep/{stream}"


async def test_viewers_get_every_frame_in_order_and_audio() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        early = await Watcher(whep(relay)).start()
        await publisher.start()
        await early.until(lambda: len(early.video) > 20)
        late = await Watcher(whep(relay)).start()
        await late.until(lambda: len(late.video) > 40 and len(late.audio) > 20)
        for watcher in (early, late):
            numbers = watcher.numbers()
            assert len(numbers) > 20
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            steps = {b - a & 0xFFFF for a, b in itertools.pairwise(watcher.sequences())}
            assert steps == {1}
            assert {parse_header(packet).payload_type for packet in watcher.video} == {VIDEO}
            assert {parse_header(packet).payload_type for packet in watcher.audio} == {OPUS}
            assert {parse_header(packet).ssrc for packet in watcher.video} == {watcher.ssrc}
        assert early.ssrc != late.ssrc
        for part in (publisher, early, late):
            await part.stop()


async def test_sender_reports_keep_the_publishers_clock_for_video_and_audio() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await publisher.start()
        await watcher.until(lambda: len({report.ssrc for report in watcher.reports}) == 2 and len(watcher.reports) >= 4)
        by_ssrc: dict[int, list[rtcp.SenderReport]] = {}
        for report in watcher.reports:
            by_ssrc.setdefault(report.ssrc, []).append(report)
        offsets = []
        for ssrc, reports in by_ssrc.items():
            packets = watcher.video if ssrc == watcher.ssrc else watcher.audio
            clock_hz = 90_000 if ssrc == watcher.ssrc else 48_000
            last = parse_header(packets[-1]).timestamp
            ahead = (reports[-1].rtp_timestamp - last + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            assert abs(ahead) < 2 * clock_hz, "the report uses this viewer's timestamps"
            first = reports[0]
            line = (reports[-1].ntp - first.ntp) / 2**32 - (reports[-1].rtp_timestamp - first.rtp_timestamp & 0xFFFFFFFF) / clock_hz
            assert abs(line) < 0.05
            offsets.append(reports[-1].ntp / 2**32 - ahead / clock_hz)
        assert abs(offsets[0] - offsets[1]) < 0.5
        await publisher.stop()
        await watcher.stop()


async def test_a_waiting_viewer_has_both_clocks_with_the_first_frame() -> None:
    async with running_relay() as relay:
        watcher = await Watcher(whep(relay)).start()
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        pictures: list[int] = []

        def both_known() -> bool:
            known = len({report.ssrc for report in watcher.reports}) == 2
            if known and not pictures:
                pictures.append(len({parse_header(packet).timestamp for packet in watcher.video}))
            return known

        await publisher.start()
        await watcher.until(both_known)
        assert pictures[0] <= 2
        await publisher.stop()
        await watcher.stop()


async def test_lost_packets_are_retransmitted() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = Watcher(whep(relay), lose=lambda sequence: sequence % 7 == 3)
        await watcher.start()
        await publisher.start()
        await watcher.until(lambda: len(watcher.lost) >= 6)
        lost = set(watcher.lost)  # the network keeps losing packets
        watcher.ask_again(*sorted(lost))
        await watcher.until(lambda: lost <= set(watcher.repaired))
        numbers = [number for number in watcher.numbers() if number >= 0]
        assert numbers[: len(lost)] == list(range(numbers[0], numbers[0] + len(lost)))
        await publisher.stop()
        await watcher.stop()


async def test_packets_that_were_never_sent_are_not_resent() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await publisher.start()
        await watcher.until(lambda: len(watcher.video) > 5)
        ahead = watcher.sequences()[-1] + 500 & 0xFFFF
        known = watcher.sequences()[2]
        watcher.ask_again(ahead, known)
        await watcher.until(lambda: known in watcher.repaired)
        assert ahead not in watcher.repaired
        await publisher.stop()
        await watcher.stop()


async def test_key_frame_requests_reach_the_publisher_coalesced() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watchers = [await Watcher(whep(relay)).start() for _ in range(4)]
        await publisher.start()
        for watcher in watchers:
            await watcher.until(lambda watcher=watcher: len(watcher.video) > 12)  # type: ignore[misc]
        before = publisher.show.keyframes
        asked = relay.streams["live"].publisher
        assert asked is not None
        plis, began = asked.plis, time.monotonic()
        for _ in range(5):
            for watcher in watchers:
                watcher.say(rtcp.PictureLoss(1, watcher.ssrc))
        seen = len(watchers[0].video)
        await watchers[0].until(lambda: publisher.show.keyframes > before and len(watchers[0].video) > seen + 20)
        at_most = 2 + (time.monotonic() - began) / 0.3
        assert 1 <= asked.plis - plis <= at_most, "twenty requests at once become one every 300 ms"
        await publisher.stop()
        for watcher in watchers:
            await watcher.stop()


async def test_viewers_stay_when_the_publisher_comes_back_and_when_another_takes_over() -> None:
    async with running_relay() as relay:
        began = time.monotonic()
        first = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await first.start()
        await watcher.until(lambda: len(watcher.video) > 20)
        show = Show(width=320, height=180)
        show.number = 100_000
        second = Broadcaster(whip(relay), KEY, show)
        await second.start()
        await watcher.until(lambda: first.closed)
        seen = len(watcher.video)
        await watcher.until(lambda: len(watcher.video) > seen + 20)
        numbers = [number for number in watcher.numbers() if number >= 0]
        changed = numbers.index(100_000)
        assert max(numbers[:changed]) < 100_000 <= min(numbers[changed:]), "its first frame is the first one seen"
        assert len(numbers) > changed + 5
        assert {b - a & 0xFFFF for a, b in itertools.pairwise(watcher.sequences())} == {1}
        stamps = [parse_header(packet).timestamp for packet in watcher.video]
        span = time.monotonic() - began
        assert all((b - a & 0xFFFFFFFF) < 90_000 * span for a, b in itertools.pairwise(stamps)), "timestamps never go back or jump"
        assert not watcher.closed
        assert relay.streams["live"].publishers == 2
        await first.stop()
        await second.stop()
        await eventually(lambda: relay.streams["live"].publisher is None)
        third = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        await third.start()
        seen = len(watcher.video)
        await watcher.until(lambda: len(watcher.video) > seen + 10)
        await third.stop()
        await watcher.stop()


async def test_a_change_of_codec_reaches_the_viewers_under_its_own_payload_type() -> None:
    async with running_relay() as relay:
        first = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await first.start()
        await watcher.until(lambda: len(watcher.video) > 10)
        second = Broadcaster(whip(relay), KEY, Show(width=320, height=180, codec=Codec.VP8))
        await second.start()
        await watcher.until(lambda: watcher.video and parse_header(watcher.video[-1]).payload_type == VP8)
        await first.stop()
        await second.stop()
        await watcher.stop()


async def test_streams_do_not_mix() -> None:
    async with running_relay(streams=("one", "two")) as relay:
        shows = [Show(width=320, height=180), Show(width=320, height=180)]
        shows[1].number = 500_000
        publishers = [Broadcaster(whip(relay, name), KEY, show) for name, show in zip(("one", "two"), shows, strict=True)]
        watchers = [await Watcher(whep(relay, name)).start() for name in ("one", "two")]
        for publisher in publishers:
            await publisher.start()
        for watcher in watchers:
            await watcher.until(lambda watcher=watcher: len(watcher.video) > 15)  # type: ignore[misc]
        assert max(watchers[0].numbers()) < 500_000 <= min(watchers[1].numbers())
        for publisher, watcher in zip(publishers, watchers, strict=True):
            await publisher.stop()
            await watcher.stop()


async def test_leaving_in_order_frees_the_session() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await publisher.start()
        await watcher.until(lambda: len(watcher.video) > 3)
        assert relay.sessions == 2
        assert await publisher.delete() == 200
        assert await publisher.delete() == 404
        assert relay.sessions == 1
        await publisher.stop()
        await watcher.stop()
        await eventually(lambda: relay.sessions == 0)


async def test_the_publisher_gets_reception_reports() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await publisher.start()
        sender = publisher.sender
        assert sender is not None
        await watcher.until(lambda: sender.rtt_ms >= 0 and sender.feedback_ns > 0)
        assert sender.loss == 0
        assert sender.rtt_ms < 1000
        await publisher.stop()
        await watcher.stop()


async def test_a_wrong_key_is_refused_and_the_program_continues() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=320, height=180))
        watcher = await Watcher(whep(relay)).start()
        await publisher.start()
        with pytest.raises(Refused) as refusal:
            await Broadcaster(whip(relay), "guessed").start()
        assert refusal.value.status == 403
        assert "key" in refusal.value.words
        with pytest.raises(Refused) as refusal:
            await Broadcaster(whip(relay)).start()
        assert refusal.value.status == 401
        seen = len(watcher.video)
        await watcher.until(lambda: len(watcher.video) > seen + 10)
        await publisher.stop()
        await watcher.stop()


async def test_packets_lost_from_the_publisher_are_requested_and_reach_the_viewers() -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(whip(relay), KEY, Show(width=640, height=360), lose=lambda count: count > 60 and count % 9 == 0)
        watcher = await Watcher(whep(relay)).start()
        await publisher.start()
        await watcher.until(lambda: len(watcher.video) > 90)
        ingest = relay.streams["live"].publisher
        assert ingest is not None
        assert publisher.lost >= 5
        assert ingest.recovered >= 3
        assert publisher.sender is not None
        assert publisher.sender.counts.retransmitted >= 3
        steady = sorted(watcher.sequences())[:70]
        assert steady == list(range(steady[0], steady[0] + 70)), "there is no gap"
        await publisher.stop()
        await watcher.stop()
