"""A desk process for tests that kill it: starts, renames its show, goes live on request, prints "ready" and stays."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from app.domain.program.broadcast import BroadcastState
from tests.support.studio_desk import PAPER, REAL, StudioDesk


async def run(home: Path, *, real: bool, live: bool, saved: Path | None) -> None:
    async with StudioDesk(home, commands=REAL if real else PAPER) as desk:
        await desk.attached()
        if saved is not None:
            desk.studio.files.save_as(saved)
        desk.studio.document.edit("Rename", lambda project: replace(project, name="Renamed by the desk that dies"))
        await desk.until(lambda: desk.studio.embedded.running)
        if live:
            desk.studio.broadcast.go_live()
            await desk.until(lambda: desk.studio.broadcast.state.value is BroadcastState.LIVE)
        await desk.studio.autosave.wait_written()
        sys.stdout.write(f"ready {desk.engine_pid} {desk.studio.embedded.pid}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    words = sys.argv[2:]
    show = next((Path(word) for word in words if word.endswith(".tradewind")), None)
    asyncio.run(run(Path(sys.argv[1]), real="real" in words, live="live" in words, saved=show))
