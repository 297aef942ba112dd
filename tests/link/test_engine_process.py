"""The real engine process exits on request, whatever it is doing."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap.processes import ROOT
from app.domain.program.command import Apply, GoLive, Shutdown, WatchRelays
from app.domain.program.output import Relay, Target
from app.domain.program.project import starter_project
from app.domain.program.stats import EngineStats
from app.link import registration
from tests.support.link_desk import LinkDesk, registered

PATIENCE_S = 20
HANGS_AT_EXIT = """
import atexit, threading
from app.bootstrap.processes import exit_within
atexit.register(threading.Event().wait)
exit_within(0.5)
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[str]"]:
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path / "home"))
    command = [sys.executable, "-m", "app", "engine", "--runtime", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def wait_for_exit(process: "subprocess.Popen[str]") -> int:
    return await asyncio.to_thread(process.wait, PATIENCE_S)


def exists(path: str) -> bool:
    return Path(path).exists()


@pytest.fixture
def silent_relay() -> socket.socket:
    """A relay that accepts connections and never answers."""
    return socket.create_server(("127.0.0.1", 0))


async def test_the_engine_exits_on_sigterm_right_after_registering(engine: "subprocess.Popen[str]", tmp_path: Path) -> None:
    while not (tmp_path / registration.ENGINE_LOCK).exists():
        await asyncio.sleep(0.001)
    engine.send_signal(signal.SIGTERM)
    assert await wait_for_exit(engine) == 0
    assert registration.read(tmp_path) is None


async def test_the_engine_exits_on_sigterm_with_a_desk_and_running_sources(engine: "subprocess.Popen[str]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        desk.client.send(Apply(starter_project(camera="nobody's camera", microphone=True)))
        await desk.event(EngineStats, lambda stats: stats.frames.composed > 0)
        assert desk.hello is not None
        assert exists(desk.hello.preview)
        engine.send_signal(signal.SIGTERM)
        assert await wait_for_exit(engine) == 0
        assert not exists(desk.hello.preview)


async def test_the_engine_exits_on_sigterm_while_live_to_a_silent_relay(
    engine: "subprocess.Popen[str]", tmp_path: Path, silent_relay: socket.socket
) -> None:
    with silent_relay:
        address = f"http://127.0.0.1:{silent_relay.getsockname()[1]}/whip"
        target = Target(Relay("mute", "Mute", address))
        async with LinkDesk(await registered(tmp_path)) as desk:
            desk.client.send(Apply(starter_project(camera=None, microphone=False)))
            desk.client.send(WatchRelays((target,), ("mute",)))
            desk.client.send(GoLive((target,)))
            await desk.event(EngineStats, lambda stats: stats.frames.encoded > 0)
            engine.send_signal(signal.SIGTERM)
            assert await wait_for_exit(engine) == 0


async def test_a_desk_can_shut_the_engine_down(engine: "subprocess.Popen[str]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        desk.client.send(Shutdown())
        assert await wait_for_exit(engine) == 0


def test_a_process_that_hangs_at_exit_is_aborted_and_says_where() -> None:
    completed = subprocess.run(
        [sys.executable, "-c", HANGS_AT_EXIT], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert completed.returncode == 1
    assert "in wait" in completed.stderr
