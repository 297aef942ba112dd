"""A process that has loaded all that an engine needs and forks one: when it crashes, the next is there without loading anything."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from app.bootstrap.processes import freeze_memory
from app.session.base.processes import command_line, parent_of, restart_backoff

_TASKS = Path("/proc/self/task")
_FOLLOWED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}) if sys.platform == "linux" else frozenset()


def can_host() -> bool:
    """Linux alone: frameworks of macOS do not bear a fork, and Windows has none. A library's thread would be missing after it."""
    return sys.platform == "linux" and len(os.listdir(_TASKS)) == 1


def host_of(engine_pid: int) -> int:
    """The host of a running engine; 0 = it has none."""
    parent_pid = parent_of(engine_pid)
    words = command_line(parent_pid)
    return parent_pid if words and words == command_line(engine_pid) else 0


class EngineHost:
    """Runs `serve(host_pid)` in a child until it ends by itself or is told to; one that crashed is followed by another.

    The child shares the memory of what was loaded. It does not depend on the host: when the host is killed, the engine goes on.
    """

    def __init__(self, serve: Callable[[int], int]) -> None:
        self._serve = serve
        self._backoff = restart_backoff()
        self._told = False

    def run(self) -> int:
        """Returns in the child what `serve` returned, and in the host the same number when the child has ended."""
        freeze_memory()  # also leaves the collector's marks out of what is shared: pages that nobody writes stay common
        host_pid = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, _FOLLOWED)
        while True:
            pid = os.fork()
            if pid == 0:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOLLOWED)
                return self._serve(host_pid)
            status = self._follow(pid)
            if status >= 0 or self._told:
                return max(status, 0)
            if self._told_within(self._backoff.failed()):
                return 0

    def _follow(self, pid: int) -> int:
        """Pass on what we are told, until the child has ended; its exit status, or the negative number of the signal that killed it."""
        while True:
            number = signal.sigwait(_FOLLOWED)
            if number != signal.SIGCHLD:
                self._told = True
                os.kill(pid, number)
                continue
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)

    def _told_within(self, seconds: float) -> bool:
        """Wait before the next engine; True when we are to end instead."""
        return seconds > 0 and signal.sigtimedwait(_FOLLOWED - {signal.SIGCHLD}, seconds) is not None
