"""The beat of the program: ticks of a monotonic clock, each accounted for exactly once."""

import threading
import time
from dataclasses import dataclass
from enum import Enum

from app.domain.base.clock import NS_PER_S, Clock

_COARSE_NS = 20_000_000  # Event.wait may oversleep by a scheduler tick on Windows (15.6 ms), so the rest is slept in steps
_STEP_NS = 5_000_000  # the longest time in which `stop` is not seen


class TickAction(Enum):
    """What a tick asks for."""

    COMPOSE = "compose"  # make a new frame
    REPEAT = "repeat"  # too late for a new one: put the previous frame out again


@dataclass(frozen=True, slots=True)
class Tick:
    """One beat. `number` counts from 0 with gaps where ticks were skipped; `late_ns` is how long after `due_ns` it was handed out."""

    number: int
    action: TickAction
    due_ns: int
    late_ns: int


@dataclass(frozen=True, slots=True)
class TickCounts:
    """composed + repeated + skipped = ticks whose time has passed since `start`."""

    composed: int = 0
    repeated: int = 0
    skipped: int = 0


class FramePacer:
    """Hands out ticks `fps` times a second; for one waiting thread, `stop` and `counts` from any.

    A tick that is handed out less than one period late is to be composed. When whole periods went by, the first of the lost
    ticks is handed out as REPEAT, at once, so that the encoder sees that time goes on; the others are skipped and counted,
    nothing is caught up. A slow machine thus falls to the rate it can do instead of running ever later.
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
        """Begin now: tick 0 is due at once and the counts are 0; also after a `stop`."""
        self._origin_ns = self._clock.monotonic_ns()
        self._next = 0
        self._composed = self._repeated = self._skipped = 0
        self._stopped.clear()

    def stop(self) -> None:
        """Make `wait` return None, now and until the next `start`."""
        self._stopped.set()

    def counts(self) -> TickCounts:
        return TickCounts(self._composed, self._repeated, self._skipped)

    def due_ns(self, number: int) -> int:
        """When this tick is due; counted from the start, so that rounding never adds up."""
        return self._origin_ns + number * NS_PER_S // self._fps

    def wait(self) -> Tick | None:
        """The next tick, as soon as it is due; None once stopped."""
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
