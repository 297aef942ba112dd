"""Which planned dates went on air, read from the show's log."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.domain.base.local_time import MINUTE, LocalTime
from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.schedule import Occurrence
from app.session.document.show_book import ShowBook

AIRING_KINDS = (EventKind.AIRING_STARTED, EventKind.AIRING_ENDED)
LONGEST = timedelta(hours=12)  # limits a date whose end was not logged
LOST = "lost"  # AirLog's reason when the engine came back off air
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AiredDate:
    """One date that went on air, from its first start to its last end (None = not ended). `lost`: it ended by a crash."""

    airing_id: str
    started_ms: int
    ended_ms: int | None
    party_ids: tuple[str, ...] = ()
    lost: bool = False


class AiringLog:
    """`key` is the date on air ("" = none or unplanned), on air since `since_ms`. `changed` is emitted when either changes."""

    def __init__(self, book: ShowBook) -> None:
        self.changed: Signal[[]] = Signal()
        self.key = ""
        self.since_ms = 0
        self._aired: dict[str, AiredDate] = {}
        self._book = book
        book.log.appended.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the open show."""
        self.key, self.since_ms, self._aired = "", 0, {}
        for event in self._book.log.events(AIRING_KINDS):
            self._read(event)
        self.changed.emit()

    def started_ms(self, key: str) -> int | None:
        """When a date first went on air; None = not yet."""
        aired = self._aired.get(key)
        return None if aired is None else aired.started_ms

    def is_over(self, key: str) -> bool:
        """Whether a date is over; a lost one is not."""
        aired = self._aired.get(key)
        return aired is not None and key != self.key and not aired.lost

    def took_place(self, begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """The dates that were on air in [begin, end), with their actual times. `party_ids` is empty if not logged."""
        found = (_as_it_was(key, aired, end) for key, aired in self._aired.items())
        return tuple(one for one in found if one.start < end and one.end > begin and one.end - one.start >= MINUTE)

    def begin(self, occurrence: Occurrence, title: str, party_ids: tuple[str, ...] = ()) -> None:
        """Log that a date is on air; ends the one before."""
        if self.key == occurrence.key:
            return
        self.end("next")
        planned_ms = round(occurrence.start.timestamp() * 1000)
        self._book.log.append(
            EventKind.AIRING_STARTED,
            airing=occurrence.airing_id,
            occurrence=occurrence.key,
            planned_ms=planned_ms,
            title=title,
            parties=list(party_ids),
        )

    def end(self, why: str) -> None:
        """Log the end of the date on air, if any."""
        if self.key:
            self._book.log.append(EventKind.AIRING_ENDED, occurrence=self.key, why=why)

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in AIRING_KINDS:
            self._read(event)
            self.changed.emit()

    def _read(self, event: ShowEvent) -> None:
        key = str(event.data.get("occurrence", ""))
        if event.kind is EventKind.AIRING_STARTED:
            self.key, self.since_ms = key, event.at_ms
            said = event.data.get("parties")
            parties = tuple(map(str, said)) if isinstance(said, list) else ()
            made = AiredDate(str(event.data.get("airing", "")), event.at_ms, None, parties)
            before = self._aired.get(key)
            self._aired[key] = made if before is None else replace(made, started_ms=before.started_ms)
        elif key == self.key:
            self.key, self.since_ms = "", 0
            self._aired[key] = replace(self._aired[key], ended_ms=event.at_ms, lost=event.data.get("why") == LOST)


def _as_it_was(key: str, aired: AiredDate, now: datetime) -> Occurrence:
    start = _EPOCH + timedelta(milliseconds=aired.started_ms)
    ended = now if aired.ended_ms is None else _EPOCH + timedelta(milliseconds=aired.ended_ms)
    wall = start.replace(tzinfo=None)
    end = max(start, min(ended, start + LONGEST))
    return Occurrence(aired.airing_id, wall, LocalTime(wall, "Etc/UTC"), start, end, party_ids=aired.party_ids, name=key)
