"""An engine process without media, behind the real link. Its stats and notices report the commands it got.

`python -m tests.support.paper_engine engine --runtime DIR` has the same command line as the app's engine.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.broadcast import BroadcastState, TargetState
from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.device import Device, Devices
from app.domain.program.output import Target
from app.domain.program.project import Project
from app.domain.program.stats import EngineStats, FrameCounts, Meters, Percentiles, RelayProbe, StripMeter, TargetStats, VideoStats
from app.domain.program.transition import Transition
from app.domain.program.trial import RelayTrial
from app.link.registration import ENGINE_LOCK
from app.link.server import LinkServer
from app.storage.lock import FileLock


class PaperEngine:
    """Records its commands. It refuses a scene called "refuse"; one called "crash" raises an unexpected error."""

    def __init__(self) -> None:
        self.notices: Signal[[Notice]] = Signal()
        self.project: Project | None = None
        self.live_relay_ids: tuple[str, ...] = ()
        self.withheld: tuple[str, ...] = ()
        self.since_ns = 0
        self.preview_path: Path | None = None
        self._scene_id = ""
        self._probes: tuple[RelayProbe, ...] = ()

    def apply(self, project: Project, withheld: Sequence[str] = ()) -> None:
        self.project = project
        self.withheld = tuple(withheld)
        self._scene_id = project.scene_id
        self._report("applied", name=project.name, scenes=len(project.scenes), withheld=" ".join(withheld))

    def take(self, scene_id: str, transition: Transition) -> None:
        if scene_id == "refuse":
            raise AppError("scene.missing", scene=scene_id)
        if scene_id == "crash":
            raise RuntimeError("broken on purpose")
        self._scene_id = scene_id
        if self.project is not None:
            self.project = replace(self.project, scene_id=scene_id)
        self._report("took", scene=scene_id, kind=transition.kind.value)

    def put_picture(self, source_id: str, width: int, height: int, rgba: bytes) -> None:
        self._report("picture", source=source_id, width=width, height=height, size=len(rgba), first=rgba[0] if rgba else -1)

    def put_overlay(self, put: PutOverlay) -> None:
        self._report(
            "overlay",
            id=put.overlay_id,
            width=put.width,
            height=put.height,
            size=len(put.rgba),
            x=put.x,
            y=put.y,
            enter=put.enter.value,
            duration_ms=put.duration_ms,
            scroll_px_per_s=put.scroll_px_per_s,
        )

    def drop_overlay(self, drop: DropOverlay) -> None:
        self._report("overlay_dropped", id=drop.overlay_id, leave=drop.leave.value, duration_ms=drop.duration_ms)

    def go_live(self, targets: Sequence[Target], since_ns: int = 0) -> None:
        self.since_ns = since_ns or self.since_ns or time.monotonic_ns()
        self.live_relay_ids = tuple(target.relay.id for target in targets)
        self._report("live", ids=" ".join(self.live_relay_ids), tokens=" ".join(target.token for target in targets))

    def stop_live(self) -> None:
        self.live_relay_ids = ()
        self.since_ns = 0
        self._report("stopped")

    def watch_relays(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float) -> None:
        self._probes = tuple(RelayProbe(target.relay.id, 10.0 + 5.0 * place) for place, target in enumerate(targets))
        self._report("watching", ids=" ".join(target.relay.id for target in targets), warm=" ".join(warm_ids), every_s=every_s)

    def try_relay(self, target: Target, on_result: Callable[[RelayTrial], None]) -> None:
        refused = "refuse" in target.relay.whip_url
        on_result(RelayTrial(target.relay.id, "whip.token" if refused else "", (("step", "http"), ("status", 401)) if refused else ()))
        self._report("tried", id=target.relay.id, url=target.relay.whip_url, token=target.token)

    def list_devices(self) -> Devices:
        return Devices(cameras=(Device("camera-1", "Paper camera"),))

    def stats(self) -> EngineStats:
        state = BroadcastState.LIVE if self.live_relay_ids else BroadcastState.IDLE
        return EngineStats(
            at_ns=time.monotonic_ns(),
            state=state,
            live_since_ns=self.since_ns,
            scene_id=self._scene_id,
            frames=FrameCounts(),
            late_ms=Percentiles(),
            late_run_ms=Percentiles(),
            video=VideoStats(),
            targets=tuple(TargetStats(relay_id, TargetState.LIVE, since_ns=self.since_ns) for relay_id in self.live_relay_ids),
            sources=(),
            cpu_s=0.0,
            cpu_percent=0.0,
            rss_mb=0.0,
        )

    def meters(self) -> Meters:
        return Meters(StripMeter("", (-20.0, -20.0), (-23.0, -23.0)), ())

    def probes(self) -> tuple[RelayProbe, ...]:
        return self._probes

    def _report(self, word: str, **data: Value) -> None:
        self.notices.emit(Notice(Severity.INFO, f"paper.{word}", data))


def main(words: Sequence[str]) -> int:
    """Serve until asked to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["engine"])
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("--idle", type=float, default=15.0)
    arguments = parser.parse_args(words)
    server = LinkServer(PaperEngine(), runtime=arguments.runtime, lock=FileLock(arguments.runtime / ENGINE_LOCK), idle_s=arguments.idle)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.end())
    server.wait()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
