"""Replaces what runs for a source step by step, without waiting for devices that hang."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from app.domain.base.errors import AppError
from app.media.source_guard import SourceGuard


class SourcePart(Protocol):
    """A part of a source that starts and closes."""

    def start(self) -> None: ...

    def close(self) -> None: ...


class SourceParts(Protocol):
    """Everything that runs for a source at one time."""

    def parts(self) -> Sequence[SourcePart]: ...


class SourceSlot:
    """Closes the running parts before it starts the next ones: a camera can be opened only once. If several are requested meanwhile, only
    the last is started.

    Call `swap` from one thread at a time; it returns at once. `on_failed` gets a failed start or close, on the thread where it happened.
    """

    def __init__(self, source_id: str, on_failed: Callable[[SourceParts, AppError], None]) -> None:
        self._guard = SourceGuard(source_id)
        self._on_failed = on_failed
        self._lock = threading.Lock()
        self._running: SourceParts | None = None
        self._next: list[SourceParts | None] = []  # at most one
        self._busy = False
        self._thread: threading.Thread | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing runs, starts or closes here."""
        with self._lock:
            return not self._busy and self._running is None

    def swap(self, runner: SourceParts | None) -> None:
        """Run these parts instead of the current ones; None = nothing."""
        with self._lock:
            self._next = [runner]
            if self._busy:
                return
            self._busy = True
            waits = self._running is not None
        if waits:  # closing may take as long as the driver likes
            self._thread = threading.Thread(target=self._run_swaps, name="source-swap", daemon=True)
            self._thread.start()
        else:
            self._run_swaps()

    def join(self, timeout_s: float) -> bool:
        """Wait for a running swap; True if none is running."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        with self._lock:
            return not self._busy

    def _run_swaps(self) -> None:
        while True:
            with self._lock:
                if not self._next:
                    self._busy = False
                    return
                old, self._running = self._running, None
            if old is not None:
                self._for_each_part(old, lambda part: part.close())
            with self._lock:
                new = self._next.pop()
                self._running = new
            if new is not None:
                self._for_each_part(new, lambda part: part.start())

    def _for_each_part(self, runner: SourceParts, do: Callable[[SourcePart], None]) -> None:
        """Every part gets its turn, even if another one fails."""
        for part in runner.parts():
            try:
                with self._guard.section():
                    do(part)
            except AppError as error:
                self._on_failed(runner, error)
