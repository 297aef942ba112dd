"""Set-up's output: one line per step, one sentence per failure."""

from __future__ import annotations

import sys


class SetupError(Exception):
    """Set-up cannot continue; the text is the sentence to show."""


def say(text: str, *, error: bool = False) -> None:
    """Print a line at once."""
    print(f"tradewind: {text}", file=sys.stderr if error else sys.stdout, flush=True)


class Progress:
    """Counts steps: in place on a terminal, every tenth step in a log."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._live = sys.stdout.isatty()

    def step(self, name: str) -> None:
        """Count one step."""
        self._done = min(self._done + 1, self._total)
        line = f"tradewind: {self._what} {self._done}/{self._total} {name}"
        if self._live:
            print(f"\r\033[K{line[:100]}", end="", flush=True)
        elif self._done % 10 == 0:
            print(line, flush=True)

    def end(self) -> None:
        """Clear the line."""
        if self._live:
            print("\r\033[K", end="", flush=True)
