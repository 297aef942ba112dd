"""The stats that the engine reports once a second; counters count from the engine's start and never decrease."""

from dataclasses import dataclass

from app.domain.base.errors import Value
from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.packet import Codec


@dataclass(frozen=True, slots=True)
class Percentiles:
    """A distribution in milliseconds over the last minute (or the whole run, in a report)."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True)
class FrameCounts:
    """Counts each frame once. composed = newly composed; repeated = the previous one sent again because composing was late;
    skipped = clock ticks without a frame; composed + repeated + skipped = ticks of the canvas clock.
    captured = frames from all sources; encoded / dropped = accepted or refused by the encoder."""

    captured: int = 0
    composed: int = 0
    repeated: int = 0
    skipped: int = 0
    encoded: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class VideoStats:
    encoder: str = ""
    preset: str = ""
    target_kbps: int = 0
    kbps: float = 0.0
    encode_ms: Percentiles = Percentiles()
    idr_sent: int = 0
    pli_received: int = 0


@dataclass(frozen=True, slots=True)
class TargetStats:
    """One relay. Times in milliseconds; `loss` 0..1 in the last report; -1 = unknown.

    `failure` is the code of the last failure ("" = none), `failure_data` its values (`step` and `detail` among them).
    """

    relay_id: str
    state: TargetState
    codec: Codec = Codec.H264
    since_ns: int = 0
    post_ms: float = -1.0
    ice_ms: float = -1.0
    dtls_ms: float = -1.0
    first_packet_ms: float = -1.0
    total_ms: float = -1.0
    rtt_ms: float = -1.0
    loss: float = -1.0
    jitter_ms: float = -1.0
    kbps: float = 0.0
    packets_sent: int = 0
    bytes_sent: int = 0
    retransmitted: int = 0
    nack_missed: int = 0
    pli_received: int = 0
    queue_dropped: int = 0
    available_kbps: int = -1
    remb_kbps: int = -1
    connects: int = 0
    retry_in_ms: int = -1
    failure: str = ""
    failure_data: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceStats:
    """`alive` is False while the source shows the "no signal" slate; `detail` is the reason, as a notice code."""

    source_id: str
    alive: bool
    fps: float = 0.0
    width: int = 0
    height: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EngineStats:
    """One second of the engine. `live_since_ns`: when a relay first took the program, 0 = none has.
    `late_ms` covers the last minute, `late_run_ms` all ticks since the first target was live."""

    at_ns: int
    state: BroadcastState
    live_since_ns: int
    scene_id: str
    frames: FrameCounts
    late_ms: Percentiles
    late_run_ms: Percentiles
    video: VideoStats
    targets: tuple[TargetStats, ...]
    sources: tuple[SourceStats, ...]
    cpu_s: float
    cpu_percent: float
    rss_mb: float
    audio_dropped_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class StripMeter:
    """Levels in dBFS (-120 = silence), per channel, since the last event; `clipped` if any sample reached full scale."""

    source_id: str
    peak_db: tuple[float, float]
    rms_db: tuple[float, float]
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Meters:
    """Sent twenty times a second. `master` has source_id ""."""

    master: StripMeter
    strips: tuple[StripMeter, ...]


@dataclass(frozen=True, slots=True)
class RelayProbe:
    """The distance of a relay: median of five, in milliseconds, -1 = not reached or not offered; `failure` names the failed step."""

    relay_id: str
    http_ms: float = -1.0
    stun_ms: float = -1.0
    failure: str = ""
    warm: bool = False
