"""Reports unhandled task errors; each process's event loop has one reporter.

The starter of a task owns it, and awaits it or checks its result. An error still not retrieved a few seconds after the task's end, or
that leaves a callback, is logged and shown to the user if there is one; the process goes on. Unlike a thread (see thread_errors.py), a task
cannot leave half a process behind: the main task awaits what the process cannot live without.

Uses one private attribute of asyncio, `Task._log_traceback`, which is true until the error is retrieved. A test covers it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from app.domain.base.notice import Notice, Severity

log = logging.getLogger(__name__)

Work = Coroutine[Any, Any, Any] | Generator[Any, None, Any]

GRACE_S = 5.0  # an owner of several tasks may check one later than another
MOST_A_MINUTE = 10  # tracebacks a minute: strangers' messages may cause thousands
MINUTE_S = 60.0
MAX_REASON = 200


class TaskErrorReporter:
    """`tell` receives each failing task at most once a minute; None = there is no user (a relay), only the log."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tell: Callable[[Notice], None] | None = None, *, grace_s: float = GRACE_S) -> None:
        self._loop = loop
        self._tell = tell
        self._grace_s = grace_s
        self._since_s = loop.time()
        self._logged = 0
        self._told: set[str] = set()
        loop.set_task_factory(self._make)
        loop.set_exception_handler(self._on_error)

    def _make(self, loop: asyncio.AbstractEventLoop, work: Work, **options: Any) -> "asyncio.Task[Any]":
        task = asyncio.Task(work, loop=loop, **options)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        if task._log_traceback and not self._loop.is_closed():
            self._loop.call_later(self._grace_s, self._look, task)

    def _look(self, task: "asyncio.Task[Any]") -> None:
        if task._log_traceback and (error := task.exception()) is not None:
            self._report(task.get_name(), error)

    def _on_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Errors that asyncio has no owner for: in callbacks, and in tasks and futures that were dropped."""
        owner = context.get("task") or context.get("future")
        name = owner.get_name() if isinstance(owner, asyncio.Task) else str(context.get("message", "callback"))
        self._report(name, context.get("exception"))

    def _report(self, name: str, error: BaseException | None) -> None:
        now_s = self._loop.time()
        if now_s - self._since_s >= MINUTE_S:
            if self._logged > MOST_A_MINUTE:
                log.error("%d more errors on this loop were not logged", self._logged - MOST_A_MINUTE)
            self._since_s, self._logged = now_s, 0
            self._told.clear()
        self._logged += 1
        if self._logged <= MOST_A_MINUTE:
            log.error("%s: unhandled error", name, exc_info=error)
        if self._tell is not None and name not in self._told and len(self._told) < MOST_A_MINUTE:
            self._told.add(name)
            self._tell(Notice(Severity.ERROR, "studio.task_failed", {"task": name, "reason": repr(error)[:MAX_REASON]}))
