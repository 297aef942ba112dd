"""A viewer's last events: sent while the page closes, kept over a reload, and counted once whichever way they arrive."""

import json
from typing import Any

import aiohttp
import pytest

from tests.relay.room.test_room_browser import Selling, selling, shown, visit
from tests.support.chromium import Page, chromium_path
from tests.support.relays import base_of, running_relay
from tests.support.room import RoomSocket, desk
from tests.support.room import page as a_page
from tests.support.room_show import put_show

in_browser = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
]
PRODUCTS = {"mug": {"id": "mug", "name": {"en": "Mug"}}}


async def report(client: aiohttp.ClientSession, body: Any, content_type: str = "application/json") -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client.post("/room/live/events", data=data, headers={"Content-Type": content_type}) as response:
        return response.status


async def until_likes(host: RoomSocket, likes: int) -> None:
    while (await host.next("count"))["likes"] != likes:
        pass


async def test_a_report_counts_only_what_the_connection_did_not() -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="put", key="product/mug", value=PRODUCTS["mug"])
        async with a_page(client) as viewer:
            token = (await viewer.open(page="p1"))["token"]
            await viewer.send(t="event", n=1, kind="added", product="mug")
            await viewer.send(t="event", n=2, kind="like", count=2)
            await viewer.next("ack", n=2)
        events = [{"n": 1, "kind": "added", "product": "mug"}, {"n": 2, "kind": "like", "count": 2}, {"n": 3, "kind": "like", "count": 3}]
        last = {"n": 4, "kind": "asked", "product": "mug"}
        for _ in range(3):
            assert await report(client, {"t": "events", "token": token, "page": "p1", "events": [*events, last]}) == 204
        async with a_page(client) as viewer:
            await viewer.open(token=token, page="p1")
            await viewer.send(t="event", **last)
            await viewer.next("ack", n=4)
            await viewer.send(t="event", n=5, kind="clicked", product="mug")
        kinds = ["joined", "added", "asked", "clicked"]
        assert [(await host.next("event", kind=kind))["kind"] for kind in kinds] == kinds
        await until_likes(host, 5)
        assert not [event for event in host.of("event") if event["kind"] != "like"]


async def test_a_page_of_an_earlier_relay_is_recognised_by_the_next() -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, a_page(client) as viewer:
        token = (await viewer.open(page="p1"))["token"]
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        await host.send(t="put", key="product/mug", value=PRODUCTS["mug"])
        async with a_page(client) as other:
            await other.open()
            await host.send(t="put", key="check", value=1)
            await other.next("put", key="check")
        events = [{"n": 7, "kind": "clicked", "product": "mug"}]
        assert await report(client, {"t": "events", "token": token, "page": "p1", "events": events}) == 204
        assert (await host.next("event", kind="clicked"))["viewer"] == token.partition(".")[0]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        ({"t": "events"}, 400),
        ({"t": "events", "token": "made.up", "page": "p", "events": []}, 400),
        ({"t": "events", "token": "TOKEN", "page": "", "events": []}, 400),
        ({"t": "events", "token": "TOKEN", "page": "p", "events": 5}, 400),
        ({"t": "events", "token": "TOKEN", "page": "p", "events": ["x"]}, 400),
        ({"t": "events", "token": "TOKEN", "page": "p", "events": [{"n": 1, "kind": "order"}]}, 400),
        ({"t": "events", "token": "TOKEN", "page": "p", "events": [{"n": 1, "kind": "like"}] * 201}, 400),
        ({"t": "events", "token": "TOKEN", "page": "p", "events": [], "more": "x" * 60_000}, 413),
        ({"t": "events", "token": "TOKEN", "page": "p", "events": []}, 204),
    ],
)
async def test_a_bad_report_is_refused(body: Any, status: int) -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client, a_page(client) as viewer:
        token = (await viewer.open(page="p1"))["token"]
        if isinstance(body, dict) and body.get("token") == "TOKEN":
            body = body | {"token": token}
        assert await report(client, body) == status
        assert await report(client, {"t": "events", "token": token, "page": "p", "events": []}, "text/plain") == 415


async def test_a_stopping_relay_refuses_reports() -> None:
    async with running_relay() as relay, aiohttp.ClientSession(base_of(relay)) as client:
        async with a_page(client) as viewer:
            token = (await viewer.open(page="p1"))["token"]
        await relay._rooms.aclose()
        assert await report(client, {"t": "events", "token": token, "page": "p1", "events": []}) == 503


class TestInChromium:
    pytestmark = in_browser

    async def likes_so_far(self, room: Selling) -> int:
        async with room.client.get("/api/status") as response:
            return int((await response.json())["streams"][0]["room"]["likes"])

    async def test_a_like_given_while_leaving_arrives(self, page: Page) -> None:
        async with selling() as room:
            await put_show(room.client, room.host)
            await visit(page, room, "en-US")
            await page.until(shown(".row"))
            heart = "document.getElementById('heart').click()"
            await page.evaluate(f"{heart}, {heart}, location.assign('about:blank')")
            await until_likes(room.host, 2)
            await page.go(room.address)
            await page.until("globalThis.tradewindRoom?.state === 'open' && sessionStorage.length === 0")
            assert await self.likes_so_far(room) == 2, "the kept events were known already"

    async def test_a_page_out_of_sight_says_it_at_once(self, page: Page) -> None:
        async with selling() as room:
            await put_show(room.client, room.host)
            await visit(page, room, "en-US")
            await page.until(shown(".row"))
            hide = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
            tell = "document.dispatchEvent(new Event('visibilitychange'))"
            freeze = "globalThis.setTimeout = () => 0"  # timers stop, as in a frozen page
            await page.evaluate(f"{freeze}; {hide}; document.getElementById('heart').click(); {tell}")
            await until_likes(room.host, 1)

    async def test_what_a_relay_that_was_away_did_not_hear_comes_after_a_reload(self, page: Page) -> None:
        async with selling() as room:
            port = room.port
            await put_show(room.client, room.host)
            await visit(page, room, "en-US")
            await page.until(shown(".row"))
        await page.until("globalThis.tradewindRoom.state === 'away'")
        await page.evaluate("document.getElementById('heart').click(), document.querySelector('.row .add, .row .second')?.click()")
        await page.until("JSON.parse(sessionStorage.getItem('tradewind.unsent.live') ?? '[]').some((one) => one.events.length > 0)")
        await page.call("Page.navigate", url="about:blank")
        await page.until("location.href === 'about:blank'")
        async with selling(port=port) as room:
            await put_show(room.client, room.host)
            await page.go(room.address)
            await page.until("globalThis.tradewindRoom?.state === 'open' && sessionStorage.length === 0")
            await until_likes(room.host, 1)
            await page.call("Page.reload")
            await page.until("globalThis.tradewindRoom?.state === 'open' && globalThis.tradewindRoom.connects === 1")
            assert await self.likes_so_far(room) == 1
