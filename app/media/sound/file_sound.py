"""Plays a media file's sound in its mixer strip."""

from collections.abc import Mapping

from app.domain.base.clock import NS_PER_MS
from app.domain.base.errors import Value
from app.domain.program.stats import SourceStats
from app.media.ports import SAMPLE_RATE_HZ, Samples
from app.media.sound.sound_feed import SoundFeed
from app.media.sound.synced_reader import SyncedReader

_TOLERANCE_NS = 20 * NS_PER_MS  # containers round times to a millisecond, some muxers to a packet


class FileSound:
    """A SoundSource that plays what a demuxer pushes into a SoundFeed, each sample at its capture time."""

    def __init__(self, source_id: str, feed: SoundFeed) -> None:
        self._source_id = source_id
        self._follower = SyncedReader(feed.ring, SAMPLE_RATE_HZ, tolerance_ns=_TOLERANCE_NS, confirm=1)

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """Always True: the settings concern the demuxer."""
        return True

    def start(self) -> None:
        """Nothing to start: the demuxer belongs to the video source."""

    def close(self) -> None:
        """Nothing to end."""

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int:
        """See `SoundSource.read`."""
        return self._follower.read(out, tick_ns, latency_ns)

    def needed_latency_ns(self) -> int:
        """Little or nothing, because the demuxer pushes ahead."""
        return self._follower.needed_latency_ns()

    def stats(self) -> SourceStats:
        return SourceStats(self._source_id, alive=True)
