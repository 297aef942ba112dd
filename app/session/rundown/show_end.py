"""Ends a show for viewers and host, and resumes one that a crash interrupted."""

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

ABANDONED_AFTER_MS = 6 * 3600 * 1000  # no show is silent for this long: one whose log ends earlier can't be resumed
RESUME_SILENTLY_MS = 2 * 60 * 1000  # a rehearsal whose desk was gone for less goes on without asking
INTERRUPTED = "interrupted"
END_KINDS = (EventKind.SHOW_STARTED, EventKind.SHOW_RESUMED, EventKind.SHOW_ENDED)


@dataclass(frozen=True, slots=True)
class Interruption:
    """When the rundown was interrupted, and in which segment."""

    at_ms: int
    segment: str


class ShowEnd:
    """`ended` is emitted with the reason when a show is over ("host": somebody ended the broadcast); `interrupted_changed` when there is a
    run to resume, or no longer.

    `may_be_live`: an engine is running that has not said yet whether it is live.
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
        self._last_ms = 0  # when the opened log ended
        self._interrupted = False

    @property
    def interruption(self) -> Interruption | None:
        """The interrupted run that can be resumed; None if there is none."""
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
        """The show was on air in the log, but that ended with its computer."""
        if self._runner.run.running:
            self._cut_off(INTERRUPTED)

    def end(self, why: str) -> None:
        """End the coupon, countdown, cards, disclosures, the pinned product, the timer and the rundown; each is logged."""
        self._disclosures.end()
        self._selling.end()
        self._runner.timer_stop()
        self._runner.end(why)
        self._set_interrupted(False)
        self.ended.emit(why)

    def resume(self) -> None:
        """Resume in the segment in which the run was interrupted; the pause does not count. Raises ShowError "run.not_interrupted"."""
        if self.interruption is None:
            raise ShowError("run.not_interrupted")
        self._set_interrupted(False)
        self._runner.resume()

    def forget(self) -> None:
        """Leave the interrupted run ended."""
        self._set_interrupted(False)

    def on_logged(self, event: ShowEvent) -> None:
        """A new run replaces one that could be resumed."""
        if event.kind is EventKind.SHOW_STARTED:
            self._set_interrupted(False)

    def _cut_off(self, why: str) -> None:
        """End the run at the time its desk was gone: viewers have seen nothing since."""
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
