"""Background tasks whose errors are always reported."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
OnFailed = Callable[[str, BaseException], None]


def start_task(work: Coroutine[Any, Any, T], name: str, on_failed: OnFailed | None = None) -> "asyncio.Task[T]":
    """Run `work` on the running loop. An error that ends it is logged, then given to `on_failed(name, error)`."""

    def ended(task: "asyncio.Task[T]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", name, exc_info=error)
            if on_failed is not None:
                on_failed(name, error)

    task = asyncio.get_running_loop().create_task(work, name=name)
    task.add_done_callback(ended)
    return task


class OwnedTasks:
    """The background tasks of one object, which ends them with itself."""

    def __init__(self, on_failed: OnFailed | None = None) -> None:
        self._on_failed = on_failed
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        """How many are running."""
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, T], name: str) -> "asyncio.Task[T]":
        """Start a task as `start_task` does."""
        task = start_task(work, name, self._on_failed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def join(self, timeout_s: float | None = None) -> None:
        """Wait until all that are running now have ended."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)

    async def aclose(self) -> None:
        """Cancel all and wait until none is left."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
