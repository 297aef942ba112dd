"""Limits on what strangers can write into the host's log and on how fast they can claim coupons. Counts stay exact."""

import asyncio
from collections import Counter

import aiohttp
import pytest

from app.domain.base.clock import NS_PER_S
from app.domain.base.token_bucket import TokenBucket
from app.domain.room.event import RoomEvent, RoomEventKind
from app.relay.config import Limits
from app.relay.room.coupons import Coupons
from app.relay.room.event_counts import EventCounts
from app.relay.room.event_recorder import EventRecorder
from app.relay.room.messages import CouponClaim, read_message, typed, usable_codes
from app.relay.room.orders import read_order
from app.relay.room.viewers import Viewer
from tests.support.clocks import SetClock
from tests.support.relays import base_of, running_relay
from tests.support.room import desk, page

HOUR_S = 3600


def a_viewer(clock: SetClock, name: str = "v", language: str = "en") -> Viewer:
    return Viewer(name, name, TokenBucket(12, 40, clock), languages=(language,), market="US")


def written(recorder: EventRecorder) -> list[dict[str, object]]:
    found, seq = [], 0
    while (entry := recorder.journal.after(seq)) is not None:
        seq = entry.seq
        found.append(dict(read_message(entry.message.decode())))
    return found


@pytest.mark.parametrize("kind", [RoomEventKind.SEEN, RoomEventKind.CLICKED, RoomEventKind.LIKE])
def test_an_hour_of_flooding_makes_a_small_log_with_exact_counts(kind: RoomEventKind) -> None:
    limits, clock = Limits(), SetClock()
    share = TokenBucket(limits.room_log_all_per_s, limits.room_log_all_burst, clock)
    recorder, pace = EventRecorder(share=share, now_ms=lambda: 0), TokenBucket(limits.room_log_per_s, limits.room_log_burst, clock)
    viewer, size, counts = a_viewer(clock), 0, Counter[str]()
    for second in range(HOUR_S):
        clock.now_ns += NS_PER_S
        for number in range(20):
            if kind is RoomEventKind.CLICKED:
                recorder.record(kind, viewer, pace, product=f"p{number}")
            else:
                recorder.count(kind, viewer, f"p{number}", 1)
        if second % 2 or second == HOUR_S - 1:
            recorder.flush_counts(everything=second == HOUR_S - 1)
            for message in written(recorder):
                data = message["data"]
                assert isinstance(data, dict)
                counts[data["product"]] += data.get("count", 1)
                size += 40 + len(str(message))  # overhead of the file
            recorder.journal.ack(recorder.journal.seq)
    assert size < 16_000_000
    assert counts == {f"p{number}": HOUR_S for number in range(20)}, "each is counted once"


def test_only_viewers_whose_joining_is_logged_are_logged_leaving() -> None:
    clock = SetClock()
    recorder, pace = EventRecorder(share=TokenBucket(1, 1000, clock), now_ms=lambda: 0), TokenBucket(0.001, 4, clock)
    viewers = [a_viewer(clock, f"v{number}") for number in range(5)]
    for viewer in viewers:
        recorder.record_joined(viewer, pace)
    for viewer in viewers * 2:
        recorder.record_left(viewer)
    assert [(one["kind"], one["viewer"]) for one in written(recorder)] == [
        ("joined", "v0"), ("joined", "v1"), ("left", "v0"), ("left", "v1"),
    ]  # fmt: skip
    assert recorder.flush_counts()
    assert written(recorder)[-1]["data"] == {"count": 3, "product": "", "language": "en", "market": "US", "over": True}
    assert recorder.over == 3
    recorder.record(RoomEventKind.MARKET, viewers[0], pace, languages=["en"])
    assert recorder.journal.dropped == {"market": 1}


def test_too_many_sums_are_merged_and_still_add_up() -> None:
    sums = EventCounts()
    for number in range(5000):
        sums.add(RoomEvent(RoomEventKind.SEEN, 0, language=f"l{number}", market="US", product=f"p{number % 40}", count=2))
    assert len(sums) < 600
    assert sum(one.count for one in sums.pop_all(0)) == 10_000
    assert len(sums) == 0


def test_the_rooms_share_delays_sums_and_loses_none() -> None:
    clock = SetClock()
    recorder = EventRecorder(share=TokenBucket(1, 2, clock), now_ms=lambda: 0)
    for number in range(5):
        recorder.count(RoomEventKind.LIKE, a_viewer(clock, language=f"l{number}"), "", 1)
    assert [recorder.flush_counts() for _ in range(2)] == [True, False]
    clock.now_ns += NS_PER_S
    assert recorder.flush_counts()
    assert len(written(recorder)) == 3
    recorder.flush_counts(everything=True)
    assert len(written(recorder)) == 5


async def test_the_host_learns_that_the_log_is_flooded() -> None:
    limits = Limits(room_log_burst=3, room_log_per_s=0.001)
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="put", key="product/mug", value={"id": "mug"})
        async with page(client) as viewer:
            await viewer.open()
            await host.send(t="put", key="check", value=1)
            await viewer.next("put", key="check")
            for number in range(1, 6):
                await viewer.send(t="event", n=number, kind="clicked", product="mug")
            crowded = (await host.next("crowded"))["entries"]
            assert 1 <= crowded <= 4
            assert (await host.next("event", kind="joined"))["viewer"]
            assert "over" not in (await host.next("event", kind="clicked"))["data"]
            summed = 0
            while summed < 4:
                event = await host.next("event", kind="clicked")
                assert event["data"]["over"] is True
                assert event["viewer"] == ""
                summed += event["data"]["count"]
            assert summed == 4


# --- coupons


async def claims(client: aiohttp.ClientSession, viewers: int) -> Counter[str]:
    """The answers to this many viewers who join and claim at once."""

    async def one() -> str:
        async with page(client) as viewer:
            await viewer.open()
            await viewer.send(t="claim", n=1, coupon="c")
            answer = await viewer.next("coupon")
            return answer["why"] or "code"

    return Counter(await asyncio.gather(*(one() for _ in range(viewers))))


async def test_one_address_does_not_empty_a_coupon() -> None:
    limits = Limits(room_claims_per_s=0.0001)
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="coupon", id="c", codes=[f"C{number}" for number in range(300)], expires_ms=0, claimed={})
        await host.next("count", left={"c": 300})
        assert await claims(client, 60) == {"code": limits.room_claims_burst, "later": 60 - limits.room_claims_burst}
        await host.next("count", left={"c": 300 - limits.room_claims_burst})


@pytest.mark.parametrize(("newcomer_s", "codes"), [(1000.0, 3), (0.0, 10)])
async def test_newcomers_share_one_limit_and_other_viewers_do_not(newcomer_s: float, codes: int) -> None:
    limits = Limits(room_newcomer_s=newcomer_s, room_newcomers_burst=3, room_newcomers_per_s=0.0001)
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="coupon", id="c", codes=[f"C{number}" for number in range(50)], expires_ms=0, claimed={})
        await host.next("count", left={"c": 50})
        assert (await claims(client, 10))["code"] == codes


def test_a_delayed_viewer_gets_a_code_in_the_end_and_keeps_it() -> None:
    coupons = Coupons()
    coupons.drop("c", ["A"], 0, {})
    assert coupons.claim("c", "one", 0, lambda: False).why == "later"
    assert coupons.claim("c", "one", 0, lambda: True).code == "A"
    assert coupons.claim("c", "one", 0, lambda: False).code == "A", "repeating a claim costs nothing"
    assert coupons.claim("c", "two", 0, lambda: False).why == "gone", "an empty coupon does not ask to wait"


async def test_a_bad_code_does_not_cost_the_others() -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        codes = ["GOOD-1", "x" * 65, "", "line\nbreak", 5, "ZERO\u200dWIDTH", "GOOD-2"]
        await host.send(t="coupon", id="c", codes=codes, expires_ms=0, claimed={})
        refused = await host.next("refused", id="c")
        assert refused["why"] == "relay.coupon_codes"
        assert refused["words"].startswith("4 codes")
        await host.next("count", left={"c": 3})


# --- texts


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # ZWNJ, common in Persian
        "क्\u200dष",  # ZWJ
        "\U0001f469\u200d\U0001f9b1",  # one emoji of three characters
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England's flag
        "10\u00a0000\u202f\u20ac",  # non-breaking spaces
        "\u200fSKU-7",  # a direction mark
        "ไทย\u200b",
        "\U000105c0",  # newer than most Unicode tables
    ],
)
def test_ordinary_text_of_every_script_is_accepted(text: str) -> None:
    assert typed({"t": "claim", "n": 1, "coupon": text}, CouponClaim).coupon == text
    order = b'{"order":"1","product":"%s","units":1,"minor":1,"currency":"EUR","at_ms":1000}' % text.encode()
    assert read_order(order, 1000).product == text


@pytest.mark.parametrize("text", ["a\nb", "\x1b[2J", "\ud800", "\u2028", "\u2029", "abc\u202egnp", "\u2067x", "\x7f", "\x00"])
def test_line_breaks_and_direction_overrides_are_refused(text: str) -> None:
    assert usable_codes([text, "fine"]) == ["fine"]
