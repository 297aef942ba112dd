"""Paces the program: ticks of a monotonic clock, each counted exactly once."""

import threading
import time
from dataclasses import dataclass
from enum import Enum

from app.domain.base.clock import NS_PER_S, Clock

_COARSE_NS = 20_000_000  # on Windows, Event.wait may oversleep by a scheduler tick (15.6 ms), so the rest is slept in steps
_STEP_NS = 5_000_000  # `stop` is noticed within this time


class TickAction(Enum):
    """What to do at a tick."""

    COMPOSE = "compose"  # compose a new frame
    REPEAT = "repeat"  # too late to compose: send the previous frame again


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick. `number` counts from 0 and has gaps where ticks were skipped; `late_ns` is how long after `due_ns` it was handed out."""

    number: int
    action: TickAction
    due_ns: int
    late_ns: int


@dataclass(frozen=True, slots=True)
class TickCounts:
    """composed + repeated + skipped = the ticks that were due since `start`."""

    composed: int = 0
    repeated: int = 0
    skipped: int = 0


class FramePacer:
    """Hands out `fps` ticks a second to one waiting thread; call `stop` and `counts` from any thread.

    A tick that is less than one period late is COMPOSE. After a longer delay, the first missed tick is handed out at once as REPEAT, so
    that the encoder sees time pass; the others are skipped and counted. Nothing is caught up: a slow machine falls to the rate it can
    manage instead of running later and later.
    """

    def __init__(self, fps: int, clock: Clock) -> None:
        self._fps = fps
        self._clock = clock
        self._stopped = threading.Event()
        self._origin_ns = clock.monotonic_ns()
        self._next = 0
        self._composed = 0
        self._repeated = 0
        self._skipped = 0

    def start(self) -> None:
        """Start now: tick 0 is due at once and the counts are 0. It may follow a `stop`."""
        self._origin_ns = self._clock.monotonic_ns()
        self._next = 0
        self._composed = self._repeated = self._skipped = 0
        self._stopped.clear()

    def stop(self) -> None:
        """Make `wait` return None until the next `start`."""
        self._stopped.set()

    def counts(self) -> TickCounts:
        return TickCounts(self._composed, self._repeated, self._skipped)

    def due_ns(self, number: int) -> int:
        """When this tick is due. Computed from the start, so that rounding errors never add up."""
        return self._origin_ns + number * NS_PER_S // self._fps

    def wait(self) -> Tick | None:
        """Wait until the next tick is due and return it; None once stopped."""
        due_ns = self.due_ns(self._next)
        while (left_ns := due_ns - self._clock.monotonic_ns()) > 0:
            if self._stopped.is_set():
                return None
            if left_ns > _COARSE_NS:
                self._stopped.wait((left_ns - _COARSE_NS) / NS_PER_S)
            else:
                time.sleep(min(left_ns, _STEP_NS) / NS_PER_S)
        if self._stopped.is_set():
            return None
        return self._hand_out(due_ns, self._clock.monotonic_ns())

    def _hand_out(self, due_ns: int, now_ns: int) -> Tick:
        lost = (now_ns - self._origin_ns) * self._fps // NS_PER_S - self._next
        tick = Tick(self._next, TickAction.REPEAT if lost > 0 else TickAction.COMPOSE, due_ns, now_ns - due_ns)
        if lost > 0:
            self._repeated += 1
            self._skipped += lost - 1
            self._next += lost
        else:
            self._composed += 1
            self._next += 1
        return tick
