"""Starting, ending and restarting the processes that must run."""

import asyncio
import logging
import subprocess
import time
from collections.abc import Callable, Sequence

import psutil

from app.domain.base.backoff import Backoff

log = logging.getLogger(__name__)

# Takes the arguments after `python -m app`; the process must survive this one (it gets its own session).
Spawn = Callable[[Sequence[str]], subprocess.Popen[bytes]]

DELAYS_S = (0.0, 0.0, 0.5, 2.0, 5.0, 10.0)  # before the first, second, … restart within FORGIVEN_S
FORGIVEN_S = 60.0
END_S = 5.0


def restart_backoff() -> Backoff:
    """The pauses before a process is restarted: none after a single death, longer ones when it keeps dying."""
    return Backoff(DELAYS_S, forgive_s=FORGIVEN_S)


def detach(process: subprocess.Popen[bytes]) -> None:
    """Leave a child process running; nobody here waits for it any more."""
    if process.poll() is None:
        process.returncode = 0  # Popen would warn that it still runs when it is collected


def kill(pid: int) -> None:
    """Kill a process that does not answer."""
    try:
        psutil.Process(pid).kill()
    except psutil.NoSuchProcess:
        log.debug("process %d has already ended", pid)
    except psutil.AccessDenied:
        log.warning("not allowed to end process %d", pid)


def kill_with_children(pid: int) -> None:
    """Kill a process and all its children; it is suspended first, so that it starts no more."""
    try:
        process = psutil.Process(pid)
        process.suspend()
        for one in (*process.children(recursive=True), process):
            kill(one.pid)
    except psutil.NoSuchProcess:
        log.debug("process %d has already ended", pid)
    except psutil.AccessDenied:
        log.warning("not allowed to end process %d", pid)


async def reap(process: subprocess.Popen[bytes], *, timeout_s: float = END_S) -> int:
    """Wait for a child that is ending; after `timeout_s` kill it and its children. Returns its exit status."""
    deadline = time.monotonic() + timeout_s
    while (status := process.poll()) is None:
        if time.monotonic() > deadline:
            kill_with_children(process.pid)
        await asyncio.sleep(0.02)
    return status


def is_running(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def command_line(pid: int) -> tuple[str, ...]:
    """The command line of a process; empty when it has ended or is another user's."""
    try:
        return tuple(psutil.Process(pid).cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return ()


def parent_of(pid: int) -> int:
    """The process that started this one; 0 when either has ended."""
    try:
        return int(psutil.Process(pid).ppid())
    except psutil.NoSuchProcess:
        return 0


async def wait_for_end(pid: int, *, within_s: float) -> bool:
    """Wait up to `within_s` for a process to end; False if it still runs."""
    deadline = time.monotonic() + within_s
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


async def wait_until_gone(pid: int, *, timeout_s: float = END_S) -> None:
    """Wait until a process that is ending has ended; kill it after `timeout_s`."""
    while not await wait_for_end(pid, within_s=timeout_s):
        timeout_s = 0.02
        kill(pid)


async def terminate(pid: int, *, timeout_s: float = END_S) -> None:
    """Ask a process to end, wait, and kill it if it does not."""
    try:
        psutil.Process(pid).terminate()
    except psutil.NoSuchProcess:
        log.debug("process %d has ended", pid)
        return
    except psutil.AccessDenied:
        log.warning("not allowed to end process %d", pid)
        return
    await wait_until_gone(pid, timeout_s=timeout_s)
