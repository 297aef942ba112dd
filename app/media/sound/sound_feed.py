"""Passes a media file's sound from its demuxer to its strip."""

from app.media.ports import CHANNELS, SAMPLE_RATE_HZ, Samples
from app.media.sample_ring import SampleRing


class SoundFeed:
    """Buffers decoded sound from one thread, within a limit, until the mixer reads it at its time.

    Sound plays at its capture time. Push a block up to a second before it is due (200 ms are enough). A jump in the capture times is
    silence; late sound is dropped. When the feed is full, the oldest sound is dropped.
    """

    def __init__(self, seconds: float = 3.0) -> None:
        self.ring = SampleRing(int(seconds * SAMPLE_RATE_HZ), CHANNELS)

    def push(self, samples: Samples, capture_ns: int) -> None:
        """Append (n, 2) float32 samples at 48 kHz; `capture_ns` is the monotonic time of the video frame that the first sample belongs to.

        Returns at once, takes no lock, copies the samples. One thread only.
        """
        if len(samples):
            self.ring.write(samples, capture_ns)

    def flush(self) -> None:
        """Silence sound that was pushed ahead (pause, seek); call it on the pushing thread."""
        self.ring.flush()
