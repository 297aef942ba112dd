"""How the processes of this program start each other, and what each does first."""

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


def app_command(words: Sequence[str]) -> list[str]:
    """The words that start this program again; a frozen program is its own interpreter."""
    return [sys.executable, *words] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app", *words]


def spawn(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one: a session of its own, no terminal, its warnings on our standard error."""
    return subprocess.Popen(app_command(words), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)


def on_termination_signals(end: Callable[[], object]) -> None:
    """Call `end` when the system or the user asks this process to end."""

    def ask(number: int, frame: FrameType | None) -> None:
        end()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)


def exit_within(seconds: float) -> None:
    """End this process after so long at the latest, with status 1 and the stacks of its threads on standard error.

    For what an orderly end cannot help: name look-ups and drivers that do not return, at the interpreter's own end too. The watch needs
    neither this thread nor the interpreter's lock; ending in time is all that stops it.
    """
    if sys.stderr is not None:
        faulthandler.dump_traceback_later(seconds, exit=True)


def freeze_memory() -> None:
    """What start-up made stays: the collector need not look at it again, so its pauses stay below a frame."""
    gc.collect()
    gc.freeze()


def preview_path(runtime: Path) -> Path:
    """Where the shared preview stands: memory where the system has a folder for it, so that no disk is written to."""
    if SHARED_MEMORY.is_dir() and os.access(SHARED_MEMORY, os.W_OK):
        return SHARED_MEMORY / f"tradewind-{os.getuid()}-{runtime.stat().st_ino}.preview"
    return runtime / "preview"
