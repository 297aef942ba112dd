"""Following the stamps of a film or stream whose clock jumps: each stream goes on where it was, and all stay in step."""

import logging
from dataclasses import dataclass

from app.domain.clock import NS_PER_S

log = logging.getLogger(__name__)

_BACK_NS = NS_PER_S // 2  # stamps that go back by more begin anew
_GAP_NS = NS_PER_S  # in a stream (transport stream, RTSP) a longer gap is a jump of its clock
_PAUSE_NS = 10 * NS_PER_S  # in a file that keeps its times in one table it may be a still moment: a slide that is shown for so long
_NEAR_NS = 2 * NS_PER_S  # how far streams of one film are apart in a file
_SLOW_FRAMES = 4  # a gap of so many frames is none in a film that has few frames


@dataclass(slots=True)
class _Line:
    """One stream: what is added to its stamps, and where its last piece ended in the film's time."""

    shift_ns: int
    end_ns: int


class StampFollower:
    """Gives each piece of each stream its time in the film. `jumps`: whether the container's clock may jump by its nature."""

    def __init__(self, *, jumps: bool) -> None:
        self._gap_ns = _GAP_NS if jumps else _PAUSE_NS
        self._lines: dict[str, _Line] = {}

    def placed(self, stream: str, stamp_ns: int, length_ns: int) -> int:
        """The time of a piece that is stamped so and lasts so long; it is followed by what the stream gives next."""
        line = self._lines.get(stream)
        if line is None:
            line = self._lines[stream] = _Line(0, stamp_ns)
        elif not self._follows(line, stamp_ns + line.shift_ns, length_ns):
            self._jump(stream, line, stamp_ns, length_ns)
        at_ns = stamp_ns + line.shift_ns
        line.end_ns = at_ns + length_ns
        return at_ns

    def _follows(self, line: _Line, at_ns: int, length_ns: int) -> bool:
        return -_BACK_NS <= at_ns - line.end_ns <= max(self._gap_ns, _SLOW_FRAMES * length_ns)

    def _jump(self, stream: str, line: _Line, stamp_ns: int, length_ns: int) -> None:
        """Go on at the end of what was there; by another stream's shift where that fits, so that both stay in step."""
        others = [other for name, other in self._lines.items() if name != stream]
        at_ns = stamp_ns + line.shift_ns
        if at_ns > line.end_ns and any(abs(at_ns - other.end_ns) <= _NEAR_NS and other.shift_ns == line.shift_ns for other in others):
            return  # the film went on meanwhile: this stream had nothing to say
        for other in others:
            if self._follows(line, stamp_ns + other.shift_ns, length_ns):
                line.shift_ns = other.shift_ns
                return
        log.info("the stamps of the %s jump by %d ms and are followed", stream, (at_ns - line.end_ns) // 1_000_000)
        line.shift_ns = line.end_ns - stamp_ns
