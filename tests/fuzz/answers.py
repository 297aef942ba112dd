"""Answers of a relay's HTTP server: messages, waits, links, addresses, and whole answers as bytes."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.program.output import IceServer, Quirks
from app.transport.answers import address_from, ice_servers_in, keep_alive_s, retry_after_s, said
from app.transport.errors import TransportError
from app.transport.http import RelayHttp, Reply
from app.transport.ice import server_address
from app.transport.whip import WhipClient
from tests.fuzz.mutation import MOST, ODD_NUMBERS, spoiled, spoiled_json, spoiled_text
from tests.fuzz.target import Call, Target, calls

_TOKEN = "a-long-secret-token"
_PAGES = (
    "<html><head><title>Busy</title><style>p{}</style></head><body><p>No &amp; room &#8230;</p><script>x<1</script></body></html>",
    "<" * 300,
    "<!--" * 60,
    "<style>" * 80 + "words",
    "&#" + "9" * 5000 + ";",
    f"your token {_TOKEN} is wrong",
)
_ERROR = {"error": {"code": 7, "message": "no room"}, "detail": ["x", {"message": "y"}], "reason": "z"}
_DATES = (
    "Fri, 31 Dec 2100 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "7",
    "Sun Nov  6 08:49:37 1994",
    "Sunday, 06-Nov-94 08:49:37 GMT",
)
_LINKS = (
    '<stun:127.0.0.1:9>; rel="ice-server", <turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="u,1"; credential="p;2"',
    '</events>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="layers"',
    "<stun:a>; rel=ice-server",
)
_LOCATIONS = (
    "/session/1",
    "../x?y=z#f",
    "https://user:pass@relay.example:8443/a/b",
    "//[::1]:9/x",
    "http://xn--p1ai/",
    "https:relay.example",
)
_SERVERS = ("stun:stun.example:3478", "turn:127.0.0.1:9?transport=udp", "turns:[::1]:5349?transport=tcp")
_RAW = (
    b'HTTP/1.1 201 Created\r\nContent-Type: application/sdp\r\nLocation: /session/1\r\nETag: "1"\r\nContent-Length: 5\r\n\r\nv=0\r\n',
    b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b\x08\x00",
    b"HTTP/1.0 401 No\r\nWWW-Authenticate: Bearer\r\n\r\nwrong key",
)
_RAW_WORDS = (
    b"\r\n",
    b"\r\n\r\n",
    b"HTTP/1.1 ",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n",
    b"ffffffffffffffff\r\n",
    b"-1",
    b"\x00",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: br\r\n",
    b"Link: <" + b"a" * 300,
    b"Location: http://[\r\n",
    b"Set-Cookie: a=b; c\r\n",
    b"X: " + b"y" * 9000 + b"\r\n",
    b"Content-Type: text/html; charset=\xff\r\n",
    b"101",
    b"204",
    b"999",
    b"HTTP/9.9",
)


def _reply(body: bytes = b"", **headers: str) -> Reply:
    return Reply(500, "Internal Server Error", {name.replace("_", "-"): value for name, value in headers.items()}, body, False)


def _page(rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return spoiled_json(rng, _ERROR).encode("utf-8", "replace")
    page = spoiled_text(rng, rng.choice(_PAGES), ("<style>", "</style", "<!--", "<", "&#", _TOKEN, "<script", "&lt;"))
    return spoiled(rng, page.encode("utf-8", "replace") * rng.choice((1, 1, 1, 40)))[:MOST]


def _reported_text(body: bytes) -> str:
    words = said(_reply(body), _TOKEN)
    assert _TOKEN not in words and len(words) <= 200
    return words


def _waited(value: str) -> float:
    seconds = retry_after_s(_reply(retry_after=value))
    assert 0 <= seconds <= 120
    return seconds


def _links(header: str) -> tuple[IceServer, ...]:
    found = ice_servers_in(header)
    for server in found:
        server_address(server.url)
    return found


@contextmanager
def _client() -> Iterator[Call]:
    """A publisher's HTTP client, and a server that answers with given bytes, then hangs up."""
    loop = asyncio.new_event_loop()
    answer = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0))
    port = server.sockets[0].getsockname()[1]

    async def made() -> RelayHttp:
        return RelayHttp()

    http = loop.run_until_complete(made())

    async def publish() -> object:
        client = WhipClient(http, f"http://127.0.0.1:{port}/whip", _TOKEN, Quirks())
        try:
            session = await client.publish("v=0\r\n")
            return session.answer, session.url, session.etag
        except TransportError as error:
            assert _TOKEN not in str(error)
            raise
        finally:
            await client.aclose()

    def take(raw: bytes) -> object:
        nonlocal answer
        answer = raw
        return loop.run_until_complete(publish())

    try:
        yield take
    finally:
        loop.run_until_complete(http.aclose())
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.close()


TARGETS = (
    Target("answer-words", _page, calls(_reported_text), works_at_most=40),
    Target("retry-after", lambda rng: spoiled_text(rng, rng.choice((*_DATES, *ODD_NUMBERS))), calls(_waited)),
    Target(
        "keep-alive",
        lambda rng: spoiled_text(rng, rng.choice(("timeout=5, max=100", "max=9, Timeout = 20", *ODD_NUMBERS))),
        calls(keep_alive_s),
    ),
    Target(
        "link-header",
        lambda rng: spoiled_text(rng, ", ".join(rng.choices(_LINKS, k=rng.choice((1, 3, 60)))), ("<", ">", '"', "\\", ";")),
        calls(_links),
    ),
    Target(
        "location",
        lambda rng: spoiled_text(rng, rng.choice(_LOCATIONS), ("[", "]", "//", ":", "@", "\\")),
        calls(lambda text: address_from("https://relay.example/whip", text)),
    ),
    Target("ice-server", lambda rng: spoiled_text(rng, rng.choice(_SERVERS)), calls(server_address)),
    Target("http-answer", lambda rng: spoiled(rng, rng.choice(_RAW), _RAW_WORDS), _client, (TransportError,), base=60_000, share=0.02),
)
