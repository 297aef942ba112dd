"""The end of a show: everything that viewers and the desk have of it ends, and one that a crash cut off can be taken up again."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.base.signal import Signal
from app.domain.event import EventKind, ShowEvent
from app.domain.show import ShowError
from app.session.document.show_book import Now, ShowBook
from app.session.rundown.air_log import AirLog
from app.session.rundown.show_runner import ShowRunner
from app.session.selling.disclosures import Disclosures
from app.session.selling.selling import Selling

ABANDONED_AFTER_MS = 6 * 3600 * 1000  # no show is silent for so long: one whose log ends earlier is not taken up again
RESUME_SILENTLY_MS = 2 * 60 * 1000  # a rehearsal whose desk was gone for less simply goes on
INTERRUPTED = "interrupted"
END_KINDS = (EventKind.SHOW_STARTED, EventKind.SHOW_RESUMED, EventKind.SHOW_ENDED)


@dataclass(frozen=True, slots=True)
class Interruption:
    """When the run of show was cut off, and in which segment."""

    at_ms: int
    segment: str


class ShowEnd:
    """`ended` is emitted with the reason ("host": somebody ended the broadcast) when a show is over; `interrupted_changed` when there is
    a run that can be resumed, or no longer.

    `may_be_live`: whether an engine runs that has not said yet whether it is live.
    """

    def __init__(
        self,
        book: ShowBook,
        runner: ShowRunner,
        selling: Selling,
        disclosures: Disclosures,
        air: AirLog,
        *,
        now_ms: Now,
        may_be_live: Callable[[], bool],
    ) -> None:
        self.ended: Signal[[str]] = Signal()
        self.interrupted_changed: Signal[[]] = Signal()
        self._book = book
        self._runner = runner
        self._selling = selling
        self._disclosures = disclosures
        self._air = air
        self._now_ms = now_ms
        self._may_be_live = may_be_live
        self._last_ms = 0  # when the log that was opened ended
        self._interrupted = False

    @property
    def interruption(self) -> Interruption | None:
        """The run that was cut off and can be resumed; None when there is none."""
        run = self._runner.run
        if not self._interrupted or run.ended_ms is None:
            return None
        segment = next((one.title for one in self._book.document.show.segments if one.id == run.segment_id), "")
        return Interruption(run.ended_ms, segment)

    def reload(self) -> None:
        """Another show was opened: end what its log left open, unless an engine is still on air with it."""
        last = self._book.log.last_seq()
        self._last_ms = next((event.at_ms for event in self._book.log.events(None, last - 1)), 0)
        found = self._book.log.events(END_KINDS)
        self._set_interrupted(_is_interrupted(found[-1] if found else None))
        silent_ms = self._now_ms() - self._last_ms
        if self._air.since_ms is not None and not self._may_be_live():
            self._air.engine_is_idle()
        if not self._runner.run.running:
            return
        if silent_ms > ABANDONED_AFTER_MS:
            self._cut_off("left")
        elif silent_ms > RESUME_SILENTLY_MS and self._air.since_ms is None:
            self._cut_off(INTERRUPTED)

    def lost_air(self) -> None:
        """What the log held for on air had ended with its computer."""
        if self._runner.run.running:
            self._cut_off(INTERRUPTED)

    def end(self, why: str) -> None:
        """End the coupon, the countdown, cards, disclosures, the pinned product, the timer and the run of show; each is in the log."""
        self._disclosures.end()
        self._selling.end()
        self._runner.timer_stop()
        self._runner.end(why)
        self._set_interrupted(False)
        self.ended.emit(why)

    def resume(self) -> None:
        """Go on in the segment in which the run was cut off; the time between does not count. Raises ShowError "run.not_interrupted"."""
        if self.interruption is None:
            raise ShowError("run.not_interrupted")
        self._set_interrupted(False)
        self._runner.resume()

    def forget(self) -> None:
        """The run that was cut off stays ended."""
        self._set_interrupted(False)

    def on_logged(self, event: ShowEvent) -> None:
        """A new run of show takes the place of one that could be resumed."""
        if event.kind is EventKind.SHOW_STARTED:
            self._set_interrupted(False)

    def _cut_off(self, why: str) -> None:
        """As it stood when its desk was gone: whatever viewers had of it has gone since."""
        until_ms = min(self._last_ms or self._now_ms(), self._now_ms())
        self._selling.close_coupon(why="show")
        self._book.log.append(EventKind.SHOW_ENDED, why=why, until_ms=until_ms)
        self._set_interrupted(why == INTERRUPTED)

    def _set_interrupted(self, interrupted: bool) -> None:
        if interrupted is not self._interrupted:
            self._interrupted = interrupted
            self.interrupted_changed.emit()


def _is_interrupted(last: ShowEvent | None) -> bool:
    return last is not None and last.kind is EventKind.SHOW_ENDED and last.data.get("why") == INTERRUPTED
