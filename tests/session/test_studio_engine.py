"""The studio and an engine that is found, started, killed, frozen, crashing or of another version."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest

from app.domain.program.broadcast import BroadcastState
from app.domain.program.command import LINK_VERSION
from app.domain.program.editing import add_scene, add_source, change_settings
from app.domain.program.project import Project
from app.domain.program.source import SourceKind
from app.link import registration
from app.session.base.processes import is_running
from app.session.engine.engine_supervisor import EngineState
from app.storage.settings import Settings
from tests.support.link_desk import LinkDesk, registered
from tests.support.studio_desk import PAPER, ROOT, StudioDesk, new_project, paths_in


def with_name(name: str, project: Project) -> Project:
    return replace(project, name=name)


def two_scenes(settings: Settings) -> Project:
    return add_scene(new_project(settings), "Two")


async def test_the_engine_is_started_gets_the_project_and_is_stopped(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, project=two_scenes) as desk:
        await desk.attached()
        await desk.notice("paper.applied", scenes=2)
        await desk.until(
            lambda: bool(desk.studio.engine.devices.cameras) and desk.studio.engine.stats is not None and bool(desk.studio.relays.probes)
        )
        pid = desk.engine_pid
    assert not is_running(pid)
    assert desk.studio.engine.state.value is EngineState.STOPPED
    assert [notice.code for notice in desk.heard if not notice.code.startswith("paper.")] == []


async def test_edits_reach_the_engine_and_a_drag_is_throttled(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        await desk.notice("paper.applied")
        desk.forget()
        for number in range(500):
            desk.studio.document.edit("Drag", partial(with_name, f"step {number}"), merge="drag")
        await desk.notice("paper.applied", name="step 499")
        assert len([notice for notice in desk.heard if notice.code == "paper.applied"]) <= 3
        desk.studio.document.undo()
        await desk.notice("paper.applied", name="Untitled show")


async def test_a_take_is_sent_after_the_project_it_needs(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, project=two_scenes) as desk:
        await desk.attached()
        await desk.notice("paper.took")
        desk.forget()
        desk.studio.document.edit("Add", lambda project: add_scene(project, "Three"))
        third = desk.studio.document.project.scenes[2].id
        desk.studio.engine.take(third)
        await desk.notice("paper.took", scene=third)
        await desk.until(lambda: desk.studio.engine.stats is not None and desk.studio.engine.stats.scene_id == third)
        codes = [notice.code for notice in desk.heard if notice.code in ("paper.applied", "paper.took")]
        assert codes == ["paper.applied", "paper.took"]
        assert desk.studio.document.project.scene_id == third
        desk.studio.engine.take("no such scene")
        await desk.notice("project.no_scene")


async def test_text_is_drawn_when_it_changes_and_for_a_new_engine(tmp_path: Path) -> None:
    def with_text(settings: Settings) -> Project:
        project = new_project(settings)
        return add_source(project, project.scene_id, SourceKind.TEXT, "Title", {"text": "four"})

    async with StudioDesk(tmp_path, project=with_text) as desk:
        await desk.attached()
        picture = await desk.notice("paper.picture", width=4)
        text_id = str(picture.data["source"])
        order = [notice.code for notice in desk.heard]
        assert order.index("paper.applied") < order.index("paper.picture")
        desk.studio.document.edit("Type", lambda project: change_settings(project, text_id, {"text": "eight888"}))
        await desk.notice("paper.picture", source=text_id, width=8)
        drawn = [notice for notice in desk.heard if notice.code == "paper.picture"]
        desk.studio.document.edit("Rename", lambda project: replace(project, name="other"))
        await desk.notice("paper.applied", name="other")
        assert [notice for notice in desk.heard if notice.code == "paper.picture"] == drawn, "unchanged text is not drawn again"
        desk.forget()
        os.kill(desk.engine_pid, signal.SIGKILL)
        await desk.notice("paper.picture", source=text_id, width=8)


async def test_an_engine_killed_while_live_is_back_on_air_with_the_same_scene(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, project=two_scenes) as desk:
        await desk.attached()
        second = desk.studio.document.project.scenes[1].id
        desk.studio.engine.take(second)
        desk.studio.broadcast.go_live()
        await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.LIVE)
        before = desk.engine_pid
        token = desk.studio.relays.token_of("embedded")
        desk.forget()
        os.kill(before, signal.SIGKILL)
        await desk.notice("engine.lost")
        await desk.notice("paper.live", ids="embedded", tokens=token)
        await desk.notice("engine.restarted")
        await desk.until(lambda: desk.studio.engine.stats is not None and desk.studio.engine.stats.scene_id == second)
        assert desk.engine_pid != before
        assert desk.studio.broadcast.state.value is BroadcastState.LIVE
        order = [notice.code for notice in desk.heard if notice.code in ("paper.applied", "paper.took", "paper.live")]
        assert order == ["paper.applied", "paper.took", "paper.live"]


async def test_an_engine_frozen_while_live_is_replaced(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.broadcast.go_live()
        await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.LIVE)
        before = desk.engine_pid
        desk.forget()
        os.kill(before, signal.SIGSTOP)
        await desk.notice("engine.frozen")
        await desk.notice("paper.live", ids="embedded")
        assert desk.engine_pid != before and not is_running(before)


async def test_an_engine_that_keeps_crashing_is_restarted_less_often(tmp_path: Path) -> None:
    failing_commands = {**PAPER, "engine": ("-c", "import sys; sys.exit(3)")}
    async with StudioDesk(tmp_path, commands=failing_commands) as desk:
        failed = await desk.notice("engine.start_failed")
        assert failed.data["status"] == 3 and failed.data["times"] == 3
        assert "engine.restart" in failed.actions
        await desk.notice("engine.keeps_dying")
        assert desk.studio.engine.state.value is EngineState.LOST
        desk.studio.document.edit("Rename", lambda project: replace(project, name="still works"))


async def test_an_engine_of_another_version_keeps_running_until_the_user_restarts_it(tmp_path: Path) -> None:
    runtime = paths_in(tmp_path).runtime
    code = (
        "import app.domain.program.command as c; c.LINK_VERSION = 99\n"
        "import app.link.messages as m; m.LINK_VERSION = 99\n"
        "import sys; from tests.support.paper_engine import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    old = await asyncio.create_subprocess_exec(sys.executable, "-c", code, "engine", "--runtime", str(runtime), cwd=ROOT)
    try:
        await registered(runtime)
        async with StudioDesk(tmp_path) as desk:
            notice = await desk.notice("engine.other_version")
            assert dict(notice.data) == {"theirs": 99, "ours": LINK_VERSION}
            assert desk.studio.engine.state.value is EngineState.STOPPED
            assert old.returncode is None
            assert desk.studio.actions.run("engine.restart")
            await desk.attached()
            assert desk.engine_pid != old.pid
            await old.wait()
    finally:
        if old.returncode is None:
            old.kill()
        await old.wait()


async def test_two_desks_share_an_engine_and_the_last_one_stops_it(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, project=two_scenes) as first:
        await first.attached()
        first.studio.document.edit("Rename", lambda project: replace(project, name="from the first desk"))
        await first.notice("paper.applied", name="from the first desk")
        async with StudioDesk(tmp_path) as second:
            await second.attached()
            assert second.studio.document.project.name == "from the first desk"
            assert second.engine_pid == first.engine_pid
            second.studio.broadcast.go_live()
            await first.until(lambda: first.studio.broadcast.state.value is BroadcastState.LIVE)
        assert is_running(first.engine_pid), "the first desk still uses the engine"
        first.studio.broadcast.stop_live()
        await first.until(lambda: first.studio.broadcast.state.value is BroadcastState.IDLE)


async def test_a_desk_can_quit_and_leave_the_show_on_air(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, project=two_scenes) as first:
        await first.attached()
        first.studio.document.edit("Rename", lambda project: replace(project, name="goes on"))
        first.studio.engine.take(first.studio.document.project.scenes[1].id)
        first.studio.broadcast.go_live()
        await first.until(lambda: first.studio.broadcast.state.value is BroadcastState.LIVE)
        first.keep_engine = True
    found = registration.read(first.paths.runtime)
    assert found is not None and found.pid == first.engine_pid
    async with LinkDesk(found) as link:
        assert link.hello is not None and link.hello.live_relay_ids == ("embedded",)
    async with StudioDesk(tmp_path) as second:
        await second.attached()
        assert second.engine_pid == first.engine_pid
        await second.until(lambda: second.studio.broadcast.state.value is BroadcastState.LIVE)  # from the engine's first stats
        assert second.studio.document.project.name == "goes on"
        assert second.studio.document.project.scene_id == first.studio.document.project.scene_id
        assert second.studio.document.modified
        assert [relay.id for relay in second.studio.broadcast.live_targets] == ["embedded"]
        second.studio.broadcast.stop_live()
        await second.until(lambda: second.studio.broadcast.state.value is BroadcastState.IDLE)


@pytest.mark.parametrize("live", [True, False], ids=["live", "idle"])
async def test_the_next_desk_continues_after_a_killed_one(tmp_path: Path, live: bool) -> None:
    show = tmp_path / "Shop.tradewind"
    arguments = ["-m", "tests.support.studio_process", str(tmp_path), str(show), *(["live"] if live else [])]
    desk = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert desk.stdout is not None
    ready = (await asyncio.wait_for(desk.stdout.readline(), 60)).split()
    assert ready[0] == b"ready"
    engine_pid, relay_pid = int(ready[1]), int(ready[2])
    desk.kill()
    await desk.wait()
    async with StudioDesk(tmp_path) as next_desk:
        await next_desk.attached()
        await next_desk.until(lambda: next_desk.studio.embedded.running)
        assert (next_desk.engine_pid, next_desk.studio.embedded.pid) == (engine_pid, relay_pid)
        expected = BroadcastState.LIVE if live else BroadcastState.IDLE
        await next_desk.until(
            lambda: next_desk.studio.broadcast.state.value is expected
        )  # from the first stats, which say that a relay has the program
        assert next_desk.studio.files.recovered is None
        assert next_desk.studio.document.project.name == "Renamed by the desk that dies"
        assert next_desk.studio.document.path == show and not next_desk.studio.document.modified
    assert not is_running(engine_pid)
    assert not is_running(relay_pid)


async def test_tokens_never_reach_a_command_line_or_an_open_file(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        await desk.until(lambda: desk.studio.embedded.running)
        token = desk.studio.relays.token_of("embedded")
        assert len(token) >= 24
        for pid in (desk.engine_pid, desk.studio.embedded.pid):
            assert token not in " ".join(psutil.Process(pid).cmdline())
        for path in desk.paths.runtime.rglob("*"):
            if path.is_file() and token in path.read_text(errors="replace"):
                assert path.stat().st_mode & 0o077 == 0
        assert token not in json.dumps([str(notice.data) for notice in desk.heard if not notice.code.startswith("paper.")])
