"""Encoded packets from the encoder threads into the publisher's loop."""

import threading
from collections import deque
from collections.abc import Callable

from app.domain.program.packet import EncodedPacket, MediaKind

MAX_WAITING = 200  # about two seconds of both kinds: a loop that is behind more than that has lost the show anyway


class Inlet:
    """A bounded queue with one wake-up for many packets; when it is full, pictures are dropped up to the next key frame.

    `wake` is called on the pushing thread when the queue was empty; `take` on the loop's.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._queue: deque[EncodedPacket] = deque()
        self._gap = False
        self.dropped = 0

    def push(self, packet: EncodedPacket) -> bool:
        """Add a packet; False when a key frame should be asked for because pictures were dropped."""
        with self._lock:
            begins_gap = len(self._queue) >= MAX_WAITING and not self._gap
            if begins_gap:
                kept = [waiting for waiting in self._queue if waiting.kind is MediaKind.AUDIO][-MAX_WAITING // 2 :]
                self.dropped += len(self._queue) - len(kept)
                self._queue = deque(kept)
                self._gap = True
            if self._gap and packet.kind is MediaKind.VIDEO:
                if not packet.keyframe:
                    self.dropped += 1
                    return not begins_gap
                self._gap = False
            first = not self._queue
            self._queue.append(packet)
        if first or begins_gap:
            self._wake()
        return not begins_gap

    def take(self) -> deque[EncodedPacket]:
        """Everything that waits."""
        with self._lock:
            taken, self._queue = self._queue, deque()
        return taken
