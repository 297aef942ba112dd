"""A selling desk in its own process, for tests that kill it. It prints "ready", then what is on screen for each input line."""

import asyncio
import sys
from pathlib import Path

from app.domain.program.broadcast import BroadcastState
from app.session.room.room_link import RoomState
from tests.support.selling_show import selling_show
from tests.support.studio_desk import PAPER, StudioDesk


async def run(home: Path, path: Path) -> None:
    async with StudioDesk(home, commands=PAPER, settings={"disclosure_auto": False, "cards_in_video": "always"}) as desk:
        studio, selling, runner = desk.studio, desk.studio.control.selling, desk.studio.control.runner
        studio.document.edit_show("Fill", lambda _: selling_show())
        assert studio.files.save_as(path)
        await desk.attached()
        studio.broadcast.go_live()
        await desk.until(lambda: studio.broadcast.state.value is BroadcastState.LIVE)
        runner.enter("first")
        runner.tick("sun-2")
        runner.extend(60)
        runner.swap_to_backup()
        selling.show_point("moon", "moon-1")
        selling.drop_coupon("ten")
        runner.timer_start(600)
        joined = asyncio.Event()
        studio.control.room.state.changed.connect(lambda old, new: joined.set() if new is RoomState.JOINED else None)
        if studio.control.room.state.value is not RoomState.JOINED:
            await joined.wait()
        await desk.notice("paper.overlay", id="card.keyword")
        assert await studio.autosave.wait_written()
        sys.stdout.write(f"ready {desk.engine_pid} {studio.embedded.pid}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), Path(sys.argv[2])))
