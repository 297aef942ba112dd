"""A stream: one publisher at a time and any number of viewers, who stay when the publisher changes."""

import asyncio

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.program.packet import MediaKind
from app.relay.media.ingest import Ingest
from app.relay.media.subscriber import Subscriber
from app.relay.media.track import Track

KEYFRAME_SPACING_MS = 300
_RATE_OVER_NS = 2 * NS_PER_S


class Stream:
    """Forwards the publisher's media to every active viewer, and requests for key frames to the publisher."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.publisher: Ingest | None = None
        self.subscribers: dict[str, Subscriber] = {}
        self.video = Track(MediaKind.VIDEO, self._deliver_video)
        self.audio = Track(MediaKind.AUDIO, self._deliver_audio)
        self.publishers = 0
        self.over = False  # the last publisher ended its session, and no other has come
        self._clock = clock
        self._asked_ns = 0
        self._ask_timer: asyncio.TimerHandle | None = None
        self._rate = (0, 0, 0.0)  # octets and time of the last reading, kbit/s

    def _deliver_video(self, sequence: int, fed: bytes, begins: bool) -> None:
        if begins and self._ask_timer is not None:
            self._ask_timer.cancel()  # the requested key frame is here
            self._ask_timer = None
        for subscriber in self.subscribers.values():
            if subscriber.active:
                subscriber.feed_video(sequence, fed, begins)

    def _deliver_audio(self, sequence: int, fed: bytes, begins: bool) -> None:
        for subscriber in self.subscribers.values():
            if subscriber.active:
                subscriber.feed_audio(sequence, fed, begins)

    def take_publisher(self, ingest: Ingest) -> Ingest | None:
        """`ingest` sends media, so it becomes the publisher; returns the previous one, which its owner ends."""
        before, self.publisher = self.publisher, ingest
        self.over = False
        self.publishers += 1
        self.video.switch(ingest.form.video_codec)
        self.audio.switch(self.audio.codec)
        for subscriber in self.subscribers.values():
            subscriber.codec_changed(self.video)
        self._asked_ns = 0
        return before

    def drop_publisher(self, ingest: Ingest, *, in_order: bool) -> None:
        """`ingest` has ended, `in_order` if the publisher ended it. Ignored if another has taken over."""
        if self.publisher is ingest:
            self.publisher = None
            self.over = in_order

    def ask_keyframe(self) -> None:
        """Request a key frame from the publisher, once for all requests within 300 ms."""
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
        """Whether media arrived a moment ago."""
        return self.publisher is not None and (self.video.is_flowing(now_ns) or self.audio.is_flowing(now_ns))

    def report(self, now_ns: int) -> None:
        """Called once a second: send sender reports to all viewers and update the bit rate."""
        for subscriber in self.subscribers.values():
            subscriber.report(now_ns)
        octets, at_ns, _ = self._rate
        total = self.video.octets + self.audio.octets
        if now_ns - at_ns >= _RATE_OVER_NS:
            self._rate = (total, now_ns, (total - octets) * 8e6 / (now_ns - at_ns))

    def clock_known(self) -> None:
        """The publisher's clock is known: report at once, because players need two reports before they can sync audio and video."""
        now_ns = self._clock.monotonic_ns()
        for subscriber in self.subscribers.values():
            subscriber.report(now_ns)

    def stop(self) -> None:
        """Cancel timers; the server ends the sessions."""
        if self._ask_timer is not None:
            self._ask_timer.cancel()
            self._ask_timer = None

    def status(self, now_ns: int) -> dict[str, object]:
        """The stream's part of /api/status: nothing that identifies a viewer."""
        publisher = self.publisher
        live = self.is_live(now_ns)
        return {
            "name": self.name,
            "live": live,
            "over": self.over,
            "viewers": sum(subscriber.active for subscriber in self.subscribers.values()),
            "kbps": round(self._rate[2], 1) if live else 0.0,
            "video": self.video.codec.value if live and self.video.is_flowing(now_ns) else "",
            "audio": self.audio.codec.value if live and self.audio.is_flowing(now_ns) else "",
            "live_s": round(publisher.age_s(now_ns), 1) if publisher is not None else 0.0,
            "publishers": self.publishers,
            "resent": sum(subscriber.resent for subscriber in self.subscribers.values()),
            "keyframes_asked": publisher.plis if publisher is not None else 0,
        }
