"""Work that goes on beside everything else: owned, told when it fails, ended with its owner."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from app.domain.base.notice import Notice, Severity

log = logging.getLogger(__name__)


class Background:
    """Tasks that nobody waits for."""

    def __init__(self, notify: Callable[[Notice], None]) -> None:
        self._notify = notify
        self._tasks: set[asyncio.Task[Any]] = set()

    def keep(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Let it go on; a notice tells when it fails."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def aclose(self) -> None:
        """End what still goes on."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)
            self._notify(Notice(Severity.ERROR, "studio.task_failed", {"task": task.get_name(), "reason": str(error)}))
