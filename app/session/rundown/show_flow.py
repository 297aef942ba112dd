"""Starts and ends the rundown with the broadcast."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.base.state_machine import StateMachine
from app.domain.event import EventKind, ShowEvent
from app.domain.program.broadcast import BroadcastState
from app.domain.program.stats import EngineStats
from app.session.base.settings_store import SettingsStore
from app.session.document.show_book import ShowBook
from app.session.rundown.air_log import AirLog
from app.session.rundown.show_end import ShowEnd
from app.session.rundown.show_runner import ShowRunner


class BroadcastStates(Protocol):
    @property
    def state(self) -> StateMachine[BroadcastState]: ...


class EngineReports(Protocol):
    @property
    def stats_changed(self) -> Signal[[EngineStats]]: ...


class FlowStudio(ShowBook, Protocol):
    """What the flow of a show reads from the studio."""

    @property
    def settings(self) -> SettingsStore: ...

    @property
    def broadcast(self) -> BroadcastStates: ...

    @property
    def engine(self) -> EngineReports: ...


class ShowFlow:
    """Follows the broadcast from `start` to `close`: live starts the run, and leaving the air ends it.

    `starts_planned` starts the planned show that is due and returns whether there was one.
    """

    def __init__(
        self,
        studio: FlowStudio,
        runner: ShowRunner,
        air: AirLog,
        ending: ShowEnd,
        *,
        starts_planned: Callable[[], bool],
        notify: Callable[[Notice], None],
    ) -> None:
        self._studio = studio
        self._runner = runner
        self._air = air
        self._ending = ending
        self._starts_planned = starts_planned
        self._notify = notify
        self._loop: asyncio.AbstractEventLoop | None = None
        self._disconnects: list[Callable[[], None]] = []

    @property
    def since_ms(self) -> int | None:
        """UTC milliseconds since when somebody may be watching: on air, or in a rehearsal. None = not now."""
        if self._air.since_ms is not None:
            return self._air.since_ms
        return self._runner.run.started_ms if self._runner.run.running else None

    def start(self) -> None:
        """Follow the broadcast from now on."""
        self._loop = asyncio.get_running_loop()
        studio = self._studio
        self._disconnects = [
            studio.broadcast.state.changed.connect(self._on_broadcast),
            studio.engine.stats_changed.connect(self._on_stats),
            studio.log.appended.connect(self._on_logged),
        ]

    def close(self) -> None:
        """Follow it no longer. More than once is ignored."""
        self._loop = None
        for disconnect in self._disconnects:
            disconnect()
        self._disconnects = []

    def leave(self, why: str) -> None:
        """The open show closes: end it for its viewers if it is on air or runs."""
        on_air = self._air.since_ms is not None
        if on_air:
            self._studio.log.append(EventKind.OFF_AIR, why=why)
        if on_air or self._runner.run.running:
            self._ending.end(why)

    def _on_broadcast(self, old: BroadcastState, new: BroadcastState) -> None:
        if new is not BroadcastState.LIVE or self._starts_planned():
            return
        if self._runner.run.running or not self._studio.document.show.segments:
            return
        if self._studio.settings.value.run_with_live:
            self._runner.start()
        else:
            self._notify(Notice(Severity.INFO, "run.not_started", {}, "run", ("run.start",)))

    def _on_stats(self, stats: EngineStats) -> None:
        if stats.state is BroadcastState.IDLE:
            self._air.engine_is_idle()

    def _on_logged(self, event: ShowEvent) -> None:
        self._ending.on_logged(event)
        if event.kind is EventKind.OFF_AIR and self._loop is not None:
            why = event.data.get("why")
            if why == "host":
                self._loop.call_soon(self._on_ended_by_host)
            elif why == "lost":
                self._loop.call_soon(self._ending.lost_air)

    def _on_ended_by_host(self) -> None:
        if self._loop is not None and self._air.since_ms is None:
            self._ending.end("host")
