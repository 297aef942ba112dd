"""What ten viewers cost the embedded relay: python -m tests.benchmark.bench_relay [--viewers 10] [--seconds 10] [--kbps 2500]

The relay, the publisher and the viewers are three processes, over real ICE and DTLS-SRTP on loopback. Prints one JSON object:
CPU of the relay's process in percent of one core, first frames, and lost packets.
"""

import argparse
import asyncio
import itertools
import json
import multiprocessing
import multiprocessing.connection
import time
from statistics import median

import numpy as np
import numpy.typing as npt
import psutil

from tests.support.broadcaster import Broadcaster, Show
from tests.support.relays import KEY, relay_process
from tests.support.watcher import Watcher

Pipe = multiprocessing.connection.Connection


def publisher_process(pipe: Pipe, base: str, kbps: int) -> None:
    async def run() -> None:
        show = NoisyShow(width=1280, height=720, fps=30, kbps=kbps)
        publisher = Broadcaster(f"{base}/whip/live", KEY, show)
        await publisher.start()
        pipe.send("live")
        await asyncio.to_thread(pipe.recv)
        await publisher.stop()

    asyncio.run(run())


class NoisyShow(Show):
    """New noise in each frame, so that the encoder needs its full bitrate."""

    def paint(self, luma: npt.NDArray[np.uint8]) -> None:
        height, width = luma.shape
        if self.number == 0:
            self._noise = np.random.default_rng(1).integers(70, 170, (16, height // 4, width), np.uint8)
            luma[:] = 90
        luma[height * 3 // 4 :] = self._noise[self.number * 7 % 16]


async def first_frame_ms(watcher: Watcher) -> float:
    """The time from the POST to the first packet of a key frame."""
    began = time.monotonic()
    await watcher.start()
    await watcher.until(lambda: watcher.video)
    return (time.monotonic() - began) * 1000


def steps(sequences: list[int]) -> list[int]:
    return [second - first & 0xFFFF for first, second in itertools.pairwise(sequences)]


async def watch(base: str, viewers: int, seconds: float, relay_pid: int) -> dict[str, object]:
    watchers = [Watcher(f"{base}/whep/live") for _ in range(viewers)]
    first = [await first_frame_ms(watcher) for watcher in watchers]
    relay = psutil.Process(relay_pid)
    await asyncio.sleep(1)
    before, began = relay.cpu_times(), time.monotonic()
    counts = [sum(map(len, watcher.video)) for watcher in watchers]
    await asyncio.sleep(seconds)
    after, elapsed = relay.cpu_times(), time.monotonic() - began
    cpu = (after.user + after.system - before.user - before.system) / elapsed * 100
    kbps = [(sum(map(len, watcher.video)) - count) * 8 / elapsed / 1000 for watcher, count in zip(watchers, counts, strict=True)]
    gaps = sum(
        len(set(range(sequences[0], sequences[-1] + 1)) - set(sequences)) for watcher in watchers if (sequences := watcher.sequences())
    )
    rss_mb = relay.memory_info().rss / 1e6
    for watcher in watchers:
        await watcher.stop()
    return {
        "viewers": viewers,
        "kbps_each": round(median(kbps)),
        "relay_cpu_percent": round(cpu, 1),
        "relay_rss_mb": round(rss_mb, 1),
        "first_packet_ms": {"p50": round(median(first), 1), "max": round(max(first), 1)},
        "lost": gaps,
    }


def measure(viewers: int, seconds: float, kbps: int) -> dict[str, object]:
    """Measure one run."""
    context = multiprocessing.get_context("spawn")
    with relay_process() as (relay, port):
        assert relay.pid is not None
        base = f"http://127.0.0.1:{port}"
        out, into = context.Pipe()
        publisher = context.Process(target=publisher_process, args=(into, base, kbps), name="publisher")
        publisher.start()
        out.recv()
        try:
            return asyncio.run(watch(base, viewers, seconds, relay.pid))
        finally:
            out.send("stop")
            publisher.join(10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--kbps", type=int, default=2500)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.viewers, arguments.seconds, arguments.kbps), indent=1))


if __name__ == "__main__":
    main()
