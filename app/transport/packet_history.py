"""Packets kept for retransmission."""

from typing import Generic, TypeVar

from app.domain.base.clock import NS_PER_MS

T = TypeVar("T")

DEFAULT_CAPACITY = 4000  # 15 s of 2.5 Mb/s: every NACK that can still help is answered


class PacketHistory(Generic[T]):
    """Keeps at least the last `capacity` packets, by 16-bit sequence number.

    An entry is what the sender needs to build the packet again: its bytes, or fields and payload.
    """

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        if not 0 < capacity <= 0x8000:
            raise ValueError("capacity must be 1..32768")
        # A power of two divides the range of sequence numbers, so the slots do not jump at 65535 → 0.
        self._mask = (1 << (capacity - 1).bit_length()) - 1
        self._entries: list[T | None] = [None] * (self._mask + 1)
        self._sequences = [-1] * (self._mask + 1)
        self._resent_ns = [0] * (self._mask + 1)

    def put(self, sequence: int, entry: T) -> None:
        """Keep `entry` in place of the one in its slot."""
        slot = sequence & self._mask
        self._entries[slot] = entry
        self._sequences[slot] = sequence
        self._resent_ns[slot] = 0

    def get(self, sequence: int) -> T | None:
        """The entry; None when there is none."""
        slot = sequence & self._mask
        return self._entries[slot] if self._sequences[slot] == sequence else None

    def again(self, sequence: int, now_ns: int, spacing_ms: float) -> T | None:
        """The entry to send again; None when it is gone, or was sent again less than `spacing_ms` ago."""
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
