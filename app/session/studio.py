"""The desk without a window: everything a user can do with a show, and everything a window shows of it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.domain.air.preset import RelayPreset
from app.domain.base.clock import Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.command import Apply, Command, Event, Hello, ListDevices, RelayProbes, Take
from app.domain.program.device import Devices
from app.domain.program.project import Project, scene_by_id
from app.domain.program.stats import EngineStats, Meters, RelayProbe
from app.domain.program.transition import CUT, Transition
from app.domain.program.trial import RelayTrial
from app.domain.show import Presentation, Show
from app.plugin.host import PluginHost
from app.session.actions import ActionTable
from app.session.air.discovery import MakeDiscovery
from app.session.base.background import background_tasks
from app.session.base.processes import Spawn
from app.session.catalogue.show_handbook import ShowHandbook
from app.session.document.document import on_program
from app.session.engine.desk_lock import DeskLock
from app.session.engine.engine_desk import EngineDesk, EngineState
from app.session.engine.preview_reader import PreviewReader
from app.session.engine.text_pictures import DrawText, TextPictures
from app.session.relayed_show import RelayedShow, relay_setting
from app.session.show_actions import fill_show
from app.session.show_control import ControlServices, ShowControl
from app.session.studio_actions import fill
from app.storage import settings as declared
from app.storage.files import StorageError
from app.storage.paths import Paths
from app.storage.plugin_settings import PluginSettingsFile
from app.storage.secrets import Secrets
from app.storage.settings import Settings, SettingsFile

log = logging.getLogger(__name__)

MakeSample = Callable[[Project], tuple[Show, Iterable[bytes]]]  # a filled show with these scenes, and its pictures
MakeSecrets = Callable[[Callable[[Notice], None]], Secrets]
APPLY_GAP_S = 0.016  # a drag changes the document more often than anybody can see


class Studio(RelayedShow):
    """One open show and its engine. For one asyncio loop; signals are emitted on it.

    Verbs that a button calls (open, save, take, go live, …) never raise: a notice tells what failed. `edit` and `change_setting`
    raise AppError, so that a form can show it at the field.

    `make_discovery`: what looks for relays in the network, None = nothing does. `with_relay` False leaves the embedded relay out.
    `trusted`: what the show connects to was agreed to before (on the command line). `sample`: what a first start opens, None = an empty
    show. `host_language`: what the host of a new show speaks (BCP 47).
    """

    def __init__(
        self,
        *,
        paths: Paths,
        clock: Clock,
        new_project: Callable[[Settings], Project],
        make_secrets: MakeSecrets,
        presets: Sequence[RelayPreset],
        draw_text: DrawText,
        equipment: ControlServices,
        spawn: Spawn,
        make_discovery: MakeDiscovery | None = None,
        with_relay: bool = True,
        sample: MakeSample | None = None,
        host_language: Callable[[Settings], str] = lambda _: "en",
        broken: Sequence[AppError] = (),
        trusted: bool = False,
    ) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self.notices: Signal[[Notice]] = Signal()
        self.settings_changed: Signal[[Settings]] = Signal()
        self.stats_changed: Signal[[EngineStats]] = Signal()
        self.meters_changed: Signal[[Meters]] = Signal()
        self.probes_changed: Signal[[tuple[RelayProbe, ...]]] = Signal()
        self.devices_changed: Signal[[Devices]] = Signal()
        self.stats: EngineStats | None = None
        self.devices = Devices()
        self.preview = PreviewReader()
        self._settings_file = SettingsFile(paths.settings)
        self.settings, early = self._settings_file.load()
        self._early_notices = (*early, *(Notice(Severity.WARNING, one.code, one.data, str(one.data.get("path", ""))) for one in broken))
        notify = self.notices.emit
        self._new_project, self._host_language = new_project, host_language
        super().__init__(
            paths=paths,
            clock=clock,
            new_show=self._empty_show,
            notify=notify,
            post=self._post,
            presets=presets,
            secrets=make_secrets(self._notify_from_thread),
            spawn=spawn,
            send=self._tell_engine,
            trusted=trusted,
        )
        self._background = background_tasks(notify)
        self._texts = TextPictures(draw_text, notify)
        self._lock = DeskLock(paths.runtime)
        self._engine = EngineDesk(runtime=paths.runtime, spawn=spawn, notify=notify, on_attached=self._on_attached, on_event=self._on_event)
        self.engine = self._engine.state
        self._with_relay = with_relay
        self._sample = sample
        self._discovery = make_discovery(self.set_discovered) if make_discovery is not None else None
        self.actions = ActionTable(lambda error: notify(Notice(Severity.ERROR, error.code, error.data)))
        fill(self.actions, self)
        self.control = ShowControl(self, equipment=equipment, clock=clock, send=lambda command, slot: self._engine.send(command, slot=slot))
        fill_show(self.actions, self.control, lambda: self.show)
        self.plugins = PluginHost(
            paths.plugins,
            settings=PluginSettingsFile(paths.plugin_settings),
            data_folder=paths.plugin_data,
            take_order=self.control.orders.place,
            notify=notify,
        )
        self.handbook = ShowHandbook(equipment.make_press, self.pictures, lambda: self.show, lambda: self.title, notify)
        self._applied: Apply | None = None
        self._applied_at = 0.0
        self._due: asyncio.Handle | None = None
        self._found_engine = False
        self._engine_left = False

    # Life -----------------------------------------------------------------------------------------------------------------

    async def start(self, path: Path | None = None) -> None:
        """Open `path`, or the last show, and begin to look after the engine and the embedded relay; both come up in the background."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._running = True
        for notice in self._early_notices:
            self.notices.emit(notice)
        self._early_notices = ()
        try:
            self._lock.acquire()
        except StorageError as error:
            self.notices.emit(Notice(Severity.ERROR, error.code, error.data))
        self._files.start()
        self._background.start(self._files.look_after(lambda: self.settings.backup_every_min * 60.0), "backups")
        last = self._files.last if self.settings.reopen_last else None
        if path is None and self.recovery is not None and self.recovery.on_air and self._engine.left_running():
            self.accept_recovery()  # before the room is joined: what viewers did meanwhile belongs into this log
        elif (opening := path or last) is not None:
            await self._files.open_at_start(opening)
        elif self.settings.show_guide and self.recovery is None:
            self.open_sample()
        self._document.project_changed.connect(self._on_project_changed)
        self.connections.changed.connect(self._on_connections_changed)
        self._engine.state.changed.connect(self._on_engine_state)
        self._learn_secrets()
        if self._with_relay:
            self._embedded.start()
        if self._discovery is not None:
            self._background.start(self._discovery.start(), "discovery")
        self._engine_left = self._engine.left_running()
        self._engine.start()
        self.control.start()
        self.plugins.start()

    async def aclose(self, *, keep_engine: bool, keep_work: bool = False) -> None:
        """End the desk. `keep_engine` leaves the show on air (and unsaved work to be found); else the engine leaves the relays and ends.
        `keep_work` leaves unsaved work to be found in any case.

        More than once is ignored.
        """
        if self._loop is None:
            self._files.close(keep_work=keep_work)
            return
        self._document.project_changed.disconnect(self._on_project_changed)
        self.connections.changed.disconnect(self._on_connections_changed)
        if self._due is not None:
            self._due.cancel()
            self._sync()
        keep_work = keep_work or keep_engine
        others = self._lock.others()
        await self.plugins.aclose()
        await self.control.aclose(keep=keep_engine or others)
        await self._background.aclose()
        await self._engine.aclose(keep_engine=keep_engine or others)
        self._engine.state.changed.disconnect(self._on_engine_state)
        await self._embedded.aclose(keep=keep_engine or others)
        if self._discovery is not None:
            await self._discovery.aclose()
        await self._secrets.aclose()
        self._files.close(keep_work=keep_work)
        self._lock.release()
        self.preview.close()
        self._loop, self._running = None, False

    def _empty_show(self) -> Show:
        return Show(self._new_project(self.settings), Presentation(host_language=self._host_language(self.settings)))

    def open_sample(self) -> None:
        """The sample show takes the place of the open one, which the caller has asked about; nothing happens where there is none."""
        if self._sample is None:
            return
        try:
            self.begin_with(*self._sample(self._new_project(self.settings)))
        except AppError as error:
            self.notices.emit(Notice(Severity.ERROR, error.code, error.data))

    # The program --------------------------------------------------------------------------------------------------------

    def take(self, scene_id: str, transition: Transition | None = None) -> None:
        """Put a scene on program, by the project's own transition unless another is given."""
        try:
            scene_by_id(self.project, scene_id)
        except AppError as error:
            self.notices.emit(Notice(Severity.ERROR, error.code, error.data))
            return
        self._sync()
        self._engine.send(Take(scene_id, self.project.transition if transition is None else transition))
        if self.engine.value is EngineState.ATTACHED:
            self._applied = Apply(
                on_program(self.project, scene_id), self.connections.withheld()
            )  # applying what it knows already would cut short a fade
        self._document.put_on_program(scene_id)

    @property
    def engine_may_be_live(self) -> bool:
        """Whether an engine was found running that has not said yet whether it is on air."""
        return self._engine_left

    @property
    def engine_pid(self) -> int:
        """The process of the engine that was attached last; 0 before the first."""
        return self._engine.pid

    @property
    def relay_pid(self) -> int:
        """The process of the embedded relay; 0 while none runs."""
        return self._embedded.pid

    def refresh_devices(self) -> None:
        """Look for devices again; `devices_changed` brings them."""
        self._engine.send(ListDevices())

    def restart_engine(self) -> None:
        """End the engine, of whatever version, and begin anew; what is live goes back on air."""
        self._background.start(self._engine.restart(), "engine-restart")

    # Settings -------------------------------------------------------------------------------------------------------------

    def change_setting(self, key: str, value: Value) -> None:
        """Change and save one setting; raises FieldError for a value that does not fit. A disk that refuses is told by a notice."""
        before = self.settings
        self.settings = declared.with_setting(before, key, value)
        if self.settings == before:
            return
        try:
            self._settings_file.save(self.settings)
        except StorageError as error:
            self.notices.emit(Notice(Severity.ERROR, error.code, error.data))
        if self._loop is not None and relay_setting(before) != relay_setting(self.settings):
            self._background.start(self._embedded.change(relay_setting(self.settings)), "relay-change")
        self.settings_changed.emit(self.settings)
        if self._loop is not None:
            self._learn_secrets()
        self._on_relays_changed()

    # The engine -----------------------------------------------------------------------------------------------------------

    def _on_attached(self, hello: Hello) -> None:
        if not self._found_engine and hello.project is not None and (hello.live_relay_ids or self._lock.others()):
            self._files.take_over_running(hello.project)
            self.connections.is_running(hello.live_relay_ids, hello.withheld)
        self._found_engine = True
        self.preview.attach(hello.preview)
        self._on_air.on_attached(hello.live_relay_ids)
        self._texts.forget()
        self._applied = Apply(self.project, self.connections.withheld())
        self._engine.send(self._applied)
        self._engine.send(Take(self.project.scene_id, CUT))
        self._sync()
        self.refresh_devices()

    def _on_engine_state(self, old: EngineState, new: EngineState) -> None:
        if old is EngineState.ATTACHED:
            self._on_air.on_lost()
            self.stats = None

    def _on_event(self, event: Event) -> None:
        _EVENTS[type(event)](self, event)

    def _on_stats(self, stats: EngineStats) -> None:
        self.stats = stats
        self._engine_left = False
        self._on_air.on_stats(stats)
        self.stats_changed.emit(stats)

    def _on_probes(self, probes: tuple[RelayProbe, ...]) -> None:
        self.probes = probes
        self._refresh_relays()
        self.probes_changed.emit(probes)

    def _on_devices(self, devices: Devices) -> None:
        self.devices = devices
        self.devices_changed.emit(devices)

    # Keeping in step ------------------------------------------------------------------------------------------------------

    def _on_project_changed(self, project: Project) -> None:
        if self._loop is None or self._due is not None:
            return
        wait = self._applied_at + APPLY_GAP_S - self._loop.time()
        self._due = self._loop.call_later(wait, self._sync) if wait > 0 else self._loop.call_soon(self._sync)
        self._learn_secrets()

    def _sync(self) -> None:
        """Tell the engine what it does not know yet."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        project = self.project
        if self._loop is None or self.engine.value is not EngineState.ATTACHED:
            return
        wanted = Apply(project, self.connections.withheld())
        if wanted != self._applied:
            self._applied = wanted
            self._applied_at = self._loop.time()
            self._engine.send(wanted)
        for picture in self._texts.due(project):
            self._engine.send(picture)
        self._refresh_relays()

    def _on_connections_changed(self) -> None:
        self._learn_secrets()
        self._sync()
        self.relays_changed.emit()

    def _tell_engine(self, command: Command) -> None:
        self._engine.send(command)

    def _notify_from_thread(self, notice: Notice) -> None:
        self._post(lambda: self.notices.emit(notice))

    def _post(self, what: Callable[[], None]) -> None:
        """Run something on the loop's thread; before the start and after the end nobody is there to care."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(what)


_EVENTS: Mapping[type[Any], Callable[[Studio, Any], None]] = {
    EngineStats: Studio._on_stats,
    Meters: lambda studio, meters: studio.meters_changed.emit(meters),
    Notice: lambda studio, notice: studio.notices.emit(notice),
    RelayProbes: lambda studio, event: studio._on_probes(event.probes),
    RelayTrial: lambda studio, trial: studio.relay_tried.emit(trial),
    Devices: Studio._on_devices,
}
