"""The status bar: figures counted by the engine, each with a tooltip that explains it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStatusBar

from app.domain.program.broadcast import AirState, BroadcastState, TargetState
from app.domain.program.stats import EngineStats, TargetStats
from app.ui.context import WindowContext
from app.ui.figures import air_words, bitrate, count, duration, milliseconds, percent, relay_name
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

WEAK_RTT_MS, BAD_RTT_MS = 200.0, 500.0
WEAK_LOSS, BAD_LOSS = 0.02, 0.08
WEAK_LATE_SHARE, BAD_LATE_SHARE = 0.001, 0.01  # of the frames of the last second that were repeated or skipped
WEAK_ENCODE_SHARE, BAD_ENCODE_SHARE = 0.6, 1.0  # of the time one frame has


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's text, its level ("", "good", "warning", "error", "air") and its explanation."""

    words: str
    level: str = ""
    explanation: str = ""


def graded(value: float, weak: float, bad: float) -> str:
    """ "" below `weak`, "warning" from there, "error" from `bad`."""
    return "error" if value >= bad else "warning" if value >= weak else ""


def _worst(targets: tuple[TargetStats, ...]) -> TargetStats | None:
    live = [target for target in targets if target.state in (TargetState.LIVE, TargetState.WEAK)]
    return max(live, key=lambda target: target.loss, default=None)


def on_air(air: AirState, seconds: float) -> Figure:
    """What viewers get, and for how long a relay has had the show."""
    if air is AirState.LIVE:
        return Figure(
            tr("Status", "On air {time}", time=duration(seconds)), "air", tr("Status", "Time since a relay first received the program.")
        )
    nobody = tr("Status", "No relay is receiving the program.")
    if air is AirState.RECONNECTING:
        return Figure(tr("Status", "Reconnecting {time}", time=duration(seconds)), "warning", nobody)
    level = {AirState.FAILED: "error", AirState.CONNECTING: "warning"}.get(air, "")
    return Figure(air_words(air) or tr("Status", "Off air"), level, nobody)


def frames(stats: EngineStats, before: EngineStats | None) -> Figure:
    """Composed, repeated and skipped frames since the start; the colour shows the last second."""
    now = stats.frames
    words = tr("Status", "{composed} frames · {late} late", composed=count(now.composed), late=count(now.repeated + now.skipped))
    level = ""
    if before is not None:
        ticks = now.composed + now.repeated + now.skipped - before.frames.composed - before.frames.repeated - before.frames.skipped
        late = now.repeated + now.skipped - before.frames.repeated - before.frames.skipped
        level = graded(late / ticks, WEAK_LATE_SHARE, BAD_LATE_SHARE) if ticks > 0 else ""
    explanation = tr(
        "Status",
        "Rendered: {composed}. Repeated because rendering was late: {repeated}. Skipped: {skipped}. "
        "Dropped by the encoder: {dropped}. Lateness: half within {p50}, 99 % within {p99}.",
        composed=count(now.composed),
        repeated=count(now.repeated),
        skipped=count(now.skipped),
        dropped=count(now.dropped),
        p50=milliseconds(stats.late_ms.p50),
        p99=milliseconds(stats.late_ms.p99),
    )
    return Figure(words, level, explanation)


def rate(stats: EngineStats) -> Figure:
    """The encoder's bitrate and its target."""
    video = stats.video
    explanation = tr("Status", "Video bitrate. Target: {aim}. A still scene needs less.", aim=bitrate(video.target_kbps))
    return Figure(bitrate(video.kbps), "", explanation)


def encoder(stats: EngineStats, fps: int) -> Figure:
    """The encoder in use and its time per frame; nothing while none is needed."""
    video = stats.video
    if not video.encoder:
        return Figure("")
    words = " ".join(part for part in (video.encoder, video.preset, milliseconds(video.encode_ms.p50)) if part)
    budget = 1000 / fps
    level = graded(video.encode_ms.p95 / budget, WEAK_ENCODE_SHARE, BAD_ENCODE_SHARE) if stats.state is BroadcastState.LIVE else ""
    explanation = tr(
        "Status",
        "Encoder and its time per frame. 95 % of frames take less than {p95}; the limit is {budget}. Key frames: {idr}.",
        p95=milliseconds(video.encode_ms.p95),
        budget=milliseconds(budget),
        idr=count(video.idr_sent),
    )
    return Figure(words, level, explanation)


def round_trip(stats: EngineStats) -> Figure:
    """The round-trip time to the relay."""
    worst = _worst(stats.targets)
    value = worst.rtt_ms if worst is not None else -1.0
    words = tr("Status", "RTT {time}", time=milliseconds(value))
    return Figure(words, graded(value, WEAK_RTT_MS, BAD_RTT_MS), tr("Status", "Round-trip time, as reported by the relay."))


def loss(stats: EngineStats) -> Figure:
    """The packet loss that the relay reports."""
    worst = _worst(stats.targets)
    value = worst.loss if worst is not None else -1.0
    explanation = tr("Status", "Packet loss before resending.")
    if worst is not None:
        explanation += "\n" + tr(
            "Status",
            "Resent: {again}. Too late to resend: {missed}.",
            again=count(worst.retransmitted),
            missed=count(worst.nack_missed),
        )
    return Figure(tr("Status", "Loss {share}", share=percent(value)), graded(value, WEAK_LOSS, BAD_LOSS), explanation)


def load(stats: EngineStats) -> Figure:
    """The engine's CPU and memory."""
    words = tr("Status", "CPU {cpu} % · {memory} MB", cpu=f"{stats.cpu_percent:.0f}", memory=f"{stats.rss_mb:.0f}")
    return Figure(words, "", tr("Status", "CPU and memory used by the engine. 100 % is one core."))


class StatusBar(QStatusBar):
    """Figures from left to right; each can be reached with the keyboard, its tooltip is its description."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._before: EngineStats | None = None
        self.setSizeGripEnabled(False)
        self.setContentsMargins(6, 0, 6, 2)
        self.figures: dict[str, QLabel] = {}
        for name in ("air", "rate", "rtt", "loss", "frames", "encoder", "load"):
            self.figures[name] = self._figure_label()
            self.addWidget(self.figures[name])
        self.figures["relay"] = self._figure_label()
        self.addPermanentWidget(self.figures["relay"])
        context.bridge.stats_changed.connect(self._on_stats_changed)
        context.bridge.engine_changed.connect(self._on_engine_changed)
        context.bridge.broadcast_changed.connect(self._show_relay)
        context.bridge.broadcast_changed.connect(self._on_engine_changed)
        context.bridge.probes_changed.connect(self._show_relay)
        context.bridge.project_changed.connect(self._show_relay)
        self._show_relay()
        self._on_engine_changed()

    def _figure_label(self) -> QLabel:
        made = label("", "statusFigure")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def show_figure(self, name: str, figure: Figure) -> None:
        """Show one figure."""
        made = self.figures[name]
        made.setText(figure.words)
        made.setVisible(bool(figure.words))
        made.setToolTip(figure.explanation)
        made.setAccessibleDescription(figure.explanation)
        set_property(made, "level", figure.level)

    def _on_engine_changed(self) -> None:
        words = {
            "STARTING": tr("Status", "Engine is starting…"),
            "LOST": tr("Status", "Engine stopped, restarting…"),
            "STOPPED": tr("Status", "Engine stopped"),
        }.get(self._context.studio.engine.state.value.name)
        if words:
            self._before = None
            for name in self.figures:
                if name not in ("air", "relay"):
                    self.show_figure(name, Figure(""))
            self.show_figure("air", Figure(words, "warning"))
        elif self._context.studio.engine.stats is not None:
            self._on_stats_changed(self._context.studio.engine.stats)

    def _on_stats_changed(self, stats: EngineStats) -> None:
        fps = self._context.studio.document.project.output.canvas.fps
        made: Mapping[str, Callable[[], Figure]] = {
            "air": lambda: on_air(self._context.studio.broadcast.air.value, self._context.studio.broadcast.on_air_s()),
            "frames": lambda: frames(stats, self._before),
            "rate": lambda: rate(stats),
            "encoder": lambda: encoder(stats, fps),
            "rtt": lambda: round_trip(stats),
            "loss": lambda: loss(stats),
            "load": lambda: load(stats),
        }
        live = stats.state is BroadcastState.LIVE
        for name, make in made.items():
            self.show_figure(name, make() if live or name not in ("rtt", "loss", "rate") else Figure(""))
        self._before = stats

    def _show_relay(self) -> None:
        words = tr("Status", "Relay: {name}", name=relay_name(self._context.studio.broadcast.main_relay()))
        self.show_figure("relay", Figure(words, "", tr("Status", "The relay that Go live streams to.")))
