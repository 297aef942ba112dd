"""Unhandled errors on an event loop are reported once; handled ones are not."""

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


async def fail(words: str = "broken") -> None:
    raise KeyError(words)


class WatchedLoop:
    """The test's own event loop with a reporter until the test ends."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.loop = asyncio.get_running_loop()
        self.now_s = self.loop.time()
        TaskErrorReporter(self.loop, self.notices.append, grace_s=0.01)

    @property
    def tasks(self) -> list[str]:
        return [str(notice.data["task"]) for notice in self.notices]

    async def until_notified(self, count: int = 1) -> None:
        async with asyncio.timeout(10):
            while len(self.notices) < count:
                await asyncio.sleep(0.001)

    def close(self) -> None:
        self.loop.set_task_factory(None)
        self.loop.set_exception_handler(None)


@pytest.mark.expect_errors
async def test_an_unchecked_task_that_failed_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """The usual mistake: the owner keeps the task in an attribute, so asyncio reports nothing until the owner is deleted."""
    watched_loop = WatchedLoop()
    held_task = asyncio.create_task(fail(), name="relay tick")
    await watched_loop.until_notified()
    assert watched_loop.tasks == ["relay tick"]
    assert watched_loop.notices[0].code == "studio.task_failed" and "broken" in str(watched_loop.notices[0].data["reason"])
    assert "relay tick: unhandled error" in caplog.text and "KeyError: 'broken'" in caplog.text
    assert held_task.done()
    watched_loop.close()


async def test_a_handled_error_is_not_reported() -> None:
    watched_loop = WatchedLoop()
    with pytest.raises(KeyError):
        await asyncio.create_task(fail())
    await asyncio.gather(fail(), fail(), return_exceptions=True)
    checked_late = asyncio.create_task(fail())
    await asyncio.wait({checked_late})
    assert isinstance(checked_late.exception(), KeyError)
    cancelled = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.wait({cancelled})
    marker = asyncio.create_task(asyncio.sleep(0.1))  # longer than the grace period
    await marker
    assert watched_loop.notices == []
    watched_loop.close()


@pytest.mark.expect_errors
async def test_failed_callbacks_and_dropped_futures_are_reported() -> None:
    watched_loop = WatchedLoop()
    watched_loop.loop.call_soon(int, "callback")
    await watched_loop.until_notified()
    assert "callback" in str(watched_loop.notices[0].data["reason"])
    future: asyncio.Future[None] = watched_loop.loop.create_future()
    future.set_exception(ValueError("future"))
    del future
    await watched_loop.until_notified(2)
    assert "future" in str(watched_loop.notices[1].data["reason"])
    watched_loop.close()


@pytest.mark.expect_errors
async def test_a_repeated_error_floods_neither_the_window_nor_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched_loop = WatchedLoop()
    for number in range(300):
        watched_loop.loop.call_exception_handler({"message": "datagram", "exception": KeyError(number)})
    assert watched_loop.tasks == ["datagram"]
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == MOST_A_MINUTE
    later_s = watched_loop.loop.time() + MINUTE_S
    monkeypatch.setattr(watched_loop.loop, "time", lambda: later_s)
    watched_loop.loop.call_exception_handler({"message": "datagram", "exception": KeyError("again")})
    assert watched_loop.tasks == ["datagram", "datagram"]
    assert f"{300 - MOST_A_MINUTE} more errors on this loop were not logged" in caplog.text
    watched_loop.close()


async def test_task_names_and_contexts_are_unchanged() -> None:
    watched_loop = WatchedLoop()

    async def own_name() -> str:
        task = asyncio.current_task()
        return task.get_name() if task is not None else ""

    named: Coroutine[Any, Any, str] = own_name()
    assert await asyncio.create_task(named, name="mine") == "mine"
    watched_loop.close()


@pytest.mark.expect_errors
def test_the_publishers_own_loop_is_watched() -> None:
    notices: list[Notice] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def watch(loop: asyncio.AbstractEventLoop) -> None:
        loops.append(loop)
        TaskErrorReporter(loop, notices.append, grace_s=0.01)

    publisher = Publisher(clock=SystemClock(), control=Control(), notify=notices.append, watch_loop=watch)
    publisher.start()
    held_task: list[asyncio.Task[None]] = []
    loops[0].call_soon_threadsafe(lambda: held_task.append(loops[0].create_task(fail(), name="look")))
    until(lambda: [notice.data.get("task") for notice in notices] == ["look"])
    publisher.close()
