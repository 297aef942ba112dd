"""The way of a media file's sound from its demuxer to its strip."""

from app.media.ports import CHANNELS, SAMPLE_RATE_HZ, Samples
from app.media.sample_ring import SampleRing


class SoundFeed:
    """Takes decoded sound from one thread and keeps it, bounded, until the mixer reads it at its time.

    Sound is played by its capture time: a block may be pushed up to a second before it is due (200 ms are plenty), a jump in the
    capture times is silence, what is not due any more is left out. When the feed is full the oldest sound gives way.
    """

    def __init__(self, seconds: float = 3.0) -> None:
        self.ring = SampleRing(int(seconds * SAMPLE_RATE_HZ), CHANNELS)

    def push(self, samples: Samples, capture_ns: int) -> None:
        """Append (n, 2) float32 samples of 48 kHz; `capture_ns` is the monotonic time at which the first one belongs beside the frame.

        Returns at once, takes no lock, copies the samples. One thread only.
        """
        if len(samples):
            self.ring.write(samples, capture_ns)

    def flush(self) -> None:
        """Silence at once what was pushed ahead (pause, seek); from the pushing thread."""
        self.ring.flush()
