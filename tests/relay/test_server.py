"""The relay's HTTP server: RFC 9725, refusals, limits that protect other clients."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from app.domain.program.output import Quirks
from app.relay.config import Limits, RelayConfig, RelayError
from app.relay.server import RelayServer
from app.transport.offer import Sources, make_offer
from app.transport.sdp import Description, Setup, TransportDescription, parse, render
from tests.support.relays import KEY, PAGE_FOLDER, base_of, eventually, running_relay
from tests.support.watcher import Watcher, watch_offer

FINGERPRINT = (("sha-256", ":".join(["AB"] * 32)),)
TRANSPORT = TransportDescription("abcd", "abcdefghijklmnopqrstuvwx", FINGERPRINT, Setup.ACTPASS)
PUBLISH = render(make_offer(TRANSPORT, Sources(1, 2, 3, "x"), Quirks()), offer=True)
WATCH = render(Description(TRANSPORT, watch_offer(), ("0", "1")), offer=True)
SDP = {"Content-Type": "application/sdp"}
AUTHORISED = {**SDP, "Authorization": f"Bearer {KEY}"}


@pytest.fixture
async def relay() -> AsyncIterator[RelayServer]:
    async with running_relay() as server:
        yield server


@pytest.fixture
async def client(relay: RelayServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_of(relay)) as session:
        yield session


async def test_a_post_creates_a_session_as_in_rfc_9725(client: aiohttp.ClientSession) -> None:
    async with client.post("/whip/live", data=PUBLISH, headers=AUTHORISED) as response:
        assert response.status == 201
        assert response.content_type == "application/sdp"
        assert response.headers["Location"].startswith("/whip/live/")
        assert response.headers["ETag"].startswith('"')
        assert response.headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
        answer = parse(await response.text())
        location, etag = response.headers["Location"], response.headers["ETag"]
    assert answer.transport.setup is Setup.PASSIVE
    assert answer.transport.candidates
    assert [section.direction.value for section in answer.media] == ["recvonly", "recvonly"]
    assert [form.name for form in answer.media[1].formats] == ["H264", "rtx"]
    assert answer.bundle == ("0", "1")
    fragment = (
        "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio 9 RTP/AVP 0\r\n"
        "a=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    )
    trickle = {"Content-Type": "application/trickle-ice-sdpfrag", "Authorization": f"Bearer {KEY}"}
    for headers, body, status in (
        ({"If-Match": etag}, fragment, 204),
        ({}, fragment, 428),
        ({"If-Match": '"another"'}, fragment, 412),
        ({"If-Match": "*"}, fragment, 422),
        ({"If-Match": etag}, "<html>", 400),
    ):
        async with client.patch(location, data=body, headers={**trickle, **headers}) as response:
            assert response.status == status, await response.text()
    async with client.delete(location) as response:
        assert response.status == 401
    async with client.delete(location, headers={"Authorization": f"Bearer {KEY}"}) as response:
        assert response.status == 200
    async with client.delete(location, headers={"Authorization": f"Bearer {KEY}"}) as response:
        assert response.status == 404


async def test_options_lists_accepted_types_and_allows_cross_origin_requests(client: aiohttp.ClientSession) -> None:
    async with client.options("/whip/live", headers={"Origin": "https://elsewhere.example"}) as response:
        assert response.status == 204
        assert response.headers["Accept-Post"] == "application/sdp"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        assert "Location" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "says"),
    [
        ("/whip/live", PUBLISH, SDP, 401, "bearer"),
        ("/whip/live", PUBLISH, {**SDP, "Authorization": "Bearer wrong"}, 403, "wrong"),
        ("/whip/live", PUBLISH, {**SDP, "Authorization": f"Basic {KEY}"}, 401, "bearer"),
        ("/whip/none", PUBLISH, AUTHORISED, 404, "none"),
        ("/whep/none", WATCH, SDP, 404, "none"),
        ("/whip/live", PUBLISH, {"Authorization": f"Bearer {KEY}", "Content-Type": "text/plain"}, 415, "application/sdp"),
        ("/whip/live", "hello", AUTHORISED, 400, "v="),
        ("/whip/live", "", AUTHORISED, 400, "v="),
        ("/whip/live", "v=0\r\ns=-\r\n", AUTHORISED, 400, "section"),
        ("/whip/live", PUBLISH.replace("a=fingerprint", "a=nothing"), AUTHORISED, 400, "fingerprint"),
        ("/whip/live", PUBLISH.replace("a=ice-pwd", "a=nothing"), AUTHORISED, 400, "ice"),
        ("/whip/live", PUBLISH.replace("a=group:BUNDLE 0 1", "a=nothing"), AUTHORISED, 400, "bundled"),
        ("/whip/live", PUBLISH.replace("a=rtcp-mux", "a=nothing"), AUTHORISED, 400, "RTCP"),
        ("/whip/live", PUBLISH.replace("H264", "H265").replace("VP8", "AV1").replace("opus", "G729"), AUTHORISED, 406, "H264"),
        ("/whip/live", PUBLISH.replace("sendonly", "recvonly"), AUTHORISED, 406, "codecs"),
        ("/whip/live", "v=0\r\n" + "a=x\r\n" * 20_000, AUTHORISED, 413, "65536"),
        ("/whep/live", WATCH.replace("recvonly", "sendonly"), SDP, 406, "codecs"),
        ("/whep/live", "\x00\xff" * 500, SDP, 400, "v="),
    ],
)
async def test_refusals_name_the_reason(
    client: aiohttp.ClientSession, path: str, body: str, headers: dict[str, str], status: int, says: str
) -> None:
    async with client.post(path, data=body.encode(), headers=headers) as response:
        words = await response.text()
        assert (response.status, response.content_type) == (status, "text/plain"), words
        assert says in words
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert ("WWW-Authenticate" in response.headers) is (status == 401)


async def test_refused_posts_leave_no_session(relay: RelayServer, client: aiohttp.ClientSession) -> None:
    for _ in range(5):
        async with client.post(
            "/whip/live", data=PUBLISH.replace("opus", "G729").replace("H264", "X").replace("VP8", "Y"), headers=AUTHORISED
        ) as response:
            assert response.status == 406
    assert relay.sessions == 0


async def test_a_chunked_body_that_is_too_large_is_refused(client: aiohttp.ClientSession) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"a" * 4096

    async with client.post("/whip/live", data=pieces(), headers=AUTHORISED) as response:
        assert response.status == 413


async def test_a_post_that_never_finishes_times_out() -> None:
    async with running_relay(limits=Limits(body_timeout_s=0.2)) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        head = f"POST /whip/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n"
        head += "Content-Type: application/sdp\r\nContent-Length: 500\r\n\r\n"
        writer.write(head.encode() + b"v=0")
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 40)
        writer.close()


async def test_headers_that_never_finish_end_the_connection() -> None:
    async with running_relay(limits=Limits(idle_connection_s=0.3)) as relay:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert await asyncio.wait_for(reader.read(), 40) == b""
        writer.close()


async def hung_up(reader: asyncio.StreamReader) -> bool:
    """Whether the peer closes without an answer; TimeoutError if it does neither."""
    try:
        return await asyncio.wait_for(reader.read(1), 40) == b""
    except ConnectionResetError:
        return True


async def test_too_many_connections_of_one_address_are_dropped() -> None:
    async with running_relay(limits=Limits(max_connections_per_address=3)) as relay:
        held = [await asyncio.open_connection("127.0.0.1", relay.port) for _ in range(3)]
        for _, writer in held:
            writer.write(b"GET /api/time HTTP/1.1\r\nHost: x\r\n\r\n")
        for reader, _ in held:
            assert b"200" in await reader.readline()
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        assert await hung_up(reader)
        writer.close()
        held[0][1].close()
        await held[0][1].wait_closed()

        async def fits() -> bool:
            reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            try:
                writer.write(b"GET /api/time HTTP/1.1\r\nHost: x\r\n\r\n")
                return b"200" in await reader.readline()
            except ConnectionResetError:
                return False
            finally:
                writer.close()

        async with asyncio.timeout(40):
            while not await fits():
                await asyncio.sleep(0.01)
        for _, writer in held[1:]:
            writer.close()


async def test_a_flood_of_posts_is_slowed_and_a_viewer_keeps_watching() -> None:
    async with running_relay(limits=Limits(posts_burst=8, posts_per_s=0.01)) as relay:
        watcher = await Watcher(f"{base_of(relay)}/whep/live").start()
        async with aiohttp.ClientSession(base_of(relay)) as client:
            statuses = []
            retry = None
            for _ in range(12):
                async with client.post("/whip/live", data=b"nonsense", headers={**SDP, "Authorization": "Bearer guess"}) as response:
                    statuses.append(response.status)
                    retry = response.headers.get("Retry-After")
        assert statuses == [403] * 7 + [429] * 5
        assert retry is not None
        assert int(retry) > 0
        assert watcher.status == 201
        assert not watcher.closed
        assert watcher.peer.connected
        await watcher.stop()


async def test_viewers_are_limited_and_the_publisher_always_gets_in() -> None:
    async with running_relay(limits=Limits(max_sessions=2)) as relay:
        watchers = [await Watcher(f"{base_of(relay)}/whep/live").start() for _ in range(3)]
        assert [watcher.status for watcher in watchers] == [201, 201, 503]
        assert watchers[2].headers["Retry-After"]
        assert "full" in watchers[2].words
        async with (
            aiohttp.ClientSession(base_of(relay)) as client,
            client.post("/whip/live", data=PUBLISH, headers=AUTHORISED) as response,
        ):
            assert response.status == 201
        for watcher in watchers:
            await watcher.stop()


async def test_an_address_has_a_session_limit() -> None:
    async with running_relay(limits=Limits(max_sessions_per_address=1)) as relay:
        watchers = [await Watcher(f"{base_of(relay)}/whep/live").start() for _ in range(2)]
        assert [watcher.status for watcher in watchers] == [201, 429]
        for watcher in watchers:
            await watcher.stop()
        await eventually(lambda: relay.sessions == 0)


async def test_a_session_that_never_connects_ends() -> None:
    async with running_relay(limits=Limits(connect_timeout_s=0.3)) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        async with client.post("/whep/live", data=WATCH, headers=SDP) as response:
            assert response.status == 201
        assert relay.sessions == 1
        await eventually(lambda: relay.sessions == 0)


async def test_an_open_stream_accepts_local_publishers_without_a_key() -> None:
    async with (
        running_relay(key="") as relay,
        aiohttp.ClientSession(base_of(relay)) as client,
        client.post("/whip/live", data=PUBLISH, headers=SDP) as response,
    ):
        assert response.status == 201


async def test_status_time_and_pages(relay: RelayServer, client: aiohttp.ClientSession) -> None:
    async with client.get("/api/status") as response:
        status = json.loads(await response.text())
    assert status["streams"][0]["name"] == "live"
    assert status["streams"][0]["live"] is False
    assert status["base"] == base_of(relay)
    assert KEY not in json.dumps(status)
    async with client.get("/api/time") as response:
        assert json.loads(await response.text())["ms"] > 1.7e12
    for path in ("/", "/watch/live", "/viewer/watch.js", "/viewer/style.css", "/favicon.ico"):
        async with client.get(path) as response:
            assert response.status == 200, path
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with client.get("/") as response:
        assert 'href="/watch/live"' in await response.text()


async def test_page_files_are_compressed_and_cached(relay: RelayServer) -> None:
    async with aiohttp.ClientSession(base_of(relay), auto_decompress=False) as client:
        for path in ("/watch/live", "/viewer/room.css", "/viewer/products.js"):
            async with client.get(path, headers={"Accept-Encoding": "identity"}) as plain, client.get(path) as packed:
                whole, small = await plain.read(), await packed.read()
                assert gzip.decompress(small) == whole
                assert "Content-Encoding" not in plain.headers
                assert packed.headers["Content-Encoding"] == "gzip"
                assert packed.headers["Vary"] == "Accept-Encoding"
                tag = packed.headers["ETag"]
            async with client.get(path, headers={"If-None-Match": tag}) as again:
                assert again.status == 304
                assert await again.read() == b""


@pytest.mark.parametrize("path", ["/watch/none", "/viewer/nothing.js", "/viewer/..%2f..%2fpyproject.toml", "/qr/none.svg", "/whip", "/x"])
async def test_unknown_paths_are_not_found(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as response:
        assert response.status == 404
        assert "<" not in await response.text()


async def test_unknown_methods_are_refused_with_a_sentence(client: aiohttp.ClientSession) -> None:
    async with client.get("/whip/live") as response:
        assert response.status == 405
        assert "POST" in response.headers["Allow"]
        assert "GET" in await response.text()


async def test_a_port_in_use_is_an_error_with_the_systems_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = RelayServer(config=RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, port=port))
        with pytest.raises(RelayError) as failure:
            await server.start()
        assert failure.value.code == "relay.cannot_listen"
        assert str(port) in str(failure.value.data["address"])


async def test_ipv4_and_ipv6_are_served() -> None:
    async with running_relay(host="") as relay:
        hosts = ["127.0.0.1", "[::1]"] if socket.has_dualstack_ipv6() else ["127.0.0.1"]
        async with aiohttp.ClientSession() as client:
            for host in hosts:
                async with client.get(f"http://{host}:{relay.port}/qr/live.svg") as response:
                    assert response.status == 200
                    assert response.content_type == "image/svg+xml"
                    assert (await response.text()).startswith("<svg")


async def test_starting_and_closing_twice_is_harmless() -> None:
    async with running_relay() as relay:
        await relay.start()
        await relay.aclose()
        await relay.aclose()
