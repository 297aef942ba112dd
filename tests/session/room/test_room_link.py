"""The host's side of a room with a real relay: board differences, each event once, coupons and pictures after a restart."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
import pytest

from app.domain.base.notice import Notice
from app.domain.room.event import RoomEvent, RoomEventKind
from app.relay.server import RelayServer
from app.session.room.board_sync import MAX_CLAIMS, OpenCoupon
from app.session.room.event_inbox import split_mark
from app.session.room.relay_messages import Crowded, decode_message
from app.session.room.room_client import connect
from app.session.room.room_link import RoomLink, RoomState
from app.session.room.room_picture import RoomPicture
from app.session.room.room_socket import RoomAddress
from tests.support.relays import ROOM_KEY, base_of, running_relay
from tests.support.room import RoomSocket, page

PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture" * 10
PICTURE_NAME = hashlib.sha256(PICTURE).hexdigest()[:32]


class RecordingHost:
    """A room link that records its signals; clearing `may_store` delays storing, like a slow drive."""

    def __init__(self, relay: RelayServer, *, mark: str = "", key: str = ROOM_KEY, report_lost_after_s: float = 8.0) -> None:
        self.address: RoomAddress | None = RoomAddress(base_of(relay), "live", key)
        self.events: list[RoomEvent] = []
        self.notices: list[Notice] = []
        self.counts: list[tuple[int, int]] = []
        self.may_store = asyncio.Event()
        self.may_store.set()
        self._mark = mark
        self._news = asyncio.Event()
        self.link = RoomLink(
            connect=connect,
            address=lambda: self.address,
            find_picture=self._find,
            on_event=self._on_event,
            store=self._stored,
            notify=self._on_notice,
            report_lost_after_s=report_lost_after_s,
        )
        self.link.state.changed.connect(lambda old, new: self._news.set())
        self.link.inbox.count_changed.connect(self._on_count)
        self.link.pictures.changed.connect(self._news.set)

    async def __aenter__(self) -> Self:
        self.link.start(self._mark)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.link.aclose()

    def move_to(self, relay: RelayServer | None, *, key: str = ROOM_KEY) -> None:
        self.address = None if relay is None else RoomAddress(base_of(relay), "live", key)
        self.link.address_changed()

    async def _find(self, picture_id: str) -> RoomPicture | None:
        return RoomPicture(PICTURE_NAME, PICTURE) if picture_id == "lamp" else None

    async def _stored(self) -> bool:
        await self.may_store.wait()
        return True

    def _on_event(self, event: RoomEvent) -> None:
        self.events.append(event)
        self._news.set()

    def _on_notice(self, notice: Notice) -> None:
        self.notices.append(notice)
        self._news.set()

    def _on_count(self, viewers: int, likes: int) -> None:
        self.counts.append((viewers, likes))
        self._news.set()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition is true; it is checked after every signal."""
        async with asyncio.timeout(40):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def joined(self) -> None:
        await self.until(lambda: self.link.state.value is RoomState.JOINED)

    def kinds(self) -> list[str]:
        return [event.kind.value for event in self.events]


def client(relay: RelayServer) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(base_of(relay))


BOARD: Mapping[str, Any] = {"show": {"title": "Lamps"}, "product/sun": {"left": 3}, "list": ["sun"]}


async def test_only_changed_values_of_the_board_are_sent() -> None:
    async with running_relay() as relay, client(relay) as session, RecordingHost(relay) as host, page(session) as viewer:
        host.link.board.show(BOARD)
        await host.joined()
        welcome = await viewer.open(board=0)
        board = dict(welcome["board"])
        while board.keys() != BOARD.keys():
            put = await viewer.next("put")
            board[put["key"]] = put["value"]
        assert board == BOARD
        rev = (await status(session))["rev"]
        host.link.board.show({**BOARD, "product/sun": {"left": 3}, "pinned": {"product": "sun"}})
        assert (await viewer.next("put"))["key"] == "pinned"
        host.link.board.show({"show": BOARD["show"], "list": ["sun"], "product/sun": {"left": 2}})
        assert {(put["key"], str(put["value"])) for put in [await viewer.next("put"), await viewer.next("put")]} == {
            ("product/sun", "{'left': 2}"),
            ("pinned", "None"),
        }
        assert (await status(session))["rev"] == rev + 3


async def test_events_arrive_once_even_if_the_desk_restarts() -> None:
    async with running_relay() as relay, client(relay) as session, page(session) as viewer:
        async with RecordingHost(relay) as host:
            host.link.board.show(BOARD)
            await host.joined()
            await viewer.open(board=0, languages=["de-AT"], market="DE")
            await wait_for_status(session, keys=len(BOARD))
            await viewer.send(t="event", n=1, kind="seen", product="sun")
            await host.until(lambda: host.kinds() == ["joined", "seen"])
            assert (host.events[0].language, host.events[1].product) == ("de-AT", "sun")
            await host.until(lambda: (1, 0) in host.counts)
            await wait_for_status(session, waiting_events=0)  # the relay forgets stored events
            host.may_store.clear()
            await viewer.send(t="event", n=2, kind="clicked", product="sun")
            await host.until(lambda: len(host.events) == 3)
            last_mark = host.events[-1].mark
        assert (await status(session))["waiting_events"] == 1
        await viewer.send(t="event", n=3, kind="added", product="sun")
        await viewer.next("ack", n=3)
        async with RecordingHost(
            relay, mark=last_mark
        ) as next_host:  # this host has logged the click, but the relay has no acknowledgement
            await next_host.until(lambda: next_host.kinds() == ["added"])
            await wait_for_status(session, waiting_events=0)
        async with RecordingHost(relay) as new_host:  # stored events are not sent again
            await new_host.joined()
            assert new_host.events == []


async def status(session: aiohttp.ClientSession) -> dict[str, Any]:
    """Return the room's part of the relay's status."""
    async with session.get("/api/status") as answer:
        room: dict[str, Any] = (await answer.json())["streams"][0]["room"]
    return room


async def wait_for_status(session: aiohttp.ClientSession, **values: int) -> None:
    """Poll the relay's status, which has no event, until it has these values."""
    async with asyncio.timeout(40):
        while not values.items() <= (await status(session)).items():
            await asyncio.sleep(0.02)


async def test_a_new_relay_gets_the_whole_state_and_gives_no_code_twice() -> None:
    claimed: dict[str, str] = {}
    coupon = OpenCoupon("ten", ("AAA", "BBB"), 0, claimed)
    async with running_relay() as first, client(first) as session, RecordingHost(first) as host:
        host.link.board.show({**BOARD, "coupon": {"id": "ten"}})
        host.link.board.offer_coupon(coupon)
        async with page(session) as viewer:
            await viewer.open(board=0)
            await host.until(lambda: "joined" in host.kinds())
            await claim(viewer, "AAA")
            await host.until(lambda: "claimed" in host.kinds())
            event = host.events[-1]
            assert event.code == "AAA"
            claimed["AAA"] = event.viewer
        host.move_to(None)
        async with running_relay() as second, client(second) as other:
            host.move_to(second)
            await first.aclose()
            await host.until(lambda: host.link.state.value is RoomState.LOST)
            host.move_to(second)
            await host.joined()
            async with page(other) as viewer:
                await viewer.open(board=0)
                await claim(viewer, "BBB")
                await host.until(lambda: host.kinds().count("claimed") == 2)
                assert host.events[-1].code == "BBB"
                assert host.events[-1].mark.split(":")[0] != event.mark.split(":")[0]
                assert (await status(other))["keys"] == 4
                host.link.board.offer_coupon(None)
                await viewer.next("count", left={})


async def claim(viewer: RoomSocket, code: str) -> None:
    """Claim a code once the room has codes."""
    while not (await viewer.next("count"))["left"]:
        pass
    await viewer.send(t="claim", n=1, coupon="ten")
    assert (await viewer.next("coupon"))["code"] == code


async def test_another_desk_replaces_the_host_until_it_takes_the_room_back() -> None:
    async with running_relay() as relay, client(relay) as session, RecordingHost(relay) as host:
        host.link.board.show(BOARD)
        await host.joined()
        async with RecordingHost(relay) as other:
            await other.joined()
            await host.until(lambda: host.link.state.value is RoomState.REPLACED)
            assert [notice.code for notice in host.notices] == ["room.replaced"]
            other.link.board.show({"show": {"title": "Other"}})
            host.link.take_back()
            await host.joined()
            await other.until(lambda: other.link.state.value is RoomState.REPLACED)
        await wait_for_status(session, keys=len(BOARD))
        async with page(session) as viewer:
            assert (await viewer.open(board=0))["board"] == BOARD


async def test_a_replaced_host_takes_the_room_back_only_on_request() -> None:
    async with running_relay() as relay, RecordingHost(relay) as host:
        await host.joined()
        async with RecordingHost(relay) as other:
            await other.joined()
            await host.until(lambda: host.link.state.value is RoomState.REPLACED)
            states: list[RoomState] = []
            host.link.state.changed.connect(lambda old, new: states.append(new))
            host.move_to(relay)  # the address is unchanged, as when a viewer joins
            async with RecordingHost(relay, key="wrong") as third:  # takes longer than one iteration of the loop
                await third.until(lambda: third.link.state.value is RoomState.LOST)
            assert (states, other.link.state.value) == ([], RoomState.JOINED)


async def test_an_oversized_text_does_not_block_the_rest_of_the_board() -> None:
    board: Mapping[str, Any] = {"product/a": {"faq": "字" * 60_000}, "product/b": {"faq": "字" * 200_000}, "show": {"title": "Lamps"}}
    async with running_relay() as relay, client(relay) as session, page(session) as viewer, RecordingHost(relay) as host:
        host.link.board.show(board)
        await host.joined()
        await viewer.open(board=0)
        await wait_for_status(session, keys=2)
        await host.until(lambda: host.notices)
        assert [(notice.code, notice.data["what"]) for notice in host.notices] == [("room.not_shown", "product/b")]
        assert host.link.state.value is RoomState.JOINED


async def test_no_code_is_given_twice_after_more_than_the_claims_limit() -> None:
    codes = tuple(f"C{number:04}" for number in range(MAX_CLAIMS + 3))
    coupon = OpenCoupon("ten", codes, 0, {code: f"viewer{code}" for code in codes[:-1]})
    async with running_relay() as relay, client(relay) as session, RecordingHost(relay) as host:
        host.link.board.offer_coupon(coupon)
        async with page(session) as viewer:
            await viewer.open(board=0)
            await claim(viewer, codes[-1])


async def test_pictures_are_uploaded_once_and_a_missing_one_does_not_delay_others() -> None:
    async with running_relay() as relay, client(relay) as session:
        async with RecordingHost(relay) as host:
            host.link.pictures.want(("gone", "lamp"))
            await host.until(lambda: dict(host.link.pictures.names) == {"lamp": PICTURE_NAME})
            async with session.get(f"/room/live/pictures/{PICTURE_NAME}") as answer:
                assert (answer.status, await answer.read()) == (200, PICTURE)
        async with RecordingHost(relay) as next_host:
            next_host.link.pictures.want(("lamp",))
            await next_host.until(lambda: "lamp" in next_host.link.pictures.names)
        assert host.notices == []


async def test_pictures_stay_on_the_page_when_the_desk_restarts() -> None:
    with_picture: Mapping[str, Any] = {"product/sun": {"pictures": [PICTURE_NAME]}}
    new_host: Mapping[str, Any] = {"product/sun": {"pictures": []}}

    def show_pictures(host: RecordingHost) -> None:
        host.link.pictures.changed.connect(lambda: host.link.board.show(with_picture if host.link.pictures.names else new_host))
        host.link.board.show(new_host)
        host.link.pictures.want(("lamp",))

    async with running_relay() as relay, client(relay) as session, page(session) as viewer:
        async with RecordingHost(relay) as host:
            show_pictures(host)
            await viewer.open(board=0)
            while (await viewer.next("put", key="product/sun"))["value"] != with_picture["product/sun"]:
                pass
        rev = (await status(session))["rev"]
        async with RecordingHost(relay) as next_host:
            show_pictures(next_host)
            await next_host.until(lambda: next_host.link.pictures.names)
            next_host.link.board.show({**with_picture, "show": {}})
            await viewer.next("put", key="show")
            next_host.link.board.show({**with_picture, "product/sun": {"pictures": [PICTURE_NAME], "left": 2}, "show": {}})
            await viewer.next("put", key="product/sun", value={"pictures": [PICTURE_NAME], "left": 2})
        assert (await status(session))["rev"] == rev + 2


async def test_a_lost_room_and_its_return_are_reported() -> None:
    async with running_relay() as relay, RecordingHost(relay, key="wrong", report_lost_after_s=0.2) as host:
        await host.until(lambda: [notice.code for notice in host.notices] == ["room.lost"])
        host.move_to(relay)
        await host.joined()
        assert [notice.code for notice in host.notices] == ["room.lost", "room.back"]


async def test_a_host_with_a_wrong_key_joins_once_the_key_is_right() -> None:
    async with running_relay() as relay, RecordingHost(relay, key="wrong") as host:
        await host.until(lambda: host.link.state.value is RoomState.LOST)
        host.move_to(relay)
        await host.joined()
        host.move_to(None)
        assert host.link.state.value is RoomState.JOINED  # until the connection ends
    assert not host.notices


def failing_listener(*_: object) -> None:
    raise RuntimeError("a broken panel")


@pytest.mark.expect_errors
async def test_a_listener_that_raises_does_not_end_the_link() -> None:
    async with running_relay() as relay, client(relay) as session, page(session) as viewer, RecordingHost(relay) as host:
        host.link.inbox.count_changed.connect(failing_listener)
        host.link.pictures.changed.connect(failing_listener)
        host.link.state.changed.connect(failing_listener)
        host.link.board.show(BOARD)
        await host.joined()
        await viewer.open(board=0)
        await host.until(lambda: (1, 0) in host.counts)
        host.link.board.show({**BOARD, "pinned": {"product": "sun"}})
        await viewer.next("put", key="pinned")
        await host.until(lambda: [notice.code for notice in host.notices] == ["room.slipped"])


async def failing_picture_lookup(picture_id: str) -> RoomPicture | None:
    raise RuntimeError(f"broken lookup of {picture_id}")


@pytest.mark.expect_errors
async def test_a_failing_notice_listener_does_not_end_the_link() -> None:
    async with running_relay() as relay, RecordingHost(relay) as host:
        host.link.notices._notify = failing_listener
        host.link.pictures._find = failing_picture_lookup
        host.link.pictures.want(("lamp",))
        await host.until(lambda: host.link.state.value is RoomState.LOST)
        host.link.pictures._find = host._find
        host.link.address_changed()
        await host.until(lambda: "lamp" in host.link.pictures.names)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("b:7", ("b", 7)),
        ("a:b:7", ("a:b", 7)),
        ("b:²", ("", 0)),
        ("b:" + "9" * 5000, ("", 0)),
        ("b:", ("", 0)),
        (":7", ("", 0)),
        ("", ("", 0)),
    ],
)
def test_an_invalid_mark_identifies_nothing(mark: str, expected: tuple[str, int]) -> None:
    assert split_mark(mark) == expected


@pytest.mark.expect_errors
async def test_a_failing_listener_does_not_lose_other_events() -> None:
    async with running_relay() as relay, client(relay) as session, page(session) as viewer, RecordingHost(relay) as host:
        host.link.inbox._on_event = lambda event: failing_listener() if event.kind is RoomEventKind.CLICKED else host._on_event(event)
        host.link.board.show(BOARD)
        await host.joined()
        await viewer.open(board=0)
        await wait_for_status(session, keys=len(BOARD))
        await viewer.send(t="event", n=1, kind="clicked", product="sun")
        await viewer.send(t="event", n=2, kind="added", product="sun")
        await host.until(lambda: host.kinds() == ["joined", "added"])
        await wait_for_status(session, waiting_events=0)


@pytest.mark.expect_errors
async def test_a_failing_store_ends_the_connection_and_the_link_reconnects() -> None:
    async with running_relay() as relay, client(relay) as session, page(session) as viewer, RecordingHost(relay) as host:
        failures: list[bool] = []

        async def store_second_time() -> bool:
            if not failures:
                failures.append(True)
                raise RuntimeError("the drive is gone")
            return True

        host.link.inbox._store = store_second_time
        host.link.board.show(BOARD)
        await host.joined()
        await viewer.open(board=0)
        await host.until(lambda: host.link.state.value is RoomState.LOST)
        host.link.address_changed()
        await host.joined()
        await viewer.send(t="market", market="US", languages=["en"])
        await wait_for_status(session, waiting_events=0)
        assert host.kinds() == ["joined", "market"], "each event arrives once"


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ({"of": "reserved", "date": "show@2027-03-10T20:00", "words": "full"}, "show@2027-03-10T20:00"),
        ({"of": "coupon", "id": "ten", "words": "full"}, "ten"),
        ({"of": "put", "key": "product/sun", "words": "large"}, "product/sun"),
        ({"of": "ack", "seq": 7, "words": "wrong"}, None),
        ({"of": "put", "words": "wrong"}, None),
    ],
)
async def test_a_refusal_names_what_was_refused(message: Mapping[str, Any], subject: str | None) -> None:
    async with running_relay() as relay, RecordingHost(relay) as host:
        await host.joined()
        refused = decode_message(json.dumps({"t": "refused", **message}))
        assert refused is not None
        host.link._on_message(refused)
        assert [notice.data["what"] for notice in host.notices] == ([] if subject is None else [subject])


async def test_a_crowded_log_is_reported_at_most_once_in_a_while() -> None:
    async with running_relay() as relay, RecordingHost(relay) as host:
        await host.joined()
        for entries in (5, 7, 9):
            host.link._on_message(Crowded(entries))
        assert [(notice.code, notice.data["count"]) for notice in host.notices] == [("room.crowded", 5)]
