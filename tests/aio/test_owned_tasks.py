"""Background tasks and their errors."""

import asyncio

import pytest

from app.aio.owned_tasks import OwnedTasks, start_task


async def _fail() -> None:
    raise ValueError("broken")


async def test_an_error_is_logged_and_passed_on(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[tuple[str, str]] = []
    task = start_task(_fail(), "job", lambda name, error: failures.append((name, str(error))))
    await asyncio.wait({task})
    assert failures == [("job", "broken")]
    assert [record.getMessage() for record in caplog.records] == ["job failed"]
    caplog.clear()


async def test_tasks_end_with_their_owner_and_cancelling_is_not_an_error() -> None:
    failures: list[str] = []
    tasks = OwnedTasks(lambda name, error: failures.append(name))
    first = tasks.start(asyncio.sleep(60), "first")
    tasks.start(asyncio.sleep(60), "second")
    assert len(tasks) == 2
    await tasks.aclose()
    assert (len(tasks), first.cancelled(), failures) == (0, True, [])


async def test_join_waits_for_all_tasks_up_to_the_timeout() -> None:
    tasks = OwnedTasks()
    await tasks.join()
    done = asyncio.Event()
    waiting = tasks.start(done.wait(), "waiting")
    await tasks.join(0.01)
    assert not waiting.done()
    done.set()
    await tasks.join()
    assert waiting.done() and len(tasks) == 0
