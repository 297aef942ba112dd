"""Defines what is fuzzed: one row for each parser of foreign input."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

Make = Callable[[random.Random], Any]
Call = Callable[[Any], object]


@dataclass(frozen=True)
class Target:
    """A parser with its contract.

    `make` returns one input, the same for the same random numbers. `open` yields the parser for a whole run, so what it needs (a folder, a
    server) is made once. It may only raise `allowed`. For each byte of input, its result may have `gives_at_most` values, and it may run
    `works_at_most` lines of our code, plus `base` in total. `share` is its number of inputs relative to a quick parser.
    """

    name: str
    make: Make
    open: Callable[[], AbstractContextManager[Call]]
    allowed: tuple[type[Exception], ...] = ()
    gives_at_most: float = 8.0
    works_at_most: float = 60.0
    base: int = 3000
    share: float = 1.0


def calls(function: Call) -> Callable[[], AbstractContextManager[Call]]:
    """Open a parser that needs no set-up."""

    @contextmanager
    def opened() -> Iterator[Call]:
        yield function

    return opened


def size_of(made: object) -> int:
    """Return the size of an input for its limits: characters or bytes of all its parts."""
    if isinstance(made, bytes | str):
        return len(made)
    if isinstance(made, tuple | list):
        return sum(map(size_of, made))
    if isinstance(made, dict):
        return sum(size_of(key) + size_of(value) for key, value in made.items())
    return 1
