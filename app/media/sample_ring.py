"""A lock-free, bounded ring buffer of sound with capture times, for one writing and one reading thread."""

import numpy as np
import numpy.typing as npt

from app.media.ports import Samples

_STAMPS = 512  # blocks whose capture time is kept; more than a second at 2.5 ms a block


class SampleRing:
    """Holds the newest `capacity` sample frames of `channels` float32; a writer that runs ahead overwrites the oldest.

    One thread writes (`write`, `flush`), another one reads (everything else). The writer takes no lock and creates no array: it claims the
    space, copies, then moves `head`. Sample frames are numbered from 0 for the ring's life; `copy` says when the writer overtook it.
    """

    def __init__(self, capacity: int, channels: int) -> None:
        self.capacity = capacity
        self.head = 0  # sample frames written so far; moved after they are there
        self._claimed = 0  # sample frames whose space the writer has claimed
        self.floor = 0  # sample frames before this one were flushed
        self.stamps = 0  # blocks written so far
        self._frames: Samples = np.zeros((capacity, channels), np.float32)
        self._stamp_frame: npt.NDArray[np.int64] = np.zeros(_STAMPS, np.int64)
        self._stamp_ns: npt.NDArray[np.int64] = np.zeros(_STAMPS, np.int64)

    def write(self, samples: Samples, capture_ns: int) -> None:
        """Append (n, channels) sample frames, the first captured at `capture_ns`. If they do not fit, the newest are kept."""
        head = self.head
        count = len(samples)
        slot = self.stamps % _STAMPS
        self._claimed = head + count
        self._stamp_frame[slot] = head
        self._stamp_ns[slot] = capture_ns
        skipped = max(0, count - self.capacity)
        first = (head + skipped) % self.capacity
        straight = min(count - skipped, self.capacity - first)
        self._frames[first : first + straight] = samples[skipped : skipped + straight]
        self._frames[: count - skipped - straight] = samples[skipped + straight :]
        self.head = head + count
        self.stamps += 1

    def flush(self) -> None:
        """Drop what was written and not yet read."""
        self.floor = self.head

    def valid_from(self) -> int:
        """The oldest sample frame that is still intact."""
        return max(self.floor, self._claimed - self.capacity, 0)

    def copy(self, frame: int, out: Samples) -> bool:
        """Fill `out` with the sample frames from `frame` on; missing ones are zeros. False if the writer overtook the copy."""
        head, oldest = self.head, self.valid_from()
        begin = min(max(frame, oldest), frame + len(out))
        end = max(begin, min(frame + len(out), head))
        out[: begin - frame] = 0.0
        out[end - frame :] = 0.0
        first = begin % self.capacity
        straight = min(end - begin, self.capacity - first)
        out[begin - frame : begin - frame + straight] = self._frames[first : first + straight]
        out[begin - frame + straight : end - frame] = self._frames[: end - begin - straight]
        return begin >= end or begin >= self.valid_from()

    def stamp(self, number: int) -> tuple[int, int] | None:
        """(first frame, capture time) of block `number`; None if it is not there."""
        if not self.stamps - _STAMPS + 1 < number + 1 <= self.stamps:
            return None
        slot = number % _STAMPS
        found = int(self._stamp_frame[slot]), int(self._stamp_ns[slot])
        return found if number > self.stamps - _STAMPS else None

    def oldest_stamp(self) -> int:
        """The number of the oldest block that still has its timestamp."""
        return max(0, self.stamps - _STAMPS + 2)
