"""The engine: runs what the document asks for, and puts the program on air."""

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

import cv2

from app.domain.air.contact import without_sources
from app.domain.base.clock import Clock
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.broadcast import BroadcastState
from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.device import Devices
from app.domain.program.output import Canvas, Target
from app.domain.program.project import Project, check_project, scene_by_id
from app.domain.program.scene import Scene
from app.domain.program.stats import EngineStats, FrameCounts, Meters, RelayProbe
from app.domain.program.transition import Transition
from app.domain.program.trial import RelayTrial
from app.media.broadcast_controller import BroadcastController
from app.media.compose.overlays import Overlays
from app.media.devices import find_devices
from app.media.encode.output import VideoOutput
from app.media.frame_pacer import TickCounts
from app.media.packet_fanout import PacketFanout
from app.media.percentile_meter import PercentileMeter
from app.media.ports import EncoderControl, Frame, PacketPublisher
from app.media.preview import PreviewWriter
from app.media.process_load import ProcessLoad
from app.media.program import Program
from app.media.running_sources import RunningSources
from app.media.sound.bus import SoundBus
from app.media.sound.mixer import Mixer
from app.media.sound.portaudio import SoundHost
from app.media.source_activity import NO_ACTIVITY_LOG, SourceActivityLog

log = logging.getLogger(__name__)

PublisherFactory = Callable[[EncoderControl, Callable[[Notice], None]], PacketPublisher]

_CLOSE_S = 1.5  # for everything together; threads that hang in a driver are abandoned after it
_POLL_EVERY = 8  # frames
_NO_SCENE = Scene("", "")


def is_usable(canvas: Canvas) -> bool:
    """Whether frames of this size and rate can be composed and encoded."""
    even = canvas.width % 2 == 0 and canvas.height % 2 == 0
    return even and 160 <= canvas.width <= 3840 and 160 <= canvas.height <= 3840 and 1 <= canvas.fps <= 60


def program_scene(project: Project) -> Scene:
    """The scene that `scene_id` names, else the first scene, else an empty one: the show always goes on."""
    found = next((scene for scene in project.scenes if scene.id == project.scene_id), None)
    return found or next(iter(project.scenes), _NO_SCENE)


class Engine:
    """Captures, composes, mixes, encodes and publishes the project that was applied last.

    Call any method from any thread; `notices` is emitted on any thread. Encoders run only while live; the program, its preview and the
    meters always run.
    """

    def __init__(self, *, clock: Clock, make_publisher: PublisherFactory, preview_path: Path | None) -> None:
        self.notices: Signal[[Notice]] = Signal()
        self.preview_path = preview_path
        self._clock = clock
        self._lock = threading.RLock()
        self._project: Project | None = None
        self._early: Project | None = None  # applied before `start`
        self.withheld: tuple[str, ...] = ()
        self._fanout = PacketFanout()
        self._video = VideoOutput(clock=clock, push=self._fanout.push, notify=self.notices.emit)
        self._publisher = make_publisher(self._video, self.notices.emit)
        self._fanout.add(self._publisher)
        self._on_air = BroadcastController(clock=clock, publisher=self._publisher, video=self._video, sound=self._encode_sound)
        self._host = SoundHost()
        self._sources = RunningSources(clock, self.notices.emit, self._host)
        self._overlays = Overlays()
        self._mixer = Mixer()
        self._bus: SoundBus | None = None
        self._late = PercentileMeter()
        self._load = ProcessLoad(clock)
        self._preview: PreviewWriter | None = None
        self._program: Program | None = None
        self._past_ticks = TickCounts()
        self._frame_count = 0
        self._started = False
        self._was_live = False

    # Lifecycle

    def start(self, *, activity: SourceActivityLog = NO_ACTIVITY_LOG, quarantined: Collection[str] = frozenset()) -> None:
        """Start. Nothing is composed before the first `apply`, which may come before `start`.

        Sources write to `activity`, so that the next engine knows what crashed this one. Sources whose fingerprints are in `quarantined`
        crashed earlier engines and do not run.
        """
        with self._lock:
            if self._started:
                return
            self._started = True
            self._sources.set_crash_guard(activity, quarantined)
            cv2.setNumThreads(1)  # OpenCV's thread pool costs more than it gains at these sizes, and takes the encoder's core
            if self.preview_path is not None:
                self._preview = PreviewWriter(self.preview_path)
            self._publisher.start()
            early, self._early = self._early, None
            if early is not None:
                self.apply(early, self.withheld)

    def close(self) -> None:
        """Leave the relays and end every thread within about two seconds, even if a driver hangs. Calling it again does nothing."""
        with self._lock:
            if not self._started:
                return
            self._started = False
            self._publisher.targets(())
            if self._program is not None:
                self._program.close()
            self._program = None
            if self._bus is not None:
                self._bus.close()
            self._bus = None
            self._mixer.set_strips(())
            self._sources.close(_CLOSE_S)
            self._video.close()
            self._publisher.close()
            if self._preview is not None:
                self._preview.close()
                self._preview = None

    # Commands

    def apply(self, project: Project, withheld: Sequence[str] = ()) -> None:
        """Make the running parts match `project`; unchanged parts keep running. Contradictions are reported, and the rest is applied.

        Sources in `withheld` do not run.
        """
        with self._lock:
            self.withheld = tuple(withheld)
            if not self._started:
                self._early = project
                return
            self._report_contradictions(project)
            had = self._project
            canvas = self._canvas_for(project)
            canvas_changed = self._program is None or self._program.canvas != canvas
            self._sources.match(without_sources(project, self.withheld), canvas, canvas_changed=canvas_changed)
            self._mixer.set_strips(self._sources.strips(project.strips))
            self._match_bus(project)
            if canvas_changed:
                self._change_canvas(canvas, program_scene(project))
            elif self._program is not None:
                self._program.show(program_scene(project))
            if canvas_changed or had is None or had.output.video != project.output.video:
                self._video.configure(canvas, project.output.video)
            self._project = project

    def take(self, scene_id: str, transition: Transition) -> None:
        """Put a scene on program; an unknown scene is reported and changes nothing."""
        with self._lock:
            if self._project is None or self._program is None:
                return
            try:
                scene = scene_by_id(self._project, scene_id)
            except AppError as error:
                self.notices.emit(Notice(Severity.WARNING, error.code, dict(error.data), subject="program"))
                return
            self._project = replace(self._project, scene_id=scene_id)
            self._program.take(scene, transition)

    def put_picture(self, source_id: str, width: int, height: int, rgba: bytes) -> None:
        """Show what the desk drew for a source; bytes that do not fit the size are reported and ignored."""
        with self._lock:
            try:
                self._sources.put_picture(source_id, width, height, rgba)
            except AppError as error:
                self.notices.emit(Notice(Severity.WARNING, error.code, dict(error.data), subject=source_id))

    def put_overlay(self, put: PutOverlay) -> None:
        """Show an image above every scene, or replace it. What is invalid or too much is reported and changes nothing."""
        try:
            self._overlays.put(put)
        except AppError as error:
            self.notices.emit(Notice(Severity.WARNING, error.code, dict(error.data), subject=put.overlay_id))

    def drop_overlay(self, drop: DropOverlay) -> None:
        """Remove an overlay with its animation; an unknown one is ignored."""
        self._overlays.drop(drop)

    def go_live(self, targets: Sequence[Target], since_ns: int = 0) -> None:
        """Encode and publish to these targets. While live, add and remove targets without touching the others. No targets means
        `stop_live`."""
        with self._lock:
            if not self._started:
                return
            if not targets:
                self.stop_live()
                return
            if not self._was_live:
                self._was_live = True
                self._late.begin_run()
            self._on_air.go_live(targets, since_ns)

    def stop_live(self) -> None:
        """Leave every relay in order; the state is IDLE when they are left, or after a few seconds."""
        with self._lock:
            self._on_air.stop_live()
            if self._program is None:
                self._on_air.poll()  # no composing thread will do it

    def watch_relays(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float) -> None:
        """Measure these relays every `every_s` and keep connections to `warm_ids` open."""
        self._publisher.watch(targets, warm_ids, every_s)

    def try_relay(self, target: Target, on_result: Callable[[RelayTrial], None]) -> None:
        """Connect to a relay as for going live, but without media, and leave it. `on_result` gets the result on another thread."""
        self._publisher.try_out(target, on_result)

    def list_devices(self) -> Devices:
        """Scan for cameras, microphones and monitors; may take a second."""
        return find_devices(self._host)

    # State and figures

    @property
    def state(self) -> BroadcastState:
        return self._on_air.state

    @property
    def project(self) -> Project | None:
        """The project applied last, with the scene taken last."""
        return self._project

    @property
    def live_relay_ids(self) -> tuple[str, ...]:
        return tuple(target.relay.id for target in self._on_air.targets)

    def stats(self) -> EngineStats:
        """The current figures; counters run from the engine's start."""
        now_ns = self._clock.monotonic_ns()
        program, bus = self._program, self._bus
        return EngineStats(
            at_ns=now_ns,
            state=self._on_air.state,
            live_since_ns=self._on_air.since_ns,
            scene_id=program.scene.id if program is not None else "",
            frames=self._frames(),
            late_ms=self._late.last_minute(now_ns),
            late_run_ms=self._late.whole_run(),
            video=self._video.stats(),
            targets=self._publisher.stats(),
            sources=self._sources.stats(),
            cpu_s=self._load.cpu_s(),
            cpu_percent=self._load.cpu_percent(),
            rss_mb=self._load.rss_mb(),
            audio_dropped_ms=bus.dropped_ms if bus is not None else 0.0,
        )

    def meters(self) -> Meters:
        return self._mixer.meters()

    def probes(self) -> tuple[RelayProbe, ...]:
        return self._publisher.probes()

    # Matching

    def _report_contradictions(self, project: Project) -> None:
        try:
            check_project(project)
        except AppError as error:
            self.notices.emit(Notice(Severity.WARNING, error.code, dict(error.data), subject="project"))

    def _canvas_for(self, project: Project) -> Canvas:
        if is_usable(project.output.canvas):
            return project.output.canvas
        return self._program.canvas if self._program is not None else Canvas()

    def _match_bus(self, project: Project) -> None:
        audio = project.output.audio
        if self._bus is None:
            sinks = (self._fanout,) if self._on_air.state is BroadcastState.LIVE else ()
            self._bus = SoundBus(clock=self._clock, mixer=self._mixer, sinks=sinks, settings=audio, notify=self.notices.emit)
            self._bus.start()
        elif self._project is None or self._project.output.audio != audio:
            self._bus.configure(audio)

    def _encode_sound(self, wanted: bool) -> None:
        if self._bus is not None:
            self._bus.set_sinks((self._fanout,) if wanted else ())

    def _change_canvas(self, canvas: Canvas, scene: Scene) -> None:
        if self._program is not None:
            self._program.close()
            self._past_ticks = self._ticks()
        self._overlays.set_canvas(canvas)
        self._program = Program(
            canvas=canvas,
            overlays=self._overlays,
            clock=self._clock,
            frames=self._sources.frames,
            live=self._sources.live,
            on_frame=self._video.submit,
            after_frame=self._after_frame,
            late=self._late,
            on_draw_failed=self._sources.report_draw_failure,
            notify=self.notices.emit,
        )
        self._program.show(scene)
        self._program.start()

    # On the composing thread

    def _after_frame(self, frame: Frame) -> None:
        if self._preview is not None:
            self._preview.write(frame)
        self._frame_count += 1
        if self._frame_count % _POLL_EVERY == 0:
            self._on_air.poll()
            self._sync_sound()

    def _sync_sound(self) -> None:
        program, bus = self._program, self._bus
        if program is not None and bus is not None:
            bus.video_latency_ns = program.frame_age_ns

    # Counting

    def _ticks(self) -> TickCounts:
        past = self._past_ticks
        if self._program is None:
            return past
        now = self._program.counts()
        return TickCounts(past.composed + now.composed, past.repeated + now.repeated, past.skipped + now.skipped)

    def _frames(self) -> FrameCounts:
        ticks = self._ticks()
        encoded, dropped = self._video.counts()
        return FrameCounts(self._sources.captured(), ticks.composed, ticks.repeated, ticks.skipped, encoded, dropped)
