"""A relay in this process, on loopback."""

import asyncio
import multiprocessing
import multiprocessing.connection
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path

from app.domain.base.clock import Clock
from app.relay.access.proxies import Network
from app.relay.config import Limits, RelayConfig
from app.relay.server import RelayServer

KEY = "a-stream-key"
ROOM_KEY = "a-room-key"
PAGE_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "viewer"


@asynccontextmanager
async def running_relay(
    *,
    streams: tuple[str, ...] = ("live",),
    key: str = KEY,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock | None = None,
    room_key: str = ROOM_KEY,
    names: tuple[str, ...] = (),
    proxies: tuple[Network, ...] = (),
    certificate: Path | None = None,
    private_key: Path | None = None,
) -> AsyncIterator[RelayServer]:
    """Run a relay with media only over 127.0.0.1."""
    config = RelayConfig(
        keys=dict.fromkeys(streams, key),
        room_keys=dict.fromkeys(streams, room_key),
        page_folder=PAGE_FOLDER,
        host=host,
        port=port,
        limits=limits or Limits(),
        names=names,
        proxies=proxies,
        certificate=certificate,
        private_key=private_key,
    )
    relay = RelayServer(config=config, clock=clock, addresses=lambda: ["127.0.0.1"])
    await relay.start()
    try:
        yield relay
    finally:
        await relay.aclose()


def base_of(relay: RelayServer) -> str:
    return f"http://127.0.0.1:{relay.port}"


async def eventually(condition: Callable[[], object], within_s: float = 40) -> None:
    """Poll until the condition holds, for things without an event."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)


def _serve(pipe: multiprocessing.connection.Connection, port: int, limits: Limits, descriptors: int) -> None:
    if descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    async def run() -> None:
        async with running_relay(port=port, limits=limits) as relay:
            pipe.send(relay.port)
            await asyncio.to_thread(pipe.recv)

    asyncio.run(run())


@contextmanager
def relay_process(port: int = 0, limits: Limits | None = None, *, descriptors: int = 0) -> Iterator[tuple[SpawnProcess, int]]:
    """Run a relay process and yield it with its port; the test may kill it. `descriptors` limits its open files; 0 = the system's limit."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, port, limits or Limits(), descriptors), name="relay")
    process.start()
    try:
        yield process, ours.recv()
    finally:
        if process.is_alive():
            ours.send("stop")
        process.join(10)
        for end in (ours, theirs):
            end.close()
