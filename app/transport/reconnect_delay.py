"""Pauses between tries to reach a relay."""

from collections.abc import Callable

from app.domain.base.backoff import Backoff

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 10.0)
UNREACHABLE_S = 0.8  # while the network is down, a try costs next to nothing and may succeed at any moment
JITTER = 0.25  # either way, so that a relay's clients do not all come back at once


class ReconnectDelay:
    """The pauses of one target, with jitter. `uniform(a, b)` is random.uniform or a test's."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._backoff = Backoff(PAUSES_S)

    def next_s(self, *, unreachable: bool = False, asked_s: float = 0.0) -> float:
        """The pause after one more failure, at least what the relay asked for."""
        pause_s = self._backoff.failed()
        if unreachable:
            pause_s = min(pause_s, UNREACHABLE_S)
        return max(asked_s, pause_s * self._uniform(1 - JITTER, 1 + JITTER))

    def reset(self) -> None:
        """Start with the shortest pause again, after a success or when the network changed."""
        self._backoff.reset()
