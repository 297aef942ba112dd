"""What viewers did, kept until the host has it: a desk that restarts gets what happened meanwhile."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from app.domain.room.event import RoomEvent, RoomEventKind, event_data
from app.relay.room.board import encode

Topic = tuple[str, str]  # date and viewer

# What is dropped when the host stays away too long, first to last. Orders, claimed coupons and reservations never are.
EXPENDABLE = (
    RoomEventKind.SEEN,
    RoomEventKind.LIKE,
    RoomEventKind.LEFT,
    RoomEventKind.JOINED,
    RoomEventKind.MARKET,
    RoomEventKind.CLICKED,
    RoomEventKind.ASKED,
    RoomEventKind.ADDED,
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event; `message` is the frame for the host. Only the newest entry of a `topic` is kept."""

    seq: int
    kind: RoomEventKind
    count: int
    message: bytes
    topic: Topic | None = None


class Journal:
    """Events by a number that increases by one; acknowledged events are forgotten. `dropped` counts the dropped ones by kind."""

    def __init__(self, max_events: int = 5000, max_kept: int = 50_000) -> None:
        self.seq = 0
        self.acked = 0  # the host has stored everything up to here
        self.dropped: Counter[str] = Counter()
        self._max_events = max_events
        self._max_kept = max_kept
        self._entries: dict[int, JournalEntry] = {}
        self._seqs: list[int] = []
        self._topics: dict[Topic, int] = {}
        self._expendable: dict[RoomEventKind, dict[int, None]] = {kind: {} for kind in EXPENDABLE}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def full(self) -> bool:
        """Whether there is no room even for what is never dropped."""
        return len(self._entries) >= self._max_kept

    @property
    def topics(self) -> int:
        """How many topics the host has not acknowledged."""
        return len(self._topics)

    def append(self, event: RoomEvent, *, topic: Topic | None = None) -> int:
        """Add an event and return its number.

        It replaces the previous event of its topic. Beyond the limit the oldest event of the most expendable kind is dropped.
        """
        self.seq += 1
        if topic is not None:
            self._replace(topic)
        message = {"t": "event", "seq": self.seq, "at_ms": event.at_ms, "kind": event.kind.value, "viewer": event.viewer}
        frame = encode(message | {"data": event_data(event)})
        self._entries[self.seq] = JournalEntry(self.seq, event.kind, event.count, frame, topic)
        self._seqs.append(self.seq)
        if event.kind in self._expendable:
            self._expendable[event.kind][self.seq] = None
        if len(self._entries) > self._max_events:
            self._drop_one()
        return self.seq

    def _replace(self, topic: Topic) -> None:
        before = self._topics.get(topic)
        if before is not None:
            self._forget(before)
            del self._seqs[bisect_right(self._seqs, before) - 1]
        self._topics[topic] = self.seq

    def _drop_one(self) -> None:
        for seqs in self._expendable.values():
            if seqs:
                entry = self._forget(next(iter(seqs)))
                self.dropped[entry.kind.value] += entry.count
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
        """The first event after `seq`, None if there is none."""
        place = bisect_right(self._seqs, seq)
        return self._entries[self._seqs[place]] if place < len(self._seqs) else None

    def ack(self, seq: int) -> None:
        """Forget everything up to `seq`: the host has stored it."""
        self.acked = max(self.acked, min(seq, self.seq))
        place = bisect_right(self._seqs, seq)
        for done in self._seqs[:place]:
            self._forget(done)
        del self._seqs[:place]
