"""Decides which events become journal entries of their own and which are only counted, so that strangers cannot flood the log."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.domain.base.token_bucket import TokenBucket
from app.domain.room.event import RoomEvent, RoomEventKind
from app.relay.room.event_counts import EventCounts
from app.relay.room.journal import Journal
from app.relay.room.viewers import Viewer

_COUNTED_BEYOND = frozenset((RoomEventKind.JOINED, RoomEventKind.CLICKED, RoomEventKind.ADDED, RoomEventKind.ASKED))
_JOIN_AND_LEAVE = 2  # entries: a viewer whose joining is logged must be able to leave the log


class EventRecorder:
    """Likes and views are always summed. Any other event is an entry of its own within the limits of its address (`limit`) and of the
    room (`share`); beyond them it is summed too, and `over` counts it. Claims, reservations and orders have their own limits.
    """

    def __init__(self, *, share: TokenBucket, now_ms: Callable[[], int]) -> None:
        self.journal = Journal()
        self.over = 0
        self._share = share
        self._now_ms = now_ms
        self._counts = EventCounts()

    def record_joined(self, viewer: Viewer, limit: TokenBucket) -> None:
        viewer.logged = self._fits(limit, _JOIN_AND_LEAVE)
        event = self._event(RoomEventKind.JOINED, viewer, languages=viewer.languages)
        if viewer.logged:
            self.journal.append(event)
        else:
            self._count_over(event)

    def record_left(self, viewer: Viewer) -> None:
        """Ignored for a viewer whose joining was not logged."""
        if viewer.logged:
            self.journal.append(self._event(RoomEventKind.LEFT, viewer))
            viewer.logged = False

    def record(self, kind: RoomEventKind, viewer: Viewer, limit: TokenBucket, *, product: str = "", languages: Sequence[str] = ()) -> None:
        """Record something that a viewer did, if the limits allow it."""
        event = self._event(kind, viewer, product=product, languages=tuple(languages))
        if self._fits(limit, 1):
            self.journal.append(event)
        else:
            self._count_over(event)

    def count(self, kind: RoomEventKind, viewer: Viewer, product: str, count: int) -> None:
        """Count likes or views."""
        self._counts.add(self._event(kind, viewer, product=product, count=count))

    def pending(self, kind: RoomEventKind) -> int:
        """How many counted events the journal does not have yet."""
        return self._counts.pending(kind)

    def flush_counts(self, *, everything: bool = False) -> bool:
        """Write sums to the journal, as many as the room's share allows; returns whether there were any."""
        wanted = len(self._counts)
        allowed = wanted if everything else self._share.take(wanted)
        for _, event in zip(range(allowed), self._counts.pop_all(self._now_ms()), strict=False):
            self.journal.append(event)
        return allowed > 0

    def _event(
        self, kind: RoomEventKind, viewer: Viewer, *, product: str = "", count: int = 1, languages: tuple[str, ...] = ()
    ) -> RoomEvent:
        return RoomEvent(
            kind,
            self._now_ms(),
            viewer.id,
            language=viewer.language,
            market=viewer.market,
            languages=languages,
            product=product,
            count=count,
        )

    def _fits(self, limit: TokenBucket, entries: int) -> bool:
        return limit.has(entries) and self._share.has(entries) and bool(limit.take(entries) and self._share.take(entries))

    def _count_over(self, event: RoomEvent) -> None:
        self.over += 1
        if event.kind in _COUNTED_BEYOND:
            self._counts.add(replace(event, over=True))
        else:
            self.journal.dropped[event.kind.value] += 1
