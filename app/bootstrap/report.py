"""The report of a broadcast without a window: one JSON object, with the same keys in every version."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from app.domain.program.broadcast import TargetState
from app.domain.program.stats import EngineStats, TargetStats

REPORT_VERSION = 1
MB = 1024 * 1024


ENGINE_HOST = "engine_host"


def process_figures(pids: Mapping[str, int]) -> tuple[dict[str, float], dict[str, float]]:
    """CPU seconds and resident megabytes of each named process, without those that have ended. Of the engine's host only the unshared
    memory counts, because the rest is the engine's."""
    cpu: dict[str, float] = {}
    rss: dict[str, float] = {}
    for name, pid in pids.items():
        try:
            process = psutil.Process(pid)
            times = process.cpu_times()
            memory = process.memory_full_info().uss if name == ENGINE_HOST else process.memory_info().rss
            rss[name] = round(memory / MB, 1)
        except psutil.NoSuchProcess:
            continue
        cpu[name] = round(times.user + times.system, 3)
    return cpu, rss


def _target(target: TargetStats) -> dict[str, Any]:
    return {
        "relay": target.relay_id,
        "state": target.state.value,
        "codec": target.codec.value,
        "connect_ms": {
            "post": target.post_ms,
            "ice": target.ice_ms,
            "dtls": target.dtls_ms,
            "first_packet": target.first_packet_ms,
            "total": target.total_ms,
        },
        "connects": target.connects,
        "rtp": {"sent": target.packets_sent, "retransmitted": target.retransmitted, "nack_missed": target.nack_missed},
        "bytes_sent": target.bytes_sent,
        "queue_dropped": target.queue_dropped,
        "video_kbps": round(target.kbps, 1),
        "rtt_ms": target.rtt_ms,
        "loss": target.loss,
        "jitter_ms": target.jitter_ms,
        "failure": target.failure,
        "failure_data": dict(target.failure_data),
    }


def report(
    stats: EngineStats, *, asked_unix_ms: int, seconds_live: float, cpu_s: Mapping[str, float], rss_mb: Mapping[str, float]
) -> dict[str, Any]:
    """Statistics of a run. The top-level values are those of the first target; `targets` has all. `asked_unix_ms` is when going live was
    requested."""
    targets = [_target(target) for target in stats.targets]
    first = targets[0] if targets else _target(TargetStats("", TargetState.IDLE))
    return {
        "version": REPORT_VERSION,
        "asked_unix_ms": asked_unix_ms,
        "seconds_live": round(seconds_live, 3),
        "frames": asdict(stats.frames),
        "late_ms": asdict(stats.late_run_ms),
        "cpu_s": dict(cpu_s),
        "rss_mb": dict(rss_mb),
        "connect_ms": first["connect_ms"],
        "video": {
            "encoder": stats.video.encoder,
            "preset": stats.video.preset,
            "kbps": round(stats.video.kbps, 1),
            "idr_sent": stats.video.idr_sent,
            "pli_received": stats.video.pli_received,
            "encode_ms": asdict(stats.video.encode_ms),
        },
        "rtp": first["rtp"],
        "rtt_ms": first["rtt_ms"],
        "loss": first["loss"],
        "targets": targets,
    }


def write_report(path: Path, content: Mapping[str, Any]) -> None:
    """Write the report; raises OSError."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
