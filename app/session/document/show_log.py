"""The event log of the open show."""

from collections.abc import Callable, Collection
from typing import Any

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.notice import Notice
from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.session.document.autosave import Autosave, file_notice
from app.storage.event_rows import NO_END
from app.storage.files import StorageError
from app.storage.show_file import ShowFile


class ShowLog:
    """Appends events to the show's file and reads them. `appended` is emitted once an event has its number, before `append` returns."""

    def __init__(self, autosave: Autosave, clock: Clock, notify: Callable[[Notice], None]) -> None:
        self.appended: Signal[[ShowEvent]] = Signal()
        self._autosave = autosave
        self._clock = clock
        self._notify = notify

    def append(self, kind: EventKind, **data: Any) -> None:
        """Append an event, timestamped now. It waits while no file can be made."""
        at_ms = self._clock.wall_ns() // NS_PER_MS

        def write(file: ShowFile) -> None:
            self.appended.emit(file.log(kind, at_ms, data))

        self._autosave.with_file(write)

    def last_seq(self) -> int:
        """The number of the newest event, 0 before the first."""
        return self._autosave.file.last_seq if self._autosave.file is not None else 0

    def events(self, kinds: Collection[EventKind] | None = None, after: int = 0, upto: int = NO_END) -> tuple[ShowEvent, ...]:
        """The events after number `after`, up to `upto`, in order, including those just appended. Empty when the file cannot be read (a
        notice says why)."""
        try:
            return self._autosave.file.events(kinds, after, upto) if self._autosave.file is not None else ()
        except StorageError as error:
            self._notify(file_notice(error))
            return ()
