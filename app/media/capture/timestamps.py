"""Corrects timestamps of a film or stream whose clock jumps: each stream continues where it was, and all stay in sync."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_S

log = logging.getLogger(__name__)

_BACK_NS = NS_PER_S // 2  # timestamps that go back further restart the clock
_GAP_NS = NS_PER_S  # a longer gap is a clock jump, always so in a stream (transport stream, RTSP)
_PAUSE_NS = 10 * NS_PER_S  # in a file with a table of times, a gap up to this may be a still moment: a slide shown for long
_NEAR_NS = 2 * NS_PER_S  # how far apart the streams of a film are in a file
_SLOW_FRAMES = 4  # in a film with few frames, a gap of this many is normal


@dataclass(slots=True)
class _StreamState:
    """A stream: what is added to its timestamps, and where its last frame or block ended in the film's time."""

    shift_ns: int
    end_ns: int


class TimestampCorrector:
    """Gives each frame or block of each stream its time in the film. `jumps`: whether the container's clock may jump by design."""

    def __init__(self, *, jumps: bool) -> None:
        self._gap_ns = _GAP_NS if jumps else _PAUSE_NS
        self._streams: dict[str, _StreamState] = {}

    def corrected(self, stream: str, stamp_ns: int, length_ns: int) -> int:
        """The film time of a frame or block with this timestamp and length. The stream's next one follows it."""
        state = self._streams.get(stream)
        if state is None:
            state = self._streams[stream] = _StreamState(0, stamp_ns)
        else:
            others = [other for name, other in self._streams.items() if name != stream]
            if not self._follows(state, stamp_ns + state.shift_ns, length_ns, others):
                self._jump(stream, state, stamp_ns, length_ns, others)
        at_ns = stamp_ns + state.shift_ns
        state.end_ns = at_ns + length_ns
        return at_ns

    def _follows(self, state: _StreamState, at_ns: int, length_ns: int, others: Sequence[_StreamState]) -> bool:
        """Whether a timestamp is plausible: right after the last one, or after a still moment."""
        gap_ns = at_ns - state.end_ns
        if -_BACK_NS <= gap_ns <= max(_GAP_NS, _SLOW_FRAMES * length_ns):
            return True
        if gap_ns < 0 or gap_ns > max(self._gap_ns, _SLOW_FRAMES * length_ns):
            return False
        # It is a still moment, unless another stream on the same clock is where this one was (then the clock has jumped, and the other one
        # will jump too), or another stream has jumped already by what would close the gap.
        return not any(
            _near(other, state.end_ns, state) and not _near(other, at_ns, state)
            if other.shift_ns == state.shift_ns
            else -_BACK_NS <= gap_ns - state.shift_ns + other.shift_ns <= _GAP_NS
            for other in others
        )

    def _jump(self, stream: str, state: _StreamState, stamp_ns: int, length_ns: int, others: Sequence[_StreamState]) -> None:
        """Continue where the stream ended; use another stream's shift if it fits, so that both stay in sync."""
        at_ns = stamp_ns + state.shift_ns
        if at_ns > state.end_ns and any(_near(other, at_ns, state) for other in others):
            return  # the film went on meanwhile; this stream had nothing to deliver
        for other in others:
            if other.shift_ns != state.shift_ns and self._follows(state, stamp_ns + other.shift_ns, length_ns, ()):
                state.shift_ns = other.shift_ns
                return
        log.info("correcting timestamps of the %s that jump by %d ms", stream, (at_ns - state.end_ns) // 1_000_000)
        state.shift_ns = state.end_ns - stamp_ns


def _near(other: _StreamState, at_ns: int, state: _StreamState) -> bool:
    """Whether another stream on the same clock is at this time."""
    return other.shift_ns == state.shift_ns and abs(at_ns - other.end_ns) <= _NEAR_NS
