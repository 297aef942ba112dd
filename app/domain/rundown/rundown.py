"""The rundown: segments in order, and the position of the show in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.product import Role


class Act(Enum):
    """The three parts of a show: connecting without selling, products in use, a gentle close."""

    OPEN = "open"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Cue:
    """Something for the host to do or say besides the product's points. Cues are ticked in any order."""

    id: str
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class Segment:
    """One slot of the rundown. `role` None = nothing is sold; `backup_id` is the product that can take over; `scene_id` goes on program
    when the segment starts ("" = no change); `countdown`: viewers see its time run out; `script` is for hosts who read word for word."""

    id: str
    title: str
    act: Act = Act.MIDDLE
    planned_s: int = 300
    product_id: str = ""
    role: Role | None = None
    backup_id: str = ""
    cues: tuple[Cue, ...] = ()
    scene_id: str = ""
    host: str = ""
    interpreter: str = ""
    needs_interpreter: bool = False
    share_moment: bool = False
    countdown: bool = False
    draw: str = ""
    script: LocalizedText = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class AuxTimer:
    """The host's own timer: counts down from `length_s` since `started_ms`; None = stopped with `left_s`."""

    length_s: int = 0
    started_ms: int | None = None
    left_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """The state of a running show, read from the log; wall-clock milliseconds."""

    started_ms: int | None = None
    ended_ms: int | None = None
    segment_id: str = ""
    came_from: str = ""  # the segment before this one
    entered_ms: int = 0
    extra_s: Mapping[str, int] = field(default_factory=dict)  # segment → seconds added by the host
    spent_s: Mapping[str, float] = field(default_factory=dict)  # segment → seconds that finished segments took
    ticked: frozenset[tuple[str, str]] = frozenset()  # (segment, point or cue)
    timer: AuxTimer = AuxTimer()

    @property
    def running(self) -> bool:
        return self.started_ms is not None and self.ended_ms is None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The part of a show's timing that the clock does not change: the whole plan, the current segment, and what follows it."""

    planned_s: int
    current: Segment | None
    to_come_s: float


@dataclass(frozen=True, slots=True)
class Timing:
    """The timing at one moment. `over_s` > 0: the show will end this much later than planned."""

    elapsed_s: float
    slot_elapsed_s: float
    slot_left_s: float  # < 0 = overtime
    over_s: float
    ends_ms: int


def enter(run: Run, segment_id: str, now_ms: int) -> Run:
    """Enter a segment; the first one starts the show."""
    started_ms = now_ms if run.started_ms is None else run.started_ms
    came_from = run.segment_id if run.running else ""
    return replace(_left(run, now_ms), started_ms=started_ms, ended_ms=None, segment_id=segment_id, came_from=came_from, entered_ms=now_ms)


def _since_s(at_ms: int, now_ms: int) -> float:
    """Seconds since a moment, never negative: the wall clock may be set back."""
    return max(0, now_ms - at_ms) / 1000


def _left(run: Run, now_ms: int) -> Run:
    if not run.segment_id or run.ended_ms is not None:
        return run
    spent = run.spent_s.get(run.segment_id, 0.0) + _since_s(run.entered_ms, now_ms)
    return replace(run, spent_s={**run.spent_s, run.segment_id: spent})


def end(run: Run, now_ms: int) -> Run:
    """End the show."""
    return replace(_left(run, now_ms), ended_ms=now_ms)


def resume(run: Run, now_ms: int) -> Run:
    """Resume in the segment in which the show ended; the pause does not count."""
    if run.started_ms is None or run.ended_ms is None:
        return run
    return replace(run, started_ms=run.started_ms + max(0, now_ms - run.ended_ms), ended_ms=None, entered_ms=now_ms)


def extend(run: Run, segment_id: str, seconds: int) -> Run:
    """Add time to a segment, or take some away."""
    return replace(run, extra_s={**run.extra_s, segment_id: run.extra_s.get(segment_id, 0) + seconds})


def tick(run: Run, segment_id: str, item_id: str, *, done: bool) -> Run:
    """Tick a point or cue, or untick it."""
    key = {(segment_id, item_id)}
    return replace(run, ticked=run.ticked | key if done else run.ticked - key)


def allotted_s(segment: Segment, run: Run) -> int:
    """Planned plus added seconds, never negative."""
    return max(0, segment.planned_s + run.extra_s.get(segment.id, 0))


def run_plan(segments: tuple[Segment, ...], run: Run) -> RunPlan:
    """The position of a show in its plan: segments before the current one count as done, those after it in full.

    If the current segment was removed, everything not entered yet is still to come.
    """
    index = next((number for number, one in enumerate(segments) if one.id == run.segment_id), -1)
    following = segments[index + 1 :] if index >= 0 else tuple(one for one in segments if one.id not in run.spent_s)
    to_come_s = sum(max(0.0, allotted_s(one, run) - run.spent_s.get(one.id, 0.0)) for one in following)
    return RunPlan(sum(one.planned_s for one in segments), segments[index] if index >= 0 else None, to_come_s)


def timing(plan: RunPlan, run: Run, now_ms: int) -> Timing:
    """The timing at `now_ms`; zero for a segment that was removed."""
    if run.started_ms is None:
        return Timing(0.0, 0.0, 0.0, 0.0, now_ms + plan.planned_s * 1000)
    now_ms = run.ended_ms if run.ended_ms is not None else now_ms
    slot_s = left_s = 0.0
    if (current := plan.current) is not None:
        slot_s = run.spent_s.get(current.id, 0.0) + (_since_s(run.entered_ms, now_ms) if run.ended_ms is None else 0.0)
        left_s = allotted_s(current, run) - slot_s
    elapsed_s = _since_s(run.started_ms, now_ms)
    projected_s = elapsed_s + (0.0 if run.ended_ms is not None else max(0.0, left_s) + plan.to_come_s)
    return Timing(
        elapsed_s=elapsed_s,
        slot_elapsed_s=slot_s,
        slot_left_s=left_s,
        over_s=projected_s - plan.planned_s,
        ends_ms=run.started_ms + round(projected_s * 1000),
    )


def timer_left_s(timer: AuxTimer, now_ms: int) -> float:
    """The seconds left on the timer; negative after it ran out."""
    return timer.left_s if timer.started_ms is None else timer.left_s - _since_s(timer.started_ms, now_ms)
