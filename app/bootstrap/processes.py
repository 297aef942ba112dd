"""How Tradewind's processes start each other, and what each of them does first."""

import faulthandler
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
SHARED_MEMORY = Path("/dev/shm")
# How long a thread waits before it requests the interpreter. Python's default of 5 ms is a sixth of a frame. On a busy machine frames are
# late by 4 to 12 ms (p99) with this value, by 11 to 53 ms with 1 ms; the CPU time is the same. A window in a flood of chat stalls for 40
# instead of 60 ms while a thread writes the log.
SWITCH_INTERVAL_S = 0.0005


def app_command(words: Sequence[str]) -> list[str]:
    """The command that starts Tradewind with these arguments. A frozen app is its own interpreter."""
    return [sys.executable, *words] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app", *words]


def spawn(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one: own session, no terminal, warnings on our standard error."""
    return subprocess.Popen(app_command(words), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)


def on_termination_signals(end: Callable[[], object]) -> None:
    """Call `end` when the system or the user asks this process to terminate."""

    def ask(number: int, frame: FrameType | None) -> None:
        end()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)


def exit_within(seconds: float) -> None:
    """Exit after `seconds` at the latest, with status 1 and all thread stacks on standard error.

    Covers what an orderly shutdown cannot: name look-ups and drivers that never return, also while the interpreter shuts down. The timer
    needs neither this thread nor the GIL; only exiting in time stops it.
    """
    if sys.stderr is not None:
        faulthandler.dump_traceback_later(seconds, exit=True)


def switch_threads_soon() -> None:
    """Let a thread that wants the interpreter have it after half a millisecond, so that no other thread holds up frames or the window."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def freeze_memory() -> None:
    """Exclude the objects made at start-up from garbage collection, so that its pauses stay below a frame."""
    gc.collect()
    gc.freeze()


def preview_path(runtime: Path) -> Path:
    """Where the shared preview is: in a memory file system if there is one, so that nothing is written to a disk."""
    if SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK):
        return SHARED_MEMORY / f"tradewind-{os.getuid()}-{runtime.stat().st_ino}.preview"
    return runtime / "preview"
