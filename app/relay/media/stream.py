"""A stream: one publisher at a time, any number of viewers, who stay when the publisher changes."""

import asyncio

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.program.packet import MediaKind
from app.relay.media.ingest import Ingest
from app.relay.media.subscriber import Subscriber
from app.relay.media.track import Track

KEYFRAME_SPACING_MS = 300
_RATE_OVER_NS = 2 * NS_PER_S


class Stream:
    """Forwards what the publisher sends to every active viewer, and the viewers' wishes for key frames to the publisher."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.publisher: Ingest | None = None
        self.viewers: dict[str, Subscriber] = {}
        self.video = Track(MediaKind.VIDEO, self._deliver_video)
        self.audio = Track(MediaKind.AUDIO, self._deliver_audio)
        self.publishers = 0
        self.over = False  # the last publisher said goodbye and nobody came since
        self._clock = clock
        self._asked_ns = 0
        self._ask_timer: asyncio.TimerHandle | None = None
        self._rate = (0, 0, 0.0)  # octets and time of the last reading, kbit/s

    def _deliver_video(self, sequence: int, fed: bytes, begins: bool) -> None:
        if begins and self._ask_timer is not None:
            self._ask_timer.cancel()  # what was wished for has come
            self._ask_timer = None
        for viewer in self.viewers.values():
            if viewer.active:
                viewer.feed_video(sequence, fed, begins)

    def _deliver_audio(self, sequence: int, fed: bytes, begins: bool) -> None:
        for viewer in self.viewers.values():
            if viewer.active:
                viewer.feed_audio(sequence, fed, begins)

    def take_publisher(self, ingest: Ingest) -> Ingest | None:
        """`ingest` sends media: it is the publisher from now on; returns the one before, which its owner ends."""
        before, self.publisher = self.publisher, ingest
        self.over = False
        self.publishers += 1
        self.video.switch(ingest.form.video_codec)
        self.audio.switch(self.audio.codec)
        for viewer in self.viewers.values():
            viewer.codec_changed(self.video)
        self._asked_ns = 0
        return before

    def drop_publisher(self, ingest: Ingest, *, in_order: bool) -> None:
        """`ingest` has ended, `in_order` if its publisher said so; if another took over meanwhile, nothing changes."""
        if self.publisher is ingest:
            self.publisher = None
            self.over = in_order

    def ask_keyframe(self) -> None:
        """One request to the publisher for all that come within 300 ms."""
        if self._ask_timer is not None or self.publisher is None:
            return
        wait_ns = self._asked_ns + KEYFRAME_SPACING_MS * NS_PER_MS - self._clock.monotonic_ns()
        if self._asked_ns and wait_ns > 0:
            self._ask_timer = asyncio.get_running_loop().call_later(wait_ns / NS_PER_S, self._ask_now)
        else:
            self._ask_now()

    def _ask_now(self) -> None:
        self._ask_timer = None
        self._asked_ns = self._clock.monotonic_ns()
        if self.publisher is not None:
            self.publisher.ask_keyframe()

    def is_live(self, now_ns: int) -> bool:
        """Whether media came a moment ago."""
        return self.publisher is not None and (self.video.is_flowing(now_ns) or self.audio.is_flowing(now_ns))

    def report(self, now_ns: int) -> None:
        """Called once a second: sender reports to all viewers, and the rate."""
        for viewer in self.viewers.values():
            viewer.report(now_ns)
        octets, at_ns, _ = self._rate
        total = self.video.octets + self.audio.octets
        if now_ns - at_ns >= _RATE_OVER_NS:
            self._rate = (total, now_ns, (total - octets) * 8e6 / (now_ns - at_ns))

    def clock_known(self) -> None:
        """The publisher's clock is known now: viewers' players need two reports before they can put sound and picture in step."""
        now_ns = self._clock.monotonic_ns()
        for viewer in self.viewers.values():
            viewer.report(now_ns)

    def stop(self) -> None:
        """Forget timers; the sessions are ended by the server."""
        if self._ask_timer is not None:
            self._ask_timer.cancel()
            self._ask_timer = None

    def status(self, now_ns: int) -> dict[str, object]:
        """What /api/status says of this stream: nothing that names a viewer."""
        publisher = self.publisher
        live = self.is_live(now_ns)
        return {
            "name": self.name,
            "live": live,
            "over": self.over,
            "viewers": sum(viewer.active for viewer in self.viewers.values()),
            "kbps": round(self._rate[2], 1) if live else 0.0,
            "video": self.video.codec.value if live and self.video.is_flowing(now_ns) else "",
            "audio": self.audio.codec.value if live and self.audio.is_flowing(now_ns) else "",
            "live_s": round(publisher.age_s(now_ns), 1) if publisher is not None else 0.0,
            "publishers": self.publishers,
            "resent": sum(viewer.resent for viewer in self.viewers.values()),
            "keyframes_asked": publisher.plis if publisher is not None else 0,
        }
