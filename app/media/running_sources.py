"""Runs the sources that the document uses."""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.mixing import Strip
from app.domain.program.output import Canvas
from app.domain.program.project import Project
from app.domain.program.source import KINDS, Source, SourceKind, settings_of
from app.domain.program.stats import SourceStats
from app.media.capture.video_sources import make_video_source
from app.media.ports import Frame, SoundSource, VideoSource
from app.media.sound.portaudio import SoundHost
from app.media.sound.sound_feed import SoundFeed
from app.media.sound.sound_sources import make_sound_source
from app.media.source_activity import NO_ACTIVITY_LOG, SourceActivityLog, source_fingerprint
from app.media.source_guard import SourceGuard, reason_of
from app.media.source_slot import SourceParts, SourceSlot

log = logging.getLogger(__name__)

# A source that was just started gets this long before the slate replaces it.
_GRACE_NS = 2 * NS_PER_S
_CAPTURED = frozenset({SourceKind.CAMERA, SourceKind.SCREEN, SourceKind.MEDIA})
_DRAWN_FOR_THE_CANVAS = frozenset({SourceKind.TEST_CARD})


@dataclass(slots=True)
class RunningSource:
    """A source of the document and its running parts. A part is None if the kind has none or it could not be created."""

    source: Source
    started_ns: int
    video: VideoSource | None = None
    sound: SoundSource | None = None
    failure: str = ""
    seen: int = 0  # sequence of the newest frame fetched
    delivered: int = 0

    def parts(self) -> tuple[VideoSource | SoundSource, ...]:
        return tuple(part for part in (self.video, self.sound) if part is not None)


def used_source_ids(project: Project) -> frozenset[str]:
    """The sources that a scene shows or a strip plays."""
    shown = {layer.source_id for scene in project.scenes for layer in scene.layers}
    return frozenset(shown | {strip.source_id for strip in project.strips})


class VideoSourceFactory(Protocol):
    """`make_video_source`, or its replacement in a test."""

    def __call__(
        self,
        source: Source,
        canvas: Canvas,
        clock: Clock,
        notify: Callable[[Notice], None],
        sound: SoundFeed | None,
        activity: SourceActivityLog = NO_ACTIVITY_LOG,
    ) -> VideoSource: ...


class RunningSources:
    """Starts, reconfigures and closes sources as the document changes; unchanged sources keep running.

    Call `match` and `close` from one thread at a time, `frames` from the composing thread, `stats` from any.
    """

    def __init__(
        self,
        clock: Clock,
        notify: Callable[[Notice], None],
        host: SoundHost,
        *,
        make_video: VideoSourceFactory = make_video_source,
    ) -> None:
        self._clock = clock
        self._notify = notify
        self._host = host
        self._make_video = make_video
        self._activity = NO_ACTIVITY_LOG
        self._quarantined: Collection[str] = frozenset()
        self._running: dict[str, RunningSource] = {}
        self._drawn: dict[str, tuple[int, int, bytes]] = {}
        self._slots: dict[str, SourceSlot] = {}
        self._delivered_by_closed = 0
        self._with_video: tuple[tuple[str, RunningSource], ...] = ()
        self._live: frozenset[str] = frozenset()

    def set_crash_guard(self, activity: SourceActivityLog, quarantined: Collection[str]) -> None:
        """Use this activity log for sources that start from now on. Sources whose fingerprints are in `quarantined` crashed an earlier
        engine: they do not run until their settings or their file change."""
        self._activity = activity
        self._quarantined = quarantined

    def match(self, project: Project, canvas: Canvas, *, canvas_changed: bool) -> None:
        """Run exactly the sources that the document uses."""
        used_ids = used_source_ids(project)
        wanted = {source.id: source for source in project.sources if source.id in used_ids}
        for source_id in [source_id for source_id in self._running if source_id not in wanted]:
            self._drop(source_id)
        for source in wanted.values():
            self._match_one(source, canvas, canvas_changed)
        self._live = frozenset(source_id for source_id, one in self._running.items() if one.source.kind in _CAPTURED)
        self._with_video = tuple((source_id, one) for source_id, one in self._running.items() if KINDS[one.source.kind].has_video)

    def strips(self, strips: Sequence[Strip]) -> list[tuple[Strip, SoundSource]]:
        """Each strip with its running source; strips without one are left out."""
        found = ((strip, self._running.get(strip.source_id)) for strip in strips)
        return [(strip, one.sound) for strip, one in found if one is not None and one.sound is not None]

    def put_picture(self, source_id: str, width: int, height: int, rgba: bytes) -> None:
        """Show what the desk drew; it survives a restart of the source. Raises AppError if the bytes do not fit the size."""
        one = self._running.get(source_id)
        put = getattr(one.video, "put_rgba", None) if one is not None else None
        if put is None:
            log.debug("source %s takes no images", source_id)
            return
        put(width, height, rgba)
        self._drawn[source_id] = (width, height, rgba)

    def frames(self, wanted: frozenset[str]) -> dict[str, Frame | None]:
        """The newest frame of each wanted source; None = no signal. A source that was just started is missing at first."""
        now_ns = self._clock.monotonic_ns()
        frames: dict[str, Frame | None] = {}
        for source_id, one in self._with_video:
            if source_id not in wanted:
                continue
            frame = self._latest(one)
            if frame is not None:
                if frame.sequence != one.seen:
                    one.delivered += max(1, frame.sequence - one.seen)
                    one.seen = frame.sequence
            elif not one.failure and not one.seen and now_ns - one.started_ns < _GRACE_NS:
                continue
            frames[source_id] = frame
        return frames

    def _latest(self, one: RunningSource) -> Frame | None:
        """Runs on the composing thread, which no source may end."""
        try:
            return one.video.latest() if one.video is not None else None
        except (AppError, ValueError, ArithmeticError, LookupError) as error:
            self._on_failed(one, error if isinstance(error, AppError) else AppError("source.failed", reason=reason_of(error)))
            return None

    def report_draw_failure(self, source_id: str, reason: str) -> None:
        """Report that the composer cannot draw a source's frame."""
        one = self._running.get(source_id)
        if one is not None:
            self._notify(Notice(Severity.WARNING, "source.not_drawn", {"source": one.source.name, "reason": reason}, subject=source_id))

    def live(self) -> frozenset[str]:
        """The sources whose frames are captured rather than drawn."""
        return self._live

    def captured(self) -> int:
        """How many frames all sources delivered so far."""
        return self._delivered_by_closed + sum(one.delivered for one in list(self._running.values()))

    def stats(self) -> tuple[SourceStats, ...]:
        stats = []
        for source_id, one in list(self._running.items()):
            part = one.video or one.sound
            if part is None or one.failure:
                stats.append(SourceStats(source_id, alive=False, detail=one.failure))
            else:
                stats.append(part.stats())
        return tuple(stats)

    def close(self, deadline_s: float) -> None:
        """Close all sources in parallel; those that still hang at the deadline are abandoned."""
        until = time.monotonic() + deadline_s
        self._with_video = ()
        for source_id in list(self._running):
            self._drop(source_id)
        hanging = [slot for slot in self._slots.values() if not slot.join(max(0.0, until - time.monotonic()))]
        if hanging:
            log.warning("%d sources did not close in time", len(hanging))

    def _match_one(self, source: Source, canvas: Canvas, canvas_changed: bool) -> None:
        had = self._running.get(source.id)
        redraw = canvas_changed and source.kind in _DRAWN_FOR_THE_CANVAS
        if had is not None and had.source.kind is source.kind and not redraw:
            if had.source.settings == source.settings:
                had.source = source
                return
            if not had.failure and self._reconfigured(had, source):
                had.source = source
                return
        made = self._create(source, canvas)
        if had is not None:
            self._delivered_by_closed += had.delivered
        self._running[source.id] = made
        self._slot(source.id).swap(made)

    def _reconfigured(self, one: RunningSource, source: Source) -> bool:
        """Whether all parts accepted the new settings while running."""
        try:
            settings = settings_of(source)
        except AppError:
            return False  # creating it again reports the error
        return all([self._accepts(part, settings) for part in one.parts()])

    @staticmethod
    def _accepts(part: VideoSource | SoundSource, settings: Mapping[str, Value]) -> bool:
        reconfigure = getattr(part, "reconfigure", None)
        return bool(reconfigure is not None and reconfigure(settings))

    def _create(self, source: Source, canvas: Canvas) -> RunningSource:
        declaration = KINDS[source.kind]
        made = RunningSource(source, self._clock.monotonic_ns())
        feed = SoundFeed() if declaration.has_video and declaration.has_sound else None
        try:
            if self._quarantined and source_fingerprint(source) in self._quarantined:
                raise AppError("source.left_out")
            with SourceGuard(source.id).section():
                if declaration.has_video:
                    made.video = self._make_video(source, canvas, self._clock, self._notify, feed, self._activity)
                    self._redraw(source.id, made.video)
                if declaration.has_sound:
                    made.sound = make_sound_source(source, self._clock, self._notify, feed, self._host, self._activity)
        except AppError as error:
            made.video = made.sound = None
            self._on_failed(made, error)
        return made

    def _on_failed(self, one: SourceParts, error: AppError) -> None:
        """Show the slate for it from now on; reported once."""
        if isinstance(one, RunningSource) and not one.failure:
            one.failure = error.code
            data = {"source": one.source.name, **error.data}
            self._notify(Notice(Severity.ERROR, error.code, data, subject=one.source.id))

    def _redraw(self, source_id: str, video: VideoSource) -> None:
        drawn = self._drawn.get(source_id)
        put = getattr(video, "put_rgba", None)
        if drawn is not None and put is not None:
            put(*drawn)

    def _drop(self, source_id: str) -> None:
        one = self._running.pop(source_id)
        self._drawn.pop(source_id, None)
        self._delivered_by_closed += one.delivered
        self._slot(source_id).swap(None)
        for gone in [known for known, slot in self._slots.items() if slot.empty]:
            del self._slots[gone]

    def _slot(self, source_id: str) -> SourceSlot:
        slot = self._slots.get(source_id)
        if slot is None:
            slot = self._slots[source_id] = SourceSlot(source_id, self._on_failed)
        return slot
