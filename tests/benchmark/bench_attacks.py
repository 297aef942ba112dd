"""What an honest viewer sees during attacks on the relay: python -m tests.benchmark.bench_attacks [--seconds 6] [--only NAME …]

Relay, show with its honest viewer, and attackers are three processes on loopback; each attack has a relay of its own. Prints a line for
each: the honest viewer's frames a second and longest gap, how long a new viewer waits for the first frame, whether the relay answers
the desk's status requests, the relay's CPU, and the answers to the attackers.
"""

import argparse
import asyncio
import itertools
import multiprocessing
import multiprocessing.connection
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from app.session.air.embedded_relay import ask_status
from app.transport.rtp import parse_header
from tests.support.attackers import ATTACKS, Attack
from tests.support.broadcaster import Broadcaster, Show
from tests.support.relays import KEY, relay_process
from tests.support.watcher import OPUS, Watcher

_MOST = 200_000
Pipe = multiprocessing.connection.Connection


class TimedWatcher(Watcher):
    """Records when the last packet of each frame arrived."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.times: list[float] = []

    def _on_rtp(self, packet: bytes, arrival_ns: int) -> None:
        header = parse_header(packet)
        if header.payload_type != OPUS and header.marker:
            self.times.append(time.monotonic())
        super()._on_rtp(packet, arrival_ns)


@dataclass(frozen=True, slots=True)
class Seen:
    """Return the figures of one period."""

    fps: float
    longest_ms: float
    newcomer_ms: float
    answers: int
    asked: int
    cpu_percent: float


def attacker_process(pipe: Pipe, name: str, port: int, media: tuple[int, ...], seconds: float) -> None:
    attack = Attack(port, media, time.monotonic() + seconds, _MOST)
    asyncio.run(ATTACKS[name](attack))
    pipe.send((attack.sent, attack.answers))


async def _newcomer(base: str) -> float:
    began = time.monotonic()
    watcher = Watcher(f"{base}/whep/live")
    try:
        async with asyncio.timeout(10):
            await watcher.start()
            await watcher.until(lambda: watcher.video)
        return (time.monotonic() - began) * 1000
    except (TimeoutError, OSError):
        return -1.0
    finally:
        await watcher.stop()


async def look(port: int, pid: int, honest: TimedWatcher, seconds: float) -> Seen:
    relay = psutil.Process(pid)
    base = f"http://127.0.0.1:{port}"
    honest.times.clear()
    cpu, began = sum(relay.cpu_times()[:2]), time.monotonic()
    newcomer = asyncio.create_task(_after(seconds / 3, base))
    answers = asked = 0
    while time.monotonic() - began < seconds:
        asked += 1
        answers += await ask_status(port) is not None
        await asyncio.sleep(0.5)
    took = time.monotonic() - began
    times = [began, *honest.times, time.monotonic()]
    longest = max(after - before for before, after in itertools.pairwise(times))
    used = sum(relay.cpu_times()[:2]) - cpu
    return Seen(len(honest.times) / took, longest * 1000, await newcomer, answers, asked, used / took * 100)


async def _after(seconds: float, base: str) -> float:
    await asyncio.sleep(seconds)
    return await _newcomer(base)


async def measured(name: str, seconds: float) -> tuple[Seen, tuple[int, dict[str, int]]]:
    with relay_process(descriptors=1024 if name == "connections" else 0) as (process, port):
        assert process.pid is not None
        base = f"http://127.0.0.1:{port}"
        publisher = Broadcaster(f"{base}/whip/live", KEY, Show(width=640, height=360, fps=30, kbps=1500))
        await publisher.start()
        honest = TimedWatcher(f"{base}/whep/live")
        await honest.start()
        await honest.until(lambda: len(honest.times) > 15)
        media = tuple(pair.remote_addr[1] for pair in honest.peer._ice._nominated.values())
        attack_result: tuple[int, dict[str, int]] = (0, {})
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        attackers = None
        if name != "nothing":
            attackers = context.Process(target=attacker_process, args=(theirs, name, port, media, seconds + 2.0))
            attackers.start()
            await asyncio.sleep(1.5)  # until its interpreter has started
        seen = await look(port, process.pid, honest, seconds)
        if attackers is not None:
            attack_result = await asyncio.to_thread(ours.recv)
            attackers.join(10)
        await honest.stop()
        await publisher.stop()
    return seen, attack_result


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--only", nargs="+", choices=["nothing", *ATTACKS])
    arguments = parser.parse_args(words)
    for name in arguments.only or ["nothing", *ATTACKS]:
        seen, (sent, answers) = asyncio.run(measured(name, arguments.seconds))
        print(
            f"{name:12} {seen.fps:5.1f} fps, longest gap {seen.longest_ms:5.0f} ms, newcomer {seen.newcomer_ms:5.0f} ms, "
            f"status {seen.answers}/{seen.asked}, relay {seen.cpu_percent:3.0f} % CPU; tried {sent}: {answers}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
