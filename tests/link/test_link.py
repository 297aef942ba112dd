"""Desk and engine over the real link, with the engine in its own process."""

import asyncio
import gc
import os
import signal
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Client, Connection
from pathlib import Path
from subprocess import Popen

import pytest

from app.domain.base.notice import Notice
from app.domain.program.command import (
    LINK_VERSION,
    Apply,
    DropOverlay,
    Event,
    GoLive,
    ListDevices,
    PutOverlay,
    PutPicture,
    RelayProbes,
    Shutdown,
    StopLive,
    Take,
    WatchRelays,
)
from app.domain.program.device import Devices
from app.domain.program.output import Relay, Target
from app.domain.program.overlay import OverlayAnimation
from app.domain.program.project import starter_project
from app.domain.program.stats import EngineStats, Meters
from app.domain.program.transition import CUT
from app.link import registration
from app.link.client import LinkClient
from app.link.messages import LinkError, encode
from app.link.registration import ENGINE_FILE, Registration
from app.link.wire import introduce
from tests.support.link_desk import LinkDesk, registered, start_paper_engine, values

PROJECT = starter_project(camera=None, microphone=False)
TARGET = Target(Relay("r1", "Paris", "https://paris.example/whip"), "secret")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator["Popen[bytes]"]:
    process = start_paper_engine(tmp_path)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_hello_then_meters_and_stats(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        assert desk.hello is not None and desk.hello.engine_pid == engine.pid and desk.hello.project is None
        await desk.event(EngineStats)
        meters = await desk.event(Meters)
        assert meters.master.peak_db == (-20.0, -20.0)


async def test_every_command_arrives_in_order(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        picture = os.urandom(1280 * 720 * 4)
        for command in (
            Apply(PROJECT),
            PutPicture("text-1", 1280, 720, picture),
            PutOverlay("card", 1280, 720, picture, 0.25, 0.5, OverlayAnimation.SLIDE_LEFT, 400, 60.0),
            DropOverlay("card", OverlayAnimation.FADE, 250),
            WatchRelays((TARGET,), ("r1",), 45.0),
            Take("scene-1", CUT),
            GoLive((TARGET,)),
        ):
            desk.client.send(command)
        desk.client.send(ListDevices())
        await desk.event(EngineStats, lambda stats: stats.state.value == "live")
        notices = [notice for notice in desk.events if isinstance(notice, Notice)]
        assert [notice.code.removeprefix("paper.") for notice in notices] == [
            "applied",
            "picture",
            "overlay",
            "overlay_dropped",
            "watching",
            "took",
            "live",
        ]
        assert values(notices[1]) == {"source": "text-1", "width": 1280, "height": 720, "size": len(picture), "first": picture[0]}
        expected = {"id": "card", "width": 1280, "height": 720, "size": len(picture), "x": 0.25, "y": 0.5}
        assert values(notices[2]) == {**expected, "enter": "slide_left", "duration_ms": 400, "scroll_px_per_s": 60.0}
        assert values(notices[3]) == {"id": "card", "leave": "fade", "duration_ms": 250}
        assert values(notices[4]) == {"ids": "r1", "warm": "r1", "every_s": 45.0}
        assert values(notices[6]) == {"ids": "r1", "tokens": "secret"}
        assert (await desk.event(RelayProbes)).probes[0].relay_id == "r1"
        assert (await desk.event(Devices)).cameras[0].name == "Paper camera"


async def test_a_second_desk_gets_the_running_show_and_the_engine_outlives_both(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    async with LinkDesk(found) as first:
        first.client.send(Apply(PROJECT))
        first.client.send(GoLive((TARGET,)))
        await first.notice("paper.live")
        async with LinkDesk(found) as second:
            assert second.hello is not None
            assert second.hello.project == PROJECT and second.hello.live_relay_ids == ("r1",)
            second.client.send(StopLive())
            await first.notice("paper.stopped")
            await second.notice("paper.stopped")
    async with LinkDesk(found) as third:
        assert third.hello is not None and third.hello.project == PROJECT
    assert engine.poll() is None


async def test_notices_without_a_desk_are_sent_to_the_next_one(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    connection = Client(found.address)
    introduce(connection, found.authkey)
    connection.send_bytes(encode(GoLive((TARGET,))))
    connection.close()
    async with LinkDesk(found) as desk:
        await desk.event(EngineStats, lambda stats: stats.state.value == "live")


async def test_refused_and_broken_commands_are_reported_and_the_engine_continues(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        desk.client.send(Take("refuse", CUT))
        assert values(await desk.notice("scene.missing")) == {"scene": "refuse"}
        desk.client.send(Take("crash", CUT))
        assert "broken on purpose" in str((await desk.notice("engine.command_failed")).data["reason"])
        desk.client.send(Take("scene-1", CUT))
        await desk.notice("paper.took")


async def test_a_killed_engine_is_detected(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        engine.kill()
        assert (await asyncio.wait_for(desk.lost, 20)).code == "link.closed"


async def test_a_frozen_engine_is_detected(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        engine.send_signal(signal.SIGSTOP)
        assert (await asyncio.wait_for(desk.lost, 20)).code == "link.silent"
        with pytest.raises(LinkError) as raised:
            async with LinkDesk(await registered(tmp_path)):
                pytest.fail("a frozen engine cannot say hello")
        assert raised.value.code == "link.silent"


async def test_sending_to_a_frozen_engine_does_not_block(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        engine.send_signal(signal.SIGSTOP)
        picture = PutPicture("text-1", 2000, 1000, bytes(8_000_000))
        for _ in range(10):
            desk.client.send(picture)  # 80 MB into an unread pipe: a blocking send would hang this test
        assert (await asyncio.wait_for(desk.lost, 20)).code == "link.silent"


async def test_cancelling_a_connection_leaves_no_unretrieved_exception(engine: "Popen[bytes]", tmp_path: Path) -> None:
    """Cancels at every stage of the handshake. "exception was never retrieved" in the log would fail the test."""
    found = await registered(tmp_path)
    for iterations in range(12):
        client = LinkClient(found, on_event=lambda event: None, on_lost=lambda error: None)
        connecting = asyncio.ensure_future(client.connect())
        for _ in range(iterations):
            await asyncio.sleep(0.0005)
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await client.aclose()
        del client, connecting
        gc.collect()


async def test_cancelling_at_the_moment_of_the_hello_still_cancels(engine: "Popen[bytes]", tmp_path: Path) -> None:
    """A cancellation that arrives together with the result must not be swallowed, or its waiter would wait forever."""

    class Eager(LinkClient):
        def _arrived(self, event: Event) -> None:
            super()._arrived(event)
            connecting.cancel()

    client = Eager(await registered(tmp_path), on_event=lambda event: None, on_lost=lambda error: None)
    connecting = asyncio.ensure_future(client.connect())
    assert [type(result) for result in await asyncio.gather(connecting, return_exceptions=True)] == [asyncio.CancelledError]
    await client.aclose()


async def test_shutdown_ends_the_process(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        assert await desk.client.shut_down_engine(20)
    assert await asyncio.to_thread(engine.wait, 20) == 0
    assert registration.read(tmp_path) is None
    assert "engine.socket" not in os.listdir(tmp_path)


async def test_an_idle_engine_exits_but_not_while_live(tmp_path: Path) -> None:
    process = start_paper_engine(tmp_path, idle_s=0.4)
    try:
        found = await registered(tmp_path)
        async with LinkDesk(found) as desk:
            desk.client.send(GoLive((TARGET,)))
            await desk.notice("paper.live")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.2):
                while process.poll() is None:
                    await asyncio.sleep(0.05)
        async with LinkDesk(found) as desk:
            desk.client.send(StopLive())
            await desk.notice("paper.stopped")
        assert await asyncio.to_thread(process.wait, 20) == 0
    finally:
        process.kill()
        process.wait()


async def test_the_wrong_key_is_refused_and_others_are_served(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    with pytest.raises(LinkError) as raised:
        async with LinkDesk(replace(found, authkey=b"guess")):
            pytest.fail("let in with the wrong key")
    assert raised.value.code == "link.refused"
    async with LinkDesk(found) as desk:
        await desk.event(Meters)


async def test_silent_and_invalid_clients_do_not_block_others(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    callers = [socket.socket(socket.AF_UNIX) for _ in range(6)]
    try:
        for number, caller in enumerate(callers):
            caller.connect(found.address)
            if number % 2:
                caller.sendall(os.urandom(200))
        async with LinkDesk(found) as desk:
            await desk.event(Meters)
    finally:
        for caller in callers:
            caller.close()


async def test_garbage_from_a_desk_is_reported_and_ignored(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    connection = Client(found.address)
    try:
        introduce(connection, found.authkey)
        connection.send_bytes(b"\xc1 not a message")
        connection.send_bytes(encode(Take("scene-1", CUT)).replace(b"Take", b"Fake"))
        codes: list[str] = []
        async with LinkDesk(found) as desk:
            connection.send_bytes(encode(Take("scene-1", CUT)))
            await desk.notice("paper.took")
        while "paper.took" not in codes:
            data = await asyncio.to_thread(connection.recv_bytes)
            codes += [code for code in ("link.garbage", "link.unknown", "paper.took") if code.encode() in data]
        assert codes == ["link.garbage", "link.unknown", "paper.took"]
    finally:
        connection.close()


async def test_a_desk_that_does_not_read_does_not_block_others(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    connection = Client(found.address)
    try:
        introduce(connection, found.authkey)
        async with LinkDesk(found) as desk:
            for number in range(400):  # 40 MB of notices, more than any queue holds
                name = f"{number:-<100000}"
                desk.client.send(Take(name, CUT))
                if number % 20 == 19:
                    await desk.event(Notice, partial(_is_about, name))
            received = [event for event in desk.events if isinstance(event, Notice) and event.code == "paper.took"]
            assert len(received) == 400, "a desk that reads must get every notice"
        await asyncio.to_thread(_read_until_closed, connection)  # ends only if the engine disconnected it
    finally:
        connection.close()


async def test_another_version_is_reported(engine: "Popen[bytes]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await registered(tmp_path)
    monkeypatch.setattr("app.link.messages.LINK_VERSION", 99)
    with pytest.raises(LinkError) as raised:
        async with LinkDesk(found):
            pytest.fail("talked to another version")
    assert raised.value.code == "link.version" and dict(raised.value.data) == {"theirs": LINK_VERSION, "ours": 99}


async def test_only_this_user_can_read_the_registration_and_one_engine_holds_it(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    assert stat.S_IMODE((tmp_path / ENGINE_FILE).stat().st_mode) == 0o600
    assert len(found.authkey) == 32
    assert "authkey" not in repr(found)
    second = start_paper_engine(tmp_path)
    try:
        assert await asyncio.to_thread(second.wait, 30) != 0
    finally:
        second.kill()
        second.wait()
    assert await registered(tmp_path) == found


async def test_an_engine_whose_socket_was_deleted_still_exits(engine: "Popen[bytes]", tmp_path: Path) -> None:
    async with LinkDesk(await registered(tmp_path)) as desk:
        (tmp_path / "engine.socket").unlink()
        await desk.event(Meters)
        engine.terminate()
        assert await asyncio.to_thread(engine.wait, 20) == 0


async def test_a_new_engine_can_start_after_a_killed_one(tmp_path: Path) -> None:
    first = start_paper_engine(tmp_path)
    before = await registered(tmp_path)
    first.kill()
    first.wait()
    with pytest.raises(LinkError) as raised:
        async with LinkDesk(before):
            pytest.fail("connected to a dead engine")
    assert raised.value.code == "link.missing"
    second = start_paper_engine(tmp_path)
    try:
        async with LinkDesk(await registered(tmp_path, other_than=before.pid)) as desk:
            desk.client.send(Shutdown())
            await asyncio.to_thread(second.wait, 20)
    finally:
        second.kill()
        second.wait()


def test_a_broken_registration_is_ignored(tmp_path: Path) -> None:
    assert registration.read(tmp_path) is None
    (tmp_path / ENGINE_FILE).write_text('{"pid": "many"}')
    assert registration.read(tmp_path) is None
    registration.write(tmp_path, Registration(5, "/run/x", b"key"))
    registration.remove(tmp_path, Registration(6, "/run/x", b"key"))
    assert registration.read(tmp_path) == Registration(5, "/run/x", b"key")


async def test_a_long_runtime_path_works(tmp_path: Path) -> None:
    runtime = tmp_path / ("very-long-name-" * 6) / ("and another one " * 3)
    runtime.mkdir(parents=True)
    process = start_paper_engine(runtime)
    try:
        async with LinkDesk(await registered(runtime)) as desk:
            await desk.event(Meters)
            assert await desk.client.shut_down_engine(20)
        process.wait()
    finally:
        process.kill()
        process.wait()


def _is_about(scene: str, notice: Notice) -> bool:
    return notice.data.get("scene") == scene


def _read_until_closed(connection: "Connection") -> None:
    try:
        while True:
            connection.recv_bytes()
    except (EOFError, OSError):
        return


def block_address(address: Path) -> None:
    """Make it impossible to listen at this address."""
    address.unlink()
    address.mkdir()
    (address / "stone").touch()


async def test_the_next_engine_removes_the_registration_of_a_crashed_one_first(engine: "Popen[bytes]", tmp_path: Path) -> None:
    found = await registered(tmp_path)
    engine.kill()
    engine.wait()
    block_address(Path(found.address))
    successor = start_paper_engine(tmp_path)
    assert await asyncio.to_thread(successor.wait, 20) != 0
    assert registration.read(tmp_path) is None
