"""Which planned dates went on air, read from the show's log."""

from app.domain.event import EventKind, ShowEvent
from app.domain.schedule import Occurrence
from app.domain.signal import Signal
from app.session.show_book import ShowBook

AIRING_KINDS = (EventKind.AIRING_STARTED, EventKind.AIRING_ENDED)


class AiringLog:
    """`key` names the date that is on air now ("" = none, or one that was not planned), since `since_ms`. `changed` tells of both."""

    def __init__(self, book: ShowBook) -> None:
        self.changed: Signal[[]] = Signal()
        self.key = ""
        self.since_ms = 0
        self._started: dict[str, int] = {}
        self._book = book
        book.logged.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self.key, self.since_ms, self._started = "", 0, {}
        for event in self._book.events(AIRING_KINDS):
            self._read(event)
        self.changed.emit()

    def started_ms(self, key: str) -> int | None:
        """When a date went on air first; None = not yet."""
        return self._started.get(key)

    def begin(self, occurrence: Occurrence, title: str) -> None:
        """It is on air; what was before it is over."""
        if self.key == occurrence.key:
            return
        self.end("next")
        planned_ms = round(occurrence.start.timestamp() * 1000)
        self._book.log(EventKind.AIRING_STARTED, airing=occurrence.airing_id, occurrence=occurrence.key, planned_ms=planned_ms, title=title)

    def end(self, why: str) -> None:
        """It is over, if one is on air."""
        if self.key:
            self._book.log(EventKind.AIRING_ENDED, occurrence=self.key, why=why)

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in AIRING_KINDS:
            self._read(event)
            self.changed.emit()

    def _read(self, event: ShowEvent) -> None:
        key = str(event.data.get("occurrence", ""))
        if event.kind is EventKind.AIRING_STARTED:
            self.key, self.since_ms = key, event.at_ms
            self._started.setdefault(key, event.at_ms)
        elif key == self.key:
            self.key, self.since_ms = "", 0
