"""Attacks on a relay. Each is bounded in time and number, and stays on loopback.

They come from other loopback addresses than the honest viewer.
"""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace

import aiohttp

from app.transport import rtcp
from app.transport.sdp import Description, Setup, TransportDescription, parse, render
from tests.support.watcher import Watcher, watch_offer

FINGERPRINT = (("sha-256", ":".join(["AB"] * 32)),)
DEAD_OFFER = render(
    Description(TransportDescription("abcd", "abcdefghijklmnopqrstuvwx", FINGERPRINT, Setup.ACTPASS), watch_offer(), ("0", "1")), offer=True
)
RUBBISH = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 200,
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: nine\r\n\r\n",
    b"\0" * 900 + b"\r\n\r\n",
)


@dataclass
class Attack:
    """`port` is the relay's HTTP port, `media` the ports of its media sockets. `sent` counts the attempts."""

    port: int
    media: tuple[int, ...]
    until: float
    most: int
    source: str = "127.0.0.2"
    sent: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    @property
    def on(self) -> bool:
        return time.monotonic() < self.until and self.sent < self.most

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count_answer(self, answer: str) -> None:
        self.answers[answer] = self.answers.get(answer, 0) + 1


@contextlib.asynccontextmanager
async def _connection(attack: Attack) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", attack.port, local_addr=(attack.source, 0))
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _requests(attack: Attack, make: Callable[[int], bytes], *, connections: int) -> None:
    """Complete requests on open connections, as fast as the relay answers."""

    async def one() -> None:
        while attack.on:
            try:
                async with _connection(attack) as (reader, writer):
                    while attack.on:
                        attack.sent += 1
                        writer.write(make(attack.sent))
                        head = await reader.readuntil(b"\r\n\r\n")
                        attack.count_answer(head[9:12].decode())
                        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
                        await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                attack.count_answer("hung up")
                await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(connections)))


async def codes(attack: Attack) -> None:
    """Request QR codes of new addresses each time, and one with 2,200 bytes."""

    def make(number: int) -> bytes:
        host = "x" * 2200 if number % 4 == 0 else f"192.0.{number // 250 % 250}.{number % 250}:8787"
        return f"GET /qr/live.svg HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()

    await _requests(attack, make, connections=16)


async def pages(attack: Attack) -> None:
    """Request the page's files on as many connections as one address may have."""
    paths = itertools.cycle(("/watch/live", "/viewer/watch.js", "/api/status", "/viewer/style.css"))
    await _requests(attack, lambda number: f"GET {next(paths)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(), connections=100)


async def rubbish(attack: Attack) -> None:
    """Send garbage instead of requests, each time on a new connection."""

    async def one() -> None:
        while attack.on:
            attack.sent += 1
            try:
                async with _connection(attack) as (reader, writer):
                    writer.write(RUBBISH[attack.sent % len(RUBBISH)])
                    attack.count_answer((await asyncio.wait_for(reader.read(12), 5))[9:12].decode() or "hung up")
            except (OSError, TimeoutError):
                attack.count_answer("no connection")

    await asyncio.gather(*(one() for _ in range(16)))


async def datagrams(attack: Attack) -> None:
    """Send almost valid STUN messages to other sessions' media ports."""
    cookie = (0x2112A442).to_bytes(4, "big")
    kinds = [
        b"\0\1" + (8).to_bytes(2, "big") + cookie + bytes(12) + b"\0\x24\0\0" + b"\0\6\0\0",
        b"\0\1" + (8).to_bytes(2, "big") + cookie + bytes(12) + b"\x80\x2a\0\2" + bytes(4),
        b"\1\1" + (8).to_bytes(2, "big") + cookie + bytes(12) + b"\0\x20\0\1" + bytes(4),
        b"\0\1\0\0" + b"\xff" * 1200,
        b"\x16\xfe\xfd" + b"\xff" * 1200,
        b"\x80\x60" + b"\xff" * 1200,
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((attack.source, 0))
        while attack.on:
            for _ in range(20):
                attack.sent += 1
                out.sendto(kinds[attack.sent % len(kinds)], ("127.0.0.1", attack.media[attack.sent % len(attack.media)]))
            await asyncio.sleep(0.001)


async def _viewer(attack: Attack, say: Callable[[Watcher], object], every_s: float) -> None:
    hostile = await Watcher(f"{attack.base}/whep/live").start()
    await hostile.until(lambda: hostile.video)
    try:
        while attack.on:
            attack.sent += 1
            say(hostile)
            await asyncio.sleep(every_s)
    finally:
        await hostile.stop()


async def reports(attack: Attack) -> None:
    """Send transport feedback of 1,200 bytes that covers two million packets."""
    body = bytes(8) + b"\0\0\xff\xff" + bytes(4) + b"\x1f\xff" * 590  # 590 runs of 8,191 packets
    feedback = b"\x8f\xcd" + (len(body) // 4).to_bytes(2, "big") + body
    compound = rtcp.to_bytes(rtcp.ReceiverReport(1)) + feedback
    await _viewer(attack, lambda hostile: hostile.peer.send_rtcp(compound), 0.002)


async def wishes(attack: Attack) -> None:
    """Request key frames and every packet again, endlessly."""
    lost = tuple(range(0, 60_000, 17))[:280]

    def say(hostile: Watcher) -> None:
        hostile.say(rtcp.PictureLoss(1, hostile.ssrc), rtcp.Nack(1, hostile.ssrc, lost))

    await _viewer(attack, say, 0.002)


async def offers(attack: Attack) -> None:
    """Open sessions that never connect, from eight addresses."""

    async def one(address: str) -> None:
        connector = aiohttp.TCPConnector(local_addr=(address, 0))
        async with aiohttp.ClientSession(attack.base, connector=connector) as client:
            while attack.on:
                attack.sent += 1
                try:
                    async with client.post("/whep/live", data=DEAD_OFFER, headers={"Content-Type": "application/sdp"}) as response:
                        attack.count_answer(str(response.status))
                except (aiohttp.ClientError, OSError):
                    attack.count_answer("no connection")

    await asyncio.gather(*(one(f"127.0.0.{number}") for number in range(2, 10)))


async def connections(attack: Attack) -> None:
    """Open as many silent connections as possible, from forty addresses."""
    held: list[asyncio.StreamWriter] = []
    try:
        for number in itertools.cycle(range(2, 42)):
            if not attack.on:
                break
            attack.sent += 1
            try:
                opening = asyncio.open_connection("127.0.0.1", attack.port, local_addr=(f"127.0.0.{number}", 0))
                held.append((await asyncio.wait_for(opening, 2))[1])
                attack.count_answer("open")
            except (OSError, TimeoutError):
                attack.count_answer("no connection")
        while time.monotonic() < attack.until:
            await asyncio.sleep(0.05)
    finally:
        for writer in held:
            writer.transport.abort()


ATTACKS: dict[str, Callable[[Attack], Coroutine[object, object, None]]] = {
    "codes": codes,
    "pages": pages,
    "rubbish": rubbish,
    "datagrams": datagrams,
    "reports": reports,
    "wishes": wishes,
    "offers": offers,
    "connections": connections,
}


async def media_port_of(base: str) -> int:
    """Return a media port of the relay, read from its answer to our offer."""
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{base}/whep/live", data=DEAD_OFFER, headers={"Content-Type": "application/sdp"}) as response,
    ):
        return replace(parse(await response.text()).transport).candidates[0].port
