"""What is fuzzed: one row for each parser of something that others wrote."""

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

    `make` gives one input, the same for the same random numbers. `open` gives the parser itself for a whole run: what it needs (a folder,
    a server) is made once. It may raise `allowed` and nothing else. What it gives may hold at most `gives_at_most` things for each byte of
    input, and it may run at most `works_at_most` lines of our code for each (`base` more, whatever the input). `share` is how many inputs
    it gets for each that a quick parser gets.
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
    """For a parser that needs nothing around it."""

    @contextmanager
    def opened() -> Iterator[Call]:
        yield function

    return opened


def size_of(made: object) -> int:
    """How large an input is, for its bounds: characters or bytes, of all its parts together."""
    if isinstance(made, bytes | str):
        return len(made)
    if isinstance(made, tuple | list):
        return sum(map(size_of, made))
    if isinstance(made, dict):
        return sum(size_of(key) + size_of(value) for key, value in made.items())
    return 1
