"""The relay's HTTP front: host names, origins, proxies, rate limits, TLS and malformed requests."""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from app.domain.room.tokens import host_token
from app.relay.access.hosts import Host, KnownHosts, is_same_origin, read_host
from app.relay.access.proxies import Client, client_of, read_networks
from app.relay.config import Limits, RelayConfig, RelayError
from app.relay.page_files import QrCodes
from app.relay.refusals import Refusal
from app.relay.server import RelayServer
from app.relay.tls import tls_context
from tests.relay.test_server import AUTHORISED, PUBLISH, SDP, WATCH
from tests.support.authority import Authority
from tests.support.clocks import SetClock
from tests.support.relays import KEY, PAGE_FOLDER, ROOM_KEY, base_of, running_relay
from tests.support.room import page

HOST_TOKEN = {"Authorization": f"Bearer {host_token(ROOM_KEY)}"}


@pytest.fixture
async def relay() -> AsyncIterator[RelayServer]:
    async with running_relay(names=("shop.example",)) as server:
        yield server


@pytest.fixture
async def client(relay: RelayServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_of(relay)) as session:
        yield session


async def said(port: int, request: bytes) -> bytes:
    """The whole answer to raw bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


# --- hosts and origins


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("192.168.1.5:8787", Host("192.168.1.5", 8787)),
        ("[2001:DB8::1]:80", Host("2001:db8::1", 80)),
        ("Shop.Example.", Host("shop.example")),
        ("localhost", Host("localhost")),
    ],
)
def test_hosts_are_read(text: str, host: Host) -> None:
    assert read_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":80",
        "a b",
        "x" * 2200,
        "a:99999",
        "[::1",
        "[nothing]",
        "a/b",
        "user@x",
        "x:y",
        "x\u00b2",
        "[fe80::1%eth0]",
        "a:80:80",
        "<x>",
        ".",
    ],
)
def test_invalid_hosts_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_host(text)
    assert refusal.value.status == 400


def test_public_names_are_known_only_if_configured() -> None:
    hosts = KnownHosts(("Shop.Example",))
    for name in ("10.0.0.1", "::1", "localhost", "studio", "studio.local", "box.home.arpa", "shop.example"):
        assert Host(name) in hosts
    for name in ("evil.example", "shop.example.evil.example", "local.evil", "10.0.0.1.evil.example"):
        assert Host(name) not in hosts


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://192.168.1.5:8787", "192.168.1.5:8787", True),
        ("https://shop.example", "shop.example", True),  # a proxy terminates TLS
        ("https://shop.example", "shop.example:443", True),
        ("http://[::1]:8787", "[::1]:8787", True),
        ("http://192.168.1.5", "192.168.1.5:8787", False),
        ("http://192.168.1.5:9", "192.168.1.5:8787", False),
        ("http://evil.example", "shop.example", False),
        ("null", "shop.example", False),
        ("file://", "shop.example", False),
        ("http://shop.example/path", "shop.example", False),
        ("", "shop.example", False),
    ],
)
def test_origins(origin: str, host: str, same: bool) -> None:
    assert is_same_origin(origin, read_host(host), "http") is same


@pytest.mark.parametrize("host", ["x" * 2200, "a b", "[::1", "x:y", "a/b", "\xff"])
async def test_a_bad_host_header_gets_an_answer_and_no_traceback(relay: RelayServer, host: str, caplog: pytest.LogCaptureFixture) -> None:
    for path in ("/qr/live.svg", "/api/status", "/room/live", "/"):
        answer = await said(relay.port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1"))
        assert answer.startswith(b"HTTP/1.1 400 "), answer[:100]
    twice = await said(relay.port, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n")
    assert b" 400 " in twice[:20]
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]


GARBAGE = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 200,
    b"\0" * 500 + b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: \xc2\xb2\r\n\r\n",
    b"POST /whep/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 500 + b"\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.6\r\n",
)


async def test_malformed_requests_are_not_logged(relay: RelayServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caplog.clear()
    for _ in range(5):
        for rubbish in GARBAGE:
            answer = await said(relay.port, rubbish)
            assert answer == b"" or answer[9:10] in (b"4", b"5"), answer[:60]
    assert [record.getMessage() for record in caplog.records] == []


async def test_only_pages_of_this_relay_can_use_the_room(relay: RelayServer, client: aiohttp.ClientSession) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    }
    for path, more in (("/room/live", {}), ("/room/live/host", HOST_TOKEN)):
        for headers, status in (
            ({"Host": "evil.example"}, 421),
            ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Host": "shop.example", "Origin": "https://shop.example"}, 101),
            ({}, 101),
        ):
            async with client.get(path, headers={**upgrade, **more, **headers}) as response:
                assert response.status == status, (path, headers)
                assert "Access-Control-Allow-Origin" not in response.headers
                response.close()
    async with client.put(
        "/room/live/pictures/" + "0" * 32, data=b"x", headers={**HOST_TOKEN, "Origin": "http://evil.example"}
    ) as response:
        assert response.status == 403
    async with client.put("/room/live/calendars/" + "0" * 32, data=b"x", headers={**HOST_TOKEN, "Host": "evil.example"}) as response:
        assert response.status == 421
        assert "--name evil.example" in await response.text()


async def test_pages_of_other_sites_can_only_watch_and_publish(client: aiohttp.ClientSession) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    for path in ("/api/status", "/api/time", "/", "/watch/live", "/viewer/watch.js", "/room/none", "/nothing"):
        async with client.get(path, headers=elsewhere) as response:
            assert "Access-Control-Allow-Origin" not in response.headers, path
    async with client.post("/whep/live", data=WATCH, headers={**SDP, **elsewhere}) as response:
        assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (201, "*")
    async with client.post("/whep/none", data=WATCH, headers={**SDP, **elsewhere}) as response:
        assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (404, "*")


async def test_a_stream_without_a_key_accepts_only_local_programs() -> None:
    async with running_relay(key="") as relay, aiohttp.ClientSession(base_of(relay)) as client:
        for more in ({"Origin": "http://evil.example"}, {"Origin": base_of(relay)}, {"X-Forwarded-For": "192.0.2.1"}, {"Via": "1.1 proxy"}):
            async with client.post("/whip/live", data=PUBLISH, headers={**SDP, **more}) as response:
                assert response.status == 401, more
            async with client.get("/room/live/host", headers=more) as response:
                assert response.status in (401, 403), more


# --- bodies, budgets, keys


async def test_compressed_bodies_are_refused_before_they_are_unpacked(client: aiohttp.ClientSession) -> None:
    for kind in ("gzip", "deflate", "br", "gzip, gzip"):
        async with client.post("/whep/live", data=b"x" * 100, headers={**SDP, "Content-Encoding": kind}) as response:
            assert response.status == 415
            assert "compressed" in await response.text()


async def test_all_requests_share_one_budget() -> None:
    async with (
        running_relay(limits=Limits(requests_burst=6, requests_per_s=0.01)) as relay,
        aiohttp.ClientSession(base_of(relay)) as client,
    ):
        statuses = []
        for path in ("/", "/api/time", "/viewer/watch.js", "/qr/live.svg", "/room/live/pictures/x", "/nothing", "/api/status", "/"):
            async with client.get(path) as response:
                statuses.append(response.status)
        assert statuses == [200, 200, 200, 200, 404, 404, 429, 429]


async def test_slightly_too_fast_requests_are_delayed_and_answered() -> None:
    async with running_relay(limits=Limits(requests_burst=2, requests_per_s=200)) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        for _ in range(30):
            async with client.get("/api/time") as response:
                assert response.status == 200


@pytest.mark.parametrize("verb", ["POST", "PATCH", "DELETE", "PUT picture", "PUT calendar", "GET host"])
async def test_wrong_keys_are_slowed_on_every_verb(verb: str) -> None:
    method, _, what = verb.partition(" ")
    path = {"picture": "/room/live/pictures/" + "0" * 32, "calendar": "/room/live/calendars/" + "0" * 32, "host": "/room/live/host"}.get(
        what, "/whip/live" if method == "POST" else "/whip/live/session"
    )
    right = HOST_TOKEN if what else {"Authorization": f"Bearer {KEY}"}
    async with (
        running_relay(limits=Limits(guesses_burst=3, guesses_per_s=0.0001)) as relay,
        aiohttp.ClientSession(base_of(relay)) as client,
    ):
        statuses = []
        for number in range(5):
            wrong = {"Authorization": f"Bearer guess-{number}", "Content-Type": "application/sdp"}
            async with client.request(method, path, data=b"v=0" if method != "GET" else None, headers=wrong) as response:
                statuses.append(response.status)
        assert statuses == [403, 403, 403, 429, 429]
        async with client.request(method, path, headers=right) as response:
            assert response.status == 429, "a guesser does not learn that the key is right"


# --- codes


async def test_a_qr_code_is_drawn_once_and_only_for_known_names(client: aiohttp.ClientSession) -> None:
    drawings = {}
    for host in ("shop.example", "evil.example", "another.evil.example", "192.0.2.7:8787"):
        async with client.get("/qr/live.svg", headers={"Host": host}) as response:
            assert response.status == 200
            drawings[host] = await response.read()
    assert drawings["evil.example"] == drawings["another.evil.example"]
    assert len(set(drawings.values())) == 3


async def test_qr_codes_are_cached_and_the_queue_is_limited() -> None:
    codes = QrCodes(Limits(codes_burst=2, codes_per_s=0.0001), SetClock(), most_kept=2, most_waiting=3)
    one = await codes.of("http://a/", "192.0.2.1")
    assert await codes.of("http://a/", "192.0.2.1") is one
    results = await asyncio.gather(*(codes.of(f"http://{number}/", f"192.0.2.{number}") for number in range(8)), return_exceptions=True)
    assert sum(isinstance(result, bytes) for result in results) == 3
    assert all(isinstance(result, bytes) or (isinstance(result, Refusal) and result.status == 503) for result in results)
    assert await codes.of("http://later/", "192.0.2.100"), "the queue has drained"
    with pytest.raises(Refusal) as refusal:
        await codes.of("http://third/", "192.0.2.1")
    assert refusal.value.status == 429


# --- proxies and TLS


TRUSTED = read_networks(("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ("192.0.2.1", {"X-Forwarded-For": "198.51.100.9"}, Client("192.0.2.1")),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.9"}, Client("198.51.100.9")),
        ("127.0.0.1", {"X-Forwarded-For": "6.6.6.6, 198.51.100.9, 10.1.2.3"}, Client("198.51.100.9")),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.9:5000", "X-Forwarded-Proto": "https"}, Client("198.51.100.9", "https")),
        ("::ffff:10.0.0.1", {"X-Forwarded-For": "2001:db9::5"}, Client("2001:db9::5")),
        (
            "10.0.0.1",
            {"Forwarded": 'for="[2001:db9::5]:4711";proto=https;host=shop.example'},
            Client("2001:db9::5", "https", "shop.example"),
        ),
        ("10.0.0.1", {"Forwarded": "for=6.6.6.6, for=198.51.100.9;host=a.example, for=10.0.0.2"}, Client("198.51.100.9", "", "a.example")),
        ("10.0.0.1", {"Forwarded": "for=unknown"}, Client("10.0.0.1")),
        ("10.0.0.1", {"X-Forwarded-For": "6.6.6.6, nonsense"}, Client("10.0.0.1")),
        ("10.0.0.1", {"X-Forwarded-For": "," * 5000}, Client("10.0.0.1")),
        ("10.0.0.1", {}, Client("10.0.0.1")),
        ("", {"X-Forwarded-For": "198.51.100.9"}, Client("")),
    ],
)
def test_a_trusted_proxy_names_its_client(peer: str, headers: dict[str, str], client: Client) -> None:
    assert client_of(peer, headers, TRUSTED) == client


async def test_viewers_behind_a_trusted_proxy_have_their_own_limits() -> None:
    limits = Limits(max_sessions_per_address=1)
    for proxies, second in ((read_networks(("127.0.0.1",)), 201), ((), 429)):
        async with running_relay(limits=limits, proxies=proxies) as relay, aiohttp.ClientSession(base_of(relay)) as client:
            statuses = []
            for viewer in ("198.51.100.1", "198.51.100.2", "198.51.100.2"):
                async with client.post("/whep/live", data=WATCH, headers={**SDP, "X-Forwarded-For": viewer}) as response:
                    statuses.append(response.status)
            assert statuses == [201, second, 429]


async def test_a_proxy_that_terminates_tls_passes_on_the_outer_address() -> None:
    async with (
        running_relay(proxies=read_networks(("127.0.0.1",)), names=("shop.example",)) as relay,
        aiohttp.ClientSession(base_of(relay)) as client,
    ):
        outer = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example"}
        async with client.get("/api/status", headers=outer) as response:
            assert json.loads(await response.text())["base"] == "https://shop.example"
        async with client.ws_connect("/room/live", headers={**outer, "Origin": "https://shop.example"}) as socket:
            await socket.send_json({"t": "hello", "v": 1})
            assert (await asyncio.wait_for(socket.receive_json(), 10))["t"] == "welcome"


def certificate_of(folder: Path) -> tuple[Authority, Path]:
    authority = Authority(folder)
    authority.server_context("127.0.0.1")
    return authority, folder / "127.0.0.1.pem"


async def test_a_relay_with_a_certificate_uses_tls(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    authority, certificate = certificate_of(tmp_path)
    async with running_relay(certificate=certificate) as relay:
        base = f"https://127.0.0.1:{relay.port}"
        connector = aiohttp.TCPConnector(ssl=authority.trust)
        async with aiohttp.ClientSession(base, connector=connector) as client:
            async with client.post("/whip/live", data=PUBLISH, headers=AUTHORISED) as response:
                assert response.status == 201
            async with client.get("/api/status") as response:
                assert json.loads(await response.text())["base"] == base
            async with page(client) as viewer:
                assert (await viewer.open())["t"] == "welcome"
        for rubbish in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01" + b"\xff" * 90, b""):
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            writer.write(rubbish)
            writer.write_eof()
            async with asyncio.timeout(10):
                assert not (await reader.read()).startswith(b"HTTP")
            writer.close()
        async with (
            aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(ssl=authority.trust)) as client,
            client.get("/api/time") as response,
        ):
            assert response.status == 200
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("broken", ["missing", "nonsense", "key alone", "with a passphrase"])
def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path, broken: str) -> None:
    _, fine = certificate_of(tmp_path)
    certificate: Path | None = tmp_path / "other.pem"
    private_key: Path | None = None
    assert certificate is not None
    if broken == "nonsense":
        certificate.write_text("hello")
    elif broken == "key alone":
        certificate, private_key = None, fine
    elif broken == "with a passphrase":
        certificate.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
    config = RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, certificate=certificate, private_key=private_key)
    with pytest.raises(RelayError) as failure:
        RelayServer(config=config)
    assert failure.value.code == "relay.certificate"


def test_old_tls_versions_are_refused(tmp_path: Path) -> None:
    _, certificate = certificate_of(tmp_path)
    context = tls_context(RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, certificate=certificate))
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
