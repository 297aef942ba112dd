"""The program's sound: a paced thread that mixes, encodes and hands out packets."""

import logging
import threading
from collections.abc import Callable, Sequence

import numpy as np

from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.notice import Notice, Severity
from app.domain.program.output import AudioSettings
from app.domain.program.packet import PacketSink
from app.media.ports import BLOCK_SAMPLES, CHANNELS, Samples
from app.media.sound.mixer import BLOCK_NS, Mixer, next_latency
from app.media.sound.opus import PACKET_SAMPLES, OpusEncoder, SoundEncodeError

log = logging.getLogger(__name__)

_BLOCKS_PER_PACKET = PACKET_SAMPLES // BLOCK_SAMPLES
_PACKET_NS = BLOCK_NS * _BLOCKS_PER_PACKET
_TOO_LATE_NS = NS_PER_S // 2  # no jitter buffer waits for sound this old
_ASLEEP_NS = 10 * NS_PER_S  # the machine slept: skip the time instead of encoding minutes of silence


class SoundBus:
    """Mixes a block every 10 ms of the monotonic clock and pushes an Opus packet every 20 ms to every sink, from `start` to `close`.
    Without a sink nothing is encoded, but time goes on.

    The sample count follows the clock without a gap. After a stall the missed blocks are mixed at once; those more than half a second late
    are sent as silence and counted in `dropped_ms`. `video_latency_ns` is how much later than its capture a composed frame is stamped (0 if
    it carries the capture time): sound is stamped later by the same amount to stay in sync. It may be set at any time; the timestamps
    follow slowly, as the mixer's latency does, and the sound and its pts do not change.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        mixer: Mixer,
        sinks: Sequence[PacketSink],
        settings: AudioSettings,
        notify: Callable[[Notice], None],
        video_latency_ns: int = 0,
    ) -> None:
        self.video_latency_ns = video_latency_ns
        self._stamp_offset_ns = video_latency_ns
        self._clock = clock
        self._mixer = mixer
        self._sinks = tuple(sinks)
        self._notify = notify
        self._encoder = OpusEncoder(settings)
        self._packet: Samples = np.zeros((PACKET_SAMPLES, CHANNELS), np.float32)
        self._halves = tuple(self._packet[i * BLOCK_SAMPLES : (i + 1) * BLOCK_SAMPLES] for i in range(_BLOCKS_PER_PACKET))
        self._next_ns = 0  # tick of the next packet's first block; 0 = not started
        self._pts = 0
        self._failing = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped_ms = 0.0
        self.packets = 0

    def start(self) -> None:
        """Start; calling it again does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="mixer", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread and wait for it; a later `start` continues with the next pts."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def set_sinks(self, sinks: Sequence[PacketSink]) -> None:
        """Set who gets packets from the next one on; any thread."""
        self._sinks = tuple(sinks)

    def configure(self, settings: AudioSettings) -> None:
        """Encode with other settings from the next packet on, without a gap; any thread."""
        self._encoder.configure(settings)

    def catch_up(self) -> int:
        """Make every packet that is due; returns the nanoseconds until the next one. Called by the paced thread."""
        now = self._clock.monotonic_ns()
        if self._next_ns == 0:
            self._next_ns = now
        if now - self._next_ns > _ASLEEP_NS:
            asleep = (now - self._next_ns) // _PACKET_NS
            self._next_ns += asleep * _PACKET_NS
            self._pts += asleep * PACKET_SAMPLES
            self.dropped_ms += asleep * _PACKET_NS / 1e6
        while (last_tick := self._next_ns + _PACKET_NS - BLOCK_NS) <= now:
            self._make_packet(mixed=now - last_tick <= _TOO_LATE_NS)
        return last_tick - now

    def _run(self) -> None:
        while not self._stop.wait(self.catch_up() / NS_PER_S):
            pass

    def _make_packet(self, *, mixed: bool) -> None:
        tick = self._next_ns
        if mixed:
            capture = self._mixer.render(self._halves[0], tick)
            self._mixer.render(self._halves[1], tick + BLOCK_NS)
        else:
            self._packet.fill(0.0)
            capture = tick - self._mixer.latency_ns
            self.dropped_ms += _PACKET_NS / 1e6
        pts = self._pts
        self._next_ns += _PACKET_NS
        self._pts += PACKET_SAMPLES
        for _ in range(_BLOCKS_PER_PACKET):
            self._stamp_offset_ns = next_latency(self._stamp_offset_ns, self.video_latency_ns)
        if not self._sinks:
            return  # the meters need the mix; without a sink nothing is encoded
        try:
            packet = self._encoder.encode(self._packet, pts, capture + self._stamp_offset_ns)
        except SoundEncodeError as error:
            self._report(error)
            return
        self._failing = False
        self.packets += 1
        for sink in self._sinks:
            sink.push(packet)

    def _report(self, error: SoundEncodeError) -> None:
        self.dropped_ms += _PACKET_NS / 1e6
        if not self._failing:
            self._failing = True
            log.warning("cannot encode sound: %s", error)
            self._notify(Notice(Severity.ERROR, error.code, dict(error.data), subject="sound"))
