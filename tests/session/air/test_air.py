"""Whether a relay has the program, since when, and where viewers watch it."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.event import EventKind
from app.domain.program.broadcast import AirState, BroadcastState
from app.domain.program.editing import pin_relay, put_relay
from app.domain.program.output import Relay
from tests.support.studio_desk import REAL, StudioDesk
from tests.support.whip_server import WhipServer


@pytest.fixture
async def server() -> AsyncIterator[WhipServer]:
    server = WhipServer()
    await server.start()
    yield server
    await server.aclose()


def use_relay(desk: StudioDesk, url: str) -> None:
    relay = Relay("mine", "Mine", url, "https://mine.example/")
    desk.studio.document.edit("Add", lambda project: pin_relay(put_relay(project, relay), "mine"))


def air(desk: StudioDesk) -> AirState:
    return desk.studio.broadcast.air.value


def lacks_viewers(desk: StudioDesk) -> bool:
    return desk.studio.broadcast.lacks_viewers


def on_air_entries(desk: StudioDesk) -> list[EventKind]:
    return [event.kind for event in desk.studio.log.events((EventKind.ON_AIR, EventKind.OFF_AIR))]


async def test_on_air_time_and_log_start_when_a_relay_receives_the_program(tmp_path: Path, server: WhipServer) -> None:
    server.faults.status, server.faults.times = 503, 1
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        states: list[AirState] = []
        desk.studio.broadcast.air.changed.connect(lambda old, new: states.append(new))
        use_relay(desk, server.url)
        desk.studio.broadcast.go_live()
        await desk.until(lambda: air(desk) is AirState.FAILED)
        assert desk.studio.broadcast.on_air_s() == 0.0 and on_air_entries(desk) == []
        await desk.until(lambda: air(desk) is AirState.LIVE)
        assert desk.studio.broadcast.on_air_s() > 0.0
        assert on_air_entries(desk) == [EventKind.ON_AIR]
        await desk.until(lambda: desk.studio.engine.stats is not None and desk.studio.engine.stats.live_since_ns > 0)
        assert desk.studio.broadcast.watch_page == "https://mine.example/"
        desk.studio.broadcast.stop_live()
        await desk.until(lambda: air(desk) is AirState.OFF)
        assert on_air_entries(desk) == [EventKind.ON_AIR, EventKind.OFF_AIR]
        assert states == [AirState.CONNECTING, AirState.FAILED, AirState.LIVE, AirState.STOPPING, AirState.OFF]


async def test_a_show_that_was_never_on_air_leaves_no_log_entry(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        use_relay(desk, "http://127.0.0.1:9/whip")
        desk.studio.broadcast.go_live()
        await desk.until(lambda: air(desk) is AirState.FAILED)
        desk.studio.broadcast.stop_live()
        await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.IDLE)
        assert on_air_entries(desk) == [] and air(desk) is AirState.OFF


async def test_on_air_time_continues_when_the_engine_dies(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.broadcast.go_live()
        await desk.until(lambda: air(desk) is AirState.LIVE)
        stats, states = desk.studio.engine.stats, list[AirState]()
        assert stats is not None
        began_ns = stats.live_since_ns
        desk.studio.broadcast.air.changed.connect(lambda old, new: states.append(new))
        os.kill(desk.engine_pid, signal.SIGKILL)
        await desk.until(lambda: AirState.RECONNECTING in states)
        await desk.until(lambda: air(desk) is AirState.LIVE)
        await desk.until(lambda: desk.studio.engine.stats is not None and desk.studio.engine.stats.live_since_ns == began_ns)
        assert on_air_entries(desk) == [EventKind.ON_AIR]


async def test_a_new_desk_continues_the_on_air_time(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path) as desk:
        await desk.attached()
        desk.studio.broadcast.go_live()
        await desk.until(lambda: desk.studio.engine.stats is not None and desk.studio.engine.stats.live_since_ns > 0)
        before_s = desk.studio.broadcast.on_air_s()
        desk.keep_engine = True
    async with StudioDesk(tmp_path) as desk:
        await desk.until(lambda: air(desk) is AirState.LIVE)
        assert desk.studio.broadcast.on_air_s() > before_s
        desk.studio.broadcast.stop_live()


async def test_an_unreachable_relay_is_not_chosen_and_the_embedded_one_can_take_over(tmp_path: Path) -> None:
    async with StudioDesk(tmp_path, commands=REAL) as desk:
        await desk.attached()
        studio = desk.studio
        studio.document.edit(
            "Add", lambda project: put_relay(project, Relay("mine", "Mine", "http://127.0.0.1:9/whip", "https://mine.example/"))
        )
        await desk.until(lambda: any(probe.relay_id == "mine" and probe.failure for probe in studio.relays.probes))
        assert studio.broadcast.main_relay().id == "embedded" and studio.broadcast.watch_page == studio.embedded.watch_address
        studio.document.edit("Pin", lambda project: pin_relay(project, "mine"))
        await desk.until(lambda: studio.embedded.running)
        assert lacks_viewers(desk) is False
        studio.broadcast.go_live()
        await desk.until(lambda: air(desk) is AirState.FAILED)
        assert lacks_viewers(desk) and studio.broadcast.watch_page == "https://mine.example/"
        studio.broadcast.use_embedded_too()
        await desk.until(lambda: air(desk) is AirState.LIVE)
        assert {relay.id for relay in studio.broadcast.live_targets} == {"mine", "embedded"}, "the chosen relay is still tried"
        assert studio.broadcast.watch_page == studio.embedded.watch_address and not lacks_viewers(desk)
        assert studio.document.project.also_relay_ids == (), "the show itself is unchanged"
        studio.broadcast.stop_live()
        await desk.until(lambda: air(desk) is AirState.OFF)
        studio.broadcast.go_live()
        assert [relay.id for relay in studio.broadcast.live_targets] in ([], ["mine"])
        studio.broadcast.stop_live()
