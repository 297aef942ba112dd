"""Composes the program: a paced thread renders the scene on air and hands on each frame."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.program.output import Canvas
from app.domain.program.scene import Scene
from app.domain.program.transition import Transition, TransitionKind
from app.media.compose.composer import Composer
from app.media.compose.overlays import Overlays
from app.media.frame_age import FrameAge
from app.media.frame_pacer import FramePacer, Tick, TickAction, TickCounts
from app.media.percentile_meter import PercentileMeter
from app.media.ports import Frame

log = logging.getLogger(__name__)

_NO_SCENE = Scene("", "")


@dataclass(frozen=True, slots=True)
class Fade:
    """A running cross-fade: from a still frame (after an interrupted fade) or from a scene that keeps moving."""

    scene: Scene | None
    still: Frame | None
    started_ns: int
    duration_ns: int


class Program:
    """Composes `fps` times a second from `start` to `close`; `on_frame` gets every frame, stamped with the time of its tick.

    Call `show` and `take` from any thread. `live` names the sources whose frames are captured rather than drawn. `live`, `frames`,
    `on_frame` and `on_draw_failed` (source, reason) run on the composing thread and must not block. `after_frame` runs there after each
    frame and may take a few milliseconds (preview).
    """

    def __init__(
        self,
        *,
        canvas: Canvas,
        overlays: Overlays,
        clock: Clock,
        frames: Callable[[frozenset[str]], Mapping[str, Frame | None]],
        live: Callable[[], frozenset[str]],
        on_frame: Callable[[Frame], None],
        after_frame: Callable[[Frame], None],
        late: PercentileMeter,
        on_draw_failed: Callable[[str, str], None],
        notify: Callable[[Notice], None],
    ) -> None:
        self.canvas = canvas
        self._overlays = overlays
        self._clock = clock
        self._frames = frames
        self._live = live
        self._age = FrameAge()
        self._on_frame = on_frame
        self._after_frame = after_frame
        self._late = late
        self._notify = notify
        self._composer = Composer(canvas, on_draw_failed)
        self._pacer = FramePacer(canvas.fps, clock)
        self._scene = _NO_SCENE
        self._fade: Fade | None = None
        self._last: Frame | None = None
        self._without_overlays: Frame | None = None  # the newest frame of a running fade, without overlays
        self._failing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None:
            self._pacer.start()
            self._thread = threading.Thread(target=self._run, name="compose", daemon=True)
            self._thread.start()

    def close(self, timeout_s: float = 1.0) -> None:
        """End the thread; calling it again does nothing."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._pacer.stop()
            thread.join(timeout_s)

    @property
    def scene(self) -> Scene:
        """The scene on program, or the one that a running fade leads to."""
        return self._scene

    def show(self, scene: Scene) -> None:
        """Compose this scene from the next frame on. An edited scene replaces itself; a different scene is a cut."""
        fade = self._fade
        if scene.id != self._scene.id:
            self._fade = None
        elif fade is not None and fade.scene is not None and fade.scene.id == scene.id:
            self._fade = replace(fade, scene=scene)
        self._scene = scene

    def take(self, scene: Scene, transition: Transition) -> None:
        """Switch to this scene."""
        if transition.kind is TransitionKind.FADE and transition.duration_ms > 0 and scene.id != self._scene.id:
            running, without_overlays = self._fade, self._without_overlays
            cut_short = running is not None and without_overlays is not None
            self._fade = Fade(
                scene=None if cut_short else (running.scene if running is not None else self._scene),
                still=without_overlays if cut_short else None,
                started_ns=self._clock.monotonic_ns(),
                duration_ns=transition.duration_ms * NS_PER_MS,
            )
        else:
            self._fade = None
        self._scene = scene

    @property
    def frame_age_ns(self) -> int:
        """How much earlier than its timestamp the visible content was captured, averaged over the last seconds."""
        return self._age.ns

    def counts(self) -> TickCounts:
        return self._pacer.counts()

    def _run(self) -> None:
        while (tick := self._pacer.wait()) is not None:
            frame = self._next_frame(tick)
            if frame is None:
                continue
            self._last = frame
            self._on_frame(frame)
            now_ns = self._clock.monotonic_ns()
            self._late.add(now_ns - tick.due_ns, now_ns)
            self._after_frame(frame)

    def _next_frame(self, tick: Tick) -> Frame | None:
        if tick.action is TickAction.REPEAT and self._last is not None:
            return replace(self._last, capture_ns=tick.due_ns)
        try:
            frame = self._compose(tick.due_ns)
        except (AppError, cv2.error, ValueError, LookupError) as error:
            self._report(error)
            return None if self._last is None else replace(self._last, capture_ns=tick.due_ns)
        self._failing = False
        return frame

    def _compose(self, at_ns: int) -> Frame:
        """Compose the scenes, and the overlays above them; overlays take no part in a transition."""
        frame = self._without_overlays = self._compose_scenes(at_ns)
        if self._fade is None:
            self._without_overlays = None
        if self._overlays.present:
            if self._without_overlays is not None:  # an interrupted fade continues from it
                frame = self._composer.copy(frame)
            self._overlays.draw(frame, at_ns)
        return frame

    def _compose_scenes(self, at_ns: int) -> Frame:
        scene, fade = self._scene, self._fade
        wanted = {layer.source_id for layer in scene.layers}
        if fade is not None and fade.scene is not None:
            wanted.update(layer.source_id for layer in fade.scene.layers)
        frames = self._frames(frozenset(wanted))
        after = self._composer.render(scene, frames, at_ns=at_ns)
        self._age.observe(self._composer.shown, frames, self._live(), at_ns)
        if fade is None:
            return after
        fraction = (at_ns - fade.started_ns) / fade.duration_ns
        if fraction >= 1.0:
            if self._fade is fade:
                self._fade = None
            return after
        before = fade.still if fade.scene is None else self._composer.render(fade.scene, frames, at_ns=at_ns)
        return after if before is None else self._composer.blend(before, after, fraction)

    def _report(self, error: Exception) -> None:
        if not self._failing:
            self._failing = True
            log.warning("cannot compose the scene: %s", error)
            self._notify(Notice(Severity.ERROR, "program.failed", {"scene": self._scene.name, "reason": str(error)}, subject="program"))
