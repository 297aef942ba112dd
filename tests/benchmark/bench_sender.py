"""CPU of an additional WHIP target at 2.5 Mb/s: the same stream to one target and to five, the difference divided by four.

Run: python -m tests.benchmark.bench_sender [seconds]. The receivers are in another process, so that their work is not counted.
"""

import asyncio
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe

from aiohttp import web

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.program.output import Relay, Target
from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, Codec, EncodedPacket, MediaKind
from app.transport import rtcp, rtp, sdp
from app.transport.peer import Peer
from app.transport.publisher import Publisher
from tests.support.encoded import Control

KBPS = 2500
FPS = 30
FURTHER = 4
KEYFRAME_EVERY = 60


def _access_unit(size: int, *, key: bool) -> bytes:
    """A frame of this many bytes, as the payloader gets it."""
    sets = b"\0\0\0\1\x67" + bytes(range(1, 20)) + b"\0\0\0\1\x68\xce\x3c\x80" if key else b""
    return sets + b"\0\0\0\1" + (b"\x65" if key else b"\x41") + b"\xa7" * size


class _Sink:
    """Answers any offer and reports reception once a second, as a relay does."""

    def __init__(self) -> None:
        self._peers: set[Peer] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.received = 0

    async def whip(self, request: web.Request) -> web.Response:
        if request.method != "POST":
            return web.Response()
        offer = sdp.parse(await request.text())
        highest: dict[int, int] = {}

        def on_rtp(packet: bytes, arrival_ns: int) -> None:
            header = rtp.parse_header(packet)
            highest[header.ssrc] = header.sequence
            self.received += 1

        peer = Peer(controlling=False, addresses=lambda: ["127.0.0.1"], on_rtp=on_rtp, on_rtcp=lambda _: None, on_closed=lambda _: None)
        self._peers.add(peer)
        local = await peer.gather()
        sections = tuple(
            sdp.MediaSection(m.kind, m.mid, sdp.Direction.RECVONLY, m.formats[:2] if m.kind == "video" else m.formats, m.extensions)
            for m in offer.media
        )

        async def run() -> None:
            await peer.connect(offer.transport)
            while peer.connected:
                blocks = tuple(rtcp.ReportBlock(ssrc, highest_sequence=sequence) for ssrc, sequence in highest.items())
                peer.send_rtcp(rtcp.to_bytes(rtcp.ReceiverReport(1, blocks)))
                await asyncio.sleep(1)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        answer = sdp.render(sdp.Description(local, sections, ("0", "1")), offer=False)
        return web.Response(status=201, text=answer, content_type="application/sdp", headers={"Location": f"/session/{len(self._peers)}"})


def _far_end(pipe: "Pipe[int, int]") -> None:
    """The receiving process: one address that accepts every publication."""

    async def serve() -> None:
        app, sink = web.Application(), _Sink()
        app.router.add_route("*", "/{tail:.*}", sink.whip)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        pipe.send(sink.received)

    asyncio.run(serve())


def _feed(publisher: Publisher, control: Control, seconds: float) -> float:
    """Push the stream in real time; returns the CPU seconds of this process."""
    size = KBPS * 1000 // 8 // FPS
    plain, key = _access_unit(size, key=False), _access_unit(size * 3, key=True)
    sound = bytes(320)
    cpu, began = time.process_time(), time.monotonic()
    frames = blocks = 0
    while (elapsed := time.monotonic() - began) < seconds:
        now_ns = time.monotonic_ns()
        while blocks * 0.02 <= elapsed:
            publisher.push(EncodedPacket(MediaKind.AUDIO, Codec.OPUS, sound, blocks * AUDIO_CLOCK_HZ // 50, now_ns))
            blocks += 1
        if frames / FPS <= elapsed:
            is_key = frames % KEYFRAME_EVERY == 0 or control.wanted.is_set()
            control.wanted.clear()
            data = key if is_key else plain
            publisher.push(EncodedPacket(MediaKind.VIDEO, Codec.H264, data, frames * VIDEO_CLOCK_HZ // FPS, now_ns, is_key))
            frames += 1
        time.sleep(max(0.0, began + min(blocks * 0.02, frames / FPS) - time.monotonic()))
    return time.process_time() - cpu


def _measure(urls: Sequence[str], seconds: float) -> tuple[float, float]:
    """(share of a core, kbit/s of one target) while publishing to all."""
    control, notices = Control(), list[Notice]()
    publisher = Publisher(clock=SystemClock(), control=control, notify=notices.append)
    publisher.start()
    try:
        publisher.targets([Target(Relay(f"relay{number}", f"Relay {number}", url)) for number, url in enumerate(urls)])
        _feed(publisher, control, 2)
        share = _feed(publisher, control, seconds) / seconds
        stats = publisher.stats()
        assert all(target.state.value == "live" for target in stats), notices
        return share, stats[0].kbps if stats else 0.0
    finally:
        publisher.close()


def run(seconds: float = 10.0) -> dict[str, float]:
    """Measure; `further_target_percent` is the figure that matters."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_far_end, args=(theirs,))
    process.start()
    try:
        url = f"http://127.0.0.1:{ours.recv()}/whip"
        none, _ = _measure([], seconds / 2)
        one, kbps = _measure([url], seconds)
        many, _ = _measure([url] * (1 + FURTHER), seconds)
        ours.send(0)
        ours.recv()
    finally:
        process.join(5)
        process.kill()
    return {
        "kbps": round(kbps),
        "feeding_percent": round(none * 100, 2),
        "one_target_percent": round((one - none) * 100, 2),
        "further_target_percent": round((many - one) * 100 / FURTHER, 2),
    }


if __name__ == "__main__":
    print(json.dumps(run(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0), indent=2))
