"""The relay process: embedded in a desk, or stand-alone on a server."""

import argparse
import asyncio
import sys
from pathlib import Path

from app.bootstrap.logs import start_logging
from app.bootstrap.processes import freeze_memory, on_termination_signals
from app.bootstrap.task_errors import TaskErrorReporter
from app.bootstrap.terminal_text import notice_line
from app.domain.base.address import is_loopback
from app.domain.room.tokens import orders_secret
from app.relay.access.proxies import read_networks
from app.relay.config import RelayConfig, RelayError
from app.relay.file_descriptors import raise_descriptor_limit
from app.relay.process import Lease, addresses_of, read_keys, room_keys_file, serve
from app.relay.server import RelayServer
from app.storage.files import StorageError
from app.storage.lock import FileLock
from app.storage.paths import Paths, find_paths
from app.storage.wording import Wordings

KEYS_FILE = "relay-keys"
UNENCRYPTED = (
    "This relay has no certificate: stream keys and viewers' messages travel unencrypted.\n"
    "Use --certificate, or publish only from this machine or a network you trust.\n"
)


def lock_is_held(path: Path) -> bool:
    """Whether a living process holds the lock file at `path`. Raises OSError if that cannot be determined."""
    lock = FileLock(path)
    try:
        if not lock.acquire():
            return True
    except StorageError as error:
        raise OSError(str(error)) from error
    lock.release()
    return False


def _say_where(config: RelayConfig, server: RelayServer) -> None:
    for stream in addresses_of(config, server.port):
        sys.stdout.write(f"Stream {stream.stream}\n")
        for watch, whip in zip(stream.watch, stream.whip, strict=True):
            sys.stdout.write(f"  watch    {watch}\n  publish  {whip}\n")
        sys.stdout.write(f"  key      {config.keys[stream.stream]}\n")
        sys.stdout.write(f"  orders   {orders_secret(config.room_keys[stream.stream])}\n")
    if config.certificate is None and not is_loopback(config.host):
        sys.stdout.write(UNENCRYPTED)
    sys.stdout.write("Press Ctrl+C to stop the relay.\n")
    sys.stdout.flush()


async def _serve(config: RelayConfig, runtime: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    TaskErrorReporter(loop)
    on_termination_signals(lambda: loop.call_soon_threadsafe(stop.set))
    lease = Lease(runtime, lock_is_held) if runtime is not None else None

    def started(server: RelayServer) -> None:
        freeze_memory()
        if runtime is None:
            _say_where(config, server)

    await serve(config, stop=stop, runtime=runtime, lease=lease, started=started)


def _config(arguments: argparse.Namespace, paths: Paths) -> RelayConfig:
    host, port = arguments.listen
    streams = arguments.stream or ["live"]
    keys_file: Path = arguments.keys or paths.config / KEYS_FILE
    keys_file.parent.mkdir(parents=True, exist_ok=True)
    try:
        proxies = read_networks(arguments.proxy or ())
    except ValueError as error:
        raise RelayError("relay.proxy", reason=str(error)) from error
    return RelayConfig(
        keys=read_keys(keys_file, streams),
        room_keys=read_keys(room_keys_file(keys_file), streams),
        page_folder=paths.resources / "viewer",
        host=host,
        port=port,
        announce=True,
        names=tuple(arguments.name or ()),
        proxies=proxies,
        certificate=arguments.certificate,
        private_key=arguments.private_key,
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to end; 1 = it could not start."""
    paths = find_paths()
    embedded: Path | None = arguments.runtime
    start_logging(paths.logs, f"relay-{embedded.name}" if embedded else "relay", verbose=arguments.verbose)
    raise_descriptor_limit()
    try:
        asyncio.run(_serve(_config(arguments, paths), embedded))
    except RelayError as error:
        sys.stderr.write(f"tradewind: {notice_line(Wordings.load(paths.notices), error.code, error.data)}\n")
        return 1
    return 0
