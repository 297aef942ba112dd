"""Runs one update for many changes."""

import asyncio
from collections.abc import Callable


class Refresh:
    """Calls `update` on the loop: once for all changes of a turn (`soon`), or at most every `gap_s` seconds (`later`).

    Does nothing before `start` and after `close`.
    """

    def __init__(self, update: Callable[[], None], gap_s: float) -> None:
        self._update = update
        self._gap_s = gap_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Take requests from now on, on the running loop."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """Drop what is pending. More than once is ignored."""
        self._loop = None
        self._cancel()

    def soon(self) -> None:
        """Update in the next turn of the loop."""
        if self._loop is not None and self._soon is None:
            self._soon = self._loop.call_soon(self._run)

    def later(self) -> None:
        """Update within `gap_s`, unless an update is due already."""
        if self._loop is not None and self._soon is None and self._later is None:
            self._later = self._loop.call_later(self._gap_s, self._run)

    def _run(self) -> None:
        self._cancel()
        self._update()

    def _cancel(self) -> None:
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        self._soon = self._later = None
