"""A desk is killed during a show: engine, relay and viewers continue, and the next desk resumes at the same second."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

from app.domain.base.errors import Value
from app.domain.event import EventKind
from app.domain.show import segment_by_id
from app.session.room.room_link import RoomState
from tests.support.room import page
from tests.support.selling_show import SellingDesk
from tests.support.studio_desk import PAPER, ROOT, StudioDesk


async def test_the_next_desk_continues_after_a_killed_one(tmp_path: Path) -> None:
    path = tmp_path / "lamps.tradewind"
    command = (sys.executable, "-m", "tests.support.selling_process", str(tmp_path), str(path))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    reported = (await process.stdout.readline()).decode().split()
    assert reported[0] == "ready"
    engine_pid, relay_pid = int(reported[1]), int(reported[2])
    port = (tmp_path / "state" / "relay-port").read_text()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session, page(session) as viewer:
        await viewer.open(board=0)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        await viewer.send(t="event", n=1, kind="asked", product="moon")
        await viewer.send(t="claim", n=1, coupon="ten")
        assert (await viewer.next("coupon"))["code"] == "AAA"
        settings: dict[str, Value] = {"disclosure_auto": False, "cards_in_video": "always"}
        async with StudioDesk(tmp_path, commands=PAPER, settings=settings, path=path) as desk:
            await desk.attached()
            studio, selling, runner = desk.studio, desk.studio.control.selling, desk.studio.control.runner
            assert (desk.engine_pid, runner.run.segment_id) == (engine_pid, "first")
            assert (runner.unticked("first"), runner.timing().slot_left_s > 300) == (("moon-1", "moon-2", "show-it"), True)
            assert segment_by_id(studio.document.show, "first").product_id == "moon"
            assert 500 < runner.timer_left_s() < 600
            assert (selling.shown.pinned_id, selling.shown.card and selling.shown.card.id) == ("moon", "moon-1")
            for overlay in ("card.product", "card.keyword"):
                await desk.notice("paper.overlay", id=overlay)
            await desk.notice("paper.overlay_dropped", id="card.ticker")
            await desk.until(lambda: studio.embedded.pid == relay_pid)
            async with asyncio.timeout(20):
                while not (studio.log.events((EventKind.DETAIL_ASKED,)) and selling.claims("ten")):
                    await asyncio.sleep(0.02)
            assert [event.data["product"] for event in studio.log.events((EventKind.DETAIL_ASKED,))] == ["moon"]
            assert list(selling.claims("ten")) == ["AAA"]
            assert studio.control.room.state.value is RoomState.JOINED
            assert studio.control.viewers.summary.of("moon").asked == 1
            assert [event.kind for event in studio.log.events((EventKind.ON_AIR, EventKind.OFF_AIR))] == [EventKind.ON_AIR]
            selling.close_coupon()
            assert (await viewer.next("put", key="coupon", value=None))["value"] is None
            studio.broadcast.stop_live()


async def test_a_long_log_is_counted_in_the_background(tmp_path: Path) -> None:
    path = tmp_path / "long.tradewind"
    first_desk = SellingDesk(tmp_path)
    assert first_desk.book.files.save_as(path)
    earlier_show = ((EventKind.SHOW_STARTED, 1), (EventKind.PRODUCT_SEEN, 7), (EventKind.SHOW_ENDED, 1))  # an earlier show
    for kind, count in (*earlier_show, (EventKind.SHOW_STARTED, 1), (EventKind.PRODUCT_SEEN, 5000)):
        for number in range(count):
            first_desk.book.log.append(kind, product="sun", viewer=f"v{number}", mark=f"before:{number + 1}")
    first_desk.book.log.append(EventKind.LIKED, count=12, product="sun")
    first_desk.close()
    async with StudioDesk(tmp_path, commands=PAPER, settings={"disclosure_auto": False}, path=path) as desk:
        summary = desk.studio.control.viewers.summary
        counted = asyncio.Event()
        summary.changed.connect(lambda: counted.set() if summary.likes else None)
        desk.studio.log.append(EventKind.PRODUCT_SEEN, product="sun")  # one more event during counting
        async with asyncio.timeout(30):
            await counted.wait()
        assert (summary.of("sun").seen, summary.of("sun").likes) == (5001, 12)
        desk.studio.control.runner.end()
        desk.studio.control.runner.start()
        assert (summary.of("sun").seen, summary.likes) == (1, 0), "the viewer who came after the old run counts for the new one"
