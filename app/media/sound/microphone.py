"""A microphone: records while the device is there, and waits for it while it is not."""

import logging
import threading
from collections.abc import Callable, Mapping

import numpy as np

from app.domain.base.backoff import Backoff
from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.stats import SourceStats
from app.media.ports import CHANNELS, Samples
from app.media.sample_ring import SampleRing
from app.media.sound.portaudio import SoundDeviceError, SoundHost, SoundStream
from app.media.sound.synced_reader import SyncedReader
from app.media.source_guard import SourceGuard

log = logging.getLogger(__name__)

_RING_S = 1.0
_SILENT_NS = NS_PER_S  # without a callback for this long, the device counts as gone
_STARTING_NS = 3 * NS_PER_S  # some devices take longer for their first block
_SETTLE_NS = 200 * NS_PER_MS  # what queued up while the device started arrives in a burst with wrong times
_WATCH_S = 0.2
_REOPEN_S = 0.25  # after a recording
_PAUSES_S = (0.5, 1.0, 2.0, 4.0)  # after successive failed tries
_TOLERANCE_NS = 40 * NS_PER_MS  # more than the jitter of callbacks on a busy machine
_CONFIRM_BLOCKS = 16


class Recording:
    """One opening of the device: the ring that PortAudio's thread fills, and the reader on the mixer's thread."""

    def __init__(self, clock: Clock, rate_hz: int) -> None:
        self._clock = clock
        self.ring = SampleRing(int(_RING_S * rate_hz), CHANNELS)
        self.follower = SyncedReader(self.ring, rate_hz, tolerance_ns=_TOLERANCE_NS, confirm=_CONFIRM_BLOCKS)
        self.last_ns = clock.monotonic_ns()
        self._settled_ns = 0

    def take(self, frames: Samples, lag_s: float) -> None:
        """The audio callback: copies, takes no lock, creates no array, logs nothing. A mono input fills both channels."""
        now = self._clock.monotonic_ns()
        if self._settled_ns == 0:
            self._settled_ns = now + _SETTLE_NS
        self.last_ns = now
        if now < self._settled_ns:
            return
        self.ring.write(frames, now - int(lag_s * NS_PER_S))


class Microphone:
    """A SoundSource that records the sound input with an identity ("" = the system's default).

    Its own thread opens the device and watches it. When the device goes (stream dead, or silent for a second), the source is silent at
    once, sends one notice `sound.lost`, and tries again with a growing pause; it sends `sound.back` when sound returns.
    """

    def __init__(
        self,
        source_id: str,
        name: str,
        settings: Mapping[str, Value],
        *,
        clock: Clock,
        host: SoundHost,
        notify: Callable[[Notice], None],
        guard: SourceGuard | None = None,
    ) -> None:
        self._guard = guard or SourceGuard(source_id)
        self._source_id = source_id
        self._name = name
        self._identity = str(settings["device"])
        self._channels = str(settings["channels"])
        self._clock = clock
        self._host = host
        self._notify = notify
        self._recording: Recording | None = None
        self._detail = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """A new choice of channels applies while sounding; another device needs a new Microphone."""
        if str(settings["device"]) != self._identity:
            return False
        self._channels = str(settings["channels"])
        return True

    def start(self) -> None:
        """Start to open the device; returns at once."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name=f"microphone {self._source_id}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the recording and wait until the device is released."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def read(self, out: Samples, tick_ns: int, latency_ns: int) -> int:
        """See `SoundSource.read`."""
        recording = self._recording
        if recording is None:
            out.fill(0.0)
            return tick_ns - latency_ns
        capture_ns = recording.follower.read(out, tick_ns, latency_ns)
        channels = self._channels
        if channels == "left":
            out[:, 1] = out[:, 0]
        elif channels == "right":
            out[:, 0] = out[:, 1]
        elif channels == "mono":
            np.add(out[:, 0], out[:, 1], out=out[:, 0])
            np.multiply(out[:, 0], 0.5, out=out[:, 0])
            out[:, 1] = out[:, 0]
        return capture_ns

    def needed_latency_ns(self) -> int:
        """See `SoundSource.needed_latency_ns`."""
        recording = self._recording
        return 0 if recording is None else recording.follower.needed_latency_ns()

    def stats(self) -> SourceStats:
        return SourceStats(self._source_id, alive=self._recording is not None, detail=self._detail)

    def _run(self) -> None:
        backoff = Backoff(_PAUSES_S)
        while not self._stop.is_set():
            sounded = False
            try:
                with self._guard.section():
                    sounded = self._record()
            except AppError as error:
                self._report_lost(error)
            if self._stop.is_set():
                return
            if sounded:
                backoff.reset()
            self._stop.wait(_REOPEN_S if sounded else backoff.failed())

    def _record(self) -> bool:
        """Record until the device goes or the source closes; True if sound arrived. Raises SoundDeviceError if the device does not open."""
        if self._detail:
            self._host.rescan()
        stream = self._open()
        try:
            sounded = self._watch(stream)
        finally:
            self._recording = None
            stream.close()
        if not self._stop.is_set():
            self._report_lost(SoundDeviceError("sound.lost", name=stream.name, reason="it delivers no sound"))
        return sounded

    def _open(self) -> SoundStream:
        """Open the device with a fresh ring; earlier blocks are dropped."""
        pending: list[Recording] = []

        def take(frames: Samples, lag_s: float) -> None:
            for recording in pending:
                recording.take(frames, lag_s)

        stream = self._host.open(self._identity, take)
        recording = Recording(self._clock, stream.rate_hz)
        pending.append(recording)
        self._recording = recording
        return stream

    def _watch(self, stream: SoundStream) -> bool:
        """Wait until the stream dies or the source closes; True if sound arrived."""
        recording = self._recording
        if recording is None:
            return False
        opened_ns = recording.last_ns
        while not self._stop.wait(_WATCH_S):
            if recording.last_ns > opened_ns:
                self._report_back(stream.name)
            patience_ns = _SILENT_NS if recording.last_ns > opened_ns else _STARTING_NS
            if not stream.active or self._clock.monotonic_ns() - recording.last_ns > patience_ns:
                break
        return recording.last_ns > opened_ns

    def _report_lost(self, error: AppError) -> None:
        if not self._detail:
            log.warning("microphone %s: %s", self._source_id, error)
            named = error.data.get("name") or self._name  # the system's default has no name while there is none
            self._notify(Notice(Severity.ERROR, error.code, {"source": self._name, **error.data, "name": named}, subject=self._source_id))
        self._detail = error.code

    def _report_back(self, name: str) -> None:
        if self._detail:
            self._detail = ""
            self._notify(Notice(Severity.INFO, "sound.back", {"source": self._name, "name": name}, subject=self._source_id))
