"""Logs when the show goes on air and off air."""

from app.domain.base.signal import Signal
from app.domain.base.state_machine import StateMachine
from app.domain.event import EventKind, ShowEvent
from app.domain.program.broadcast import BroadcastState
from app.session.document.show_book import ShowBook

AIR_KINDS = (EventKind.ON_AIR, EventKind.OFF_AIR)


class AirLog:
    """One entry each time, even if the desk restarted meanwhile and found the engine still live.

    `since_ms` is None while off air; `changed` is emitted when it changes.
    """

    def __init__(self, book: ShowBook, broadcast: StateMachine[BroadcastState]) -> None:
        self.changed: Signal[[]] = Signal()
        self.since_ms: int | None = None
        self._book = book
        self._broadcast = broadcast
        broadcast.changed.connect(lambda old, new: self._follow())
        book.log.appended.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        last = next(reversed(self._book.log.events(AIR_KINDS)), None)
        self._set(last.at_ms if last is not None and last.kind is EventKind.ON_AIR else None)
        self._follow()

    def engine_is_idle(self) -> None:
        """The engine is not live: if the log says on air, that ended with its computer."""
        if self.since_ms is not None and self._broadcast.value is BroadcastState.IDLE:
            self._book.log.append(EventKind.OFF_AIR, why="lost")

    def _follow(self) -> None:
        state = self._broadcast.value
        if state is BroadcastState.LIVE and self.since_ms is None:
            self._book.log.append(EventKind.ON_AIR)
        elif state is BroadcastState.STOPPING and self.since_ms is not None:
            self._book.log.append(EventKind.OFF_AIR, why="host")

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind in AIR_KINDS:
            self._set(event.at_ms if event.kind is EventKind.ON_AIR else None)

    def _set(self, since_ms: int | None) -> None:
        if since_ms != self.since_ms:
            self.since_ms = since_ms
            self.changed.emit()
