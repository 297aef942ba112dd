"""Runs slow work on a thread and hands its result back to the loop."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.session.base.background import background_tasks

T = TypeVar("T")


class RunInThread(Protocol):
    """Runs `work` on a thread, then calls `done` with its result on the loop; returns False when there is no running loop."""

    def __call__(self, name: str, work: Callable[[], T], done: Callable[[T], None]) -> bool: ...


class ThreadRunner:
    """An AppError of the work becomes a notice, and `done` is not called."""

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
            self._background.start(self._run(work, done), name)
        return self._open

    async def aclose(self) -> None:
        """Drop all results that are still to come."""
        self._open = False
        await self._background.aclose()

    async def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        try:
            result = await asyncio.to_thread(work)
        except AppError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data, error.code))
            return
        done(result)
