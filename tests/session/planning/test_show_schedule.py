"""A planned show through the whole desk: one action puts it on air, the page says what comes, and the next desk knows."""

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
from tests.session.test_show_control import client, selling
from tests.support.room import page
from tests.support.schedules import NEW_YORK
from tests.support.studio_desk import StudioDesk


def plan(desk: StudioDesk, key: str, minutes_ahead: int, length: int = 60) -> Airing:
    """A show so many minutes from now, in New York."""
    scheduler = desk.studio.control.scheduler
    start = scheduler.now() + timedelta(minutes=minutes_ahead)
    airing = Airing(key, f"Show {key}", wall_of(start, NEW_YORK, scheduler.zones), length, party_ids=("us",))
    scheduler.put_airing(airing)
    return airing


async def on_air(desk: StudioDesk, state: BroadcastState) -> None:
    await desk.until(lambda: desk.studio.broadcast.state.value is state)


async def test_one_action_goes_live_with_its_run_of_show_and_the_log_says_which(tmp_path: Path) -> None:
    async with selling(tmp_path) as desk:
        studio, scheduler = desk.studio, desk.studio.control.scheduler
        assert not studio.actions["schedule.start"].enabled()
        scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        plan(desk, "now", 5)
        plan(desk, "later", 90)
        assert studio.actions.run("schedule.start")
        await on_air(desk, BroadcastState.LIVE)
        assert [event.data["occurrence"] for event in studio.log.events((EventKind.AIRING_STARTED,))] == ["now"]
        assert studio.control.runner.run.running
        assert not studio.actions["schedule.start"].enabled()
        assert (scheduler.current and scheduler.current.key, scheduler.next and scheduler.next.key) == ("now", "later")
        assert "run.not_started" not in [notice.code for notice in desk.heard]
        studio.broadcast.stop_live()
        await on_air(desk, BroadcastState.IDLE)
        kinds = (EventKind.AIRING_STARTED, EventKind.ON_AIR, EventKind.AIRING_ENDED, EventKind.OFF_AIR)
        assert [event.kind for event in studio.log.events(kinds)] == [
            EventKind.ON_AIR,
            EventKind.AIRING_STARTED,
            EventKind.OFF_AIR,
            EventKind.AIRING_ENDED,
        ]


async def test_a_desk_that_comes_back_to_a_live_engine_knows_which_show_it_is(tmp_path: Path) -> None:
    path = tmp_path / "show.tradewind"
    async with selling(tmp_path) as desk:
        desk.studio.control.scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        plan(desk, "now", 5)
        assert desk.studio.files.save_as(path)
        desk.studio.control.scheduler.start()
        await on_air(desk, BroadcastState.LIVE)
        desk.keep_engine = True
    async with StudioDesk(tmp_path, path=path) as again:
        await on_air(again, BroadcastState.LIVE)
        assert again.studio.control.scheduler.current is not None
        assert len(again.studio.log.events((EventKind.AIRING_STARTED,))) == 1
        again.studio.broadcast.stop_live()
        await on_air(again, BroadcastState.IDLE)
        assert len(again.studio.log.events((EventKind.AIRING_ENDED,))) == 1


async def test_the_page_says_what_comes_and_a_reminder_goes_out_once(tmp_path: Path) -> None:
    async with selling(tmp_path) as desk, client(desk) as session, page(session) as viewer:
        await viewer.open(board=0)
        scheduler = desk.studio.control.scheduler
        scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        airing = plan(desk, "soon", 45)
        scheduler.put_reminder(ShowReminder("r", "soon", 60, {"en": "New: a lamp"}))
        assert (await viewer.next("put", key="schedule"))["value"] == ["soon"]
        assert set((await viewer.next("put", key="date/soon"))["value"]["title"].values()) == {"Show soon"}
        told = (await viewer.next("put", key="reminder"))["value"]
        assert (told["date"], told["texts"]) == ("soon", {"en": "New: a lamp"})
        scheduler.put_airing(replace(airing, title="Show renamed"))
        while set((await viewer.next("put", key="date/soon"))["value"]["title"].values()) != {"Show renamed"}:
            pass  # it also comes again with the names of its calendar files
        assert len([one for one in scheduler.schedule.reminders if one.sent_ms]) == 1
        desk.studio.document.undo()
        assert scheduler.schedule.reminders[0].sent_ms > 0


async def test_readiness_speaks_of_the_real_relay_and_devices(tmp_path: Path) -> None:
    async with selling(tmp_path) as desk:
        scheduler = desk.studio.control.scheduler
        scheduler.put_party(Party("us", "US", PartyKind.MARKET, NEW_YORK, market_id="US"))
        plan(desk, "soon", 45)
        await desk.until(lambda: bool(desk.studio.relays.probes))
        date = scheduler.upcoming(1)[0]
        states = {item.kind: item.state for item in scheduler.checklist(date)}
        assert states[CheckKind.RUN_OF_SHOW] is CheckState.GOOD
        assert states[CheckKind.RELAY] in (CheckState.GOOD, CheckState.MISSING)
        assert CheckKind.RESERVATIONS in states


async def test_festivals_come_on_the_loop_and_the_desk_ends_while_they_are_loaded(tmp_path: Path) -> None:
    async with selling(tmp_path) as desk:
        scheduler = desk.studio.control.scheduler
        today = scheduler.today()
        assert scheduler.advice.festivals(today, today + timedelta(days=200)) == ()
        news = asyncio.Event()
        scheduler.changed.connect(news.set)
        async with asyncio.timeout(30):
            await news.wait()
        assert scheduler.advice.festivals(today, today + timedelta(days=200))
        scheduler.advice.festivals(today + timedelta(days=400), today + timedelta(days=900))  # nobody waits for these
