"""The engine as the session sees it: the project that it runs, its stats, its preview."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.base.state_machine import StateMachine
from app.domain.program.command import Apply, Command, Event, Hello, ListDevices, RelayProbes, Take
from app.domain.program.device import Devices
from app.domain.program.project import Project, scene_by_id
from app.domain.program.stats import EngineStats, Meters, RelayProbe
from app.domain.program.transition import CUT, Transition
from app.domain.program.trial import RelayTrial
from app.session.base.background import background_tasks
from app.session.base.processes import Spawn
from app.session.document.document import Document, on_program
from app.session.engine.engine_supervisor import EngineState, EngineSupervisor
from app.session.engine.preview_reader import PreviewReader
from app.session.engine.text_pictures import DrawText, TextPictures

APPLY_GAP_S = 0.016  # a drag changes the document more often than anybody can see


class RemoteEngine:
    """Keeps the engine's project equal to the document and passes on what the engine reports. For one asyncio loop.

    `attached` is emitted with a new engine's Hello before it gets the project; `synced` after it got everything that changed. `withheld`
    gives the sources that must not run.
    """

    def __init__(
        self,
        document: Document,
        *,
        withheld: Callable[[], tuple[str, ...]],
        draw_text: DrawText,
        runtime: Path,
        spawn: Spawn,
        notify: Callable[[Notice], None],
    ) -> None:
        self.attached: Signal[[Hello]] = Signal()
        self.synced: Signal[[]] = Signal()
        self.stats_changed: Signal[[EngineStats]] = Signal()
        self.meters_changed: Signal[[Meters]] = Signal()
        self.devices_changed: Signal[[Devices]] = Signal()
        self.probed: Signal[[tuple[RelayProbe, ...]]] = Signal()
        self.relay_tried: Signal[[RelayTrial]] = Signal()
        self.stats: EngineStats | None = None
        self.devices = Devices()
        self.preview = PreviewReader()
        self.found_running = False  # whether an engine was running before us and has not yet reported whether it is on air
        self._document = document
        self._withheld = withheld
        self._notify = notify
        self._texts = TextPictures(draw_text, notify)
        self._background = background_tasks(notify)
        self._supervisor = EngineSupervisor(
            runtime=runtime, spawn=spawn, notify=notify, on_attached=self._on_attached, on_event=self._on_event
        )
        self.state: StateMachine[EngineState] = self._supervisor.state
        self.state.changed.connect(self._on_state)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._applied: Apply | None = None
        self._applied_at = 0.0
        self._due: asyncio.Handle | None = None
        self._events: Mapping[type[Any], Callable[[Any], None]] = {
            EngineStats: self._on_stats,
            Meters: self.meters_changed.emit,
            Notice: notify,
            RelayProbes: lambda event: self.probed.emit(event.probes),
            RelayTrial: self.relay_tried.emit,
            Devices: self._on_devices,
        }

    # Life -----------------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether it is between `start` and `aclose`."""
        return self._loop is not None

    @property
    def pid(self) -> int:
        """The process of the engine that was attached last; 0 before the first."""
        return self._supervisor.pid

    @property
    def project(self) -> Project:
        """The project that the engine is kept equal to."""
        return self._document.project

    def left_running(self) -> bool:
        """Whether an engine runs here that we are not attached to."""
        return self._supervisor.left_running()

    def start(self) -> None:
        """Find or start the engine, in the background."""
        self._loop = asyncio.get_running_loop()
        self.found_running = self._supervisor.left_running()
        self._supervisor.start()

    def flush(self) -> None:
        """Send a change that is still due."""
        if self._due is not None:
            self.sync()

    async def aclose(self, *, keep_engine: bool) -> None:
        """Detach from the engine, which goes on when `keep_engine`, else ends."""
        await self._background.aclose()
        await self._supervisor.aclose(keep_engine=keep_engine)
        self.preview.close()
        self._loop = None

    # Commands -------------------------------------------------------------------------------------------------------------

    def send(self, command: Command, slot: str = "") -> None:
        """Send a command, if an engine is attached; a newer command of the same slot replaces one that was not sent yet."""
        self._supervisor.send(command, slot=slot)

    def take(self, scene_id: str, transition: Transition | None = None) -> None:
        """Put a scene on program, with the project's own transition unless another is given."""
        project = self.project
        try:
            scene_by_id(project, scene_id)
        except AppError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data))
            return
        self.sync()
        self.send(Take(scene_id, project.transition if transition is None else transition))
        if self.state.value is EngineState.ATTACHED:  # applying what the engine has already would cut a fade short
            self._applied = Apply(on_program(project, scene_id), self._withheld())
        self._document.put_on_program(scene_id)

    def refresh_devices(self) -> None:
        """Look for devices again; `devices_changed` reports them."""
        self.send(ListDevices())

    def restart(self) -> None:
        """End the engine, whatever its version, and start a new one; a live show goes back on air."""
        self._background.start(self._supervisor.restart(), "engine-restart")

    # Keeping the project equal --------------------------------------------------------------------------------------------

    def sync_soon(self) -> bool:
        """Send the project shortly; False when that is due already or nothing runs."""
        if self._loop is None or self._due is not None:
            return False
        wait = self._applied_at + APPLY_GAP_S - self._loop.time()
        self._due = self._loop.call_later(wait, self.sync) if wait > 0 else self._loop.call_soon(self.sync)
        return True

    def sync(self) -> None:
        """Send the engine what changed since the last time."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        project = self.project
        if self._loop is None or self.state.value is not EngineState.ATTACHED:
            return
        wanted = Apply(project, self._withheld())
        if wanted != self._applied:
            self._applied = wanted
            self._applied_at = self._loop.time()
            self.send(wanted)
        for picture in self._texts.due(project):
            self.send(picture)
        self.synced.emit()

    # What the engine reports ----------------------------------------------------------------------------------------------

    def _on_attached(self, hello: Hello) -> None:
        self.attached.emit(hello)
        self.preview.attach(hello.preview)
        self._texts.forget()
        self._applied = Apply(self.project, self._withheld())
        self.send(self._applied)
        self.send(Take(self.project.scene_id, CUT))
        self.sync()
        self.refresh_devices()

    def _on_state(self, old: EngineState, new: EngineState) -> None:
        if old is EngineState.ATTACHED:
            self.stats = None

    def _on_event(self, event: Event) -> None:
        self._events[type(event)](event)

    def _on_stats(self, stats: EngineStats) -> None:
        self.stats = stats
        self.found_running = False
        self.stats_changed.emit(stats)

    def _on_devices(self, devices: Devices) -> None:
        self.devices = devices
        self.devices_changed.emit(devices)
