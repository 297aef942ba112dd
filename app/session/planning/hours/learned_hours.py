"""Learns prime times from the show's log, one part at a time."""

from collections.abc import Iterable, Mapping

from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.hours.viewing_stats import VIEWING_KINDS, ViewingStats, learned_prime_times
from app.domain.planning.people.party import Party
from app.session.base.memo import Memo
from app.session.base.thread_runner import RunInThread
from app.session.document.show_book import ShowBook

PIECE = 2000  # events read per turn of the event loop

PrimeTimes = Mapping[str, tuple[str, str]]  # by party id


class LearnedHours:
    """`changed` is emitted after ended shows were read. The log of another show is read from its start."""

    def __init__(self, book: ShowBook, run_in_thread: RunInThread) -> None:
        self.changed: Signal[[]] = Signal()
        self._book = book
        self._run_in_thread = run_in_thread
        self._watching = ViewingStats()
        self._read_to: ShowEvent | None = None
        self._reading = False
        self._ended = self._told = 0  # ended shows that were read, and that `changed` reported
        self._times: Memo[PrimeTimes] = Memo()

    def prime_times(self, parties: Iterable[Party], comfort_rules: ComfortRules) -> PrimeTimes:
        """The learned prime times (see learned_prime_times). Emits `changed` when more of the log was read."""
        self._refresh()
        known = tuple(parties)
        return self._times.get(known, (self._ended,), lambda: learned_prime_times(known, self._watching, comfort_rules))

    def _refresh(self) -> None:
        last = self._read_to
        if last is not None and not any(one.at_ms == last.at_ms for one in self._book.log.events(None, last.seq - 1, last.seq)):
            self._watching, self._read_to = ViewingStats(), None
            self._ended += 1
        if not self._reading and self._book.log.last_seq() > self._seq:
            self._read_on()

    @property
    def _seq(self) -> int:
        return self._read_to.seq if self._read_to is not None else 0

    def _read_on(self) -> None:
        self._reading = True
        if not self._run_in_thread("learned hours", _nothing, self._read_piece):
            self._reading = False

    def _read_piece(self, _: None) -> None:
        """Runs on the event loop, as all reads of the file do, in parts so that other tasks get their turn."""
        upto = min(self._seq + PIECE, self._book.log.last_seq())
        for event in self._book.log.events(VIEWING_KINDS, self._seq, upto):
            self._watching.take(event)
            self._ended += event.kind is EventKind.OFF_AIR
        self._read_to = next(iter(self._book.log.events(None, upto - 1, upto)), self._read_to)
        self._reading = False
        if self._seq == upto and self._book.log.last_seq() > upto:
            self._read_on()
        elif self._ended != self._told:
            self._told = self._ended
            self.changed.emit()


def _nothing() -> None:
    """The reading waits for its turn, not for a thread."""
