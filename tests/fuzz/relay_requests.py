"""Requests to the embedded relay as bytes over a real connection: it answers or hangs up, and never fails."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace

from app.relay.config import Limits
from tests.fuzz.descriptions import OFFER_TEXT, description
from tests.fuzz.mutation import ODD_NUMBERS, spoiled, spoiled_json, spoiled_text
from tests.fuzz.target import Call, Target
from tests.support.relays import KEY, running_relay

MOST_ANSWER = 400_000  # four times the viewer page
ANSWER_WITHIN_S = 0.2  # half a request gets no answer
_METHODS = ("GET", "GET", "GET", "POST", "POST", "OPTIONS", "DELETE", "PATCH", "PUT", "HEAD", "CONNECT", "BREW", "")
_PATHS = (
    "/",
    "/watch/live",
    "/viewer/viewer.js",
    "/viewer/../../etc/passwd",
    "/viewer/%2e%2e%2fx",
    "/favicon.ico",
    "/qr/live.svg",
    "/api/status",
    "/api/time",
    "/whip/live",
    "/whep/live",
    "/whip/live/abc",
    "/whep/live/abc",
    "/whip/nobody",
    "/room/live",
    "/room/live/host",
    "/room/live/events",
    "/room/live/pictures/a",
    "/room/live/calendars/a.ics",
    "/orders/live",
    "//",
    "/%00",
    "*",
    "http://other.example/",
    "/?" + "a=1&" * 400,
)
_HEADERS = (
    "Host: 127.0.0.1",
    "Host: relay.example:99999",
    "Host: [::1",
    "Host: a b",
    "Host: " + "h" * 2000,
    "Origin: http://evil.example",
    "Origin: null",
    f"Authorization: Bearer {KEY}",
    "Authorization: Bearer wrong",
    "Authorization: Basic \xff",
    "Content-Type: application/sdp",
    "Content-Type: application/json",
    "Content-Type: text/plain; charset=\x01",
    "Content-Encoding: gzip",
    "Content-Length: {}",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "If-Match: *",
    "If-None-Match: {}",
    "Range: bytes={}-",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits={}",
    "X-Forwarded-For: 1.2.3.4, {}",
    "X-Tradewind-Timestamp: {}",
    "X-Tradewind-Signature: sha256=ab",
    "Accept-Language: " + "de," * 300,
    "Cookie: a={}",
)
_REPORT = {"t": "report", "token": "x", "page": "y", "events": [{"n": 1, "kind": "like", "count": 1}]}


def _request(rng: random.Random) -> bytes:
    """Return a known request with a damaged line, headers and body; sometimes random bytes."""
    path = rng.choice(_PATHS)
    method = rng.choice(_METHODS)
    body = rng.choice((lambda: "", lambda: description(rng, OFFER_TEXT), lambda: spoiled_json(rng, _REPORT), lambda: "x" * 70_000))()
    raw = body.encode("utf-8", "replace")
    lines = [f"{method} {path} HTTP/1.{rng.choice('1110')}"]
    lines += [line.replace("{}", rng.choice((*ODD_NUMBERS[:11], "5"))) for line in rng.choices(_HEADERS, k=rng.choice((1, 2, 4, 9)))]
    if rng.random() < 0.7:
        lines.append(f"Content-Length: {len(raw)}")
    if rng.random() < 0.8:
        lines.append("Host: 127.0.0.1")
    lines.append("Connection: close")
    if rng.random() < 0.3:
        at = rng.randrange(len(lines))
        lines[at] = spoiled_text(rng, lines[at])
    head = "\r\n".join(lines).encode("utf-8", "replace")
    made = head + b"\r\n\r\n" + raw
    return spoiled(rng, made, (b"\r\n", b"\0", b"HTTP/1.1", b"\r\n\r\n", b"ffffffff\r\n")) if rng.random() < 0.2 else made


class _Errors(logging.Handler):
    """Collects errors logged during a request."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(self.format(record))


def _unlimited() -> Limits:
    """Return the relay's limits without rate limits, which would refuse most inputs."""
    often = {one.name: 10**9 for one in fields(Limits) if one.name.endswith(("_per_s", "_burst"))}
    return replace(Limits(), connect_timeout_s=0.05, max_connecting_per_address=10**6, max_connecting=10**6, **often)


@contextmanager
def _relay() -> Iterator[Call]:
    runner = asyncio.Runner()
    errors = _Errors()
    logging.getLogger().addHandler(errors)
    stack = contextlib.AsyncExitStack()
    relay = runner.run(stack.enter_async_context(running_relay(limits=_unlimited())))

    async def ask(request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        answer = b""
        try:
            writer.write(request)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                while len(answer) <= MOST_ANSWER and (more := await reader.read(65536)):
                    answer += more
        except (TimeoutError, OSError):
            pass
        finally:
            writer.transport.abort()
        return answer

    async def take(request: bytes) -> object:
        errors.words.clear()
        answer = await ask(request)
        assert not answer.startswith(b"HTTP/1.1 500"), answer[:300]
        assert len(answer) <= MOST_ANSWER, "the answer never ended"
        assert not errors.words, errors.words[0][-600:]
        return len(answer), answer[:12]

    async def check_alive() -> None:
        answer = await ask(b"GET /api/time HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer[:100]

    try:
        yield lambda request: runner.run(take(request))
        runner.run(check_alive())
    finally:
        runner.run(stack.aclose())
        logging.getLogger().removeHandler(errors)
        runner.close()


TARGETS = (Target("relay-request", _request, _relay, base=300_000, works_at_most=120, share=0.02),)
