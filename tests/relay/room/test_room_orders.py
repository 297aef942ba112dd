"""Orders of a shop and pictures of a host over real HTTP."""

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from app.domain.room.tokens import host_token, orders_secret
from app.relay.config import Limits
from app.relay.room.orders import signature
from app.relay.server import RelayServer
from tests.support.relays import KEY, ROOM_KEY, base_of, running_relay
from tests.support.room import desk

JUST_NOW_MS = int(time.time() * 1000) - 60_000
ORDER: dict[str, Any] = {"order": "1001", "product": "mug", "units": 2, "minor": 3998, "currency": "USD", "at_ms": JUST_NOW_MS}
SECRET = orders_secret(ROOM_KEY)


@pytest.fixture
async def relay() -> AsyncIterator[RelayServer]:
    async with running_relay() as server:
        yield server


@pytest.fixture
async def client(relay: RelayServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_of(relay)) as session:
        yield session


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    sign = signature(secret, timestamp, body)
    return {"Content-Type": "application/json", "X-Tradewind-Timestamp": timestamp, "X-Tradewind-Signature": sign}


async def report(client: aiohttp.ClientSession, body: bytes, headers: dict[str, str], stream: str = "live") -> tuple[int, str]:
    async with client.post(f"/orders/{stream}", data=body, headers=headers) as response:
        return response.status, await response.text()


async def test_an_order_reaches_the_host_once(client: aiohttp.ClientSession) -> None:
    body = json.dumps(ORDER).encode()
    assert await report(client, body, signed(body)) == (202, '{"order": "1001", "status": "accepted"}')
    assert await report(client, body, signed(body)) == (202, '{"order": "1001", "status": "known"}')
    again = json.dumps({**ORDER, "note": "unknown fields are left out"}).encode()
    assert (await report(client, again, signed(again)))[1] == '{"order": "1001", "status": "known"}'
    other = json.dumps({**ORDER, "units": 3}).encode()
    status, words = await report(client, other, signed(other))
    assert (status, "1001" in words) == (409, True)
    second = json.dumps({**ORDER, "order": "1002"}).encode()
    assert (await report(client, second, signed(second)))[0] == 202
    async with desk(client) as host:
        await host.open()
        events = [await host.next("event", kind="order") for _ in range(2)]
        assert [event["data"] for event in events] == [{**ORDER, "source": "webhook"}, {**ORDER, "order": "1002", "source": "webhook"}]
        assert host.of("event") == []


async def test_a_shop_learns_when_an_order_is_stored(client: aiohttp.ClientSession) -> None:
    """200 only after the desk has stored it: a relay that ends earlier loses no order of a shop that repeats it."""
    body = json.dumps(ORDER).encode()
    async with desk(client) as host:
        await host.open()
        reported = asyncio.ensure_future(report(client, body, signed(body)))
        event = await host.next("event", kind="order")
        assert not reported.done()
        await host.send(t="ack", seq=event["seq"])
        assert await reported == (200, '{"order": "1001", "status": "accepted"}')
    assert await report(client, body, signed(body)) == (200, '{"order": "1001", "status": "known"}')


async def test_the_signature_is_as_documented(client: aiohttp.ClientSession) -> None:
    body, timestamp = json.dumps(ORDER).encode(), str(int(time.time()))
    secret = hmac.new(ROOM_KEY.encode(), b"tradewind orders", "sha256").hexdigest()
    sign = "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hexdigest()
    headers = {"Content-Type": "application/json", "X-Tradewind-Timestamp": timestamp, "X-Tradewind-Signature": sign}
    assert (await report(client, body, headers))[0] == 202


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"X-Tradewind-Signature": None}, 401, "X-Tradewind-Signature"),
        ({"X-Tradewind-Timestamp": None}, 401, "X-Tradewind-Timestamp"),
        ({"X-Tradewind-Signature": "sha256=" + "0" * 64}, 401, "signature"),
        ({"X-Tradewind-Signature": "ü"}, 401, "signature"),
        ({"X-Tradewind-Timestamp": "12345"}, 401, "signature"),
        ({"Content-Type": "text/plain"}, 415, "application/json"),
    ],
)
async def test_an_unsigned_order_is_refused(client: aiohttp.ClientSession, change: dict[str, str | None], status: int, says: str) -> None:
    body = json.dumps(ORDER).encode()
    headers = {name: value for name, value in {**signed(body), **change}.items() if value is not None}
    answered, words = await report(client, body, headers)
    assert (answered, says in words) == (status, True), words


@pytest.mark.parametrize("off_s", [-1_000_000_000, -310, 310])
async def test_an_old_signature_is_refused(client: aiohttp.ClientSession, off_s: float) -> None:
    body = json.dumps(ORDER).encode()
    status, words = await report(client, body, signed(body, at=time.time() + off_s))
    assert (status, "timestamp" in words) == (401, True)


@pytest.mark.parametrize("secret", [KEY, ROOM_KEY, orders_secret(KEY), host_token(ROOM_KEY), "", orders_secret("")])
async def test_other_secrets_sign_no_orders(client: aiohttp.ClientSession, secret: str) -> None:
    body = json.dumps(ORDER).encode()
    assert (await report(client, body, signed(body, secret=secret)))[0] == 401


async def test_a_stream_without_a_key_accepts_no_orders() -> None:
    async with running_relay(key="") as relay, aiohttp.ClientSession(base_of(relay)) as client:
        body = json.dumps(ORDER).encode()
        assert (await report(client, body, signed(body, secret=orders_secret(""))))[0] == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("order", ""),
        ("order", None),
        ("order", "x" * 129),
        ("order", "a\nb"),
        ("product", 5),
        ("units", 0),
        ("units", "2"),
        ("units", True),
        ("units", 1.5),
        ("minor", -1),
        ("minor", 1e3),
        ("currency", "usd"),
        ("currency", ["USD"]),
        ("currency", "XYZ"),
        ("currency", "ABC"),
        ("currency", "\uff35\uff33\uff24"),
        ("at_ms", "yesterday"),
        ("at_ms", 1000),  # 1970
        ("at_ms", 12_300_000_000_000),  # 2359
        ("at_ms", ORDER["at_ms"] - 8 * 24 * 3600 * 1000),
        ("at_ms", ORDER["at_ms"] + 3600 * 1000),
    ],
)
async def test_a_refusal_names_the_wrong_field(client: aiohttp.ClientSession, field: str, value: object) -> None:
    body = json.dumps({**ORDER, field: value}).encode()
    status, words = await report(client, body, signed(body))
    assert (status, words.startswith(f"{field} must be")) == (422, True), words


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"5", b"{", b"\xff\xfe", b"[" * 9000], ids=["empty", "list", "number", "half", "bytes", "deep"]
)
async def test_bodies_that_are_not_json_objects_are_refused(client: aiohttp.ClientSession, body: bytes) -> None:
    assert (await report(client, body, signed(body)))[0] == 400


async def test_large_bodies_wrong_types_and_unknown_streams_are_refused(client: aiohttp.ClientSession) -> None:
    body = json.dumps({**ORDER, "note": "x" * 20_000}).encode()
    assert (await report(client, body, signed(body)))[0] == 413
    assert (await report(client, b"x" * 100_000, signed(b"")))[0] == 413
    status, words = await report(client, b"{}", signed(b"{}"), stream="none")
    assert (status, "none" in words) == (404, True)


async def test_guessing_is_slowed_and_the_shop_is_not() -> None:
    async with running_relay(limits=Limits(guesses_burst=3, guesses_per_s=0.001)) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        body = json.dumps(ORDER).encode()
        guesses = [(await report(client, body, signed(body, secret=f"guess {number}")))[0] for number in range(5)]
        assert guesses == [401, 401, 401, 429, 429]
        for number in range(5):
            fine = json.dumps({**ORDER, "order": str(number)}).encode()
            assert (await report(client, fine, signed(fine)))[0] == 202


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 700
HOST = {"Authorization": f"Bearer {host_token(ROOM_KEY)}"}


def name_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


async def put(client: aiohttp.ClientSession, name: str, content: bytes, headers: dict[str, str] = HOST) -> int:
    async with client.put(f"/room/live/pictures/{name}", data=io.BytesIO(content), headers=headers) as response:
        return response.status


async def test_pictures_are_uploaded_once_and_cached_by_pages(client: aiohttp.ClientSession) -> None:
    path = f"/room/live/pictures/{name_of(PNG)}"
    assert await put(client, name_of(PNG), PNG) == 204
    async with client.get(path) as response:
        assert await response.read() == PNG
        assert response.content_type == "image/png"
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        tag = response.headers["ETag"]
    async with client.get(path, headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    async with desk(client) as host:
        assert (await host.open())["pictures"] == [name_of(PNG)]
    async with client.get("/room/live/pictures/" + "0" * 32) as response:
        assert response.status == 404


async def test_bad_pictures_and_uploads_without_the_host_token_are_refused(client: aiohttp.ClientSession) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    assert await put(client, name_of(svg), svg) == 415
    assert await put(client, "0" * 32, PNG) == 422
    assert await put(client, "..%2f..%2fx", PNG) == 422
    assert await put(client, name_of(PNG), PNG, {}) == 401
    assert await put(client, name_of(PNG), PNG, {"Authorization": f"Bearer {KEY}"}) == 403
    large = PNG[:8] + bytes(1024 * 1024)
    assert await put(client, name_of(large), large) == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield bytes(64 * 1024)

    async with client.put(f"/room/live/pictures/{'0' * 32}", data=pieces(), headers=HOST) as response:
        assert response.status == 413
    async with client.put("/room/none/pictures/" + "0" * 32, data=PNG, headers=HOST) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("line", "header", "status"),
    [
        ("POST /orders/live", b"X-Tradewind-Timestamp: 1\xff\r\nX-Tradewind-Signature: 2", b"401"),
        ("POST /orders/live", b"X-Tradewind-Timestamp: 1\r\nX-Tradewind-Signature: \xff", b"401"),
        ("PUT /room/live/pictures/x", b"Authorization: Bearer \xff", b"403"),
        ("POST /whip/live", b"Authorization: Bearer \xff", b"403"),
    ],
)
async def test_a_header_with_arbitrary_bytes_is_refused(relay: RelayServer, line: str, header: bytes, status: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    kind = b"application/sdp" if "whip" in line else b"application/json"
    writer.write(line.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Type: " + kind + b"\r\nContent-Length: 2\r\n" + header + b"\r\n\r\n{}")
    async with asyncio.timeout(40):
        assert (await reader.readline()).split()[1] == status
    writer.close()
    await writer.wait_closed()
