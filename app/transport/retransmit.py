"""The history from which lost packets are sent again."""

from typing import Generic, TypeVar

from app.domain.base.clock import NS_PER_MS

T = TypeVar("T")

DEFAULT_CAPACITY = 4000  # 15 s of 2.5 Mb/s: every NACK that can still help is answered


class History(Generic[T]):
    """At least the last `capacity` packets by 16-bit sequence number; `again` paces repeated requests for the same packet.

    An entry is whatever the sender needs to make the packet again (its bytes, or fields and payload).
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        if not 0 < capacity <= 0x8000:
            raise ValueError("capacity must be 1..32768")
        # A power of two divides the range of sequence numbers, so that the slots go round without a jump at 65535 → 0.
        self._mask = (1 << (capacity - 1).bit_length()) - 1
        self._entries: list[T | None] = [None] * (self._mask + 1)
        self._sequences = [-1] * (self._mask + 1)
        self._resent_ns = [0] * (self._mask + 1)

    def put(self, sequence: int, entry: T) -> None:
        """Remember `entry`; the one that stood in its slot goes."""
        slot = sequence & self._mask
        self._entries[slot] = entry
        self._sequences[slot] = sequence
        self._resent_ns[slot] = 0

    def get(self, sequence: int) -> T | None:
        """The entry, or None when it has left the history or never was."""
        slot = sequence & self._mask
        return self._entries[slot] if self._sequences[slot] == sequence else None

    def again(self, sequence: int, now_ns: int, spacing_ms: float) -> T | None:
        """The entry to send again now; None when it is gone, or was sent again less than `spacing_ms` ago (it is on its way)."""
        slot = sequence & self._mask
        if self._sequences[slot] != sequence:
            return None
        last_ns = self._resent_ns[slot]
        if last_ns and now_ns - last_ns < spacing_ms * NS_PER_MS:
            return None
        self._resent_ns[slot] = now_ns
        return self._entries[slot]

    def clear(self) -> None:
        """Forget everything."""
        for slot in range(self._mask + 1):
            self._entries[slot] = None
            self._sequences[slot] = -1
