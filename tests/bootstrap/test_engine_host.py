"""The engine's host replaces a crashed engine at once, exits in order, and leaves no process behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from app.bootstrap.engine_host import host_of
from app.bootstrap.processes import ROOT
from app.domain.base.notice import Notice
from app.domain.program.command import Apply, Shutdown
from app.domain.program.project import Project, starter_project
from app.domain.program.scene import Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.domain.program.stats import EngineStats
from app.link import registration
from app.link.registration import Registration
from app.media.source_activity import parse_activity, source_fingerprint
from app.session.base.processes import is_running, kill_with_children, wait_for_end
from tests.media.samples import sample
from tests.support.link_desk import LinkDesk, registered
from tests.support.studio_desk import REAL, StudioDesk
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="engines are hosted on Linux alone")

PATIENCE_S = 20


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[bytes]"]:
    monkeypatch.setenv("TRADEWIND_HOME", str(tmp_path / "home"))
    process = subprocess.Popen([sys.executable, "-m", "app", "engine", "--runtime", str(tmp_path)], cwd=ROOT)
    try:
        yield process
    finally:
        kill_with_children(process.pid)
        process.wait()


async def composes_frames(found: Registration) -> None:
    """Check that the engine composes the frames of a project."""
    async with LinkDesk(found) as desk:
        desk.client.send(Apply(starter_project(camera=None, microphone=False)))
        await desk.event(EngineStats, lambda stats: stats.frames.composed > 10)


async def test_a_crashed_engine_is_replaced_by_a_working_one(host: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    first = await registered(tmp_path)
    assert (first.host_pid, psutil.Process(first.pid).ppid()) == (host.pid, host.pid)
    assert host_of(first.pid) == host.pid
    await composes_frames(first)
    os.kill(first.pid, signal.SIGSEGV)
    second = await registered(tmp_path, other_than=first.pid)
    assert (second.host_pid, is_running(first.pid)) == (host.pid, False)
    await composes_frames(second)
    async with LinkDesk(second) as desk:
        desk.client.send(Shutdown())
        assert await asyncio.to_thread(host.wait, PATIENCE_S) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signals_are_passed_on_to_the_engine(host: "subprocess.Popen[bytes]", tmp_path: Path, number: signal.Signals) -> None:
    found = await registered(tmp_path)
    host.send_signal(number)
    assert await asyncio.to_thread(host.wait, PATIENCE_S) == 0
    assert not is_running(found.pid)
    assert registration.read(tmp_path) is None


async def test_a_second_engine_exits_and_says_why(host: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    await registered(tmp_path)
    command = [sys.executable, "-m", "app", "engine", "--runtime", str(tmp_path)]
    completed = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert completed.returncode == 1
    assert "link.taken" in completed.stderr


async def test_repeated_crashes_are_restarted_more_slowly_and_can_be_stopped(host: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    pid = 0
    for _ in range(4):
        found = await registered(tmp_path, other_than=pid)
        pid = found.pid
        os.kill(pid, signal.SIGKILL)
        assert await wait_for_end(pid, within_s=PATIENCE_S)
    host.send_signal(signal.SIGTERM)  # during the two seconds before the next start
    assert await asyncio.to_thread(host.wait, 1.5) == 0


async def test_a_desk_finds_the_next_engine_under_the_same_host(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        before = await registered(desk.paths.runtime)
        os.kill(before.pid, signal.SIGKILL)
        await desk.notice("engine.restarted")
        after = await registered(desk.paths.runtime)
        assert desk.engine_pid == after.pid != before.pid
        assert after.host_pid == before.host_pid
    assert not is_running(after.pid)
    assert not is_running(after.host_pid)


async def test_an_engine_survives_its_host_and_the_desk_starts_the_next_one(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        before = await registered(desk.paths.runtime)
        os.kill(before.host_pid, signal.SIGKILL)
        assert await wait_for_end(before.host_pid, within_s=PATIENCE_S)
        at_ns = desk.studio.engine.stats.at_ns if desk.studio.engine.stats is not None else 0
        await desk.until(lambda: desk.studio.engine.stats is not None and desk.studio.engine.stats.at_ns > at_ns)
        assert desk.engine_pid == before.pid
        os.kill(before.pid, signal.SIGKILL)
        await desk.notice("engine.restarted")
        after = await registered(desk.paths.runtime)
        assert after.host_pid not in (0, before.host_pid)
    assert not is_running(after.pid)
    assert not is_running(after.host_pid)


async def test_host_and_engine_killed_together_are_both_restarted(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        before = await registered(desk.paths.runtime)
        for pid in (before.host_pid, before.pid):
            os.kill(pid, signal.SIGKILL)
        await desk.notice("engine.restarted")
        assert (await registered(desk.paths.runtime)).host_pid not in (0, before.host_pid)


async def test_a_frozen_host_is_abandoned(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        before = await registered(desk.paths.runtime)
        os.kill(before.host_pid, signal.SIGSTOP)
        os.kill(before.pid, signal.SIGKILL)
        await desk.notice("engine.restarted")
        assert not is_running(before.host_pid)
        assert (await registered(desk.paths.runtime)).pid == desk.engine_pid


async def test_if_a_library_started_a_thread_the_desk_starts_the_next_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    if os.cpu_count() == 1:
        pytest.skip("OpenBLAS starts no thread where there is one core")
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        before = await registered(desk.paths.runtime)
        assert (before.host_pid, host_of(before.pid)) == (0, 0)
        os.kill(before.pid, signal.SIGKILL)
        await desk.notice("engine.restarted")
        assert desk.engine_pid != before.pid


async def test_an_engine_started_by_another_desk_is_also_replaced(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as first:
        await first.attached()
        async with StudioDesk(tmp_path, commands=REAL) as second:
            await second.attached()
            before = await registered(first.paths.runtime)
            os.kill(before.pid, signal.SIGKILL)
            for desk in (first, second):
                await desk.notice("engine.restarted")
            after = await registered(first.paths.runtime)
            assert first.engine_pid == second.engine_pid == after.pid
            assert after.host_pid == before.host_pid


async def test_a_source_that_crashed_two_engines_is_skipped_and_reported(host: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    """The engine starts with a written history; the CrashHistory tests cover what a crash writes."""
    first = await registered(tmp_path)
    colour = Source("bad", "Bad", SourceKind.COLOUR, {"colour": "#ff0000ff"})
    (tmp_path / "engine.crashes").write_text(json.dumps({source_fingerprint(colour): [time.time() - 60, time.time() - 30]}))
    os.kill(first.pid, signal.SIGKILL)
    second = await registered(tmp_path, other_than=first.pid)
    film = Source("film", "Film", SourceKind.MEDIA, {"location": str(sample("latin1-tag.mp3"))})
    scene = Scene("s", "S", (Layer("a", "bad"), Layer("b", "film")))
    async with LinkDesk(second) as desk:
        desk.client.send(Apply(Project("Show", (scene,), (colour, film))))
        skipped = await desk.event(Notice, lambda notice: notice.code == "source.left_out")
        assert (skipped.subject, skipped.data["source"]) == ("bad", "Bad")
        await desk.event(EngineStats, lambda stats: stats.frames.composed > 10)
        until(lambda: [work.source_id for work in parse_activity((tmp_path / "engine.trail").read_text())] == ["film"])
        desk.client.send(Shutdown())
        assert await asyncio.to_thread(host.wait, PATIENCE_S) == 0
