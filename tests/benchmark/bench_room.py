"""What a full room costs, and what it does to the video: python -m tests.benchmark.bench_room [--pages 200] [--seconds 15]

The relay, a 720p publisher, the pages (plain WebSockets) and a viewer of the video are separate processes on loopback. First only video,
then with the room: the host pins five times a second, and pages like and click. Prints one JSON object: the time from the host's put to
the pages (p50, p95, max over all pages and pins), the relay's CPU with and without the room in percent of one core, and the gaps between
the viewer's frames in both.
"""

import argparse
import asyncio
import itertools
import json
import multiprocessing
import multiprocessing.connection
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import quantiles
from typing import Any

import aiohttp
import psutil

from app.relay.config import Limits
from app.transport.rtp import parse_header
from tests.benchmark.bench_relay import Pipe, publisher_process
from tests.support.relays import relay_process
from tests.support.room import RoomSocket, desk
from tests.support.watcher import OPUS, Watcher

_PINS_PER_S = 5
_LIKES_PER_S = 20  # of all pages together


class Gaps(Watcher):
    """A viewer that only records when each frame started to arrive."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.frames_ns: list[int] = []
        self._timestamp = -1
        self.peer.on_rtp = self._note

    def _note(self, packet: bytes, arrival_ns: int) -> None:
        header = parse_header(packet)
        if header.payload_type != OPUS and header.timestamp != self._timestamp:
            self._timestamp = header.timestamp
            self.frames_ns.append(arrival_ns)


def _percentiles(values: list[float]) -> dict[str, float]:
    cuts = quantiles(values, n=100)
    return {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1), "max": round(max(values), 1)}


def viewer_process(pipe: Pipe, base: str) -> None:
    """Answer each request with the gaps since the last one, in ms."""

    async def run() -> None:
        watcher = Gaps(f"{base}/whep/live")
        await watcher.start()
        pipe.send("watching")
        while await asyncio.to_thread(pipe.recv) != "stop":
            frames, watcher.frames_ns = watcher.frames_ns, []
            pipe.send([(after - before) / 1e6 for before, after in itertools.pairwise(frames)])
        await watcher.stop()

    asyncio.run(run())


class TimedPage(RoomSocket):
    """A page that only records the delay of each pin."""

    delays: list[float]

    async def _read(self) -> None:
        self.delays = []
        async for message in self.socket:
            now_ns = time.monotonic_ns()
            frame = json.loads(message.data)
            if frame["t"] == "welcome":
                self.heard.append(frame)
                self._news.set()
            elif frame["t"] == "put" and frame["key"] == "pinned":
                self.delays.append((now_ns - frame["value"]["sent_ns"]) / 1e6)


def pages_process(pipe: Pipe, base: str, pages: int) -> None:
    """Run all pages, which send likes; returns the delays."""

    async def run() -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(base, connector=connector) as client:
            sockets = [TimedPage(client, "/room/live") for _ in range(pages)]
            for socket in sockets:
                await socket.open(page="1", languages=["en"], market="US")
            pipe.send("in")
            liking = asyncio.create_task(like(sockets))
            await asyncio.to_thread(pipe.recv)
            liking.cancel()
            await asyncio.gather(liking, return_exceptions=True)
            pipe.send([delay for socket in sockets for delay in socket.delays])
            await asyncio.gather(*(socket.close() for socket in sockets))

    async def like(sockets: list[TimedPage]) -> None:
        number = 0
        while True:
            number += 1
            kind = "clicked" if number % 5 == 0 else "like"
            await sockets[number % len(sockets)].send(t="event", n=number, kind=kind, product="mug")
            await asyncio.sleep(1 / _LIKES_PER_S)

    asyncio.run(run())


async def sell(base: str, seconds: float, pages: int, talk: Pipe) -> dict[str, Any]:
    """Pin five times a second as the host."""
    async with aiohttp.ClientSession(base) as client, desk(client) as host:
        await host.open()
        await host.send(t="put", key="product/mug", value={"id": "mug", "name": {"en": "Mug"}})
        await asyncio.to_thread(talk.recv)
        pins = round(seconds * _PINS_PER_S)
        for number in range(pins):
            value = {"product": "mug" if number % 2 else "", "at_ms": number, "sent_ns": time.monotonic_ns()}
            await host.send(t="put", key="pinned", value=value)
            await asyncio.sleep(1 / _PINS_PER_S)
        async with client.get("/api/status") as response:
            status = (await response.json())["streams"][0]["room"]
        talk.send("stop")
        delays: list[float] = await asyncio.to_thread(talk.recv)
    return {
        "pages": pages,
        "pin_to_page_ms": _percentiles(delays),
        "arrived": f"{len(delays)} of {pins * pages}",  # a late page gets only the newest pin
        "events": len(host.of("event")),
        "room": status,
    }


def busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def measure(pages: int, seconds: float, kbps: int) -> dict[str, Any]:
    """Measure one run."""
    context = multiprocessing.get_context("spawn")
    limits = replace(Limits(), room_pages_per_address=2 * pages, max_connections_per_address=3 * pages, room_joins_burst=2 * pages)
    with relay_process(limits=limits) as (relay, port):
        assert relay.pid is not None
        base = f"http://127.0.0.1:{port}"
        ends = [context.Pipe() for _ in range(3)]
        starts: tuple[tuple[Callable[..., None], tuple[object, ...]], ...] = (
            (publisher_process, (base, kbps)),
            (viewer_process, (base,)),
            (pages_process, (base, pages)),
        )
        processes = [context.Process(target=run, args=(end[1], *words)) for (run, words), end in zip(starts, ends, strict=True)]
        (publisher, viewer, crowd), (ours, watch, talk) = processes, (end[0] for end in ends)
        publisher.start()
        ours.recv()
        viewer.start()
        watch.recv()
        accounts = psutil.Process(relay.pid)
        time.sleep(2)
        watch.send("gaps")
        watch.recv()
        before, began = busy(accounts), time.monotonic()
        time.sleep(seconds)
        alone = (busy(accounts) - before) / (time.monotonic() - began) * 100
        watch.send("gaps")
        gaps_alone = watch.recv()
        crowd.start()
        before, began = busy(accounts), time.monotonic()
        sold = asyncio.run(sell(base, seconds, pages, talk))
        with_room = (busy(accounts) - before) / (time.monotonic() - began) * 100
        watch.send("gaps")
        gaps_room = watch.recv()
        watch.send("stop")
        ours.send("stop")
        for process in processes:
            process.join(15)
    return {
        **sold,
        "relay_cpu_percent": {"video": round(alone, 1), "video_and_room": round(with_room, 1)},
        "frame_gap_ms": {"video": _percentiles(gaps_alone), "video_and_room": _percentiles(gaps_room)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--kbps", type=int, default=2500)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.pages, arguments.seconds, arguments.kbps), indent=1))


if __name__ == "__main__":
    main()
