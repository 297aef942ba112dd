"""The relay's process around the server: keys, registration, announcement, and when to stop."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.atomic_file import write_atomically
from app.domain.base.address import is_loopback
from app.relay.access.hosts import Host
from app.relay.config import RelayConfig, RelayError, new_key
from app.relay.discovery import RelayAnnouncement
from app.relay.server import RelayServer
from app.transport.addresses import host_addresses

log = logging.getLogger(__name__)

RELAY_FILE = "relay.json"
LEASE_FILES = ("desk-*.lock", "engine.lock")
_LOOK_S = 1.0
_PATIENCE_S = 10.0  # a desk or an engine that is restarting has no lock for a moment


def _write_private(path: Path, text: str) -> None:
    """Replace the file atomically; only this user can read it."""
    try:
        write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        raise RelayError("relay.cannot_write", path=str(path), reason=error.strerror or str(error)) from error


def room_keys_file(keys_file: Path) -> Path:
    """The file of the room keys: beside the stream keys but separate, because stream keys are given to others."""
    return keys_file.with_name(f"{keys_file.name}.rooms")


def read_keys(path: Path, streams: Sequence[str]) -> dict[str, str]:
    """The key of each stream from a file of lines "NAME KEY"; missing keys are created and saved.

    Raises RelayError if the file cannot be read or written, or if other users can read it.
    """
    keys: dict[str, str] = {}
    try:
        if path.exists():
            if os.name == "posix" and path.stat().st_mode & 0o077:
                raise RelayError("relay.keys_open", path=str(path))
            for line in path.read_text(encoding="utf-8").splitlines():
                name, _, key = line.strip().partition(" ")
                if name and key.strip() and not name.startswith("#"):
                    keys[name] = key.strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RelayError("relay.keys_unreadable", path=str(path), reason=str(error)) from error
    missing = [stream for stream in streams if stream not in keys]
    if missing:
        keys |= {stream: new_key() for stream in missing}
        _write_private(path, "".join(f"{name} {key}\n" for name, key in keys.items()))
    return {stream: keys[stream] for stream in streams}


@dataclass(frozen=True, slots=True)
class StreamAddresses:
    """Where to watch and publish a stream, for people to read; the relay's configured names come first."""

    stream: str
    watch: tuple[str, ...]
    whip: tuple[str, ...]


def addresses_of(config: RelayConfig, port: int) -> tuple[StreamAddresses, ...]:
    """The addresses of this relay: those of the interface it listens on, or of all."""
    hosts = [config.host] if config.host not in ("", "0.0.0.0", "::") else host_addresses()
    if config.host == "0.0.0.0":
        hosts = [host for host in hosts if ":" not in host] or ["127.0.0.1"]
    scheme = "http" if config.certificate is None else "https"
    bases = [f"{scheme}://{Host(host, port)}" for host in (*config.names, *hosts)]
    return tuple(
        StreamAddresses(name, tuple(f"{base}/watch/{name}" for base in bases), tuple(f"{base}/whip/{name}" for base in bases))
        for name in config.keys
    )


class Lease:
    """Whether this relay is still needed: whether a desk or an engine of its runtime folder is running.

    `is_held(path)` returns whether another process holds that lock file.
    """

    def __init__(self, runtime: Path, is_held: Callable[[Path], bool]) -> None:
        self._runtime = runtime
        self._is_held = is_held

    def held(self) -> bool:
        """Whether the relay is needed. True if that cannot be checked (no free descriptor): the check must not end a show."""
        try:
            return any(self._is_held(path) for pattern in LEASE_FILES for path in sorted(self._runtime.glob(pattern)))
        except OSError as error:
            log.warning("cannot check whether this relay is still needed: %s", error)
            return True

    async def until_lost(self, *, look_s: float = _LOOK_S, patience_s: float = _PATIENCE_S) -> None:
        """Return when the lease has not been held for `patience_s`."""
        loop = asyncio.get_running_loop()
        last_held = loop.time()
        while loop.time() - last_held < patience_s:
            if self.held():
                last_held = loop.time()
            await asyncio.sleep(look_s)


class RelayRegistration:
    """relay.json in the runtime folder, by which a desk finds the running relay."""

    def __init__(self, runtime: Path, content: Mapping[str, object]) -> None:
        self._path = runtime / RELAY_FILE
        self._text = json.dumps(content)

    def write(self) -> None:
        _write_private(self._path, self._text)

    def remove(self) -> None:
        """Remove only our own file: a relay that started after us stays registered."""
        try:
            if self._path.read_bytes() == self._text.encode():
                self._path.unlink()
        except FileNotFoundError:
            return


async def serve(
    config: RelayConfig,
    *,
    stop: asyncio.Event,
    runtime: Path | None = None,
    lease: Lease | None = None,
    started: Callable[[RelayServer], None] = lambda server: None,
) -> None:
    """Run a relay until `stop` is set or the lease is lost; raises RelayError if it cannot start.

    It registers in `runtime` once it listens, and then calls `started`.
    """
    server = RelayServer(config=config)
    await server.start()
    names = tuple(config.keys)
    registered = announcement = None
    waits: list[asyncio.Task[object]] = []
    try:
        if runtime is not None:
            content = {"pid": os.getpid(), "port": server.port, "host": config.host, "stream": names[0], "streams": names}
            registered = RelayRegistration(runtime, content)
            registered.write()
        if config.announce and not is_loopback(config.host):
            announcement = RelayAnnouncement(
                title=config.title, port=server.port, streams=names, addresses=host_addresses(), secure=config.certificate is not None
            )
            await announcement.start()
        started(server)
        loop = asyncio.get_running_loop()
        waits.append(loop.create_task(_wait(stop), name="relay stop"))
        if lease is not None:
            waits.append(loop.create_task(_lost(lease), name="relay lease"))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        if registered is not None:
            registered.remove()
        if announcement is not None:
            await announcement.aclose()
        await server.aclose()


async def _wait(stop: asyncio.Event) -> object:
    return await stop.wait()


async def _lost(lease: Lease) -> object:
    await lease.until_lost()
    log.info("no desk or engine needs this relay any more")
    return None
