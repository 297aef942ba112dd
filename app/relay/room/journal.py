"""What viewers did, kept for the host until the host has it: a desk that restarts finds what happened meanwhile."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.relay.room.board import encode

# What is given up when the host stays away too long, first to last. Orders, claimed coupons and reservations never are.
EXPENDABLE = ("seen", "like", "left", "joined", "market", "clicked", "asked", "added")


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event; `message` is the frame that the host gets, `count` what it stands for. Of one `topic` the newest alone is kept."""

    seq: int
    kind: str
    count: int
    message: bytes
    topic: tuple[str, str] | None = None


class Journal:
    """Events by a number that rises by one; what is acknowledged is forgotten. `dropped` counts by kind what had to be given up."""

    def __init__(self, max_events: int = 5000, max_kept: int = 50_000) -> None:
        self.seq = 0
        self.acked = 0  # the host has everything up to here for good
        self.dropped: Counter[str] = Counter()
        self._max_events = max_events
        self._max_kept = max_kept
        self._entries: dict[int, JournalEntry] = {}
        self._seqs: list[int] = []
        self._topics: dict[tuple[str, str], int] = {}
        self._expendable: dict[str, dict[int, None]] = {kind: {} for kind in EXPENDABLE}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def full(self) -> bool:
        """Whether there is no room even for what is never given up."""
        return len(self._entries) >= self._max_kept

    @property
    def topics(self) -> int:
        """How many topics wait for the host."""
        return len(self._topics)

    def append(
        self,
        kind: str,
        at_ms: int,
        viewer: str,
        data: Mapping[str, object],
        count: int = 1,
        *,
        topic: tuple[str, str] | None = None,
    ) -> int:
        """Its number. What was last said on the same topic goes; beyond the bound the oldest of the most expendable kind does."""
        self.seq += 1
        if topic is not None:
            self._replace(topic)
        message = {"t": "event", "seq": self.seq, "at_ms": at_ms, "kind": kind, "viewer": viewer, "data": data}
        self._entries[self.seq] = JournalEntry(self.seq, kind, count, encode(message), topic)
        self._seqs.append(self.seq)
        if kind in self._expendable:
            self._expendable[kind][self.seq] = None
        if len(self._entries) > self._max_events:
            self._give_up_one()
        return self.seq

    def _replace(self, topic: tuple[str, str]) -> None:
        before = self._topics.get(topic)
        if before is not None:
            self._forget(before)
            del self._seqs[bisect_right(self._seqs, before) - 1]
        self._topics[topic] = self.seq

    def _give_up_one(self) -> None:
        for seqs in self._expendable.values():
            if seqs:
                entry = self._forget(next(iter(seqs)))
                self.dropped[entry.kind] += entry.count
                del self._seqs[bisect_right(self._seqs, entry.seq) - 1]
                return

    def _forget(self, seq: int) -> JournalEntry:
        entry = self._entries.pop(seq)
        if entry.kind in self._expendable:
            del self._expendable[entry.kind][seq]
        if entry.topic is not None:
            del self._topics[entry.topic]
        return entry

    def after(self, seq: int) -> JournalEntry | None:
        """The next event for a host that has everything up to `seq`."""
        place = bisect_right(self._seqs, seq)
        return self._entries[self._seqs[place]] if place < len(self._seqs) else None

    def ack(self, seq: int) -> None:
        """The host has everything up to `seq` for good."""
        self.acked = max(self.acked, min(seq, self.seq))
        place = bisect_right(self._seqs, seq)
        for done in self._seqs[:place]:
            self._forget(done)
        del self._seqs[:place]
