"""The room over real WebSockets: board, resume, events, coupons, and a desk that reconnects."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from app.domain.room.tokens import host_token
from app.relay.server import RelayServer
from tests.support.relays import KEY, base_of, eventually, running_relay
from tests.support.room import RoomSocket, desk, page

MUG = {"id": "mug", "name": {"en": "Mug", "zh": "杯子"}}


@pytest.fixture
async def relay() -> AsyncIterator[RelayServer]:
    async with running_relay() as server:
        yield server


@pytest.fixture
async def client(relay: RelayServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_of(relay)) as session:
        yield session


@pytest.fixture
async def host(client: aiohttp.ClientSession) -> AsyncIterator[RoomSocket]:
    async with desk(client) as socket:
        await socket.open()
        yield socket


async def put(host: RoomSocket, key: str, value: object) -> None:
    await host.send(t="put", key=key, value=value)


async def test_every_page_gets_the_hosts_puts(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    await put(host, "product/mug", MUG)
    async with page(client) as early, page(client) as late:
        await early.open()
        await put(host, "pinned", {"product": "mug", "at_ms": 5})
        assert (await early.next("put", key="pinned"))["value"] == {"product": "mug", "at_ms": 5}
        welcome = await late.open(languages=["zh-CN", "en"], market="SG")
        assert welcome["v"] == 1
        assert welcome["board"] == {"product/mug": MUG, "pinned": {"product": "mug", "at_ms": 5}}
        assert welcome["rev"] == 2
        await put(host, "pinned", None)
        for one in (early, late):
            gone = await one.next("put", rev=3)
            assert (gone["key"], gone["value"]) == ("pinned", None)


async def test_writing_the_same_value_again_sends_nothing(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with page(client) as viewer:
        await put(host, "a", [1, {"b": "ü"}])
        await put(host, "a", [1, {"b": "ü"}])
        await put(host, "never", None)
        await put(host, "end", True)
        await viewer.open()
        welcome_rev = (await desk_welcome(client))["board"]
        assert welcome_rev == {"a": 1, "end": 2}


async def desk_welcome(client: aiohttp.ClientSession) -> dict[str, object]:
    async with desk(client) as second:
        return await second.open()


async def test_a_page_that_was_away_gets_only_what_it_missed(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    for key in ("a", "b", "c"):
        await put(host, key, 1)
    async with page(client) as viewer:
        welcome = await viewer.open()
        seen = {**welcome["board"]}
        while len(seen) < 3:
            frame = await viewer.next("put")
            seen[frame["key"]] = frame["value"]
            welcome["rev"] = frame["rev"]
    await put(host, "a", 2)
    await put(host, "b", None)
    await put(host, "a", 3)
    await put(host, "d", 4)
    async with page(client) as again:
        back = await again.open(token=welcome["token"], boot=welcome["boot"], board=welcome["rev"])
        assert "board" not in back
        patches = [*back["patches"]]
        while not any(key == "d" for _, key, _ in patches):
            frame = await again.next("put")
            patches.append([frame["rev"], frame["key"], frame["value"]])
        assert patches == [[5, "b", None], [6, "a", 3], [7, "d", 4]]
        assert back["viewer"] == welcome["viewer"]
        assert again.of("put") == []


@pytest.mark.parametrize(("boot", "rev"), [("another", 2), ("", 0), (None, 99)])
async def test_a_page_of_an_earlier_relay_gets_the_whole_board(
    client: aiohttp.ClientSession, host: RoomSocket, boot: str | None, rev: int
) -> None:
    await put(host, "a", 1)
    await put(host, "b", 2)
    async with page(client) as viewer:
        ours = (await viewer.open())["boot"]
    async with page(client) as viewer:
        back = await viewer.open(boot=ours if boot is None else boot, board=rev)
        assert back["board"] == {"a": 1, "b": 2}


async def test_events_reach_the_host_once(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    await put(host, "product/mug", MUG)
    async with page(client) as viewer:
        welcome = await viewer.open(page="p1", languages=["pt-BR", "<b>", 5, "en"], market="BR")
        await viewer.next("count")
        for _ in range(2):
            await viewer.send(t="event", n=1, kind="clicked", product="mug")
            await viewer.send(t="event", n=2, kind="like", count=3)
        await viewer.send(t="event", n=3, kind="seen", product="none")
        await viewer.send(t="event", n=4, kind="asked", product="mug")
        await viewer.next("ack", n=4)
    async with page(client) as again:
        await again.open(token=welcome["token"], page="p1", market="BR")
        await again.send(t="event", n=4, kind="asked", product="mug")
        await again.next("ack", n=4)
    async with page(client) as tab:
        await tab.open(token=welcome["token"], page="p2", languages=["pt-BR"], market="BR")
        await tab.send(t="event", n=1, kind="added", product="mug")
        await tab.next("ack", n=1)
        await tab.send(t="market", market="US", languages=["en"])
        await host.next("event", kind="market")
    liked = await host.next("event", kind="like")
    events = [await host.next("event", kind=kind) for kind in ("joined", "clicked", "asked", "added")]
    where = {"language": "pt-BR", "market": "BR"}
    assert [(event["kind"], event["data"]) for event in events] == [
        ("joined", {"languages": ["pt-BR", "en"], **where}),
        ("clicked", {"product": "mug", **where}),
        ("asked", {"product": "mug", **where}),
        ("added", {"product": "mug", **where}),
    ]
    assert {event["viewer"] for event in events} == {welcome["viewer"]}
    assert (liked["viewer"], liked["data"]) == ("", {"count": 3, "product": "", **where}), "a sum over viewers"
    assert not host.of("event"), "each came once"


async def test_a_forged_token_makes_a_new_viewer(client: aiohttp.ClientSession) -> None:
    async with page(client) as first, page(client) as second, page(client) as third:
        one = await first.open()
        two = await second.open(token=one["viewer"] + "." + "A" * 24)
        three = await third.open(token="ü" * 30)
        assert len({one["viewer"], two["viewer"], three["viewer"]}) == 3


async def test_every_page_gets_the_viewer_count(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with page(client) as one:
        await one.open()
        async with page(client) as two:
            await two.open()
            await one.next("count", viewers=2)
            await host.next("count", viewers=2)
            await two.send(t="event", n=1, kind="like", count=2)
            await one.next("count", likes=2)
        await one.next("count", viewers=1)


async def test_a_desk_that_comes_back_gets_what_happened_meanwhile(client: aiohttp.ClientSession) -> None:
    async with page(client) as viewer:
        async with desk(client) as first:
            welcome = await first.open()
            await put(first, "product/mug", MUG)
            await viewer.open()
            await viewer.send(t="event", n=1, kind="clicked", product="mug")
            assert (await first.next("event", kind="clicked"))["seq"] == 2
            await first.send(t="ack", seq=1)
            await put(first, "end", 1)
            await viewer.next("put", key="end")
        await viewer.send(t="event", n=2, kind="added", product="mug")
        await viewer.next("ack", n=2)
        async with desk(client) as second:
            back = await second.open(boot=welcome["boot"], after=2)
            assert (back["seq"], back["board"]) == (3, {"product/mug": 1, "end": 2})
            assert back["viewers"] == 1
            assert (await second.next("event"))["seq"] == 3
            assert second.of("event") == []
        async with desk(client) as forgetful:
            await forgetful.open()
            assert (await forgetful.next("event"))["seq"] == 3, "acknowledged events are forgotten"


async def test_a_second_host_replaces_the_first(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    async with desk(client) as second:
        await second.open()
        assert await host.closed() == 4409
        await put(second, "a", 1)
        async with page(client) as viewer:
            await viewer.open()
            assert viewer.of("put") or (await second.next("count"))


async def test_each_code_is_given_once_and_each_viewer_gets_one(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    codes = [f"CODE{number}" for number in range(5)]
    await host.send(t="coupon", id="c", codes=codes, expires_ms=0, claimed={"CODE0": "long-ago"})
    pages = [page(client) for _ in range(9)]
    for viewer in pages:
        await viewer.open()
    await asyncio.gather(*(viewer.send(t="claim", n=number, coupon="c") for viewer in pages for number in (1, 2)))
    answers = [[await viewer.next("coupon", n=number) for number in (1, 2)] for viewer in pages]
    given = [first["code"] for first, _ in answers if first["code"]]
    assert sorted(given) == codes[1:]
    assert all(first["code"] == second["code"] for first, second in answers)
    assert [first["why"] for first, _ in answers if not first["code"]] == ["gone"] * 5
    claims = [await host.next("event", kind="claimed") for _ in range(4)]
    assert sorted(claim["data"]["code"] for claim in claims) == codes[1:]
    assert [claim["data"]["left"] for claim in claims] == [3, 2, 1, 0]
    await pages[0].next("count", left={"c": 0})
    # A desk that restarts opens the coupon again: no code is given twice.
    await host.send(t="coupon", id="c", codes=[*codes, "NEW"], expires_ms=0, claimed={})
    await put(host, "end", 1)
    await pages[-1].next("put", key="end")
    winners = [viewer for viewer, (first, _) in zip(pages, answers, strict=True) if first["code"]]
    losers = [viewer for viewer in pages if viewer not in winners]
    for viewer in (winners[0], *losers[:2]):
        await viewer.send(t="claim", n=3, coupon="c")
    assert (await winners[0].next("coupon", n=3))["code"] == answers[pages.index(winners[0])][0]["code"]
    last = [(await viewer.next("coupon", n=3))["code"] for viewer in losers[:2]]
    assert sorted(last, key=str) == ["NEW", None]
    for viewer in pages:
        await viewer.close()


async def test_expired_and_unknown_coupons_say_so(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    await host.send(t="coupon", id="old", codes=["A"], expires_ms=1000, claimed={})
    await host.send(t="coupon", id="shut", codes=["B"], expires_ms=0)
    await host.send(t="coupon", id="shut", codes=None)
    await put(host, "end", 1)
    async with page(client) as viewer:
        await viewer.open()
        for number, (coupon, why) in enumerate((("old", "expired"), ("shut", "unknown"), ("x", "unknown")), 1):
            await viewer.send(t="claim", n=number, coupon=coupon)
            answer = await viewer.next("coupon", n=number)
            assert (answer["code"], answer["why"]) == (None, why)


async def test_a_viewer_keeps_the_code_when_the_relay_restarts() -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, page(client) as viewer:
        welcome = await viewer.open()
        port = relay.port
    async with running_relay(port=port) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="coupon", id="c", codes=["A", "B"], expires_ms=0, claimed={"B": welcome["viewer"]})
        await put(host, "end", 1)
        async with page(client) as viewer:
            back = await viewer.open(token=welcome["token"], boot=welcome["boot"], board=9)
            assert back["viewer"] == welcome["viewer"]
            assert "board" in back
            await eventually(lambda: "end" in back["board"] or viewer.of("put"))
            await viewer.send(t="claim", n=1, coupon="c")
            assert (await viewer.next("coupon"))["code"] == "B"


@pytest.mark.parametrize(
    ("token", "status"),
    [(None, 401), ("wrong", 403), (KEY, 403), (host_token(KEY), 403), ("", 401)],
    ids=["none", "wrong", "the stream key", "worked out from the stream key", "empty"],
)
async def test_hosting_requires_the_host_token(client: aiohttp.ClientSession, token: str | None, status: int) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.ws_connect("/room/live/host", headers=headers)
    assert refused.value.status == status


async def test_a_viewers_token_does_not_make_a_host(client: aiohttp.ClientSession) -> None:
    async with page(client) as viewer:
        token = (await viewer.open())["token"]
        await viewer.send(t="put", key="a", value=1)
        assert await viewer.closed() == 4400
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.ws_connect("/room/live/host", headers={"Authorization": f"Bearer {token}"})


async def test_a_stream_without_a_key_accepts_a_local_desk_but_no_web_page() -> None:
    async with running_relay(key="") as relay, aiohttp.ClientSession(base_of(relay)) as client:
        async with RoomSocket(client, "/room/live/host") as host:
            await host.open()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect("/room/live/host", headers={"Origin": "https://elsewhere.example"})


async def test_status_describes_the_room_and_identifies_nobody(client: aiohttp.ClientSession, host: RoomSocket) -> None:
    await put(host, "a", 1)
    async with page(client) as viewer:
        welcome = await viewer.open()
        await host.next("event", kind="joined")
        async with client.get("/api/status") as response:
            text = await response.text()
        room = json.loads(text)["streams"][0]["room"]
        assert (room["pages"], room["viewers"], room["host"], room["keys"]) == (1, 1, True, 1)
        assert welcome["viewer"] not in text


async def test_pages_learn_that_the_relay_is_stopping() -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, page(client) as viewer:
        await viewer.open()
        await relay.aclose()
        assert await viewer.closed() == 1001
