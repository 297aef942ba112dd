"""The WHIP client against a real HTTP server: redirects, tokens, messages, and the step of each failure."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.base.address import origin_of
from app.domain.program.broadcast import Step
from app.domain.program.output import IceServer, Quirks
from app.transport import whip
from app.transport.answers import ice_servers_in
from app.transport.errors import TransportError
from app.transport.http import RelayHttp
from app.transport.whip import WhipClient, WhipSession, token_may_follow
from tests.support.whip_server import WhipServer

TOKEN = "a-long-secret-token"


@pytest.fixture
async def server() -> AsyncIterator[WhipServer]:
    server = WhipServer()
    server.faults.status, server.faults.body = 201, "v=0\r\n"
    await server.start()
    yield server
    await server.aclose()


@pytest.fixture
async def http() -> AsyncIterator[RelayHttp]:
    http = RelayHttp()
    yield http
    await http.aclose()


def client(http: RelayHttp, url: str, token: str = TOKEN, quirks: Quirks | None = None) -> WhipClient:
    return WhipClient(http, url, token, quirks or Quirks())


async def failure(http: RelayHttp, url: str, token: str = TOKEN) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await client(http, url, token).publish("v=0\r\n")
    assert caught.value.data["step"] == caught.value.step.value
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_a_relative_location_with_its_query_and_the_etag_is_kept(server: WhipServer, http: RelayHttp) -> None:
    server.faults.headers = {"Location": "../session/7?action=delete&token=x%2Fy", "ETag": "unquoted"}
    session = await client(http, server.url).publish("v=0\r\n")
    assert session.url.endswith("/session/7?action=delete&token=x%2Fy") and session.etag == "unquoted"
    assert server.seen[0].authorization == f"Bearer {TOKEN}" and server.seen[0].query == "key=1"
    server.faults.status = 200
    await client(http, server.url).leave(session)
    assert (server.seen[1].method, server.seen[1].path) == ("DELETE", "/session/7")
    assert server.seen[1].query == "action=delete&token=x/y" and server.seen[1].authorization == f"Bearer {TOKEN}"


async def test_a_location_without_a_query_gets_that_of_the_first_address(server: WhipServer, http: RelayHttp) -> None:
    server.faults.headers = {"Location": "/session/7"}
    assert (await client(http, server.url).publish("v=0\r\n")).url.endswith("/session/7?key=1")
    assert (await client(http, server.url, quirks=Quirks(keep_query=False)).publish("v=0\r\n")).url.endswith("/session/7")


async def test_redirects_are_followed_with_the_token(server: WhipServer, http: RelayHttp) -> None:
    server.faults.redirects = 2
    await client(http, server.url).publish("v=0\r\n")
    assert [(request.path, request.authorization) for request in server.seen] == [
        ("/whip/show", f"Bearer {TOKEN}"),
        ("/elsewhere", f"Bearer {TOKEN}"),
        ("/elsewhere", f"Bearer {TOKEN}"),
    ]
    assert all(request.body == "v=0\r\n" for request in server.seen)


async def test_the_number_of_redirects_is_limited(server: WhipServer, http: RelayHttp) -> None:
    server.faults.redirects = 100
    error = await failure(http, server.url)
    assert error.code == "whip.redirect" and error.refused and len(server.seen) == 6


async def test_a_redirect_to_another_origin_gets_the_offer_and_no_token(server: WhipServer, http: RelayHttp) -> None:
    other = WhipServer()
    await other.start()
    try:
        server.faults.redirects, server.faults.redirect_to = 1, other.url
        await client(http, server.url).publish("v=0\r\n")
        assert [request.authorization for request in server.seen] == [f"Bearer {TOKEN}"]
        assert [(request.method, request.authorization) for request in other.seen] == [("POST", "")]
        other.token, server.faults.redirects = TOKEN, 1
        error = await failure(http, server.url)
        assert error.code == "whip.token_elsewhere" and error.refused and error.data["target"] == origin_of(other.url)
    finally:
        await other.aclose()


def test_a_preset_may_allow_the_domain_of_one_operator() -> None:
    start, region = "https://global.whip.live-video.net", "https://fra02.global-bm.whip.live-video.net/x"
    assert token_may_follow(start, region, "live-video.net")
    assert not token_may_follow(start, region)
    assert not token_may_follow("https://relay.example/", region, "live-video.net"), "what was entered elsewhere stays there"
    for wrong in ("http://a.live-video.net/", "https://live-video.net.evil.example/", "https://evillive-video.net/"):
        assert not token_may_follow(start, wrong, "live-video.net")


@pytest.mark.parametrize("token", ["", TOKEN])
async def test_a_user_name_in_the_address_is_sent_as_a_token_and_never_shown(server: WhipServer, http: RelayHttp, token: str) -> None:
    url = server.url.replace("http://", "http://anna:open-sesame@")
    server.faults.status, server.faults.body = 403, "the wrong password: " + ("..." if token else "open-sesame")
    error = await failure(http, url, token)
    assert error.code == "whip.token", "no fault of the network, which would be tried for ever"
    assert "the wrong password" in str(error) and "open-sesame" not in str(error)
    assert server.seen[0].authorization == (f"Bearer {token}" if token else "Basic YW5uYTpvcGVuLXNlc2FtZQ==")
    assert "anna:" not in str(error)


@pytest.mark.parametrize("url", ["https://a:b@", "http://anna:open-sesame@[::1/x", "ftp://anna:open-sesame@relay.example/x?key=1"])
async def test_an_unusable_address_is_shown_without_its_secrets(http: RelayHttp, url: str) -> None:
    error = await failure(http, url)
    assert error.code == "whip.address" and error.refused
    assert "open-sesame" not in str(error) and "key=1" not in str(error)


async def test_an_error_of_the_http_library_is_not_blamed_on_the_network(http: RelayHttp) -> None:
    with pytest.raises(TransportError) as caught:
        await http.request("POST", "http://anna:open-sesame@127.0.0.1:9/x", headers={"Authorization": "Bearer x"})
    assert caught.value.code == "whip.address" and caught.value.refused and "open-sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("start", "target", "may"),
    [
        ("https://a/x", "https://a:443/y", True),
        ("https://a/x", "https://b/y", False),
        ("https://a/x", "http://a/y", False),
        ("http://a/x", "https://a/y", False),
        ("http://a/x", "http://a/y", True),
        ("http://a/x", "http://b/y", False),
        ("http://a/x", "http://127.0.0.1:9/y", False),
        ("http://a/x", "http://127.0.0.1.evil.example/y", False),
        ("http://a:1/x", "http://a:2/y", False),
    ],
)
def test_the_token_follows_only_to_the_origin_it_was_entered_for(start: str, target: str, may: bool) -> None:
    assert token_may_follow(start, target) is may


@pytest.mark.parametrize(
    ("status", "body", "code", "refused", "words"),
    [
        (401, "no such key", "whip.token", True, "no such key"),
        (403, '{"error": "already in use"}', "whip.token", True, "already in use"),
        (404, "", "whip.not_found", True, "Not Found"),
        (406, "<html><style>x{}</style><body>H264 &amp; Opus only</body></html>", "whip.media", True, "H264 & Opus only"),
        (409, "busy", "whip.in_use", False, "busy"),
        (418, "tea", "whip.http", True, "tea"),
        (500, f"oops {TOKEN}\n\x1b[31m", "whip.http", False, "oops … [31m"),
        (301, "moved", "whip.http", True, "moved"),
        (500, '{"error": {"code": 7, "message": "no room"}}', "whip.http", False, "no room"),
        (500, '{"error":' * 20_000, "whip.http", False, '{"error":' * 22 + '{"'),
        (500, '{"a":' + "[" * 60_000, "whip.http", False, '{"a":' + "[" * 195),
        (500, "<" * 65_000, "whip.http", False, "<" * 200),
        (500, "<style>" * 2_000 + "words", "whip.http", False, "words"),
        (500, "&#" + "9" * 5_000 + ";", "whip.http", False, "\N{REPLACEMENT CHARACTER}"),
        (500, f"<a href='{TOKEN}'>{' ' * 3000}{TOKEN}", "whip.http", False, "…"),
        (201, "<html>hello</html>", "whip.answer", False, "the answer is not a session description: hello"),
    ],
)
async def test_every_refusal_has_the_servers_message(
    server: WhipServer, http: RelayHttp, status: int, body: str, code: str, refused: bool, words: str
) -> None:
    server.faults.status, server.faults.body = status, body
    error = await failure(http, server.url)
    assert (error.code, error.refused, error.detail) == (code, refused, words)
    assert error.step is (Step.SDP if status == 201 else Step.HTTP)


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("100000", 120, 120),
        ("soon", 0, 0),
        ("²", 0, 0),
        ("9" * 5000, 120, 120),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0, 0),
        ("Sun, 99 Foo 99999 99:99:99", 0, 0),
        ("Fri, 31 Dec 2100 23:59:59 GMT", 120, 120),
    ],
)
async def test_retry_after_is_read(server: WhipServer, http: RelayHttp, value: str, least: float, most: float) -> None:
    server.faults.status, server.faults.headers = 503, {"Retry-After": value}
    assert least <= (await failure(http, server.url)).retry_after_s <= most


@pytest.mark.parametrize("location", ["http://[::1", "//a:b:c/", "http://a:99999/", "ftp://a/b", "http:// /"])
async def test_with_an_invalid_location_only_leaving_is_impossible(server: WhipServer, http: RelayHttp, location: str) -> None:
    server.faults.headers = {"Location": location}
    session = await client(http, server.url).publish("v=0\r\n")
    assert session.url == ""
    server.faults.redirects, server.faults.redirect_to = 1, location
    error = await failure(http, server.url)
    assert (error.code, error.refused) == ("whip.redirect", True)


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_the_new_address_of_a_moved_relay_is_shown_without_secrets(server: WhipServer, http: RelayHttp, status: int) -> None:
    server.faults.status, server.faults.headers = status, {"Location": "https://user:pass@new.example/whip?key=secret#x"}
    error = await failure(http, server.url)
    assert (error.code, error.detail, error.refused) == ("whip.moved", "https://new.example/whip", True)


async def test_replacing_the_connections_does_not_cut_off_a_running_offer(server: WhipServer, http: RelayHttp) -> None:
    server.faults.delay_s, server.faults.headers = 0.3, {"Location": "/session/1"}
    publishing = asyncio.create_task(client(http, server.url).publish("v=0\r\n"))
    await server.until(lambda: server.posts == 1)
    await http.renew()  # as a probe does without an answer
    await http.renew()
    assert (await publishing).url.endswith("/session/1?key=1")
    assert server.deleted == []


async def test_the_session_of_a_late_answer_is_left(server: WhipServer, http: RelayHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    assert whip.POST_WITHIN_S >= 15, "relays that start a machine for a stream take longer than five seconds"
    monkeypatch.setattr(whip, "POST_WITHIN_S", 0.05)
    server.faults.delay_s, server.faults.headers = 0.3, {"Location": "/session/9"}
    late = client(http, server.url)
    with pytest.raises(TransportError) as caught:
        await late.publish("v=0\r\n")
    assert (caught.value.code, caught.value.refused) == ("whip.no_reply", False)
    await server.until(lambda: server.deleted == ["/session/9"])
    await late.aclose()


async def test_a_cancelled_offer_leaves_no_session(server: WhipServer, http: RelayHttp) -> None:
    server.faults.delay_s, server.faults.headers = 0.2, {"Location": "/session/9"}
    given_up = client(http, server.url)
    publishing = asyncio.create_task(given_up.publish("v=0\r\n"))
    await server.until(lambda: server.posts == 1)
    publishing.cancel()
    await asyncio.wait({publishing})
    assert publishing.cancelled() and server.deleted == []
    await given_up.aclose()
    assert server.deleted == ["/session/9"]


async def test_an_offer_that_was_not_sent_is_dropped_at_once(http: RelayHttp) -> None:
    """The port accepts no connection, so there is nothing to wait for."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.socket() as first, socket.socket() as second:
            for filling in (first, second):
                filling.setblocking(False)
                filling.connect_ex(full.getsockname())
            waiting = client(http, f"http://127.0.0.1:{full.getsockname()[1]}/whip")
            publishing = asyncio.create_task(waiting.publish("v=0\r\n"))
            await asyncio.sleep(0)
            publishing.cancel()
            await asyncio.wait({publishing})
            await waiting.aclose()
            assert publishing.cancelled()


async def test_an_endless_answer_is_cut_off_and_its_session_left(server: WhipServer, http: RelayHttp) -> None:
    server.faults.body, server.faults.headers = "v=0\r\n" + "a=x\r\n" * 100_000, {"Location": "/session/1"}
    error = await failure(http, server.url)
    assert error.step is Step.SDP and "too long" in error.detail and server.deleted == ["/session/1"]


@pytest.mark.parametrize("url", ["", "ftp://a/b", "https://", "whip", "http://a:b/", "http://:80/"])
async def test_an_invalid_address_is_refused_without_a_try(http: RelayHttp, url: str) -> None:
    error = await failure(http, url)
    assert error.step is Step.ADDRESS and error.refused


async def test_an_unknown_name_fails_at_name(http: RelayHttp) -> None:
    assert (await failure(http, "http://no-such-host.invalid/whip")).step is Step.NAME


async def test_a_closed_port_fails_at_tcp(http: RelayHttp) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await failure(http, f"http://127.0.0.1:{unused.getsockname()[1]}/whip")
    assert error.step is Step.TCP and "refused" in error.detail.lower()


async def test_a_server_without_tls_fails_at_tls(server: WhipServer, http: RelayHttp) -> None:
    assert (await failure(http, server.url.replace("http:", "https:"))).step is Step.TLS


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=relay -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run([*command.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return key, certificate


async def test_an_untrusted_certificate_fails_at_tls_and_a_trusted_one_works(tmp_path: Path, http: RelayHttp) -> None:
    key, certificate = _make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = WhipServer(tls=context)
    server.faults.status, server.faults.body = 201, "v=0\r\n"
    await server.start()
    trusting = RelayHttp(ssl.create_default_context(cafile=str(certificate)))
    try:
        error = await failure(http, server.url)
        assert error.step is Step.TLS and "self" in error.detail
        assert (await client(trusting, server.url).publish("v=0\r\n")).answer == "v=0\r\n"
    finally:
        await trusting.aclose()
        await server.aclose()


async def test_a_server_that_hangs_up_or_is_silent_fails_at_http(http: RelayHttp) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    silent = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with silent:
        error = await failure(http, f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/")
    assert error.step is Step.HTTP and error.code == "whip.no_reply"


async def test_leaving_an_unreachable_relay_does_not_fail(http: RelayHttp) -> None:
    gone = client(http, "http://127.0.0.1:9/whip")
    assert await gone.leave(WhipSession("", "http://127.0.0.1:9/session/1", "", 0)) is False
    assert await gone.leave(WhipSession("", "", "", 0)) is False


async def test_options_asks_for_ice_servers(server: WhipServer, http: RelayHttp) -> None:
    assert await client(http, server.url).ice_servers() == (
        IceServer("stun:127.0.0.1:9"),
        IceServer("turn:127.0.0.1:9?transport=udp", "u,1", "p;2"),
    )


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ('<stun:a>;rel="ice-server";' + " ; " * 30_000, ("stun:a",)),
        ("<stun:a>; rel=ice-server, " + "<" * 60_000, ("stun:a",)),
        ('<stun:a>; rel="ice-server' + "\\" * 60_000, ()),
        ("<stun:a>; REL=ICE-SERVER, <turns:b>;rel=ice-server", ("stun:a", "turns:b")),
        ('<stun:a>; x="<stun:b>; rel=ice-server"; rel="ice-server"', ("stun:a",)),
        ("<stun:a>; rel=next; rel=ice-server", ()),
        (", ".join(f"<stun:h{number}>; rel=ice-server" for number in range(400)), tuple(f"stun:h{number}" for number in range(16))),
    ],
)
def test_links_are_read_from_left_to_right_up_to_the_limit(links: str, found: tuple[str, ...]) -> None:
    assert tuple(server.url for server in ice_servers_in(links)) == found


def test_other_links_are_ignored() -> None:
    assert ice_servers_in('</events>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="layers"') == ()
    assert ice_servers_in("<stun:a>; rel=ice-server") == (IceServer("stun:a"),)
    assert ice_servers_in("") == () and ice_servers_in("nonsense <") == ()
