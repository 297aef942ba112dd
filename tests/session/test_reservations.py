"""Reservations through the whole desk: from the page into the log once, and back to a relay or a desk that starts again."""

import os
import signal
from pathlib import Path
from typing import Any

from app.domain.event import EventKind
from app.session.room_schedule import PLACE_KINDS
from tests.session.test_show_desk import client, in_room, selling
from tests.support.room import RoomSocket, page
from tests.support.studio_desk import PAPER, StudioDesk

DATE = {"id": "once", "start_ms": 1, "end_ms": 2, "title": {"en": "Harbour week"}}
BOARD = {"schedule": ["once"], "date/once": DATE}


def logged(desk: StudioDesk) -> list[EventKind]:
    return [event.kind for event in desk.studio.events(PLACE_KINDS)]


async def offered(viewer: RoomSocket, **hello: Any) -> dict[str, Any]:
    """In the room, with the date on its board."""
    welcome = await viewer.open(**hello)
    if "date/once" not in welcome["board"]:
        await viewer.next("put", key="date/once")
    return welcome


async def reserve(viewer: RoomSocket, on: bool = True) -> None:
    await viewer.send(t="reserve", date="once", on=on)
    assert (await viewer.next("reserved"))["on"] is on


async def test_a_reservation_is_logged_once_and_outlives_the_relay(tmp_path: Path) -> None:
    async with selling(tmp_path) as desk:
        told: list[str] = []
        desk.studio.desk.reservations.changed.connect(told.append)
        desk.studio.desk.announce(BOARD)
        async with client(desk) as session, page(session) as viewer:
            token = (await offered(viewer, languages=["ar"], market="SA"))["token"]
            await reserve(viewer)
            await desk.until(lambda: desk.studio.desk.reservations.waiting("once") == 1)
        (entry,) = desk.studio.events(PLACE_KINDS)
        assert (entry.data["date"], entry.data["language"], entry.data["market"]) == ("once", "ar", "SA")
        assert told == ["once"]
        desk.forget()
        os.kill(desk.studio.relay_pid, signal.SIGKILL)
        await desk.notice("relay.restarted")
        await desk.until(lambda: desk.studio.relay_running)
        await in_room(desk)
        async with client(desk) as session, page(session) as viewer, page(session) as other:
            await offered(other)
            await other.next("count", waiting={"once": 1})
            assert (await offered(viewer, token=token))["reserved"] == ["once"]
            await reserve(other)
            await desk.until(lambda: desk.studio.desk.reservations.waiting("once") == 2)
            await reserve(viewer, on=False)
            await desk.until(lambda: desk.studio.desk.reservations.waiting("once") == 1)
        assert logged(desk) == [EventKind.RESERVED, EventKind.RESERVED, EventKind.UNRESERVED]


async def test_what_the_log_has_is_not_logged_again(tmp_path: Path) -> None:
    async with selling(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        desk.studio.desk.announce(BOARD)
        viewer_id = (await offered(viewer))["viewer"]
        desk.studio.log(EventKind.RESERVED, viewer=viewer_id, date="once")  # from a hub of yesterday; that of today does not know it
        await reserve(viewer)
        await reserve(viewer, on=False)
        await desk.until(lambda: EventKind.UNRESERVED in logged(desk))
        assert logged(desk) == [EventKind.RESERVED, EventKind.UNRESERVED]


async def test_a_desk_that_starts_again_knows_who_waits(tmp_path: Path) -> None:
    file = tmp_path / "market.tradewind"
    async with selling(tmp_path) as desk:
        desk.studio.desk.announce(BOARD)
        async with client(desk) as session, page(session) as viewer:
            await offered(viewer)
            await reserve(viewer)
            await desk.until(lambda: desk.studio.desk.reservations.waiting("once") == 1)
            assert desk.studio.save_as(file)
    async with StudioDesk(tmp_path, commands=PAPER) as desk:
        assert desk.studio.open(file)
        await desk.until(lambda: desk.studio.desk.reservations.waiting("once") == 1)
        desk.studio.desk.announce(BOARD)
        await in_room(desk)
        async with client(desk) as session, page(session) as viewer:
            await offered(viewer)
            await viewer.next("count", waiting={"once": 1})
        desk.studio.new()
        await desk.until(lambda: desk.studio.desk.reservations.waiting("once") == 0)
