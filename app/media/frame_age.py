"""How old the frames of live sources are when they are first put out: by so much sound has to wait for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_MS
from app.media.ports import Frame

_OLDEST_NS = 500 * NS_PER_MS  # beyond this a source is stalled or was paused; waiting for it would not put it in step
_FIRST = 8  # frames of a source until its age counts
_SMOOTHING = 1 / 45  # of one frame; a second and a half at 30 a second
_NOTICEABLE_NS = 6 * NS_PER_MS  # smaller changes move nothing: two beating rates would rock the sound for ever


@dataclass(frozen=True, slots=True)
class VisibleSource:
    """One source of a composed frame and how many of its pixels are to be seen."""

    source_id: str
    pixels: int


class FrameAge:
    """Follows the live source that most of the frame is made of; `ns` is the mean of (time shown first - time captured).

    Sources that are drawn rather than captured have no age; while nothing else is shown it is 0. For one thread, `ns` from any.
    """

    def __init__(self) -> None:
        self.ns = 0
        self._source_id = ""
        self._sequence = 0
        self._mean_ns = 0.0
        self._count = 0

    def observe(self, shown: tuple[VisibleSource, ...], frames: Mapping[str, Frame | None], live: frozenset[str], at_ns: int) -> None:
        """Of each composed frame: what it shows (the topmost first), of which frames, which sources are live, and its stamp."""
        largest = max((one for one in shown if one.source_id in live), key=lambda one: one.pixels, default=None)
        frame = frames.get(largest.source_id) if largest is not None else None
        if largest is None:
            self._follow("")
            self.ns = 0
        elif frame is not None:
            if largest.source_id != self._source_id:
                self._follow(largest.source_id)
            self._add(frame, at_ns)

    def _follow(self, source_id: str) -> None:
        self._source_id = source_id
        self._sequence = self._count = 0
        self._mean_ns = 0.0

    def _add(self, frame: Frame, at_ns: int) -> None:
        if frame.sequence == self._sequence:
            return
        first, self._sequence = not self._sequence, frame.sequence
        age_ns = at_ns - frame.capture_ns
        if first or age_ns > _OLDEST_NS:  # when the first one was new is not known
            return
        self._count += 1
        self._mean_ns += (max(0, age_ns) - self._mean_ns) * max(_SMOOTHING, 1 / self._count)
        if self._count >= _FIRST and abs(self._mean_ns - self.ns) > _NOTICEABLE_NS:
            self.ns = round(self._mean_ns)
