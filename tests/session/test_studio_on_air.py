"""The studio with the real engine and relay returns to the air after a crash."""

import logging
import os
import signal
import time
from pathlib import Path

import pytest

from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.editing import add_scene
from app.domain.program.project import Project
from app.storage.settings import Settings
from tests.support.studio_desk import REAL, StudioDesk, new_project

log = logging.getLogger(__name__)


def two_scenes(settings: Settings) -> Project:
    return add_scene(new_project(settings), "Two")


def is_live_on_relay(desk: StudioDesk, previous_pid: int = 0) -> bool:
    stats = desk.studio.engine.stats
    return (
        stats is not None
        and desk.engine_pid != previous_pid
        and any(target.relay_id == "embedded" and target.state is TargetState.LIVE for target in stats.targets)
    )


@pytest.mark.slow
async def test_a_killed_engine_is_back_on_the_relay_with_the_same_scene(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL, project=two_scenes) as desk:
        await desk.attached()
        await desk.until(lambda: desk.studio.embedded.running)
        second = desk.studio.document.project.scenes[1].id
        desk.studio.engine.take(second)
        desk.studio.broadcast.go_live()
        await desk.until(lambda: is_live_on_relay(desk))
        before = desk.engine_pid
        killed_at = time.monotonic()
        os.kill(before, signal.SIGKILL)
        await desk.until(lambda: is_live_on_relay(desk, before))
        seconds = time.monotonic() - killed_at
        log.info("back on the relay after %.2f s", seconds)
        assert desk.studio.engine.stats is not None and desk.studio.engine.stats.scene_id == second
        assert desk.studio.broadcast.state.value is BroadcastState.LIVE
        await desk.until(lambda: desk.studio.engine.preview.latest() is not None)
        desk.studio.broadcast.stop_live()
        await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.IDLE)
