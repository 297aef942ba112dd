"""Slow work beside the window."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.domain.base.errors import AppError

T = TypeVar("T")


class LatestTask:
    """One piece of work at a time: a new one takes the place of one that is not done, whose result nobody gets any more.

    Needs a running loop. `failed` is called with what the work refused.
    """

    def __init__(self, failed: Callable[[AppError], None]) -> None:
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def do(self, slow: Callable[[], T], done: Callable[[T], None]) -> None:
        """Call `slow` on a thread, then `done` with its result on the loop."""
        self.wait_for(lambda: asyncio.to_thread(slow), done)

    def wait_for(self, begin: Callable[[], Awaitable[T]], done: Callable[[T], None]) -> None:
        """As `do`, for work that knows by itself how not to be in the way."""
        self.cancel()
        self._task = asyncio.get_running_loop().create_task(self._see_through(begin, done), name="window-work")
        self._task.add_done_callback(self._end)

    def cancel(self) -> None:
        """Forget what is under way; a thread that has begun comes to its end unheard."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        while self._task is not None:
            await asyncio.wait((self._task,))

    async def _see_through(self, begin: Callable[[], Awaitable[T]], done: Callable[[T], None]) -> None:
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
            raise error  # a fault of ours: the loop's handler tells of it as of any other
