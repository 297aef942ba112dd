"""Plays a media file or address: frames on time, sound through a feed, loops without a gap."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from app.domain.base.address import shown_address
from app.domain.base.backoff import Backoff
from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.source import Source
from app.domain.program.stats import SourceStats
from app.media.capture.file_state import file_state
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.capture.media_reader import Item, MediaReader, SoundItem, VideoItem
from app.media.capture.orientation import orientation_of
from app.media.capture.still_source import clear_planes
from app.media.ports import Frame
from app.media.sound.sound_feed import SoundFeed
from app.media.source_guard import SourceGuard

log = logging.getLogger(__name__)

_SOUND_AHEAD_NS = 250_000_000  # the feed holds a second or more; the mixer needs its latency
_FRAMES_AHEAD = 3
_MOST_FRAMES_BYTES = 192 * 1024 * 1024  # decoded frames that wait while the reader looks for sound in a badly interleaved file
_LATE_NS = NS_PER_S // 10  # a frame this late is skipped if a later one is there
_BEHIND_NS = NS_PER_S  # after falling this far behind, playback continues from now
_LEAD_NS = 60_000_000  # from opening to the first frame: time to decode it and the first sound
_PAUSES_S = (0.5, 1.0, 2.0, 4.0)
_LOOK_S = 0.5  # how often a failed file is checked
_MOST_LOOKS = 120
_SILENT_NS = 2 * NS_PER_S  # an address that delivers nothing for this long has no signal


class MediaSource:
    """One demuxing thread shows frames when they are due and pushes sound a little earlier.

    `capture_ns` of frames and sound is the time when each is due, so both stay in sync. A pause keeps the frame and is silent. Loop and
    pause can change during playback; other settings need a new source.
    """

    def __init__(
        self,
        source: Source,
        clock: Clock,
        notify: Callable[[Notice], None],
        sound: SoundFeed | None,
        settings: Mapping[str, Value],
        guard: SourceGuard | None = None,
    ) -> None:
        self._guard = guard or SourceGuard(source.id)
        self._source = source
        self._clock = clock
        self._notify = notify
        self._feed = sound
        self._settings = dict(settings)
        self._location = str(settings["location"])
        self._paused = bool(settings["paused"])
        self._loop = bool(settings["loop"])
        self._closing = threading.Event()
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None
        self._frame: Frame | None = None
        self._sequence = 0
        self._read_ns = 0
        self._waiting_for_data = False
        self._failure = ""
        self._fps = 0.0
        if not self._location:  # no file is chosen yet: show nothing. A lost signal would cover the layers below
            self.show(clear_planes(), clock.monotonic_ns())
        self._reported_no_video = False
        self._reported_no_sound = False

    def start(self) -> None:
        if self._thread is None and self._location:
            self._closing.clear()
            self._thread = threading.Thread(target=self._run, name=f"media-{self._source.id}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop. A thread that waits for the network ends when its timeout passes."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._closing.set()
            self._changed.set()
            thread.join(0.5)
            self._frame = None

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        if any(settings[key] != self._settings[key] for key in ("location", "start_s", "end_s")):
            return False
        self._settings = dict(settings)
        self._paused = bool(settings["paused"])
        self._loop = bool(settings["loop"])
        self._changed.set()
        return True

    def latest(self) -> Frame | None:
        if self._failure or (self._waiting_for_data and self._clock.monotonic_ns() - self._read_ns > _SILENT_NS):
            return None
        return self._frame

    def stats(self) -> SourceStats:
        frame = self._frame
        return SourceStats(
            self._source.id,
            alive=not self._failure,
            fps=self._fps,
            width=frame.width if frame else 0,
            height=frame.height if frame else 0,
            detail=self._failure,
        )

    def _run(self) -> None:
        backoff = Backoff(_PAUSES_S)
        while not self._closing.is_set():
            sequence_before = self._sequence
            try:
                with self._guard.section():
                    self._play_file()
                return
            except AppError as error:
                if self._sequence > sequence_before:
                    backoff.reset()
                self._report(error)
            self._wait_before_retry(backoff)

    def _wait_before_retry(self, backoff: Backoff) -> None:
        """Pause before the next try: long for an unchanged file, short for one that changes."""
        pause_s = backoff.failed()
        state = file_state(self._location)
        if state is None:
            self._closing.wait(pause_s)
            return
        for _ in range(min(2**backoff.failures, _MOST_LOOKS)):
            if self._closing.wait(_LOOK_S) or file_state(self._location) != state:
                return

    def _report(self, error: AppError) -> None:
        if self._feed is not None:
            self._feed.flush()
        if not self._failure:
            self._failure = error.code
            data = {"source": self._source.name, **error.data}
            self._notify(Notice(Severity.WARNING, error.code, data, subject=self._source.id))

    def _play_file(self) -> None:
        """Play until closed. Raises AppError if the file cannot be read."""
        settings = self._settings
        reader = MediaReader(
            self._location, start_s=float(settings["start_s"]), end_s=float(settings["end_s"]), sound=self._feed is not None
        )
        try:
            if not reader.has_video:
                self.show(clear_planes(), self._clock.monotonic_ns())
            self.report_missing_streams(reader)
            _Playback(self, reader, self._clock, self._feed).run()
        finally:
            self._waiting_for_data = False
            reader.close()

    def report_missing_streams(self, reader: MediaReader) -> None:
        """Report once that the video or the sound cannot be decoded; the other one still plays."""
        data: dict[str, Value] = {"source": self._source.name, "location": shown_address(self._location)}
        if reader.lacks_video and not self._reported_no_video:
            self._reported_no_video = True
            self._notify(Notice(Severity.WARNING, "media.sound_only", data, subject=self._source.id))
        if reader.lacks_sound and not self._reported_no_sound:
            self._reported_no_sound = True
            self._notify(Notice(Severity.WARNING, "media.picture_only", data, subject=self._source.id))

    # Used by the playing thread:

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def loops(self) -> bool:
        return self._loop

    def wait_for_change(self, seconds: float | None) -> None:
        """Wait this long, or until a setting changes or the source closes."""
        self._changed.wait(seconds)
        self._changed.clear()

    def mark_reading(self, started: bool) -> None:
        """Record that a read starts (and may block), or that it returned."""
        self._read_ns = self._clock.monotonic_ns()
        self._waiting_for_data = started

    def show(self, planes: FramePlanes, due_ns: int) -> None:
        y, u, v, alpha = planes
        last = self._frame
        if last is not None and due_ns > last.capture_ns:
            self._fps = NS_PER_S / (due_ns - last.capture_ns)
        self._sequence += 1
        self._frame = Frame(y=y, u=u, v=v, capture_ns=due_ns, sequence=self._sequence, alpha=alpha)
        if self._failure:
            self._failure = ""
            self._notify(Notice(Severity.INFO, "source.back", {"source": self._source.name}, subject=self._source.id))


class _Playback:
    """Playback of one opened file: what is decoded but not due, and the timing of the loops."""

    def __init__(self, owner: MediaSource, reader: MediaReader, clock: Clock, feed: SoundFeed | None) -> None:
        self._owner = owner
        self._reader = reader
        self._clock = clock
        self._feed = feed if reader.has_sound else None
        self._converter = FrameConverter()
        self._items: Iterator[Item] = iter(())
        self._frames: deque[tuple[int, VideoItem]] = deque()  # with the start of their loop, relative to the first one
        self._pushed: deque[tuple[int, SoundItem]] = deque()  # the same; kept until played, to continue after a pause
        self._bytes = 0
        self._base_ns = 0  # the monotonic time when the first loop started
        self._loop_start_ns = 0  # when the loop being read starts, from base
        self._sound_end_ns = 0  # how far sound has been pushed, from base
        self._reading = True

    def run(self) -> None:
        """Play until the source closes."""
        self._items = self._reader.items()
        self._base_ns = self._clock.monotonic_ns() + _LEAD_NS
        while not self._owner.closing:
            if self._owner.paused and self._owner_has_frame():
                self._pause()
                continue
            now_ns = self._clock.monotonic_ns() - self._base_ns
            if self._reading and self._needs_data(now_ns):
                self._read(now_ns)
            self._show_due(self._clock.monotonic_ns() - self._base_ns)
            if not self._reading and not self._frames and self._owner.loops:
                self._restart()
            elif not (self._reading and self._needs_data(now_ns)):
                self._sleep()

    def _owner_has_frame(self) -> bool:
        """Pausing waits for the first frame, so that a paused file is not black."""
        return self._owner.latest() is not None

    def _needs_data(self, now_ns: int) -> bool:
        """Whether to decode more now."""
        if self._bytes > _MOST_FRAMES_BYTES:
            return False
        wants_sound = self._feed is not None and self._sound_end_ns < now_ns + _SOUND_AHEAD_NS
        return wants_sound or (self._reader.has_video and not self._reader.has_cover and len(self._frames) < _FRAMES_AHEAD)

    def _read(self, now_ns: int) -> None:
        self._owner.mark_reading(True)
        item = next(self._items, None)
        self._owner.mark_reading(False)
        if item is None:
            self._finish_loop()
        elif isinstance(item, VideoItem):
            self._frames.append((self._loop_start_ns, item))
            self._bytes += item.frame.width * item.frame.height * 3 // 2
            self._catch_up(self._loop_start_ns + item.at_ns)
        elif self._feed is not None and len(item.samples):
            self._pushed.append((self._loop_start_ns, item))
            self._sound_end_ns = self._loop_start_ns + item.end_ns
            self._feed.push(item.samples, self._base_ns + self._loop_start_ns + item.at_ns)
            while self._pushed and self._pushed[0][0] + self._pushed[0][1].end_ns < now_ns:
                self._pushed.popleft()

    def _finish_loop(self) -> None:
        """The section is read to its end. When looping, start reading again at once, so that there is no gap between loops."""
        self._owner.report_missing_streams(self._reader)
        if not self._reader.length_ns:
            self._reading = False
            return
        self._loop_start_ns += self._reader.length_ns
        self._sound_end_ns = max(self._sound_end_ns, self._loop_start_ns)
        if self._owner.loops:
            self._items = self._reader.items()
        else:
            self._reading = False

    def _restart(self) -> None:
        """Looping was switched on after the end."""
        self._loop_start_ns = self._clock.monotonic_ns() - self._base_ns + _LEAD_NS
        self._sound_end_ns = self._loop_start_ns
        self._items = self._reader.items()
        self._reading = True

    def _catch_up(self, at_ns: int) -> None:
        """Continue from now when decoding or the network is too far behind to catch up."""
        behind_ns = self._clock.monotonic_ns() - self._base_ns - at_ns
        if behind_ns > _BEHIND_NS:
            log.info("playback was %d ms behind and continues from now", behind_ns // 1_000_000)
            self._base_ns += behind_ns + _LEAD_NS
            if self._feed is not None:
                self._feed.flush()

    def _show_due(self, now_ns: int) -> None:
        due: tuple[int, VideoItem] | None = None
        while self._frames and self._frames[0][0] + self._frames[0][1].at_ns <= now_ns:
            due = self._frames.popleft()
            self._bytes -= due[1].frame.width * due[1].frame.height * 3 // 2
            if now_ns - due[0] - due[1].at_ns < _LATE_NS:
                break
        if due is not None:
            frame = due[1].frame
            planes = self._converter.convert(frame, orientation=orientation_of(frame), aspect=self._reader.aspect)
            self._owner.show(planes, self._base_ns + due[0] + due[1].at_ns)

    def _sleep(self) -> None:
        """Sleep until the next frame is due or more sound is needed."""
        now_ns = self._clock.monotonic_ns() - self._base_ns
        moments = [loop_ns + item.at_ns for loop_ns, item in list(self._frames)[:1]]
        if self._reading and self._feed is not None and self._bytes <= _MOST_FRAMES_BYTES:
            moments.append(self._sound_end_ns - _SOUND_AHEAD_NS)
        if not moments:
            self._owner.wait_for_change(None)
        elif min(moments) > now_ns:
            self._owner.wait_for_change((min(moments) - now_ns) / NS_PER_S)

    def _pause(self) -> None:
        started_ns = self._clock.monotonic_ns()
        if self._feed is not None:
            self._feed.flush()
        while self._owner.paused and not self._owner.closing:
            self._owner.wait_for_change(None)
        self._base_ns += self._clock.monotonic_ns() - started_ns
        if self._feed is not None:
            at_ns = self._clock.monotonic_ns() - self._base_ns
            for loop_ns, item in self._pushed:
                if loop_ns + item.end_ns > at_ns:
                    self._feed.push(item.samples, self._base_ns + loop_ns + item.at_ns)
