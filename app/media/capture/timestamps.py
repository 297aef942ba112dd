"""Following the stamps of a film or stream whose clock jumps: each stream goes on where it was, and all stay in step."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_S

log = logging.getLogger(__name__)

_BACK_NS = NS_PER_S // 2  # stamps that go back by more begin anew
_GAP_NS = NS_PER_S  # a longer gap is a jump of the clock, always so in a stream (transport stream, RTSP)
_PAUSE_NS = 10 * NS_PER_S  # in a file that keeps its times in one table it may be a still moment: a slide that is shown for so long
_NEAR_NS = 2 * NS_PER_S  # how far streams of one film are apart in a file
_SLOW_FRAMES = 4  # a gap of so many frames is none in a film that has few frames


@dataclass(slots=True)
class _Line:
    """One stream: what is added to its stamps, and where its last piece ended in the film's time."""

    shift_ns: int
    end_ns: int


class TimestampCorrector:
    """Gives each piece of each stream its time in the film. `jumps`: whether the container's clock may jump by its nature."""

    def __init__(self, *, jumps: bool) -> None:
        self._gap_ns = _GAP_NS if jumps else _PAUSE_NS
        self._lines: dict[str, _Line] = {}

    def corrected(self, stream: str, stamp_ns: int, length_ns: int) -> int:
        """The time of a piece that is stamped so and lasts so long; it is followed by what the stream gives next."""
        line = self._lines.get(stream)
        if line is None:
            line = self._lines[stream] = _Line(0, stamp_ns)
        else:
            others = [other for name, other in self._lines.items() if name != stream]
            if not self._follows(line, stamp_ns + line.shift_ns, length_ns, others):
                self._jump(stream, line, stamp_ns, length_ns, others)
        at_ns = stamp_ns + line.shift_ns
        line.end_ns = at_ns + length_ns
        return at_ns

    def _follows(self, line: _Line, at_ns: int, length_ns: int, others: Sequence[_Line]) -> bool:
        """Whether a piece belongs where its stamp says: next to the last one, or after a still moment."""
        gap_ns = at_ns - line.end_ns
        if -_BACK_NS <= gap_ns <= max(_GAP_NS, _SLOW_FRAMES * length_ns):
            return True
        if gap_ns < 0 or gap_ns > max(self._gap_ns, _SLOW_FRAMES * length_ns):
            return False
        # A still moment, unless another stream stands where this one stood (then the clock has jumped, and the other one will jump too), or
        # has jumped already in the way that would close the gap.
        return not any(
            _near(other, line.end_ns, line) and not _near(other, at_ns, line)
            if other.shift_ns == line.shift_ns
            else -_BACK_NS <= gap_ns - line.shift_ns + other.shift_ns <= _GAP_NS
            for other in others
        )

    def _jump(self, stream: str, line: _Line, stamp_ns: int, length_ns: int, others: Sequence[_Line]) -> None:
        """Go on at the end of what was there; by another stream's shift where that fits, so that both stay in step."""
        at_ns = stamp_ns + line.shift_ns
        if at_ns > line.end_ns and any(_near(other, at_ns, line) for other in others):
            return  # the film went on meanwhile: this stream had nothing to say
        for other in others:
            if other.shift_ns != line.shift_ns and self._follows(line, stamp_ns + other.shift_ns, length_ns, ()):
                line.shift_ns = other.shift_ns
                return
        log.info("the stamps of the %s jump by %d ms and are followed", stream, (at_ns - line.end_ns) // 1_000_000)
        line.shift_ns = line.end_ns - stamp_ns


def _near(other: _Line, at_ns: int, line: _Line) -> bool:
    """Whether another stream by the same clock stands at this time."""
    return other.shift_ns == line.shift_ns and abs(at_ns - other.end_ns) <= _NEAR_NS
