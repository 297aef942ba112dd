"""Limits of HTTP connections, and a relay that runs out of descriptors."""

import asyncio
import errno
import hashlib
import logging
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from app.bootstrap.relay import lock_is_held
from app.domain.room.tokens import host_token
from app.relay import file_descriptors
from app.relay.access.connections import _Slots
from app.relay.access.proxies import read_networks
from app.relay.config import Limits, RelayConfig
from app.relay.process import Lease
from app.storage.lock import FileLock
from tests.relay.test_server import SDP, WATCH
from tests.support.clocks import SetClock
from tests.support.relays import PAGE_FOLDER, ROOM_KEY, base_of, running_relay
from tests.support.watcher import Watcher

PNG = b"\x89PNG\r\n\x1a\n" + os.urandom(1_000_000)
NAME = hashlib.sha256(PNG).hexdigest()[:32]
HOST = {"Authorization": f"Bearer {host_token(ROOM_KEY)}"}


class FakeConnection:
    """A connection that releases its slot when it is evicted."""

    def __init__(self, slots: _Slots, address: str) -> None:
        self.address = address
        self.evicted = False
        self._slots = slots
        self.accepted = slots.take(address, self)

    def evict(self) -> None:
        self.evicted = True
        self.leave()

    def leave(self) -> None:
        self._slots.release(self.address, self)


def connect(slots: _Slots, address: str, *, asks: bool = True, long_lived: bool = False) -> FakeConnection:
    connection = FakeConnection(slots, address)
    if asks and connection.accepted:
        slots.on_request(connection, long_lived=long_lived)
    return connection


def new_slots(most: int, limits: Limits, *, proxies: tuple[str, ...] = (), clock: SetClock | None = None) -> _Slots:
    config = RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, limits=limits, proxies=read_networks(proxies))
    return _Slots(config, clock or SetClock(), most)


def test_total_connections_are_limited_and_this_machine_has_reserve() -> None:
    slots = new_slots(10, Limits(kept_connections=2))
    connections = [connect(slots, f"192.0.2.{number}") for number in range(12)]
    assert [connection.accepted for connection in connections] == [True] * 10 + [False] * 2
    here = [connect(slots, "127.0.0.1") for _ in range(3)]
    assert [connection.accepted for connection in here] == [True, True, False], "the desk gets through"
    connections[0].leave()
    assert not connect(slots, "192.0.2.99").accepted, "this machine's reserve is not given to others"
    here[0].leave()
    here[1].leave()
    assert connect(slots, "192.0.2.99").accepted


def test_a_silent_connection_is_evicted_for_a_new_one() -> None:
    slots = new_slots(4, Limits(kept_connections=0))
    asking = connect(slots, "192.0.2.1")
    silent = [connect(slots, f"192.0.2.{number}", asks=False) for number in range(2, 5)]
    newcomers = [connect(slots, f"198.51.100.{number}") for number in range(4)]
    assert [connection.accepted for connection in newcomers] == [True, True, True, False]
    assert [connection.evicted for connection in silent] == [True] * 3
    assert not asking.evicted


def test_an_idle_connection_is_evicted_later_and_a_websocket_never() -> None:
    clock = SetClock()
    slots = new_slots(3, Limits(kept_connections=0), clock=clock)
    room = connect(slots, "192.0.2.1", long_lived=True)
    first, second = connect(slots, "192.0.2.2"), connect(slots, "192.0.2.3")
    assert not connect(slots, "198.51.100.1").accepted, "they may still be waiting for answers"
    clock.pass_ms(3000)
    slots.on_request(first, long_lived=False)
    newcomer = connect(slots, "198.51.100.1")
    assert newcomer.accepted
    assert (room.evicted, first.evicted, second.evicted) == (False, False, True), "the one with the newest request stays"


def test_an_address_has_a_connection_limit_and_a_rate() -> None:
    slots = new_slots(100, Limits(max_connections_per_address=3))
    assert [connect(slots, "2001:db8::1").accepted for _ in range(4)] == [True] * 3 + [False]
    assert connect(slots, "2001:db8:1::1").accepted, "another household"
    quick = new_slots(100, Limits(connections_burst=5, connections_per_s=0.001))
    for _ in range(5):
        connection = connect(quick, "192.0.2.1")
        assert connection.accepted
        connection.leave()
    assert not connect(quick, "192.0.2.1").accepted
    assert connect(quick, "192.0.2.2").accepted


def test_a_trusted_proxy_has_no_address_limit() -> None:
    slots = new_slots(100, Limits(max_connections_per_address=3), proxies=("10.0.0.1",))
    assert all(connect(slots, "10.0.0.1").accepted for _ in range(50))


def _narrow(port: int) -> socket.socket:
    """A connection with small system buffers: unread data waits in the relay."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.setblocking(False)
    return sock


async def test_a_client_that_does_not_read_is_disconnected() -> None:
    async with running_relay(limits=Limits(write_s=0.3)) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        async with client.put(f"/room/live/pictures/{NAME}", data=PNG, headers=HOST) as response:
            assert response.status == 204
        _, writer = await asyncio.open_connection(sock=_narrow(relay.port), limit=1024)
        writer.write(f"GET /room/live/pictures/{NAME} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 8)
        guard = relay._guard
        assert guard is not None
        async with asyncio.timeout(20):
            while guard.slots._open["127.0.0.1"] < 2:
                await asyncio.sleep(0.01)
            while guard.slots._open["127.0.0.1"] > 1:  # the client's own connection stays
                await asyncio.sleep(0.01)
        writer.transport.abort()
        async with client.get(f"/room/live/pictures/{NAME}") as response:
            assert await response.read() == PNG, "a client that reads gets all of it"


# --- descriptors


def test_media_gets_its_sockets_first() -> None:
    limits = Limits()
    plenty = file_descriptors.socket_budget(limits, 8192, 4)
    assert (plenty.connections, plenty.sessions) == (limits.max_connections, limits.max_sessions)
    assert file_descriptors.socket_budget(limits, 1024, 2).sessions == limits.max_sessions
    for available in (1024, 512, 256, 128, 64, 1):
        for sockets in (1, 3, 9):
            found = file_descriptors.socket_budget(limits, available, sockets)
            assert found.sessions >= 1
            assert found.connections >= 2
            if available >= 256:
                assert found.sessions * sockets + found.connections + 64 <= available, (available, sockets)


def test_the_limit_is_raised_as_high_as_the_system_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
        file_descriptors.raise_descriptor_limit()
        assert file_descriptors.descriptor_limit() == (8192 if hard == resource.RLIM_INFINITY else min(8192, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def no_descriptor_free() -> Iterator[None]:
    """Use up all descriptors, so that opening anything fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.open(os.devnull, os.O_RDONLY)
    os.close(probe)
    held = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe + 8, hard))
        while True:
            try:
                held.append(os.open(os.devnull, os.O_RDONLY))
            except OSError as error:
                assert error.errno == errno.EMFILE
                break
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_lease_that_cannot_be_checked_counts_as_held(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lease = Lease(tmp_path, lock_is_held)
    (tmp_path / "engine.lock").touch()
    assert not lease.held()
    with no_descriptor_free():
        assert lease.held()
    assert not lease.held()
    lock = FileLock(tmp_path / "engine.lock")
    assert lock.acquire()
    assert lease.held()
    lock.release()
    assert "cannot check" in caplog.text


async def test_the_relay_survives_running_out_of_descriptors(caplog: pytest.LogCaptureFixture) -> None:
    async with running_relay() as relay:
        watcher = await Watcher(f"{base_of(relay)}/whep/live").start()
        async with aiohttp.ClientSession(base_of(relay)) as client:
            async with client.get("/api/time") as response:
                assert response.status == 200
            with no_descriptor_free():
                async with client.get("/api/status") as response:
                    assert response.status == 200, "open connections continue"
                async with client.post("/whep/live", data=WATCH, headers=SDP) as response:
                    assert response.status == 503
                    assert "sockets" in await response.text()
            assert watcher.peer.connected
            again = await Watcher(f"{base_of(relay)}/whep/live").start()
            assert again.peer.connected
            await again.stop()
        await watcher.stop()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
