"""Measures how old the frames of live sources are when they are shown: sound must wait for them by this much."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_MS
from app.media.ports import Frame

_OLDEST_NS = 500 * NS_PER_MS  # an older source is stalled or paused: waiting for it would not bring it into sync
_FIRST = 8  # frames of a source before its age counts
_SMOOTHING = 1 / 45  # for each frame; a second and a half at 30 fps
_NOTICEABLE_NS = 6 * NS_PER_MS  # smaller changes are ignored, or two beating rates would shift the sound for ever


@dataclass(frozen=True, slots=True)
class VisibleSource:
    """A source in a composed frame, and how many of its pixels are visible."""

    source_id: str
    pixels: int


class FrameAge:
    """Follows the live source that fills most of the frame; `ns` is the mean of (first time shown - capture time).

    Sources that are drawn have no age; while no other source is shown, it is 0. For one thread; read `ns` from any.
    """

    def __init__(self) -> None:
        self.ns = 0
        self._source_id = ""
        self._sequence = 0
        self._mean_ns = 0.0
        self._count = 0

    def observe(self, shown: tuple[VisibleSource, ...], frames: Mapping[str, Frame | None], live: frozenset[str], at_ns: int) -> None:
        """Call it for each composed frame: visible sources (topmost first), their frames, which sources are live, the frame's time."""
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
        if first or age_ns > _OLDEST_NS:  # the age of the first frame is unknown
            return
        self._count += 1
        self._mean_ns += (max(0, age_ns) - self._mean_ns) * max(_SMOOTHING, 1 / self._count)
        if self._count >= _FIRST and abs(self._mean_ns - self.ns) > _NOTICEABLE_NS:
            self.ns = round(self._mean_ns)
