"""A bounded ring of sound with capture times between one writing thread and one reading thread, without a lock."""

import numpy as np
import numpy.typing as npt

from app.media.ports import Samples

_STAMPS = 512  # blocks whose capture time is kept; at 2.5 ms a block more than a second


class SampleRing:
    """Holds the newest `capacity` frames of `channels` float32 samples; a writer that runs ahead overwrites the oldest.

    One thread writes (`write`, `flush`), one other reads (all else). The writer takes no lock and creates no array: it claims the place,
    copies, then moves `head`. Frames are numbered from 0 for the ring's life; `copy` tells when the writer overtook it.
    """

    def __init__(self, capacity: int, channels: int) -> None:
        self.capacity = capacity
        self.head = 0  # frames written so far; moved after the frames are there
        self._claimed = 0  # frames whose place the writer has taken or is just taking
        self.floor = 0  # frames before this one are void by the writer's word
        self.stamps = 0  # blocks written so far
        self._frames: Samples = np.zeros((capacity, channels), np.float32)
        self._stamp_frame: npt.NDArray[np.int64] = np.zeros(_STAMPS, np.int64)
        self._stamp_ns: npt.NDArray[np.int64] = np.zeros(_STAMPS, np.int64)

    def write(self, samples: Samples, capture_ns: int) -> None:
        """Append (n, channels) frames, the first captured at `capture_ns`; of more than fit, the newest are kept."""
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
        """Void what was written and not yet read."""
        self.floor = self.head

    def valid_from(self) -> int:
        """The oldest frame that is still whole."""
        return max(self.floor, self._claimed - self.capacity, 0)

    def copy(self, frame: int, out: Samples) -> bool:
        """Fill `out` with the frames from `frame` on; zeros for those not there. False when the writer overtook the copy."""
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
        """(first frame, capture time) of block `number`, None if it is not there (any more)."""
        if not self.stamps - _STAMPS + 1 < number + 1 <= self.stamps:
            return None
        slot = number % _STAMPS
        found = int(self._stamp_frame[slot]), int(self._stamp_ns[slot])
        return found if number > self.stamps - _STAMPS else None

    def oldest_stamp(self) -> int:
        """The number of the oldest block whose stamp is still kept."""
        return max(0, self.stamps - _STAMPS + 2)
