"""The video encoder of one codec, with fallbacks: one continuous stream over all changes of encoder."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.packet import VIDEO_CLOCK_HZ, Codec, EncodedPacket, MediaKind
from app.domain.program.stats import Percentiles
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncodedFrame, EncoderConfig, EncoderSettings
from app.media.encode.keyframes import KeyframeSchedule
from app.media.encode.scaling_encoder import ScalingEncoder
from app.media.encode.worker import EncoderWorker, FrameEncoder
from app.media.percentile_meter import PercentileMeter
from app.media.ports import Frame

log = logging.getLogger(__name__)

STALL_NS = 3 * NS_PER_S  # far longer than any working encoder took to open; viewers see a frozen frame meanwhile
_RATE_WINDOW_NS = 2 * NS_PER_S
_REOPEN_GAP_NS = 3 * NS_PER_S  # reopening an encoder for a new rate costs a key frame
_REOPEN_CHANGE = 0.2


def same_but_rate(open_as: EncoderSettings, settings: EncoderSettings) -> bool:
    """Whether an encoder opened with the first settings can serve the second by a change of rate alone."""
    return settings.ceiling_kbps <= open_as.ceiling_kbps and open_as == replace(
        settings, ceiling_kbps=open_as.ceiling_kbps, kbps=open_as.kbps
    )


@dataclass(frozen=True, slots=True)
class EncodeCounts:
    """Since construction, over all FFmpeg encoders."""

    encoded: int = 0
    dropped: int = 0
    idr_sent: int = 0


class VideoEncoder:
    """Keeps one codec's stream going: pts keep rising when the encoder changes, and a failing or hanging encoder is replaced by the next
    config.

    Call `submit` from the composing thread; `push` gets the packets on the encoder's thread. `configure` replaces the encoder, `close` ends
    it; both return at once.
    """

    def __init__(
        self,
        *,
        codec: Codec,
        clock: Clock,
        push: Callable[[EncodedPacket], None],
        notify: Callable[[Notice], None],
        opener: Callable[[EncoderConfig, EncoderSettings], FrameEncoder] = ScalingEncoder,
        stall_ns: int = STALL_NS,
    ) -> None:
        self.codec = codec
        self.keyframes = KeyframeSchedule(clock)
        self._clock = clock
        self._push = push
        self._notify = notify
        self._opener = opener
        self._stall_ns = stall_ns
        self._lock = threading.RLock()
        self._push_lock = threading.Lock()  # keeps packets in order; the composing thread never takes it
        self._worker: EncoderWorker | None = None
        self._retired: list[EncoderWorker] = []
        self._configs: tuple[EncoderConfig, ...] = ()
        self._asked: tuple[EncoderConfig, ...] = ()
        self._config: EncoderConfig | None = None
        self._settings: EncoderSettings | None = None
        self._kbps = 0
        self._opened_ns = 0
        self._epoch_ns: int | None = None
        self._last_pts = -1
        self._counts = EncodeCounts()
        self._sizes: deque[tuple[int, int]] = deque(maxlen=600)
        self.encode_ms = PercentileMeter()

    @property
    def config(self) -> EncoderConfig | None:
        """The config in use; None while closed or after every encoder failed."""
        return self._config

    @property
    def settings(self) -> EncoderSettings | None:
        return self._settings

    def counts(self) -> EncodeCounts:
        return self._counts

    def kbps(self) -> float:
        """The actual rate of the last two seconds."""
        since_ns = self._clock.monotonic_ns() - _RATE_WINDOW_NS
        with self._lock:
            total = sum(size for at_ns, size in self._sizes if at_ns > since_ns)
        return round(total * 8 / 1000 / (_RATE_WINDOW_NS / NS_PER_S), 1)

    def configure(self, configs: Sequence[EncoderConfig], settings: EncoderSettings) -> None:
        """Encode with the first of `configs` that works, from the next frame on, which is a key frame."""
        with self._lock:
            self._configs = self._asked = tuple(configs)
            self._settings = settings
            self._kbps = settings.kbps
            self._begin()

    def keeps(self, configs: Sequence[EncoderConfig], settings: EncoderSettings) -> bool:
        """Whether the current encoder can serve these, by a change of rate at most."""
        with self._lock:
            open_as = self._settings
            if self._worker is None or open_as is None:
                return False
            if self._config is not None and not self._config.steerable:  # `set_bitrate` decides when a new rate is worth a new encoder
                open_as = replace(open_as, ceiling_kbps=settings.ceiling_kbps)
            return tuple(configs) == self._asked and same_but_rate(open_as, settings)

    def set_bitrate(self, kbps: int) -> None:
        """Change the rate of the current encoder. One that cannot be steered is reopened, but not often and not for small changes."""
        with self._lock:
            self._kbps = kbps
            if self._worker is not None:
                self._worker.set_bitrate(kbps)

    def submit(self, frame: Frame) -> None:
        """Pass in the newest frame; it replaces one that was not taken yet, which is counted as dropped."""
        with self._lock:
            self._look_after()
            worker = self._worker
            if worker is None:
                return
            pushed_out = worker.submit(frame)
            if pushed_out:
                self._count(dropped=1)

    def close(self) -> None:
        """Stop encoding; `configure` starts again."""
        with self._lock:
            if self._worker is not None:
                self._retire(self._worker)
            self._worker = None
            self._config = None

    def join(self, timeout_s: float) -> bool:
        """After `close`: wait for the threads. False if one hangs in its driver."""
        with self._lock:
            retired, self._retired = self._retired, []
        return all([worker.join(timeout_s) for worker in retired])

    def _begin(self) -> None:
        if self._worker is not None:
            self._retire(self._worker)
        self._worker = None
        self._config = self._configs[0] if self._configs else None
        config, settings = self._config, self._settings
        if config is None or settings is None:
            return
        self.keyframes.restart()
        self._opened_ns = self._clock.monotonic_ns()
        self._worker = EncoderWorker(
            name=f"encode-video-{self.codec.value.lower()}",
            clock=self._clock,
            make_encoder=lambda: self._opener(config, settings),
            keyframes=self.keyframes,
            on_encoded=self._encoded,
            on_failed=self._failed,
        )
        self._worker.set_bitrate(self._kbps)
        self._worker.start()

    def _retire(self, worker: EncoderWorker) -> None:
        worker.close()
        self._retired = [*(one for one in self._retired if not one.join(0)), worker]

    def _look_after(self) -> None:
        """Replace an encoder that hangs, or reopen one that cannot follow the rate."""
        worker, settings = self._worker, self._settings
        if worker is None or settings is None:
            return
        if worker.busy_ns() > self._stall_ns:
            self._use_next_config("stalled")
            return
        refused = worker.refused_kbps
        if refused is None or refused != self._kbps:
            return
        opened = min(settings.kbps, settings.ceiling_kbps)
        if abs(refused - opened) > _REOPEN_CHANGE * opened and self._clock.monotonic_ns() - self._opened_ns > _REOPEN_GAP_NS:
            self._settings = replace(settings, ceiling_kbps=max(refused, settings.ceiling_kbps), kbps=refused)
            self._begin()

    def _failed(self, worker: EncoderWorker, error: EncodeError) -> None:
        with self._lock:
            if worker is self._worker:
                self._count(dropped=1)
                self._use_next_config(str(error.data.get("reason", error.code)))

    def _use_next_config(self, reason: str) -> None:
        failed, self._configs = self._configs[0], self._configs[1:]
        self._begin()
        data: dict[str, Value] = {"encoder": failed.name, "reason": reason}
        if self._config is None:
            self._notify(Notice(Severity.ERROR, "encoder.none", data, subject="encoder"))
            return
        data["next"] = f"{self._config.name} {self._config.preset}".strip()
        self._notify(Notice(Severity.WARNING, "encoder.replaced", data, subject="encoder"))

    def _encoded(self, worker: EncoderWorker, encoded: Sequence[EncodedFrame], took_ns: int) -> None:
        with self._push_lock:
            for packet in self._packets(worker, encoded, took_ns):
                self._push(packet)

    def _packets(self, worker: EncoderWorker, encoded: Sequence[EncodedFrame], took_ns: int) -> list[EncodedPacket]:
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            if worker is not self._worker:
                return []
            self.encode_ms.add(took_ns, now_ns)
            packets = []
            for one in encoded:
                if one.keyframe:
                    self.keyframes.sent()
                self._count(encoded=1, idr_sent=int(one.keyframe))
                self._sizes.append((now_ns, len(one.data)))
                packets.append(
                    EncodedPacket(MediaKind.VIDEO, self.codec, one.data, self._pts(one.capture_ns), one.capture_ns, one.keyframe)
                )
            return packets

    def _pts(self, capture_ns: int) -> int:
        """The RTP time of a capture time; the mapping never changes."""
        if self._epoch_ns is None:
            self._epoch_ns = capture_ns
        pts = (capture_ns - self._epoch_ns) * VIDEO_CLOCK_HZ // NS_PER_S
        self._last_pts = max(self._last_pts + 1, pts)
        return self._last_pts

    def _count(self, *, encoded: int = 0, dropped: int = 0, idr_sent: int = 0) -> None:
        had = self._counts
        self._counts = EncodeCounts(had.encoded + encoded, had.dropped + dropped, had.idr_sent + idr_sent)

    def spread(self) -> Percentiles:
        """Milliseconds per frame in the last minute."""
        return self.encode_ms.last_minute(self._clock.monotonic_ns())
