"""What the show desk needs of the studio that it belongs to."""

from pathlib import Path
from typing import Protocol

from app.domain.base.notice import Notice
from app.domain.base.signal import Signal
from app.domain.base.state import StateCell
from app.domain.program.broadcast import BroadcastState
from app.domain.program.device import Devices
from app.domain.program.output import Relay
from app.domain.program.stats import EngineStats, RelayProbe
from app.session.document.show_book import ShowBook
from app.session.engine.engine_desk import EngineState
from app.session.room.room_port import RoomAddress
from app.storage.settings import Settings


class Pictures(Protocol):
    def get(self, picture_id: str) -> bytes | None: ...


class DeskStudio(ShowBook, Protocol):
    """What the show desk needs of the studio that it belongs to."""

    notices: Signal[[Notice]]
    settings: Settings
    settings_changed: Signal[[Settings]]
    relays_changed: Signal[[]]
    stats_changed: Signal[[EngineStats]]
    show_leaving: Signal[[]]
    show_opened: Signal[[]]
    document_changed: Signal[[]]
    broadcast: StateCell[BroadcastState]
    engine: StateCell[EngineState]
    devices: Devices
    probes: tuple[RelayProbe, ...]
    stats: EngineStats | None

    @property
    def pictures(self) -> Pictures: ...

    @property
    def path(self) -> Path | None: ...

    @property
    def watch_address(self) -> str: ...

    @property
    def live_targets(self) -> tuple[Relay, ...]: ...

    @property
    def room_address(self) -> RoomAddress | None: ...

    @property
    def engine_may_be_live(self) -> bool: ...

    def take(self, scene_id: str) -> None: ...

    def go_live(self) -> None: ...

    def nearest(self) -> Relay: ...

    async def kept(self) -> bool: ...
