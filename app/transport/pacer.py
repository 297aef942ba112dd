"""Spreads the packets of a large frame over time, so that no queue on the path overflows."""

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from app.domain.base.clock import NS_PER_MS, NS_PER_S

T = TypeVar("T")

WINDOW_MS = 5
PACKETS_AT_4_MBPS = 12  # about six times the stream's own rate: a key frame of 40 packets leaves within 20 ms
MIN_PACKETS = 3


class Timer(Protocol):
    def cancel(self) -> None: ...


def packets_per_window(kbps: int) -> int:
    """How many packets may leave in any 5 ms at this stream rate."""
    return max(MIN_PACKETS, math.ceil(PACKETS_AT_4_MBPS * kbps / 4000))


class Pacer(Generic[T]):
    """Calls `send` for each item in order, at most `packets_per_window` times within any 5 ms.

    Items are sent at once while the window allows. `call_later` is the event loop's, `now_ns` a monotonic clock.
    """

    def __init__(
        self, send: Callable[[T], None], *, kbps: int, call_later: Callable[[float, Callable[[], None]], Timer], now_ns: Callable[[], int]
    ) -> None:
        self._send = send
        self._call_later = call_later
        self._now_ns = now_ns
        self._first: deque[T] = deque()
        self._queue: deque[T] = deque()
        self._sent_ns: deque[int] = deque(maxlen=packets_per_window(kbps))
        self._timer: Timer | None = None

    def __len__(self) -> int:
        """How many items are queued."""
        return len(self._first) + len(self._queue)

    def set_rate(self, kbps: int) -> None:
        """Set the window for a stream of this rate."""
        allowed = packets_per_window(kbps)
        if allowed != self._sent_ns.maxlen:
            self._sent_ns = deque(self._sent_ns, maxlen=allowed)

    def put(self, items: Iterable[T]) -> None:
        """Queue items."""
        self._queue.extend(items)
        if self._timer is None:
            self._drain()

    def put_first(self, item: T) -> None:
        """Queue an item before those of `put`: a lost packet delays the receiver more than a late one."""
        self._first.append(item)
        if self._timer is None:
            self._drain()

    def clear(self) -> int:
        """Drop the queued items; returns how many."""
        dropped = len(self)
        self._first.clear()
        self._queue.clear()
        return dropped

    def close(self) -> None:
        """Drop the queued items and stop the timer."""
        self.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drain(self) -> None:
        self._timer = None
        now_ns = self._now_ns()
        window_ns = WINDOW_MS * NS_PER_MS
        while queue := self._first or self._queue:
            if len(self._sent_ns) == self._sent_ns.maxlen and (wait_ns := self._sent_ns[0] + window_ns - now_ns) > 0:
                self._timer = self._call_later(wait_ns / NS_PER_S, self._drain)
                return
            self._sent_ns.append(now_ns)
            self._send(queue.popleft())
