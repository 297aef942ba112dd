"""The video side of the output: which encoders run, at which rate, for whom."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.notice import Notice, Severity
from app.domain.program.output import Canvas, EncoderChoice, Quirks, SpeedPreset, VideoSettings
from app.domain.program.packet import Codec, EncodedPacket
from app.domain.program.stats import VideoStats
from app.media.encode.encoder_configs import h264_configs, hardware_encoders, threads_for, vp8_config
from app.media.encode.ffmpeg_encoder import EncoderConfig, EncoderSettings
from app.media.encode.overload import OverloadDetector
from app.media.encode.preset_chooser import PresetChooser
from app.media.encode.probe import HardwareProber
from app.media.encode.video_encoder import VideoEncoder
from app.media.ports import Frame

_UNUSABLE = {"absent": "encoder.absent", "refused": "encoder.refused", "crashed": "encoder.crashed", "hung": "encoder.hung"}
LEAST_KBPS = 100  # below this a frame is no frame; congestion control may ask for less


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """What all relays in use take; 0 = no limit."""

    kbps: int = 0
    gop_s: float = 0.0
    height: int = 0


def strictest_limits(quirks: Sequence[Quirks]) -> RelayLimits:
    """The strictest of each."""
    return RelayLimits(
        min((one.max_bitrate_kbps for one in quirks if one.max_bitrate_kbps > 0), default=0),
        min((one.max_gop_s for one in quirks if one.max_gop_s > 0), default=0.0),
        min((one.max_height for one in quirks if one.max_height > 0), default=0),
    )


def encoded_canvas(canvas: Canvas, limit: int) -> Canvas:
    """The canvas as it is encoded: no more than `limit` lines (columns where it stands upright), the shape kept."""
    short = min(canvas.width, canvas.height)
    if not 0 < limit < short:
        return canvas
    return replace(canvas, width=canvas.width * limit // short // 2 * 2, height=canvas.height * limit // short // 2 * 2)


class VideoOutput:
    """Encodes each frame once for each codec that somebody wants, and obeys the publisher (it is its EncoderControl).

    `configure` and the control verbs may come from any thread, `submit` from the composing one. Without `begin` nothing is encoded.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        push: Callable[[EncodedPacket], None],
        notify: Callable[[Notice], None],
        prober: HardwareProber | None = None,
        speeds: PresetChooser | None = None,
    ) -> None:
        self._notify = notify
        self._prober = prober or HardwareProber()
        self._speeds = speeds or PresetChooser()
        self._lock = threading.RLock()
        self._lines = {codec: VideoEncoder(codec=codec, clock=clock, push=push, notify=notify) for codec in (Codec.H264, Codec.VP8)}
        self._codecs: frozenset[Codec] = frozenset({Codec.H264})
        self._running: tuple[VideoEncoder, ...] = ()
        self._canvas = Canvas()
        self._settings = VideoSettings()
        self._limits = RelayLimits()
        self._requested_kbps: int | None = None
        self._encoding = False
        self._closed = False
        self._pli_received = 0
        self._unavailable: EncoderChoice | None = None
        self._overload = OverloadDetector()

    # What the engine does with it

    def configure(self, canvas: Canvas, settings: VideoSettings) -> None:
        """Encode this canvas by these settings; a running encoder is kept where it can follow."""
        with self._lock:
            self._canvas, self._settings = canvas, settings
            self._unavailable = None
            self._match()

    def begin(self, quirks: Sequence[Quirks] = ()) -> None:
        """Encode what is submitted from now on, within these relays' limits; the first frame is a key frame."""
        with self._lock:
            self._limits = strictest_limits(quirks)
            if not self._encoding:
                self._encoding = True
                self._codecs = frozenset({Codec.H264})
                self._requested_kbps = None
            self._match()

    def end(self) -> None:
        """Stop encoding."""
        with self._lock:
            self._encoding = False
            self._match()

    def submit(self, frame: Frame) -> None:
        """Hand a composed frame to the encoders in use; returns at once."""
        for line in self._running:
            line.submit(frame)
        if self._overload.overloaded(*self.counts()):
            self._ease()

    def close(self, timeout_s: float = 1.0) -> None:
        """End all threads and children; an encoder that hangs in its driver is left behind after the time-out."""
        with self._lock:
            self._closed = True
            self.end()
        self._prober.close()
        self._speeds.close(timeout_s)
        for line in self._lines.values():
            line.join(timeout_s)

    # EncoderControl

    def request_keyframe(self) -> None:
        self._pli_received += 1
        for line in self._running:
            line.keyframes.request()

    def request_bitrate(self, kbps: int) -> None:
        with self._lock:
            self._requested_kbps = kbps
            for line in self._running:
                line.set_bitrate(self.target_kbps)

    def request_codecs(self, codecs: frozenset[Codec]) -> None:
        with self._lock:
            wanted = codecs & self._lines.keys()
            if wanted and wanted != self._codecs:  # nobody agreed on anything yet: go on as before
                self._codecs = frozenset(wanted)
                self._match()

    # What it tells

    @property
    def target_kbps(self) -> int:
        """The rate aimed at now: the setting, the relays' limits and the publisher's wish, whichever is least."""
        ceiling = self._ceiling_kbps()
        return max(LEAST_KBPS, min(ceiling, self._requested_kbps or ceiling))

    def counts(self) -> tuple[int, int]:
        """(encoded, dropped) frames of the stream that most watch: H.264 unless VP8 alone is wanted."""
        lines = [line.counts() for line in self._lines.values()]
        busiest = max(lines, key=lambda one: one.encoded + one.dropped)
        return busiest.encoded, busiest.dropped

    def stats(self) -> VideoStats:
        running = self._running
        configs = [line.config for line in running if line.config is not None]
        first = running[0] if running else self._lines[Codec.H264]
        return VideoStats(
            encoder=", ".join(config.name for config in configs),
            preset=configs[0].preset if configs else "",
            target_kbps=self.target_kbps,
            kbps=round(sum(line.kbps() for line in running), 1),
            encode_ms=first.spread(),
            idr_sent=sum(line.counts().idr_sent for line in self._lines.values()),
            pli_received=self._pli_received,
        )

    # Making the encoders match

    def _ceiling_kbps(self) -> int:
        limit = self._limits.kbps
        return min(self._settings.bitrate_kbps, limit) if limit else self._settings.bitrate_kbps

    def _wanted(self) -> EncoderSettings:
        canvas, settings = encoded_canvas(self._canvas, self._limits.height), self._settings
        threads = threads_for(canvas.width, canvas.height, canvas.fps, os.cpu_count() or 1)
        gop_frames = max(1, round(settings.gop_s * canvas.fps))
        return EncoderSettings(canvas, self._ceiling_kbps(), self.target_kbps, gop_frames, settings.profile, threads)

    def _configs(self, codec: Codec, wanted: EncoderSettings) -> tuple[EncoderConfig, ...]:
        if codec is Codec.VP8:
            return (vp8_config(wanted.canvas),)
        settings = self._settings
        preset = settings.preset
        if preset is SpeedPreset.AUTO:
            preset = self._speeds.choose(wanted.canvas, settings.profile, wanted.ceiling_kbps, wanted.threads, self._rematch)
        return h264_configs(settings.encoder, settings.profile, preset, self._hardware(wanted))

    def _hardware(self, wanted: EncoderSettings) -> tuple[EncoderChoice, ...]:
        choice = self._settings.encoder
        if choice is EncoderChoice.X264:
            return ()
        candidates = hardware_encoders() if choice is EncoderChoice.AUTO else (choice,)
        self._prober.ask(candidates, wanted.canvas, self._settings.profile, wanted.ceiling_kbps, self._rematch)
        failure = "" if choice is EncoderChoice.AUTO else self._prober.failure(choice)
        if failure and self._unavailable is not choice:
            self._unavailable = choice
            self._notify(Notice(Severity.WARNING, _UNUSABLE[failure], {"encoder": choice.value}, subject="encoder"))
        return self._prober.proven(candidates)

    def _ease(self) -> None:
        """The encoder does not keep up: go on with the next faster preset, where the choice is ours."""
        with self._lock:
            wanted = self._wanted()
            line = self._lines[Codec.H264]
            ours = self._settings.preset is SpeedPreset.AUTO and line.config is not None and line.config.name == EncoderChoice.X264.value
            if ours and self._speeds.ease(wanted.canvas, wanted.profile, wanted.threads):
                self._match()
                preset = line.config.preset if line.config is not None else ""
                self._notify(Notice(Severity.WARNING, "encoder.eased", {"preset": preset}, subject="encoder"))
                return
        self._notify(Notice(Severity.WARNING, "encoder.overloaded", {}, subject="encoder"))

    def _rematch(self) -> None:
        with self._lock:
            self._match()

    def _match(self) -> None:
        if not self._closed:
            self._configs(Codec.H264, self._wanted())  # begins what must be measured and tried before it is needed
        running: list[VideoEncoder] = []
        for codec, line in self._lines.items():
            if self._closed or not self._encoding or codec not in self._codecs:
                line.close()
                continue
            self._match_line(line)
            running.append(line)
        self._running = tuple(running)

    def _match_line(self, line: VideoEncoder) -> None:
        wanted = self._wanted()
        line.keyframes.set_longest(round(self._limits.gop_s * NS_PER_S))
        configs = self._configs(line.codec, wanted)
        if line.keeps(configs, wanted):
            line.set_bitrate(wanted.kbps)
        else:
            line.configure(configs, wanted)
