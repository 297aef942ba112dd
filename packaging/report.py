"""What set-up says: one line a step, one sentence a failure."""

from __future__ import annotations

import sys


class SetupError(Exception):
    """Set-up cannot go on; the text is the one sentence to show."""


def say(text: str, *, error: bool = False) -> None:
    """One line, at once."""
    print(f"tradewind: {text}", file=sys.stderr if error else sys.stdout, flush=True)


class Progress:
    """Counts steps: on one line of a terminal, on every tenth line of a log."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._live = sys.stdout.isatty()

    def step(self, name: str) -> None:
        """One more."""
        self._done = min(self._done + 1, self._total)
        line = f"tradewind: {self._what} {self._done}/{self._total} {name}"
        if self._live:
            print(f"\r\033[K{line[:100]}", end="", flush=True)
        elif self._done % 10 == 0:
            print(line, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            print("\r\033[K", end="", flush=True)
