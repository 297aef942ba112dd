"""Divides the log into periods, so that counts belong to one show and not to the next."""

from app.domain.event import EventKind, ShowEvent

PERIOD_KINDS = frozenset((EventKind.ON_AIR, EventKind.OFF_AIR, EventKind.SHOW_STARTED, EventKind.SHOW_RESUMED, EventKind.SHOW_ENDED))
_CUT_OFF = "interrupted"  # the `why` of a run that nobody ended
RESUMED_WITHIN_MS = 30 * 60 * 1000  # a host who goes off air to fix something is back by then


class ShowPeriod:
    """A period lasts while a show is on air or its rundown runs. A show that resumes soon continues it, unless the show was ended.

    So neither starting the rundown after going on air nor a break begins a new one. What viewers do between two periods (they wait on
    the page) belongs to the next: `since_seq` is the last event before the current or the latest period.
    """

    def __init__(self) -> None:
        self.since_seq = 0
        self._on_air = False
        self._running = False
        self._over_seq = 0
        self._over_ms: int | None = None
        self._ended = True

    @property
    def over(self) -> bool:
        """Whether no period is running."""
        return not self._on_air and not self._running

    def take(self, event: ShowEvent) -> bool:
        """Read the next event of the log; True if it begins a new period."""
        begins = self.over and event.kind in (EventKind.ON_AIR, EventKind.SHOW_STARTED) and not self._is_resumed(event.at_ms)
        was_over = self.over
        if event.kind in (EventKind.ON_AIR, EventKind.OFF_AIR):
            self._on_air = event.kind is EventKind.ON_AIR
        elif event.kind is EventKind.SHOW_ENDED:
            self._running = False
            self._ended = self._ended or event.data.get("why") != _CUT_OFF
        elif event.kind in PERIOD_KINDS:
            self._running = True
        if begins:
            self.since_seq, self._ended = self._over_seq, False
        if self.over and not was_over:
            self._over_seq, self._over_ms = event.seq, event.at_ms
        return begins

    def _is_resumed(self, now_ms: int) -> bool:
        return not self._ended and self._over_ms is not None and 0 <= now_ms - self._over_ms < RESUMED_WITHIN_MS
