"""The engine as the link sees it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.domain.base.notice import Notice
from app.domain.base.signal import Signal
from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.device import Devices
from app.domain.program.output import Target
from app.domain.program.project import Project
from app.domain.program.stats import EngineStats, Meters, RelayProbe
from app.domain.program.transition import Transition
from app.domain.program.trial import RelayTrial


class EnginePort(Protocol):
    """Methods that change something are called from one thread; reading methods may be called from any."""

    @property
    def notices(self) -> Signal[[Notice]]: ...

    @property
    def project(self) -> Project | None: ...

    @property
    def live_relay_ids(self) -> tuple[str, ...]: ...

    @property
    def preview_path(self) -> Path | None: ...

    @property
    def withheld(self) -> tuple[str, ...]: ...

    def apply(self, project: Project, withheld: Sequence[str] = ()) -> None: ...

    def take(self, scene_id: str, transition: Transition) -> None: ...

    def put_picture(self, source_id: str, width: int, height: int, rgba: bytes) -> None: ...

    def put_overlay(self, put: PutOverlay) -> None: ...

    def drop_overlay(self, drop: DropOverlay) -> None: ...

    def go_live(self, targets: Sequence[Target], since_ns: int = 0) -> None: ...

    def stop_live(self) -> None: ...

    def watch_relays(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float) -> None: ...

    def try_relay(self, target: Target, told: Callable[[RelayTrial], None]) -> None: ...

    def list_devices(self) -> Devices: ...

    def stats(self) -> EngineStats: ...

    def meters(self) -> Meters: ...

    def probes(self) -> tuple[RelayProbe, ...]: ...
