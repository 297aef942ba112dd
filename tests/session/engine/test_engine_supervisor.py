"""The order of the engine supervisor's events."""

import asyncio
import threading
import time
from pathlib import Path

from app.session.engine.engine_supervisor import EngineSupervisor
from tests.support.studio_desk import PAPER, PATIENCE_S, paths_in, spawner


async def _block_the_loop_while_connecting() -> None:
    while not any(thread.name == "link-reader" for thread in threading.enumerate()):
        await asyncio.sleep(0)
    time.sleep(1.0)  # noqa: ASYNC251 - a busy machine: everything that the engine says first comes in one turn of the loop


async def test_no_engine_event_is_reported_before_its_hello(tmp_path: Path) -> None:
    received: list[str] = []
    arrived = asyncio.Event()

    def record(message: object) -> None:
        received.append(type(message).__name__)
        arrived.set()

    paths = paths_in(tmp_path)
    supervisor = EngineSupervisor(
        runtime=paths.runtime, spawn=spawner(PAPER, tmp_path), notify=lambda notice: None, on_attached=record, on_event=record
    )
    blocking = asyncio.create_task(_block_the_loop_while_connecting())
    supervisor.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "EngineStats" not in received:
                arrived.clear()
                await arrived.wait()
    finally:
        await supervisor.aclose(keep_engine=False)
        await blocking
    assert received[0] == "Hello"
    assert received.count("Hello") == 1
