"""Reads the state of a run from the show's log, so that a restarted desk goes on where the last one was."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce

from app.domain.event import EventKind, ShowEvent
from app.domain.rundown import rundown
from app.domain.rundown.rundown import AuxTimer, Run


def _started(run: Run, event: ShowEvent) -> Run:
    return Run(started_ms=event.at_ms, timer=run.timer)


def _ended(run: Run, event: ShowEvent) -> Run:
    return rundown.end(run, int(event.data.get("until_ms", event.at_ms))) if run.running else run


def _resumed(run: Run, event: ShowEvent) -> Run:
    return rundown.resume(run, event.at_ms)


def _entered(run: Run, event: ShowEvent) -> Run:
    return rundown.enter(run, str(event.data.get("segment", "")), event.at_ms)


def _extended(run: Run, event: ShowEvent) -> Run:
    return rundown.extend(run, str(event.data.get("segment", "")), int(event.data.get("seconds", 0)))


def _ticked(run: Run, event: ShowEvent) -> Run:
    return rundown.tick(run, str(event.data.get("segment", "")), str(event.data.get("item", "")), done=bool(event.data.get("done")))


def _timed(run: Run, event: ShowEvent) -> Run:
    length_s, left_s = int(event.data.get("length_s", 0)), float(event.data.get("left_s", 0.0))
    return replace(run, timer=AuxTimer(length_s, event.at_ms if event.data.get("running") else None, left_s))


_READINGS: Mapping[EventKind, Callable[[Run, ShowEvent], Run]] = {
    EventKind.SHOW_STARTED: _started,
    EventKind.SHOW_ENDED: _ended,
    EventKind.SHOW_RESUMED: _resumed,
    EventKind.SEGMENT_ENTERED: _entered,
    EventKind.SEGMENT_EXTENDED: _extended,
    EventKind.POINT_TICKED: _ticked,
    EventKind.TIMER_SET: _timed,
}
RUN_KINDS = frozenset(_READINGS)


def after(run: Run, event: ShowEvent) -> Run:
    """The run after an event; unrelated events change nothing."""
    reading = _READINGS.get(event.kind)
    return run if reading is None else reading(run, event)


def read_run(events: Iterable[ShowEvent]) -> Run:
    """The run after all these events."""
    return reduce(after, events, Run())
