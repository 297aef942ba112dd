"""Unhandled errors on an event loop are reported once each; handled ones are not."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import pytest

from app.bootstrap.task_errors import MINUTE_S, MOST_A_MINUTE, TaskErrorReporter
from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.transport.publisher import Publisher
from tests.support.encoded import Control
from tests.support.waiting import until


async def fails(words: str = "broken") -> None:
    raise KeyError(words)


class Watched:
    """The test's own loop, watched until the test ends."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.loop = asyncio.get_running_loop()
        self.now_s = self.loop.time()
        TaskErrorReporter(self.loop, self.notices.append, grace_s=0.01)

    @property
    def tasks(self) -> list[str]:
        return [str(notice.data["task"]) for notice in self.notices]

    async def until_told(self, count: int = 1) -> None:
        async with asyncio.timeout(10):
            while len(self.notices) < count:
                await asyncio.sleep(0.001)

    def close(self) -> None:
        self.loop.set_task_factory(None)
        self.loop.set_exception_handler(None)


@pytest.mark.expect_errors
async def test_a_held_task_that_nobody_checks_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """The usual fault: its owner keeps it in an attribute to cancel it later, and asyncio says nothing until it is thrown away."""
    watched = Watched()
    held = asyncio.create_task(fails(), name="relay tick")
    await watched.until_told()
    assert watched.tasks == ["relay tick"]
    assert watched.notices[0].code == "studio.task_failed" and "broken" in str(watched.notices[0].data["reason"])
    assert "relay tick: unhandled error" in caplog.text and "KeyError: 'broken'" in caplog.text
    assert held.done()
    watched.close()


async def test_an_error_that_somebody_takes_is_theirs() -> None:
    watched = Watched()
    with pytest.raises(KeyError):
        await asyncio.create_task(fails())
    await asyncio.gather(fails(), fails(), return_exceptions=True)
    late = asyncio.create_task(fails())
    await asyncio.wait({late})
    assert isinstance(late.exception(), KeyError)
    cancelled = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait({cancelled})
    marker = asyncio.create_task(asyncio.sleep(0.1))  # longer than the grace
    await marker
    assert watched.notices == []
    watched.close()


@pytest.mark.expect_errors
async def test_callbacks_and_futures_that_were_thrown_away_are_told_of_too() -> None:
    watched = Watched()
    watched.loop.call_soon(int, "callback")
    await watched.until_told()
    assert "callback" in str(watched.notices[0].data["reason"])
    future: asyncio.Future[None] = watched.loop.create_future()
    future.set_exception(ValueError("future"))
    del future
    await watched.until_told(2)
    assert "future" in str(watched.notices[1].data["reason"])
    watched.close()


@pytest.mark.expect_errors
async def test_the_same_error_over_and_over_fills_neither_the_window_nor_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched()
    for number in range(300):
        watched.loop.call_exception_handler({"message": "datagram", "exception": KeyError(number)})
    assert watched.tasks == ["datagram"]
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == MOST_A_MINUTE
    later_s = watched.loop.time() + MINUTE_S
    monkeypatch.setattr(watched.loop, "time", lambda: later_s)
    watched.loop.call_exception_handler({"message": "datagram", "exception": KeyError("again")})
    assert watched.tasks == ["datagram", "datagram"]
    assert f"{300 - MOST_A_MINUTE} more errors on this loop were not logged" in caplog.text
    watched.close()


async def test_names_and_contexts_of_tasks_stay_as_they_were() -> None:
    watched = Watched()

    async def own_name() -> str:
        task = asyncio.current_task()
        return task.get_name() if task is not None else ""

    named: Coroutine[Any, Any, str] = own_name()
    assert await asyncio.create_task(named, name="mine") == "mine"
    watched.close()


@pytest.mark.expect_errors
def test_the_publishers_own_loop_is_watched_as_the_engine_builds_it() -> None:
    notices: list[Notice] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def watch(loop: asyncio.AbstractEventLoop) -> None:
        loops.append(loop)
        TaskErrorReporter(loop, notices.append, grace_s=0.01)

    publisher = Publisher(clock=SystemClock(), control=Control(), notify=notices.append, watch_loop=watch)
    publisher.start()
    held: list[asyncio.Task[None]] = []
    loops[0].call_soon_threadsafe(lambda: held.append(loops[0].create_task(fails(), name="look")))
    until(lambda: [notice.data.get("task") for notice in notices] == ["look"])
    publisher.close()
