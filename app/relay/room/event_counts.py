"""Sums events that are only counted, so that the host's log grows with what happened and not with the number of viewers."""

from collections.abc import Iterator

from app.domain.room.event import RoomEvent, RoomEventKind

_MAX_KEYS = 500  # beyond it language and market are dropped from new sums, then the product


class EventCounts:
    """Counts that are not in the journal yet; none is ever lost."""

    def __init__(self) -> None:
        self._counts: dict[tuple[RoomEventKind, str, str, str, bool], int] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, event: RoomEvent) -> None:
        """Count `event.count` more."""
        kind, product, over = event.kind, event.product, event.over
        keys = ((kind, product, event.language, event.market, over), (kind, product, "", "", over))
        key = next((one for one in keys if one in self._counts or len(self._counts) < _MAX_KEYS), (kind, "", "", "", over))
        self._counts[key] = self._counts.get(key, 0) + event.count

    def pending(self, kind: RoomEventKind) -> int:
        """How many events of a kind are not in the journal yet."""
        return sum(count for key, count in self._counts.items() if key[0] is kind)

    def pop_all(self, at_ms: int) -> Iterator[RoomEvent]:
        """Each sum as an event, oldest first; it is removed when it is yielded."""
        while self._counts:
            key = next(iter(self._counts))
            kind, product, language, market, over = key
            count = self._counts.pop(key)
            yield RoomEvent(kind, at_ms, language=language, market=market, product=product, count=count, over=over)
