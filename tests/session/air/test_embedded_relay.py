"""The embedded relay as a real process."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from app.domain.base.notice import Notice
from app.session.air.embedded_relay import KEYS_FILE, MAX_BYTES, PORT_FILE, RELAY_FILE, EmbeddedRelay, RelaySetting, ask_status, viewers_in
from app.session.air.network_address import free_port, lan_address
from app.session.base.processes import is_running
from tests.support.relays import eventually
from tests.support.studio_desk import PAPER, StudioDesk, paths_in, spawner
from tests.support.watcher import Watcher


async def fetch_status(address: str) -> int:
    async with aiohttp.ClientSession() as client, client.get(address) as answer:
        return answer.status


async def test_the_relay_runs_before_going_live_and_stops_with_the_desk(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.until(lambda: desk.studio.embedded.running)
        assert await fetch_status(desk.studio.embedded.watch_address) == 200
        relay = desk.studio.broadcast.main_relay()
        assert relay.id == "embedded" and relay.whip_url.startswith("http://127.0.0.1:")
        pid = desk.studio.embedded.pid
        assert is_running(pid)
    assert not is_running(pid)


async def test_viewers_are_counted(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.until(lambda: desk.studio.embedded.running)
        assert desk.studio.embedded.viewers == 0
        watcher = await Watcher(desk.studio.embedded.watch_address.replace("/watch/", "/whep/")).start()
        await desk.until(lambda: desk.studio.embedded.viewers == 1)
        await watcher.stop()
        await desk.until(lambda: desk.studio.embedded.viewers == 0)


def test_an_invalid_status_counts_no_viewers() -> None:
    for status in (b"not json", b"[" * 50_000, b"[]", b'{"streams": [5]}', b'{"streams": [{"name": "live", "viewers": 1e999}]}'):
        assert viewers_in(status, "live") == 0
    assert viewers_in(b'{"streams": [{"name": "other", "viewers": 3}]}', "live") == 0


async def test_an_endless_response_is_read_up_to_a_limit() -> None:
    async def send_endlessly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 4096)
                await writer.drain()

    async with await asyncio.start_server(send_endlessly, "127.0.0.1") as endless:
        status = await ask_status(endless.sockets[0].getsockname()[1])
    assert status is not None and 0 < len(status) < MAX_BYTES


async def test_a_killed_relay_is_restarted_with_the_same_address_and_key(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.until(lambda: desk.studio.embedded.running)
        address, key, pid = desk.studio.embedded.watch_address, desk.studio.relays.token_of("embedded"), desk.studio.embedded.pid
        os.kill(pid, signal.SIGKILL)
        await desk.notice("relay.restarted")
        await desk.until(lambda: desk.studio.embedded.running and desk.studio.embedded.pid != pid)
        assert (desk.studio.embedded.watch_address, desk.studio.relays.token_of("embedded")) == (address, key)
        assert await fetch_status(address) == 200


async def test_a_frozen_relay_is_replaced(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.until(lambda: desk.studio.embedded.running)
        address, pid = desk.studio.embedded.watch_address, desk.studio.embedded.pid
        os.kill(pid, signal.SIGSTOP)
        await desk.notice("relay.restarted")
        await desk.until(lambda: desk.studio.embedded.running and desk.studio.embedded.pid != pid)
        assert not is_running(pid)
        assert await fetch_status(address) == 200


async def test_the_address_stays_the_same_after_a_restart(tmp_path: Path) -> None:
    addresses = []
    for _ in range(2):
        async with StudioDesk(tmp_path) as desk:
            await desk.until(lambda: desk.studio.embedded.running)
            addresses.append((desk.studio.embedded.watch_address, desk.studio.relays.token_of("embedded")))
    assert addresses[0] == addresses[1]


async def test_a_taken_port_gives_a_notice_and_another_is_used(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        async with StudioDesk(tmp_path, settings={"relay_port": taken}) as desk:
            notice = await desk.notice("relay.port_taken", wanted=taken)
            await desk.until(lambda: desk.studio.embedded.running)
            assert notice.data["port"] != taken and f":{notice.data['port']}/" in desk.studio.embedded.watch_address
            assert await fetch_status(desk.studio.embedded.watch_address) == 200


async def test_another_stream_name_takes_effect_at_once(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.until(lambda: desk.studio.embedded.running)
        before = desk.studio.embedded.pid
        desk.studio.settings.change("relay_stream", "shop")
        await desk.until(lambda: desk.studio.embedded.running and desk.studio.embedded.pid not in (0, before))
        assert desk.studio.embedded.watch_address.endswith("/watch/shop")
        assert desk.studio.broadcast.main_relay().whip_url.endswith("/whip/shop")
        assert await fetch_status(desk.studio.embedded.watch_address) == 200


async def test_a_relay_that_cannot_start_gives_a_notice_and_is_retried(tmp_path: Path) -> None:
    broken = {**PAPER, "relay": ("-c", "import sys; sys.exit(4)")}
    async with StudioDesk(tmp_path, commands=broken) as desk:
        await desk.notice("relay.keeps_dying", times=3)
        assert not desk.studio.embedded.running


def test_the_wanted_port_is_used_unless_it_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        first = free_port("127.0.0.1", taken)
        assert first not in (0, taken)
        assert free_port("127.0.0.1", taken, first) == first
        assert free_port("127.0.0.1", 0, first) == first


def test_the_lan_address_is_valid() -> None:
    socket.inet_aton(lan_address())


async def test_a_port_taken_during_the_start_is_left_to_the_other_program(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    start, other_servers, notice = spawner(PAPER, tmp_path), contextlib.ExitStack(), list[Notice]()

    def spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
        port = int(command[command.index("--listen") + 1].rpartition(":")[2])
        if port:  # another program takes the port after we checked it
            other_servers.enter_context(socket.create_server(("127.0.0.1", port)))
        return start(command)

    with other_servers:
        setting = RelaySetting(lan=False, port=0, stream="live")
        relay = EmbeddedRelay(runtime=paths.runtime, state=paths.state, setting=setting, spawn=spawn, notify=notice.append)
        relay.start()
        await eventually(lambda: relay.running, 60)
        assert await fetch_status(relay.watch_address) == 200
        assert notice == []
        await relay.aclose(keep=False)


async def test_another_program_with_a_dead_relays_pid_is_left_alone(tmp_path: Path) -> None:
    runtime = paths_in(tmp_path).runtime
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    try:
        content = {"pid": other.pid, "port": 9, "host": "127.0.0.1", "stream": "live"}
        (runtime / "relay.json").write_text(json.dumps(content))
        async with StudioDesk(tmp_path) as desk:
            await desk.until(lambda: desk.studio.embedded.running)
            assert desk.studio.embedded.pid != other.pid
            assert await fetch_status(desk.studio.embedded.watch_address) == 200
        assert other.returncode is None
    finally:
        other.kill()
        await other.communicate()


async def test_the_relay_starts_despite_its_own_damaged_files(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    for number, content in enumerate((b"\xff\xfe", b"[" * 50_000, b'{"pid": -5, "port": 1e400, "host": 0, "stream": []}', b"9" * 5000)):
        for path in (paths.runtime / RELAY_FILE, paths.runtime / KEYS_FILE, paths.state / PORT_FILE):
            path.write_bytes(content)
        if number % 2 == 0:
            async with StudioDesk(tmp_path) as desk:
                await desk.until(lambda: desk.studio.embedded.running)
