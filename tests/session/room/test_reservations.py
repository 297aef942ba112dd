"""Reservations with the whole desk: logged once, and restored after a restart of relay or desk."""

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.base.local_time import LocalTime
from app.domain.event import EventKind
from app.domain.planning.schedule import Airing
from app.session.planning.dates.series_edit import Scope
from app.session.room.room_schedule import RESERVATION_KINDS
from tests.session.test_show_control import client, in_room, selling_desk
from tests.support.room import RoomSocket, page
from tests.support.studio_desk import PAPER, StudioDesk

DATE = {"id": "once", "start_ms": 1, "end_ms": 2, "title": {"en": "Harbour week"}}
BOARD = {"schedule": ["once"], "date/once": DATE}


def logged_kinds(desk: StudioDesk) -> list[EventKind]:
    return [event.kind for event in desk.studio.log.events(RESERVATION_KINDS)]


async def join_and_wait(viewer: RoomSocket, **hello: Any) -> dict[str, Any]:
    """Join the room and wait for the date on the board."""
    welcome = await viewer.open(**hello)
    if "date/once" not in welcome["board"]:
        await viewer.next("put", key="date/once")
    return welcome


async def reserve(viewer: RoomSocket, on: bool = True) -> None:
    await viewer.send(t="reserve", date="once", on=on)
    assert (await viewer.next("reserved"))["on"] is on


async def test_a_reservation_is_logged_once_and_survives_a_relay_restart(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        changed_dates: list[str] = []
        desk.studio.control.viewers.reservations.changed.connect(changed_dates.append)
        desk.studio.control.announce(BOARD)
        async with client(desk) as session, page(session) as viewer:
            token = (await join_and_wait(viewer, languages=["ar"], market="SA"))["token"]
            await reserve(viewer)
            await desk.until(lambda: desk.studio.control.viewers.reservations.waiting("once") == 1)
        (entry,) = desk.studio.log.events(RESERVATION_KINDS)
        assert (entry.data["date"], entry.data["language"], entry.data["market"]) == ("once", "ar", "SA")
        assert changed_dates == ["once"]
        desk.forget()
        os.kill(desk.studio.embedded.pid, signal.SIGKILL)
        await desk.notice("relay.restarted")
        await desk.until(lambda: desk.studio.embedded.running)
        await in_room(desk)
        async with client(desk) as session, page(session) as viewer, page(session) as other:
            await join_and_wait(other)
            await other.next("count", waiting={"once": 1})
            assert (await join_and_wait(viewer, token=token))["reserved"] == ["once"]
            await reserve(other)
            await desk.until(lambda: desk.studio.control.viewers.reservations.waiting("once") == 2)
            await reserve(viewer, on=False)
            await desk.until(lambda: desk.studio.control.viewers.reservations.waiting("once") == 1)
        assert logged_kinds(desk) == [EventKind.RESERVED, EventKind.RESERVED, EventKind.UNRESERVED]


async def test_a_logged_reservation_is_not_logged_again(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        desk.studio.control.announce(BOARD)
        viewer_id = (await join_and_wait(viewer))["viewer"]
        desk.studio.log.append(
            EventKind.RESERVED, viewer=viewer_id, date="once"
        )  # as logged from an earlier relay; this relay does not know it
        await reserve(viewer)
        await reserve(viewer, on=False)
        await desk.until(lambda: EventKind.UNRESERVED in logged_kinds(desk))
        assert logged_kinds(desk) == [EventKind.RESERVED, EventKind.UNRESERVED]


async def test_reservations_survive_a_desk_restart(tmp_path: Path) -> None:
    file = tmp_path / "market.tradewind"
    async with selling_desk(tmp_path) as desk:
        desk.studio.control.announce(BOARD)
        async with client(desk) as session, page(session) as viewer:
            await join_and_wait(viewer)
            await reserve(viewer)
            await desk.until(lambda: desk.studio.control.viewers.reservations.waiting("once") == 1)
            assert desk.studio.files.save_as(file)
    async with StudioDesk(tmp_path, commands=PAPER) as desk:
        assert desk.studio.files.open(file)
        await desk.until(lambda: desk.studio.control.viewers.reservations.waiting("once") == 1)
        desk.studio.control.announce(BOARD)
        await in_room(desk)
        async with client(desk) as session, page(session) as viewer:
            await join_and_wait(viewer)
            await viewer.next("count", waiting={"once": 1})
        desk.studio.files.new()
        await desk.until(lambda: desk.studio.control.viewers.reservations.waiting("once") == 0)


async def test_a_reservation_survives_moving_the_series(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        plan = desk.studio.control.scheduler
        start = datetime.combine(plan.today() + timedelta(days=2), datetime.min.time()) + timedelta(hours=20)
        plan.put_airing(Airing("daily", "Evening", LocalTime(start, "Asia/Shanghai"), rule="FREQ=DAILY;COUNT=5"))
        second = plan.upcoming(5)[1]
        async with client(desk) as session, page(session) as viewer:
            welcome = await viewer.open()
            if f"date/{second.key}" not in welcome["board"]:
                await viewer.next("put", key=f"date/{second.key}")
            await viewer.send(t="reserve", date=second.key, on=True)
            assert (await viewer.next("reserved"))["on"]
            await desk.until(lambda: desk.studio.control.viewers.reservations.waiting(second.key) == 1)
            for scope, hour in ((Scope.FOLLOWING, 21), (Scope.ALL, 22)):
                occurrence = plan.occurrence(second.key)
                assert occurrence is not None
                plan.move(occurrence, LocalTime(start + timedelta(days=1, hours=hour - 20), "Asia/Shanghai"), scope=scope)
                moved = plan.occurrence(second.key)
                assert moved is not None
                put = await viewer.next("put", key=f"date/{second.key}")
                while put["value"]["start_ms"] != round(moved.start.timestamp() * 1000):
                    put = await viewer.next("put", key=f"date/{second.key}")
                assert desk.studio.control.viewers.reservations.waiting(second.key) == 1
            assert [occurrence.key for occurrence in plan.upcoming(5)][1] == second.key
