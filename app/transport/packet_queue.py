"""Takes encoded packets from the encoder threads to the publisher's loop."""

import threading
from collections import deque
from collections.abc import Callable

from app.domain.program.packet import EncodedPacket, MediaKind

MAX_WAITING = 200  # about two seconds of audio and video; a loop that is later than that cannot catch up


class PacketQueue:
    """A bounded queue. When it is full, video is dropped up to the next key frame.

    `wake` is called on the pushing thread, only when the queue was empty. Call `take` on the loop's thread.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._queue: deque[EncodedPacket] = deque()
        self._gap = False
        self.dropped = 0

    def push(self, packet: EncodedPacket) -> bool:
        """Add a packet; False when video was dropped and a key frame is needed."""
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
        """Take all queued packets."""
        with self._lock:
            taken, self._queue = self._queue, deque()
        return taken
