"""The real engine and the real relay as processes of their own, answering the program's command lines for them."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from app.domain.clock import SystemClock
from app.link.registration import ENGINE_LOCK
from app.link.server import LinkServer
from app.media.engine import Engine
from app.relay.config import RelayConfig
from app.relay.process import read_keys, serve
from app.storage.lock import FileLock
from app.storage.paths import RESOURCES
from app.transport.publisher import Publisher


def run_engine(runtime: Path) -> int:
    """Serve desks until told to end."""
    clock = SystemClock()
    engine = Engine(
        clock=clock,
        make_publisher=lambda control, notify: Publisher(clock=clock, control=control, notify=notify),
        preview_path=runtime / "preview",
    )
    server = LinkServer(engine, runtime=runtime, lock=FileLock(runtime / ENGINE_LOCK))
    engine.start()
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.end())
    server.wait()
    server.close()
    engine.close()
    return 0


def run_relay(runtime: Path, listen: str, stream: str, keys: Path) -> int:
    """Relay until told to end."""
    host, _, port = listen.rpartition(":")
    config = RelayConfig(keys=read_keys(keys, [stream]), page_folder=RESOURCES / "viewer", host=host, port=int(port))

    async def until_stopped() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await serve(config, stop=stop, runtime=runtime)

    asyncio.run(until_stopped())
    return 0


def main(words: Sequence[str]) -> int:
    """`engine --runtime DIR` or `relay --runtime DIR --listen HOST:PORT --stream NAME --keys FILE`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["engine", "relay"])
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--stream", default="live")
    parser.add_argument("--keys", type=Path)
    given = parser.parse_args(words)
    if given.part == "engine":
        return run_engine(given.runtime)
    return run_relay(given.runtime, given.listen, given.stream, given.keys)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
