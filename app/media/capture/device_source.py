"""A video device: one thread reads it, another watches and reopens it."""

import logging
import threading
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol

from app.domain.base.backoff import Backoff
from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.source import Source
from app.domain.program.stats import SourceStats
from app.media.capture.frames import FramePlanes
from app.media.ports import Frame
from app.media.source_guard import SourceGuard

log = logging.getLogger(__name__)

FROZEN_NS = 2 * NS_PER_S  # after this long without a frame there is no signal
FIRST_FRAME_NS = 10 * NS_PER_S  # cameras take their time to open
_PAUSES_S = (0.5, 1, 2, 4)
_MOST_STUCK = 2  # after this many threads hang in a driver, no more are started
_JOIN_S = 0.5
_LOOK_S = 0.1  # how often the watcher checks
_RATE_SMOOTHING = 0.1


class FrameReader(Protocol):
    """An open device, used on one thread. It raises library errors as AppError."""

    def read(self) -> FramePlanes | None:
        """Wait for the next frame; None if the device answered and its frame did not change."""

    def close(self) -> None: ...


Opener = Callable[[threading.Event], FrameReader]  # the event is set when the reader must stop waiting


class SignalState(Enum):
    """WAITING until the first frame or the first failure."""

    WAITING = "waiting"
    ALIVE = "alive"
    LOST = "lost"


class _Attempt:
    """One opening of the device with its thread; it is abandoned when the thread hangs in a driver."""

    def __init__(
        self,
        name: str,
        opener: Opener,
        deliver: "Callable[[_Attempt, FramePlanes | None], None]",
        started_ns: int,
        guard: SourceGuard,
    ) -> None:
        self._guard = guard
        self._opener = opener
        self._deliver = deliver
        self.started_ns = started_ns
        self.seen_ns = 0
        self.stopping = threading.Event()
        self.failure: AppError | None = None
        self.thread = threading.Thread(target=self._run, name=f"capture-{name}", daemon=True)

    def _run(self) -> None:
        try:
            with self._guard.section():
                self._read(self._opener(self.stopping))
        except AppError as error:
            self.failure = error

    def _read(self, reader: FrameReader) -> None:
        try:
            while not self.stopping.is_set():
                self._deliver(self, reader.read())
        finally:
            reader.close()

    def is_late(self, now_ns: int) -> bool:
        """Whether the next frame is late."""
        if self.seen_ns:
            return now_ns - self.seen_ns > FROZEN_NS
        return now_ns - self.started_ns > FIRST_FRAME_NS


class DeviceSource:
    """The newest frame of a device that may vanish, freeze, hang and come back; each change is reported once.

    The last frame is shown for at most two seconds; then `latest` returns None until frames come again.
    """

    def __init__(
        self, source: Source, opener: Opener, clock: Clock, notify: Callable[[Notice], None], guard: SourceGuard | None = None
    ) -> None:
        self._guard = guard or SourceGuard(source.id)
        self._source = source
        self._opener = opener
        self._clock = clock
        self._notify = notify
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None
        self._attempt: _Attempt | None = None
        self._stuck: list[_Attempt] = []
        self._backoff = Backoff(_PAUSES_S, clock=clock)
        self._reopen_ns = 0
        self._failure: AppError | None = None
        self._signal = SignalState.WAITING
        self._frame: Frame | None = None
        self._seen_ns = 0
        self._sequence = 0
        self._gap_ns = 0.0

    def start(self) -> None:
        if self._watcher is None:
            self._closing.clear()
            self._open(self._clock.monotonic_ns())
            self._watcher = threading.Thread(target=self._watch, name=f"watch-{self._source.id}", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Release the device. A thread that hangs in its driver is abandoned and ends when the driver returns."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            self._closing.set()
            watcher.join()
            self._abandon()
            self._frame = None

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """Always False: new settings need a new opening of the device."""
        return False

    def latest(self) -> Frame | None:
        frame = self._frame
        if frame is None or self._clock.monotonic_ns() - self._seen_ns > FROZEN_NS:
            return None
        return frame

    def stats(self) -> SourceStats:
        frame, gap_ns, failure = self._frame, self._gap_ns, self._failure
        shows = self._signal is SignalState.ALIVE
        return SourceStats(
            self._source.id,
            alive=self._signal is not SignalState.LOST,
            fps=NS_PER_S / gap_ns if gap_ns and shows else 0.0,
            width=frame.width if frame else 0,
            height=frame.height if frame else 0,
            detail=failure.code if failure is not None and not shows else "",
        )

    def _on_planes(self, attempt: _Attempt, planes: FramePlanes | None) -> None:
        """Runs on the attempt's thread; frames from an abandoned attempt are dropped."""
        if attempt is not self._attempt:
            return
        now_ns = self._clock.monotonic_ns()
        if planes is not None:
            last = self._frame
            if last is not None:
                gap_ns = now_ns - last.capture_ns
                self._gap_ns = gap_ns if not self._gap_ns else self._gap_ns + _RATE_SMOOTHING * (gap_ns - self._gap_ns)
            self._sequence += 1
            y, u, v, alpha = planes
            self._frame = Frame(y=y, u=u, v=v, capture_ns=now_ns, sequence=self._sequence, alpha=alpha)
        attempt.seen_ns = now_ns
        self._seen_ns = now_ns

    def _watch(self) -> None:
        while not self._closing.wait(_LOOK_S):
            now_ns = self._clock.monotonic_ns()
            attempt = self._attempt
            if attempt is None:
                if now_ns >= self._reopen_ns:
                    self._open(now_ns)
            elif not attempt.thread.is_alive() or attempt.is_late(now_ns):
                self._handle_failure(attempt, now_ns)
            self._update_signal(now_ns)

    def _open(self, now_ns: int) -> None:
        """Open the device on a thread of its own, unless too many threads hang in its driver."""
        self._stuck = [attempt for attempt in self._stuck if attempt.thread.is_alive()]
        if len(self._stuck) < _MOST_STUCK:
            self._attempt = _Attempt(self._source.id, self._opener, self._on_planes, now_ns, self._guard)
            self._attempt.thread.start()

    def _handle_failure(self, attempt: _Attempt, now_ns: int) -> None:
        if attempt.seen_ns:
            self._backoff.reset()
        self._reopen_ns = now_ns + round(self._backoff.failed() * NS_PER_S)
        waited_ns = FROZEN_NS if attempt.seen_ns else FIRST_FRAME_NS
        self._failure = attempt.failure or AppError("source.frozen", seconds=waited_ns // NS_PER_S)
        self._abandon()

    def _abandon(self) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return
        attempt.stopping.set()
        attempt.thread.join(_JOIN_S)
        if attempt.thread.is_alive():
            log.warning("%s: the driver hangs, abandoning its thread", self._source.name)
            self._stuck.append(attempt)

    def _update_signal(self, now_ns: int) -> None:
        """Update the signal state, and tell the user when the signal is lost or returns."""
        fresh = self._seen_ns > 0 and now_ns - self._seen_ns <= FROZEN_NS
        if fresh and self._signal is not SignalState.ALIVE:
            if self._signal is SignalState.LOST:
                self._notify_user(Severity.INFO, "source.back")
            if self._attempt is not None:  # otherwise it has failed already, and that is the reason to report
                self._failure = None
            self._signal = SignalState.ALIVE
        elif self._signal is SignalState.ALIVE and not fresh:
            self._signal = SignalState.LOST
            failure = self._failure or AppError("source.frozen", seconds=FROZEN_NS // NS_PER_S)
            self._failure = failure
            if failure.code == "source.frozen":
                self._notify_user(Severity.WARNING, "source.frozen", seconds=failure.data["seconds"])
            else:
                self._notify_user(Severity.WARNING, "source.lost", reason=failure.data.get("reason", ""))
        elif self._signal is SignalState.WAITING and self._failure is not None:
            self._signal = SignalState.LOST
            data: dict[str, Value] = {"source": self._source.name, **self._failure.data}
            self._notify(Notice(Severity.WARNING, self._failure.code, data, subject=self._source.id))

    def _notify_user(self, severity: Severity, code: str, **data: Value) -> None:
        self._notify(Notice(severity, code, {"source": self._source.name, **data}, subject=self._source.id))
