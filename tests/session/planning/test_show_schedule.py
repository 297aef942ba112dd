"""A planned show with the whole desk: starting it, announcing it on the page, and restarting the desk."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app.domain.base.local_time import wall_of
from app.domain.event import EventKind
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, ShowReminder
from app.domain.program.broadcast import BroadcastState
from app.session.planning.show_checklist import CheckKind, CheckState
from tests.session.test_show_control import client, selling_desk
from tests.support.room import page
from tests.support.schedules import NEW_YORK
from tests.support.studio_desk import StudioDesk


def plan_show(desk: StudioDesk, key: str, minutes_ahead: int, length: int = 60) -> Airing:
    """Plan a show this many minutes from now, in New York."""
    scheduler = desk.studio.control.scheduler
    start = scheduler.now() + timedelta(minutes=minutes_ahead)
    airing = Airing(key, f"Show {key}", wall_of(start, NEW_YORK, scheduler.zones), length, party_ids=("us",))
    scheduler.put_airing(airing)
    return airing


async def broadcast_state(desk: StudioDesk, state: BroadcastState) -> None:
    await desk.until(lambda: desk.studio.broadcast.state.value is state)


async def test_one_action_goes_live_starts_the_rundown_and_logs_the_date(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        studio, scheduler = desk.studio, desk.studio.control.scheduler
        assert not studio.actions["schedule.start"].enabled()
        scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        plan_show(desk, "now", 5)
        plan_show(desk, "later", 90)
        assert studio.actions.run("schedule.start")
        await broadcast_state(desk, BroadcastState.LIVE)
        assert [event.data["occurrence"] for event in studio.log.events((EventKind.AIRING_STARTED,))] == ["now"]
        assert studio.control.runner.run.running
        assert not studio.actions["schedule.start"].enabled()
        assert (scheduler.current and scheduler.current.key, scheduler.next and scheduler.next.key) == ("now", "later")
        assert "run.not_started" not in [notice.code for notice in desk.heard]
        studio.broadcast.stop_live()
        await broadcast_state(desk, BroadcastState.IDLE)
        kinds = (EventKind.AIRING_STARTED, EventKind.ON_AIR, EventKind.AIRING_ENDED, EventKind.OFF_AIR)
        assert [event.kind for event in studio.log.events(kinds)] == [
            EventKind.ON_AIR,
            EventKind.AIRING_STARTED,
            EventKind.OFF_AIR,
            EventKind.AIRING_ENDED,
        ]


async def test_a_desk_that_returns_to_a_live_engine_knows_the_date_on_air(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    async with selling_desk(tmp_path) as desk:
        desk.studio.control.scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        plan_show(desk, "now", 5)
        assert desk.studio.files.save_as(path)
        desk.studio.control.scheduler.start()
        await broadcast_state(desk, BroadcastState.LIVE)
        desk.keep_engine = True
    async with StudioDesk(tmp_path, path=path) as next_desk:
        await broadcast_state(next_desk, BroadcastState.LIVE)
        assert next_desk.studio.control.scheduler.current is not None
        assert len(next_desk.studio.log.events((EventKind.AIRING_STARTED,))) == 1
        next_desk.studio.broadcast.stop_live()
        await broadcast_state(next_desk, BroadcastState.IDLE)
        assert len(next_desk.studio.log.events((EventKind.AIRING_ENDED,))) == 1


async def test_the_page_shows_coming_dates_and_gets_a_reminder_once(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        await viewer.open(board=0)
        scheduler = desk.studio.control.scheduler
        scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        airing = plan_show(desk, "soon", 45)
        scheduler.put_reminder(ShowReminder("r", "soon", 60, {"en": "New: a lamp"}))
        assert (await viewer.next("put", key="schedule"))["value"] == ["soon"]
        assert set((await viewer.next("put", key="date/soon"))["value"]["title"].values()) == {"Show soon"}
        reminder = (await viewer.next("put", key="reminder"))["value"]
        assert (reminder["date"], reminder["texts"]) == ("soon", {"en": "New: a lamp"})
        scheduler.put_airing(replace(airing, title="Show renamed"))
        while set((await viewer.next("put", key="date/soon"))["value"]["title"].values()) != {"Show renamed"}:
            pass  # the date is also sent again with its calendar files
        assert len([one for one in scheduler.schedule.reminders if one.sent_ms]) == 1
        desk.studio.document.undo()
        assert scheduler.schedule.reminders[0].sent_ms > 0


async def test_the_checklist_uses_the_real_relay_and_devices(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        scheduler = desk.studio.control.scheduler
        scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        plan_show(desk, "soon", 45)
        await desk.until(lambda: bool(desk.studio.relays.probes))
        date = scheduler.upcoming(1)[0]
        states = {item.kind: item.state for item in scheduler.checklist(date)}
        assert states[CheckKind.RUN_OF_SHOW] is CheckState.GOOD
        assert states[CheckKind.RELAY] in (CheckState.GOOD, CheckState.MISSING)
        assert CheckKind.RESERVATIONS in states


async def test_festivals_load_in_the_background_and_do_not_delay_quitting(tmp_path: Path) -> None:
    async with selling_desk(tmp_path) as desk:
        scheduler = desk.studio.control.scheduler
        today = scheduler.today()
        assert scheduler.advice.festivals(today, today + timedelta(days=200)) == ()
        festivals_loaded = asyncio.Event()
        scheduler.changed.connect(festivals_loaded.set)
        async with asyncio.timeout(30):
            await festivals_loaded.wait()
        assert scheduler.advice.festivals(today, today + timedelta(days=200))
        scheduler.advice.festivals(today + timedelta(days=400), today + timedelta(days=900))  # still loading when the desk quits
