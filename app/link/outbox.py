"""The bounded send queue of one connection."""

import threading
from collections import OrderedDict


class Outbox:
    """Keeps messages in order. A message with a `slot` replaces a queued one with the same slot (only the newest meters matter).

    `put` never waits. It returns False if more is queued than the other side will ever catch up with. The connection is then closed as a
    whole: dropping single messages would leave the two sides in different states.
    """

    def __init__(self, *, max_messages: int, max_bytes: int) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._waiting: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._count = 0
        self._closed = False
        self._ready = threading.Condition()

    def put(self, data: bytes, *, slot: str = "") -> bool:
        """Queue a message; False if there is no room. After `close` it is silently dropped."""
        with self._ready:
            if self._closed:
                return True
            self._count += 1
            key = slot or f"#{self._count}"
            self._bytes += len(data) - len(self._waiting.get(key, b""))
            self._waiting[key] = data
            self._ready.notify()
            return len(self._waiting) <= self._max_messages and self._bytes <= self._max_bytes

    def take(self) -> bytes | None:
        """Wait for the next message; None after `close`, with `drain` only when the queue is empty."""
        with self._ready:
            while not self._waiting and not self._closed:
                self._ready.wait()
            if not self._waiting:
                return None
            _, data = self._waiting.popitem(last=False)
            self._bytes -= len(data)
            return data

    def close(self, *, drain: bool = False) -> None:
        """Accept no more messages; with `drain` the queued ones can still be taken."""
        with self._ready:
            self._closed = True
            if not drain:
                self._waiting.clear()
                self._bytes = 0
            self._ready.notify_all()
