"""Work that takes long, done on a thread, its result brought back to the loop."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.session.base.background import background_tasks

T = TypeVar("T")


class Slowly(Protocol):
    """Does `work` without holding anybody up, then calls `done` with its result on the loop; False when there is no loop to come to."""

    def __call__(self, name: str, work: Callable[[], T], done: Callable[[T], None]) -> bool: ...


class SlowWork:
    """What the work refuses is told as a notice, and `done` is not called."""

    def __init__(self, notify: Callable[[Notice], None]) -> None:
        self._notify = notify
        self._background = background_tasks(notify)
        self._open = True

    def __call__(self, name: str, work: Callable[[], T], done: Callable[[T], None]) -> bool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        if self._open:
            self._background.start(self._see_through(work, done), name)
        return self._open

    async def aclose(self) -> None:
        """Nobody waits for results any more."""
        self._open = False
        await self._background.aclose()

    async def _see_through(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        try:
            result = await asyncio.to_thread(work)
        except AppError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data, error.code))
            return
        done(result)
