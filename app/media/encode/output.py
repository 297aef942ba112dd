"""The video output: which encoders run, at which rate, for whom."""

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
LEAST_KBPS = 100  # below this the video is unusable, although congestion control may ask for less


@dataclass(frozen=True, slots=True)
class OutputLimits:
    """What all relays in use accept; 0 = no limit."""

    kbps: int = 0
    gop_s: float = 0.0
    height: int = 0


def strictest_limits(quirks: Sequence[Quirks]) -> OutputLimits:
    """The strictest limit of each kind."""
    return OutputLimits(
        min((one.max_bitrate_kbps for one in quirks if one.max_bitrate_kbps > 0), default=0),
        min((one.max_gop_s for one in quirks if one.max_gop_s > 0), default=0.0),
        min((one.max_height for one in quirks if one.max_height > 0), default=0),
    )


def encoded_canvas(canvas: Canvas, limit: int) -> Canvas:
    """The canvas to encode: at most `limit` lines (columns in portrait), in the same shape."""
    short = min(canvas.width, canvas.height)
    if not 0 < limit < short:
        return canvas
    return replace(canvas, width=canvas.width * limit // short // 2 * 2, height=canvas.height * limit // short // 2 * 2)


class VideoOutput:
    """Encodes each frame once per codec in use, and follows the publisher (it is its EncoderControl).

    Call `configure` and the control methods from any thread, `submit` from the composing thread. Nothing is encoded before `begin`.
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
        self._encoders = {codec: VideoEncoder(codec=codec, clock=clock, push=push, notify=notify) for codec in (Codec.H264, Codec.VP8)}
        self._codecs: frozenset[Codec] = frozenset({Codec.H264})
        self._running: tuple[VideoEncoder, ...] = ()
        self._canvas = Canvas()
        self._settings = VideoSettings()
        self._limits = OutputLimits()
        self._requested_kbps: int | None = None
        self._encoding = False
        self._closed = False
        self._pli_received = 0
        self._unavailable: EncoderChoice | None = None
        self._overload = OverloadDetector()

    # Used by the engine

    def configure(self, canvas: Canvas, settings: VideoSettings) -> None:
        """Encode this canvas with these settings; a running encoder stays if it can follow."""
        with self._lock:
            self._canvas, self._settings = canvas, settings
            self._unavailable = None
            self._match()

    def begin(self, quirks: Sequence[Quirks] = ()) -> None:
        """Encode submitted frames from now on, within these relays' limits; the first frame is a key frame."""
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
        """Pass a composed frame to the encoders in use; returns at once."""
        for encoder in self._running:
            encoder.submit(frame)
        if self._overload.overloaded(*self.counts()):
            self._use_faster_preset()

    def close(self, timeout_s: float = 1.0) -> None:
        """End all threads and child processes; an encoder that hangs in its driver is abandoned after the timeout."""
        with self._lock:
            self._closed = True
            self.end()
        self._prober.close()
        self._speeds.close(timeout_s)
        for encoder in self._encoders.values():
            encoder.join(timeout_s)

    # EncoderControl

    def request_keyframe(self) -> None:
        self._pli_received += 1
        for encoder in self._running:
            encoder.keyframes.request()

    def request_bitrate(self, kbps: int) -> None:
        with self._lock:
            self._requested_kbps = kbps
            for encoder in self._running:
                encoder.set_bitrate(self.target_kbps)

    def request_codecs(self, codecs: frozenset[Codec]) -> None:
        with self._lock:
            wanted = codecs & self._encoders.keys()
            if wanted and wanted != self._codecs:  # no codec is agreed on yet: change nothing
                self._codecs = frozenset(wanted)
                self._match()

    # State and figures

    @property
    def target_kbps(self) -> int:
        """The current target rate: the least of the setting, the relays' limits and the publisher's request."""
        ceiling = self._ceiling_kbps()
        return max(LEAST_KBPS, min(ceiling, self._requested_kbps or ceiling))

    def counts(self) -> tuple[int, int]:
        """(encoded, dropped) frames of the busiest stream: H.264, unless only VP8 is used."""
        counts = [encoder.counts() for encoder in self._encoders.values()]
        busiest = max(counts, key=lambda one: one.encoded + one.dropped)
        return busiest.encoded, busiest.dropped

    def stats(self) -> VideoStats:
        running = self._running
        configs = [encoder.config for encoder in running if encoder.config is not None]
        first = running[0] if running else self._encoders[Codec.H264]
        return VideoStats(
            encoder=", ".join(config.name for config in configs),
            preset=configs[0].preset if configs else "",
            target_kbps=self.target_kbps,
            kbps=round(sum(encoder.kbps() for encoder in running), 1),
            encode_ms=first.spread(),
            idr_sent=sum(encoder.counts().idr_sent for encoder in self._encoders.values()),
            pli_received=self._pli_received,
        )

    # Matching the encoders to the settings

    def _ceiling_kbps(self) -> int:
        limit = self._limits.kbps
        return min(self._settings.bitrate_kbps, limit) if limit else self._settings.bitrate_kbps

    def _encoder_settings(self) -> EncoderSettings:
        canvas, settings = encoded_canvas(self._canvas, self._limits.height), self._settings
        threads = threads_for(canvas.width, canvas.height, canvas.fps, os.cpu_count() or 1)
        gop_frames = max(1, round(settings.gop_s * canvas.fps))
        return EncoderSettings(canvas, self._ceiling_kbps(), self.target_kbps, gop_frames, settings.profile, threads)

    def _configs(self, codec: Codec, encoder_settings: EncoderSettings) -> tuple[EncoderConfig, ...]:
        if codec is Codec.VP8:
            return (vp8_config(encoder_settings.canvas),)
        settings = self._settings
        preset = settings.preset
        if preset is SpeedPreset.AUTO:
            preset = self._speeds.choose(
                encoder_settings.canvas, settings.profile, encoder_settings.ceiling_kbps, encoder_settings.threads, self._rematch
            )
        return h264_configs(settings.encoder, settings.profile, preset, self._hardware(encoder_settings))

    def _hardware(self, encoder_settings: EncoderSettings) -> tuple[EncoderChoice, ...]:
        choice = self._settings.encoder
        if choice is EncoderChoice.X264:
            return ()
        candidates = hardware_encoders() if choice is EncoderChoice.AUTO else (choice,)
        self._prober.ask(candidates, encoder_settings.canvas, self._settings.profile, encoder_settings.ceiling_kbps, self._rematch)
        failure = "" if choice is EncoderChoice.AUTO else self._prober.failure(choice)
        if failure and self._unavailable is not choice:
            self._unavailable = choice
            self._notify(Notice(Severity.WARNING, _UNUSABLE[failure], {"encoder": choice.value}, subject="encoder"))
        return self._prober.working(candidates)

    def _use_faster_preset(self) -> None:
        """The encoder is too slow: switch to the next faster preset, if the preset is automatic."""
        with self._lock:
            encoder_settings = self._encoder_settings()
            encoder = self._encoders[Codec.H264]
            ours = (
                self._settings.preset is SpeedPreset.AUTO and encoder.config is not None and encoder.config.name == EncoderChoice.X264.value
            )
            if ours and self._speeds.use_faster_preset(encoder_settings.canvas, encoder_settings.profile, encoder_settings.threads):
                self._match()
                preset = encoder.config.preset if encoder.config is not None else ""
                self._notify(Notice(Severity.WARNING, "encoder.eased", {"preset": preset}, subject="encoder"))
                return
        self._notify(Notice(Severity.WARNING, "encoder.overloaded", {}, subject="encoder"))

    def _rematch(self) -> None:
        with self._lock:
            self._match()

    def _match(self) -> None:
        if not self._closed:
            self._configs(Codec.H264, self._encoder_settings())  # starts measurements and hardware trials before they are needed
        running: list[VideoEncoder] = []
        for codec, encoder in self._encoders.items():
            if self._closed or not self._encoding or codec not in self._codecs:
                encoder.close()
                continue
            self._match_encoder(encoder)
            running.append(encoder)
        self._running = tuple(running)

    def _match_encoder(self, encoder: VideoEncoder) -> None:
        encoder_settings = self._encoder_settings()
        encoder.keyframes.set_longest(round(self._limits.gop_s * NS_PER_S))
        configs = self._configs(encoder.codec, encoder_settings)
        if encoder.keeps(configs, encoder_settings):
            encoder.set_bitrate(encoder_settings.kbps)
        else:
            encoder.configure(configs, encoder_settings)
