"""An image file as a source: decoded on its own thread, animated with the file's timing, reloaded when the file changes."""

import logging
import math
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping
from pathlib import Path

from app.domain.base.backoff import Backoff
from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.source import Source
from app.domain.program.stats import SourceStats
from app.media.capture.file_state import file_state
from app.media.capture.frames import FramePlanes
from app.media.capture.image_file import DecodedImage, LongAnimation, load_image
from app.media.capture.media_source import MediaSource
from app.media.capture.still_source import clear_planes
from app.media.ports import Frame
from app.media.source_guard import SourceGuard

log = logging.getLogger(__name__)

_LOOK_S = 0.5  # how often the file is checked
_RETRY_AFTER_LOOKS = (4, 8, 16, 32, 64, 120)  # for an unchanged file that could not be read
_JOIN_S = 2.0  # a network drive may hang for longer
_PLAYED: Mapping[str, Value] = {"loop": True, "paused": False, "start_s": 0.0, "end_s": 0.0}


class ImageSource:
    """Shows an image file. An animation loops from the moment it is loaded; a long one is decoded during playback.

    The file is watched: a new version is shown when the file is stable from one check to the next. Until then, and if it cannot be read,
    the earlier frame stays. A missing or broken file is reported once.
    """

    def __init__(
        self,
        source: Source,
        clock: Clock,
        notify: Callable[[Notice], None],
        settings: Mapping[str, Value],
        guard: SourceGuard | None = None,
    ) -> None:
        self._guard = guard or SourceGuard(source.id)
        self._source = source
        self._path = str(settings["file"])
        self._clock = clock
        self._notify = notify
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._animation: DecodedImage | None = None
        self._film: MediaSource | None = None
        self._frame: Frame | None = None
        self._shown = 0
        self._sequence = 0
        self._loaded_ns = 0
        self._failure = ""
        if not self._path:  # no file is chosen yet: show nothing. A lost signal would cover the layers below
            self._frame = self._make_frame(clear_planes())

    def start(self) -> None:
        if self._thread is None and self._path:
            self._closing.clear()
            self._thread = threading.Thread(target=self._watch, name=f"image-{self._source.id}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._closing.set()
            thread.join(_JOIN_S)

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """True if the file is the same."""
        return str(settings["file"]) == self._path

    def latest(self) -> Frame | None:
        film = self._film
        if film is not None:
            return film.latest()
        animation, frame = self._animation, self._frame
        if animation is None or frame is None or len(animation.planes) == 1:
            return frame
        past_ms = (self._clock.monotonic_ns() - self._loaded_ns) // NS_PER_MS % animation.ends_ms[-1]
        index = bisect_right(animation.ends_ms, past_ms)
        if index != self._shown:
            self._shown = index
            self._frame = frame = self._make_frame(animation.planes[index])
        return frame

    def stats(self) -> SourceStats:
        film = self._film
        if film is not None:
            return film.stats()
        frame = self._frame
        return SourceStats(
            self._source.id,
            alive=frame is not None or not self._failure,
            width=frame.width if frame else 0,
            height=frame.height if frame else 0,
            detail=self._failure,
        )

    def _make_frame(self, planes: FramePlanes) -> Frame:
        y, u, v, alpha = planes
        self._sequence += 1
        return Frame(y=y, u=u, v=v, capture_ns=self._clock.monotonic_ns(), sequence=self._sequence, alpha=alpha)

    def _watch(self) -> None:
        """Load the file at once, and again when it has changed and is stable, until closed."""
        loaded = seen = file_state(self._path)
        backoff = Backoff(_RETRY_AFTER_LOOKS)
        retry_after = math.inf if self._load() else backoff.failed()
        looks = 0
        while not self._closing.wait(_LOOK_S):
            last, seen = seen, file_state(self._path)
            looks += 1
            if seen is None and last is None:
                continue
            changed = seen is not None and seen == last and seen != loaded
            if changed or looks >= retry_after:
                loaded, looks = seen, 0
                if changed:
                    backoff.reset()
                retry_after = math.inf if self._load() else backoff.failed()
        self._play(None)

    def _load(self) -> bool:
        """Whether the file could be read; a failure is reported once."""
        try:
            with self._guard.section():
                loaded = load_image(Path(self._path))
        except AppError as error:
            self._report_failure(error)
            return False
        if isinstance(loaded, LongAnimation):
            self._play(loaded)
        else:
            self._show(loaded)
        if self._failure:
            self._failure = ""
            self._notify_user(Severity.INFO, "source.back", {})
        return True

    def _show(self, animation: DecodedImage) -> None:
        self._play(None)
        self._loaded_ns = self._clock.monotonic_ns()
        self._animation = None  # the composing thread must not use the old index with the new frames
        self._shown = 0
        self._frame = self._make_frame(animation.planes[0])
        self._animation = animation
        if animation.truncated:
            self._notify_user(Severity.WARNING, "image.cut_short", {"file": self._path, "pictures": len(animation.planes)})

    def _play(self, film: LongAnimation | None) -> None:
        """Play a long animation instead of the frames in memory; None stops it."""
        old, self._film = self._film, None
        if old is not None:
            old.close()
        if film is not None:
            settings = {"location": str(film.path), **_PLAYED}
            playing = MediaSource(self._source, self._clock, self._notify, None, settings, self._guard)
            playing.start()
            self._animation, self._frame, self._film = None, None, playing

    def _report_failure(self, error: AppError) -> None:
        if not self._failure:
            self._failure = error.code
            self._notify_user(Severity.WARNING, error.code, error.data)

    def _notify_user(self, severity: Severity, code: str, data: Mapping[str, Value]) -> None:
        self._notify(Notice(severity, code, {"source": self._source.name, **data}, subject=self._source.id))
