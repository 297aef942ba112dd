"""The engine supervisor's promises to its users."""

import asyncio
import threading
import time
from pathlib import Path

from app.session.engine.engine_supervisor import EngineSupervisor
from tests.support.studio_desk import PAPER, PATIENCE_S, paths_in, spawner


async def _hold_the_loop_while_a_link_comes_up() -> None:
    while not any(thread.name == "link-reader" for thread in threading.enumerate()):
        await asyncio.sleep(0)
    time.sleep(1.0)  # noqa: ASYNC251 - a busy machine: everything that the engine says first comes in one turn of the loop


async def test_no_event_of_an_engine_is_passed_on_before_its_hello(tmp_path: Path) -> None:
    heard: list[str] = []
    news = asyncio.Event()

    def hear(what: object) -> None:
        heard.append(type(what).__name__)
        news.set()

    paths = paths_in(tmp_path)
    desk = EngineSupervisor(
        runtime=paths.runtime, spawn=spawner(PAPER, tmp_path), notify=lambda notice: None, on_attached=hear, on_event=hear
    )
    holding = asyncio.create_task(_hold_the_loop_while_a_link_comes_up())
    desk.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "EngineStats" not in heard:
                news.clear()
                await news.wait()
    finally:
        await desk.aclose(keep_engine=False)
        await holding
    assert heard[0] == "Hello"
    assert heard.count("Hello") == 1
