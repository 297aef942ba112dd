"""What the parts of the show desk need of the open show: the document, and its log."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.show import Show
from app.session.document.document import ShowChange
from app.storage.event_rows import NO_END


class ShowBook(Protocol):
    """`logged` is emitted with every event once it has its place in the log, before `log` returns."""

    logged: Signal[[ShowEvent]]
    show_changed: Signal[[Show]]

    @property
    def show(self) -> Show: ...

    def edit_show(self, title: str, change: ShowChange, *, merge: str = "") -> None:
        """One undo step; raises AppError and changes nothing."""

    def settle(self, change: ShowChange) -> None:
        """What happened in the world: no undo step, and no undo takes it back."""

    def log(self, kind: EventKind, **data: Any) -> None:
        """Append to the show's log."""

    def events(self, kinds: Collection[EventKind] | None = None, after: int = 0, upto: int = NO_END) -> Sequence[ShowEvent]:
        """Those behind number `after`, up to `upto`, in order, with what was just appended."""

    def last_seq(self) -> int:
        """The number of the newest event, 0 before the first."""


Now = Callable[[], int]  # UTC milliseconds
