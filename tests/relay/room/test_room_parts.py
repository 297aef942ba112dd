"""The parts of a room one by one: board, journal, coupons, viewers, rate limits, and checks of messages."""

import json
from collections.abc import Callable

import pytest

from app.domain.base.clock import NS_PER_S
from app.domain.base.money import Money
from app.domain.base.token_bucket import TokenBucket
from app.domain.room.event import RoomEvent, RoomEventKind
from app.domain.selling.order import Order
from app.relay.access.rate_limits import AddressRates
from app.relay.refusals import Refusal
from app.relay.room.board import Board, BoardLimits, encode
from app.relay.room.coupons import Coupons
from app.relay.room.journal import Journal
from app.relay.room.messages import CouponClaim, HostCoupon, HostReservations, MarketChoice, PageHello, known_languages, read_message, typed
from app.relay.room.viewers import Viewers
from tests.support.clocks import SetClock

ORDER = Order("1001", "SKU-1", 1, Money(1999, "EUR"), 0, "webhook")


def read_all(board: Board, rev: int) -> list[tuple[int, str, object]]:
    found = []
    while (entry := board.after(rev)) is not None:
        rev = entry.rev
        message = json.loads(entry.message)
        assert message["rev"] == rev
        found.append((rev, message["key"], message["value"]))
    return found


def test_reading_the_board_in_pieces_gives_all_of_it() -> None:
    board, seen, rev = Board(), dict[str, object](), 0
    for step in range(400):
        board.put(f"key{step * 7 % 23}", None if step % 5 == 0 else {"step": step})
        if step % 3 == 0 and (entry := board.after(rev)) is not None:
            rev = entry.rev
            seen[entry.key] = json.loads(entry.value)
    for _, key, value in read_all(board, rev):
        seen[key] = value
    held = {key: value for key, value in seen.items() if value is not None}
    assert set(held) == set(board.revs())
    _, opening = board.opening(None, 10**6)
    assert json.loads(b"{" + opening + b"}")["board"] == held


def test_a_reader_that_is_behind_gets_only_the_newest_value() -> None:
    board = Board()
    for value in range(100):
        board.put("a", value)
        board.put("b", value)
    assert read_all(board, 0) == [(199, "a", 99), (200, "b", 99)]


def test_an_opening_stays_within_its_budget_and_returns_its_last_rev() -> None:
    board = Board()
    for place in range(20):
        board.put(f"k{place}", "x" * 1000)
    last, opening = board.opening(None, 5000)
    first = json.loads(b"{" + opening + b"}")["board"]
    assert last == len(first) < 20
    assert len(first) + len(read_all(board, last)) == 20
    last, opening = board.opening(3, 2500)
    patches = json.loads(b"{" + opening + b"}")["patches"]
    assert [rev for rev, _, _ in patches] == list(range(4, last + 1))


def test_only_recent_removals_are_remembered() -> None:
    board = Board(BoardLimits(remembered_removals=2))
    for key in "abcd":
        board.put(key, 1)
    for key in "abc":
        board.put(key, None)
    assert not board.can_resume(4), "the removal of a is no longer remembered"
    assert board.can_resume(5)
    assert not board.can_resume(8)
    assert read_all(board, 5) == [(6, "b", None), (7, "c", None)]
    assert board.revs() == {"d": 4}
    assert len(board) == 1
    assert "a" not in board


def test_a_board_has_limits() -> None:
    board = Board(BoardLimits(keys=3, total_bytes=100, value_bytes=60, key_chars=5))
    for key, value, code in (("toolong", 1, "relay.board_value"), ("a", "x" * 80, "relay.board_value")):
        with pytest.raises(Refusal) as refused:
            board.put(key, value)
        assert refused.value.code == code
    board.put("a", "x" * 50)
    with pytest.raises(Refusal):
        board.put("b", "x" * 50)
    board.put("a", 1)
    board.put("b", "x" * 50)
    board.put("c", 1)
    with pytest.raises(Refusal):
        board.put("d", 1)
    board.put("c", None)
    board.put("d", 1)
    assert set(board.revs()) == {"a", "b", "d"}


def test_lone_surrogates_do_not_reach_a_frame() -> None:
    assert encode({"a": "\ud800 ü 杯"}).decode() == '{"a":"? ü 杯"}'


def test_the_journal_drops_what_matters_least() -> None:
    journal = Journal(max_events=6)
    for number in range(4):
        journal.append(RoomEvent(RoomEventKind.LIKE, 0, "v", count=5))
        journal.append(RoomEvent(RoomEventKind.SEEN, 0, "v", product="p"))
        journal.append(RoomEvent(RoomEventKind.ORDER, 0, order=ORDER) if number % 2 else RoomEvent(RoomEventKind.CLAIMED, 0, "v"))
    assert iter_journal(journal) == [3, 6, 7, 9, 10, 12], "first all views, then the oldest likes"
    assert journal.dropped == {"seen": 4, "like": 10}
    assert journal.seq == 12
    for _ in range(20):
        journal.append(RoomEvent(RoomEventKind.ORDER, 0, order=ORDER))
    assert sum(1 for _ in iter_journal(journal)) == 24, "orders and claims are never dropped"


def iter_journal(journal: Journal) -> list[int]:
    seqs, seq = [], 0
    while (entry := journal.after(seq)) is not None:
        seq = entry.seq
        seqs.append(seq)
    return seqs


def test_acknowledged_entries_are_forgotten_and_others_stay() -> None:
    journal = Journal()
    for number in range(5):
        journal.append(RoomEvent(RoomEventKind.CLICKED, number, "v"))
    journal.ack(3)
    journal.ack(2)
    assert iter_journal(journal) == [4, 5]
    journal.ack(99)
    assert len(journal) == 0
    assert journal.append(RoomEvent(RoomEventKind.CLICKED, 0, "v")) == 6


def test_each_viewer_gets_one_code_until_the_coupon_ends() -> None:
    coupons = Coupons()
    coupons.drop("c", ["A", "A", "B"], 1000, {})
    assert coupons.left() == {"c": 2}
    assert coupons.claim("c", "one", 999).code == "A"
    assert coupons.claim("c", "one", 5000) == coupons.claim("c", "one", 0), "given codes stay given"
    assert coupons.claim("c", "two", 1000).why == "expired"
    coupons.drop("c", ["B"], 0, {"A": "one"})
    assert coupons.claim("c", "two", 1000).code == "B"
    assert coupons.claim("c", "three", 1000).why == "gone"
    coupons.close("c")
    assert coupons.claim("c", "one", 0).why == "unknown"


def test_viewers_are_recognised_by_tokens_that_only_the_room_signs() -> None:
    clock = SetClock()
    viewers = Viewers(b"secret", clock)
    viewer, joins = viewers.enter("")
    assert joins
    assert viewers.enter(viewer.token) == (viewer, False)
    assert viewers.count == 1
    viewers.leave(viewer)
    assert viewers.count == 1
    viewers.leave(viewer)
    assert viewers.count == 0
    assert viewers.departed() == []
    clock.now_ns += 11 * NS_PER_S
    assert viewers.departed() == [viewer]
    assert viewers.departed() == []
    assert viewers.enter(viewer.token) == (viewer, True)
    assert Viewers(b"secret", clock).enter(viewer.token)[0].id == viewer.id
    assert Viewers(b"other", clock).enter(viewer.token)[0].id != viewer.id


def test_event_numbers_count_per_tab_and_tabs_are_limited() -> None:
    viewer, _ = Viewers(b"secret", SetClock()).enter("")
    assert [viewer.is_new("a", number) for number in (1, 2, 2, 1, 5)] == [True, True, False, False, True]
    assert viewer.is_new("b", 1)
    for tab in range(50):
        viewer.is_new(str(tab), 1)
    assert len(viewer.tabs) == 8


def test_a_token_bucket_keeps_its_rate_and_burst() -> None:
    clock = SetClock()
    bucket = TokenBucket(2, 3, clock)
    assert bucket.take(5) == 3
    clock.now_ns += NS_PER_S
    assert bucket.take(5) == 2
    slow = TokenBucket(4, 2, clock)
    assert [slow.wait_s() for _ in range(4)] == [0.0, 0.0, 0.25, 0.5]
    addresses = AddressRates(1, 1, clock)
    assert addresses.of("10.0.0.1").take(1) == 1
    assert addresses.of("10.0.0.1").take(1) == 0
    assert addresses.of("10.0.0.2").take(1) == 1
    assert addresses.of("fe80::1").take(1) == 1
    assert addresses.of("fe80::2").take(1) == 0, "same household"


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "[]", "5", '"t"', "{}", '{"t":5}', '{"t":null}', "[" * 3000,
        '{"t":"a","b":' + "[" * 2000, '{"t":NaN}', '{"t":"a","n":Infinity}', "\x00",
    ],
)  # fmt: skip
def test_invalid_messages_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_message(text)
    assert refused.value.code == "relay.room_message"


TOO_MANY = ["a"] * 5001
CROWD = {code: "b" for code in map(str, range(5001))}
WRONG: list[Callable[[object], object]] = [
    lambda value: typed({"n": 1, "coupon": value}, CouponClaim),
    lambda value: typed({"n": value}, CouponClaim),
    lambda value: typed({"market": value}, MarketChoice),
    lambda value: typed({"date": "d", "viewers": value}, HostReservations),
    lambda value: typed({"id": "c", "claimed": value}, HostCoupon),
]


@pytest.mark.parametrize("read", WRONG)
@pytest.mark.parametrize(
    "value",
    [
        -1,
        2**60,
        True,
        1.5,
        "a" * 400,
        "\x1b[2J",
        "\ud800",
        ["", 5],
        ["a" * 400],
        ["a"] * 5001,
        {"a": 1},
        {str(n): "b" for n in range(5001)},
    ],
)
def test_fields_of_the_wrong_type_are_refused(read: Callable[[object], object], value: object) -> None:
    with pytest.raises(Refusal):
        read(value)


def test_languages_are_tags_and_few() -> None:
    tags = ["pt-BR", "pt-BR", "<script>", 5, "x" * 40, "zh-Hans-CN", *(f"a{chr(97 + one)}" for one in range(20))]
    assert known_languages(typed({"languages": tags}, PageHello).languages) == ("pt-BR", "zh-Hans-CN", "aa", "ab")
    with pytest.raises(Refusal):
        typed({"languages": "en"}, PageHello)
