"""What of a room's doings goes into the host's log, and how much: strangers may do anything, and the log stays small."""

from collections.abc import Callable, Mapping

from app.domain.base.token_bucket import TokenBucket
from app.relay.room.event_counts import EventCounts
from app.relay.room.journal import Journal
from app.relay.room.viewers import Viewer

_COUNTED = frozenset(("joined", "clicked", "added", "asked"))  # what is still counted when it may not be an entry of its own
_JOIN_AND_LEAVE = 2  # entries: who is in the log must be able to go out of it


class EventRecorder:
    """Likes and views are always summed up. Everything else is an entry of its own while the share of its address (`pace`) and that of the
    room (`share`) last; beyond them it is summed up too, and `over` counts it. Claims, reservations and orders have limits of their own.
    """

    def __init__(self, *, share: TokenBucket, now_ms: Callable[[], int]) -> None:
        self.journal = Journal()
        self.over = 0
        self._share = share
        self._now_ms = now_ms
        self._sums = EventCounts()

    def joined(self, viewer: Viewer, pace: TokenBucket) -> None:
        """He is here."""
        viewer.logged = self._fits(pace, _JOIN_AND_LEAVE)
        if viewer.logged:
            self.write("joined", viewer.id, {"languages": list(viewer.languages)} | _where(viewer))
        else:
            self._too_much("joined", viewer, "")

    def left(self, viewer: Viewer) -> None:
        """He is gone."""
        if viewer.logged:
            self.write("left", viewer.id, _where(viewer))
            viewer.logged = False

    def did(self, kind: str, viewer: Viewer, data: Mapping[str, object], pace: TokenBucket) -> None:
        """A visitor did something."""
        if self._fits(pace, 1):
            self.write(kind, viewer.id, {**data, **_where(viewer)})
        else:
            self._too_much(kind, viewer, str(data.get("product", "")))

    def counted(self, kind: str, viewer: Viewer, product: str, count: int) -> None:
        """So many likes or views more."""
        self._sums.add(kind, product, viewer.language, viewer.market, count, over=False)

    def write(self, kind: str, viewer: str, data: Mapping[str, object], *, topic: tuple[str, str] | None = None) -> int:
        """An entry of its own, whatever there is already; its number. What it says replaces what was said on its topic."""
        return self.journal.append(kind, self._now_ms(), viewer, data, topic=topic)

    def unwritten(self, kind: str) -> int:
        """How many were counted that no entry tells of yet."""
        return self._sums.waiting(kind)

    def sum_up(self, *, all_of_it: bool = False) -> bool:
        """Write what was counted, as much of it as the room's share allows; whether that was anything."""
        wanted = len(self._sums)
        given = wanted if all_of_it else self._share.take(wanted)
        for _, one in zip(range(given), self._sums.taken(), strict=False):
            data: dict[str, object] = {"count": one.count, "product": one.product, "language": one.language, "market": one.market}
            self.journal.append(one.kind, self._now_ms(), "", data | ({"over": True} if one.over else {}), one.count)
        return given > 0

    def _fits(self, pace: TokenBucket, entries: int) -> bool:
        return pace.has(entries) and self._share.has(entries) and bool(pace.take(entries) and self._share.take(entries))

    def _too_much(self, kind: str, viewer: Viewer, product: str) -> None:
        self.over += 1
        if kind in _COUNTED:
            self._sums.add(kind, product, viewer.language, viewer.market, 1, over=True)
        else:
            self.journal.dropped[kind] += 1


def _where(viewer: Viewer) -> dict[str, object]:
    return {"language": viewer.language, "market": viewer.market}
