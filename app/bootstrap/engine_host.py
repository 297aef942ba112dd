"""A process that loads the engine's libraries and forks the engine. After a crash it forks the next one without loading anything."""

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
    """Only Linux can: macOS frameworks do not survive a fork, Windows has none. A library's thread would be missing after the fork."""
    return sys.platform == "linux" and len(os.listdir(_TASKS)) == 1


def host_of(engine_pid: int) -> int:
    """The pid of a running engine's host; 0 = it has none."""
    parent_pid = parent_of(engine_pid)
    words = command_line(parent_pid)
    return parent_pid if words and words == command_line(engine_pid) else 0


class EngineHost:
    """Runs `serve(host_pid)` in a child until it exits or is told to. After a crash it starts another child.

    The child shares the memory of the loaded libraries. It does not depend on the host: if the host is killed, the engine goes on.
    """

    def __init__(self, serve: Callable[[int], int]) -> None:
        self._serve = serve
        self._backoff = restart_backoff()
        self._told = False

    def run(self) -> int:
        """In the child, returns the result of `serve`; in the host, the child's exit status."""
        freeze_memory()  # also keeps the collector's marks out of the shared pages, so that they stay shared
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
        """Forward signals until the child has ended. Returns its exit status, or the negative number of the signal that killed it."""
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
        """Wait before the next engine; True = we are told to end instead."""
        return seconds > 0 and signal.sigtimedwait(_FOLLOWED - {signal.SIGCHLD}, seconds) is not None
