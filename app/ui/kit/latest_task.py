"""Slow work that does not block the window, one piece at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.domain.base.errors import AppError

T = TypeVar("T")


class LatestTask:
    """Runs one piece of work at a time: a new one replaces an unfinished one, whose result is dropped.

    Needs a running loop. `failed` is called with an AppError of the work.
    """

    def __init__(self, failed: Callable[[AppError], None]) -> None:
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def run_in_thread(self, slow: Callable[[], T], done: Callable[[T], None]) -> None:
        """Call `slow` on a thread, then `done` with its result on the loop."""
        self.run(lambda: asyncio.to_thread(slow), done)

    def run(self, begin: Callable[[], Awaitable[T]], done: Callable[[T], None]) -> None:
        """Await `begin()`, then call `done` with its result."""
        self.cancel()
        self._task = asyncio.get_running_loop().create_task(self._await(begin, done), name="window-work")
        self._task.add_done_callback(self._end)

    def cancel(self) -> None:
        """Drop the running work; a thread that has started finishes, but its result is dropped."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def settled(self) -> None:
        """Wait until no work is running."""
        while self._task is not None:
            await asyncio.wait((self._task,))

    async def _await(self, begin: Callable[[], Awaitable[T]], done: Callable[[T], None]) -> None:
        try:
            result = await begin()
        except AppError as error:
            self._task = None
            self._failed(error)
            return
        self._task = None
        done(result)

    def _end(self, task: asyncio.Task[None]) -> None:
        if task is self._task:
            self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error  # a bug of ours: the loop's handler reports it
