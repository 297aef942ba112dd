"""How long to wait before the next try."""

from collections.abc import Callable

FIRST_S = 0.5
LAST_S = 10.0
UNREACHABLE_S = 0.8  # while nothing can be reached a try costs next to nothing, and the network may be back any moment
JITTER = 0.25  # either way, so that a relay's clients do not come back in one wave


class Backoff:
    """0.5 s doubling to 10 s, with jitter. `uniform(a, b)` is random.uniform or a test's."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._tries = 0

    def next_s(self, *, unreachable: bool = False, asked_s: float = 0.0) -> float:
        """The wait after one more failure; never less than the other side `asked` for."""
        wait = min(LAST_S, FIRST_S * (1 << min(self._tries, 10)))
        self._tries += 1
        if unreachable:
            wait = min(wait, UNREACHABLE_S)
        return max(asked_s, wait * self._uniform(1 - JITTER, 1 + JITTER))

    def reset(self) -> None:
        """Begin anew after a success or when something changed."""
        self._tries = 0
