"""A room under attack: floods, pages that do not read, bad messages, too many pages. Others are not affected."""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from app.relay.config import Limits
from app.relay.server import RelayServer
from tests.support.relays import base_of, eventually, running_relay
from tests.support.room import RoomSocket, desk, page


@asynccontextmanager
async def room(limits: Limits | None = None) -> AsyncIterator[tuple[RelayServer, aiohttp.ClientSession, RoomSocket]]:
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        yield relay, client, host


async def reaches(host: RoomSocket, viewer: RoomSocket, key: str = "check") -> None:
    """This page still gets a put of the host at once."""
    await host.send(t="put", key=key, value=os.urandom(4).hex())
    await viewer.next("put", key=key)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", 4400),
        ("[" * 4000, 4400),
        ('{"t":"nothing"}', 4400),
        ('{"t":"event","n":0,"kind":"like"}', 4400),
        ('{"t":"event","n":1,"kind":"order","product":""}', 4400),
        ('{"t":"event","n":1,"kind":"like","count":1000000}', 4400),
        ('{"t":"claim","n":1,"coupon":["c"]}', 4400),
        ('{"t":"market","market":"<img>"}', 4400),
        ('{"t":"hello","v":1}', 4400),
        ('{"t":"event","n":1,"kind":"like","product":"' + "x" * 5000 + '"}', 1009),
    ],
)
async def test_a_bad_message_ends_only_its_own_connection(text: str, code: int) -> None:
    async with room() as (_, client, host), page(client) as fine, page(client) as hostile:
        await fine.open()
        await hostile.open()
        await hostile.socket.send_str(text)
        assert await hostile.closed() == code
        await reaches(host, fine)


async def test_binary_missing_hello_wrong_version_and_bad_hello_are_refused() -> None:
    async with room() as (_, client, host), page(client) as fine:
        await fine.open()
        for text, code in (
            ('{"t":"event","n":1,"kind":"like"}', 4400),
            ('{"t":"hello","v":2}', 4426),
            ('{"t":"hello","v":1,"token":5}', 4400),
            ('{"t":"hello","v":1,"board":-1}', 4400),
        ):
            async with client.ws_connect("/room/live") as socket:
                await socket.send_str(text)
                assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
                assert socket.close_code == code
        async with client.ws_connect("/room/live") as socket:
            await socket.send_bytes(b"\x00\xff")
            await socket.receive()
            assert socket.close_code == 4400
        async with client.get("/room/live") as response:
            assert response.status == 426
            assert "WebSocket" in await response.text()
        async with client.get("/room/none") as response:
            assert response.status == 404
        await reaches(host, fine)


async def test_a_silent_page_is_disconnected() -> None:
    limits = Limits(room_hello_s=0.2)
    async with (
        running_relay(limits=limits) as relay,
        aiohttp.ClientSession(base_of(relay)) as client,
        client.ws_connect("/room/live") as silent,
    ):
        await silent.receive()
        assert silent.close_code == 4408


async def test_a_flood_is_read_slowly_and_its_likes_are_limited() -> None:
    limits = Limits(room_messages_burst=10, room_messages_per_s=20)
    async with room(limits) as (relay, client, host), page(client) as fine, page(client) as flood:
        await fine.open()
        began = time.monotonic()
        await flood.open()
        burst = [json.dumps({"t": "event", "n": number, "kind": "like", "count": 20}) for number in range(1, 3000)]
        sending = asyncio.create_task(send_all(flood, burst))
        await flood.next("ack")
        await reaches(host, fine)
        await reaches(host, fine, "again")
        status = await status_of(client)
        assert status["likes"] <= 40 + 12 * (time.monotonic() - began), "limited to what fingers can do"
        assert status["waiting_events"] < 60
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await relay.aclose()
        assert await flood.closed() == 1001, "the connection closes before the rest of the flood is read"


async def send_all(viewer: RoomSocket, texts: list[str]) -> None:
    for text in texts:
        await viewer.socket.send_str(text)


async def status_of(client: aiohttp.ClientSession) -> dict[str, int]:
    async with client.get("/api/status") as response:
        status: dict[str, int] = json.loads(await response.text())["streams"][0]["room"]
        return status


async def raw_page(port: int) -> socket.socket:
    """A page that sends hello and then reads nothing, with the smallest possible buffer."""
    loop = asyncio.get_running_loop()
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await loop.sock_connect(raw, ("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    head = f"GET /room/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
    await loop.sock_sendall(raw, (head + "Sec-WebSocket-Version: 13\r\n\r\n").encode())
    assert b" 101 " in await loop.sock_recv(raw, 2000)
    hello = b'{"t":"hello","v":1}'
    await loop.sock_sendall(raw, bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
    return raw


async def test_a_page_that_does_not_read_is_disconnected_and_delays_nobody() -> None:
    async with room(Limits(room_slow_s=3)) as (relay, client, host), page(client) as fine:
        await fine.open()
        slow = await raw_page(relay.port)
        await host.next("count", viewers=2)
        large = "x" * 150_000
        for number in range(100):
            await host.send(t="put", key="large", value=f"{number}{large}")
        await reaches(host, fine)
        await eventually(lambda: fine.of("count") and fine.of("count")[-1]["viewers"] == 1)
        slow.close()
        await reaches(host, fine)


async def test_a_slow_page_gets_the_newest_value_and_every_key() -> None:
    async with room() as (relay, client, host), page(client) as fine:
        await fine.open()
        slow = await raw_page(relay.port)
        await host.next("count", viewers=2)
        for number in range(60):
            await host.send(t="put", key="large", value=f"{number:02}" + "x" * 150_000)
            await host.send(t="put", key=f"small{number}", value=number)
        await reaches(host, fine, "end")
        loop = asyncio.get_running_loop()
        got = bytearray()
        async with asyncio.timeout(60):
            while b'"key":"end"' not in got:
                got += await loop.sock_recv(slow, 1 << 16)
        slow.close()
        assert got.count(b'"key":"large"') < 40, "outdated values are never sent"
        assert all(f'"key":"small{number}"'.encode() in got for number in range(60))


async def test_rooms_and_addresses_have_a_page_limit() -> None:
    async with room(Limits(room_pages_per_address=2)) as (_, client, _host), page(client) as one, page(client) as two:
        await one.open()
        await two.open()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/room/live")
        assert refused.value.status == 429
    async with room(Limits(room_pages=1)) as (_, client, _host), page(client) as one:
        await one.open()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/room/live")
        assert refused.value.status == 503
    async with room(Limits(room_joins_burst=2, room_joins_per_s=0.001)) as (_, client, _host):
        for number in range(3):
            try:
                async with client.ws_connect("/room/live"):
                    assert number < 2
            except aiohttp.WSServerHandshakeError as error:
                assert (number, error.status) == (2, 429)


async def test_a_slot_is_free_again_after_its_page_has_gone() -> None:
    async with room(Limits(room_pages_per_address=1)) as (_, client, _host):
        for _ in range(5):
            async with page(client) as one:
                await one.open()

            async def is_free() -> bool:
                try:
                    async with client.ws_connect("/room/live"):
                        return True
                except aiohttp.WSServerHandshakeError:
                    return False

            async with asyncio.timeout(40):
                while not await is_free():
                    await asyncio.sleep(0.01)


async def test_a_host_learns_what_the_board_refuses() -> None:
    async with room() as (_, client, host), page(client) as viewer:
        await viewer.open()
        await host.send(t="put", key="k" * 200, value=1)
        assert (await host.next("refused"))["why"] == "relay.board_value"
        await host.send(t="put", key="large", value="x" * 200_000)
        refused = await host.next("refused", key="large")
        assert "larger" in refused["words"]
        for key, value in ((5, 1), ("a\nb", 1), (None, 1)):
            await host.send(t="put", key=key, value=value)
            assert (await host.next("refused", of="put"))["why"] == "relay.room_message"
        await host.send(t="coupon", id="bad", codes=["x" * 65], expires_ms=0)
        refused = await host.next("refused", id="bad")
        assert (refused["of"], refused["why"]) == ("coupon", "relay.coupon_codes")
        await reaches(host, viewer)
        for number in range(51):
            await host.send(t="coupon", id=f"c{number}", codes=["A"], expires_ms=0)
        assert (await host.next("refused"))["id"] == "c50"


async def test_a_host_with_bad_messages_is_disconnected() -> None:
    for text in ("{", '{"t":"nothing"}', "x" * 300_000):
        async with room() as (_, _client, host):
            await host.socket.send_str(text)
            assert await host.closed() in (4400, 1009)


async def test_a_page_can_ping_the_room() -> None:
    async with room() as (_, client, _host), page(client) as viewer:
        await viewer.open()
        await viewer.send(t="ping")
        await viewer.next("pong")
