"""The desk without a window: builds and starts the parts of an open show and of its engine."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from app.domain.air.preset import RelayPreset
from app.domain.base.clock import Clock
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.program.command import Hello
from app.domain.program.project import Project
from app.domain.show import Presentation, Show
from app.plugin.host import PluginHost
from app.session.actions import ActionTable
from app.session.air.broadcast_control import BroadcastControl
from app.session.air.connections import Connections
from app.session.air.discovery import MakeDiscovery
from app.session.air.embedded_relay import EmbeddedRelay, relay_setting
from app.session.air.relays import Relays, contacts_by
from app.session.base.background import background_tasks
from app.session.base.processes import Spawn
from app.session.base.settings_store import SettingsStore
from app.session.catalogue.show_handbook import ShowHandbook
from app.session.document.open_show import make_open_show
from app.session.engine.desk_lock import DeskLock
from app.session.engine.remote_engine import RemoteEngine
from app.session.engine.text_pictures import DrawText
from app.session.show_actions import add_show_actions
from app.session.show_control import ControlServices, ShowControl
from app.session.studio_actions import add_studio_actions
from app.session.tables.show_tables import ShowTables
from app.storage.consents import Consents
from app.storage.files import StorageError
from app.storage.paths import Paths
from app.storage.plugin_settings import PluginSettingsFile
from app.storage.secrets import Secrets
from app.storage.settings import Settings, SettingsFile

log = logging.getLogger(__name__)

MakeSample = Callable[[Project], tuple[Show, Iterable[bytes]]]  # a filled show with these scenes, and its pictures
MakeSecrets = Callable[[Callable[[Notice], None]], Secrets]


class Studio:
    """One open show and its engine. For one asyncio loop; signals are emitted on it.

    `document`, `log`, `files`, `pictures` and `tables` are the show; `engine` runs it; `broadcast`, `relays`, `embedded` and
    `connections` take it on air; `control` runs and sells it. Verbs that a button calls (open, save, take, go live, …) never raise: a
    notice says what failed. `document.edit` and `settings.change` raise AppError, so that a form can show it at the field.

    `make_discovery` makes what looks for relays on the network, None = nothing does. `with_relay` False leaves the embedded relay out.
    `trusted`: the user agreed before (on the command line) to what the show connects to. `sample` makes the show that a first start opens,
    None = an empty one. `host_language` is the language of the host of a new show (BCP 47).
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
        services: ControlServices,
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
        notify = self.notices.emit
        file = SettingsFile(paths.settings)
        settings, early = file.load()
        self._early_notices = (*early, *(Notice(Severity.WARNING, one.code, one.data, str(one.data.get("path", ""))) for one in broken))
        self.settings = SettingsStore(settings, file, notify)
        self._new_project, self._host_language, self._sample = new_project, host_language, sample
        self._background = background_tasks(notify)
        self._lock = DeskLock(paths.runtime)
        self._took_over = False  # the first engine was asked whether it runs a show

        opened = make_open_show(paths=paths, clock=clock, new_show=self._empty_show, notify=notify, post=self._post)
        self.document, self.autosave, self.log, self.files = opened.document, opened.autosave, opened.log, opened.files
        self.pictures = opened.pictures
        self.tables = ShowTables(self, notify, profiles=paths.table_profiles)
        self.handbook = ShowHandbook(services.make_press, self.pictures, lambda: self.document.show, lambda: self.document.title, notify)
        self.connections = Connections(
            Consents(paths.consents), self.files, document=self.document, relay_contacts=contacts_by(presets), trusted=trusted
        )
        self.files.opened.connect(self.connections.begin)

        self._relay_setting = relay_setting(settings)
        self._with_relay = with_relay
        self.embedded = EmbeddedRelay(runtime=paths.runtime, state=paths.state, setting=self._relay_setting, spawn=spawn, notify=notify)
        self.relays = Relays(
            document=self.document,
            settings=self.settings,
            connections=self.connections,
            secrets=make_secrets(self._notify_from_thread),
            presets=presets,
            embedded=self.embedded,
            notify=notify,
        )
        self._discovery = make_discovery(self.relays.set_discovered) if make_discovery is not None else None
        self.engine = RemoteEngine(
            self.document, withheld=self.connections.withheld, draw_text=draw_text, runtime=paths.runtime, spawn=spawn, notify=notify
        )
        self.engine.attached.connect(self._on_attached)  # before the broadcast, which continues the show that is taken over here
        self.engine.probed.connect(self.relays.set_probes)
        self.broadcast = BroadcastControl(
            relays=self.relays, embedded=self.embedded, engine=self.engine, settings=self.settings, clock=clock
        )
        self.settings.changed.connect(self._on_settings_changed)

        self.actions = ActionTable(lambda error: notify(Notice(Severity.ERROR, error.code, error.data)))
        add_studio_actions(self.actions, self)
        self.control = ShowControl(self, services=services, clock=clock, send=self.engine.send)
        add_show_actions(self.actions, self.control, lambda: self.document.show)
        self.plugins = PluginHost(
            paths.plugins,
            settings=PluginSettingsFile(paths.plugin_settings),
            data_folder=paths.plugin_data,
            take_order=self.control.orders.place,
            chat=self.control.platforms,
            secrets=self.relays.secrets,
            notify=notify,
        )

    # Life -----------------------------------------------------------------------------------------------------------------

    async def start(self, path: Path | None = None) -> None:
        """Open `path`, or the last show, and start the engine and the embedded relay; both come up in the background."""
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        for notice in self._early_notices:
            self.notices.emit(notice)
        self._early_notices = ()
        try:
            self._lock.acquire()
        except StorageError as error:
            self.notices.emit(Notice(Severity.ERROR, error.code, error.data))
        self.files.start()
        self._background.start(self.files.look_after(lambda: self.settings.value.backup_every_min * 60.0), "backups")
        await self._open_first(path)
        self.document.project_changed.connect(self._on_project_changed)
        self.connections.changed.connect(self._on_connections_changed)
        self.relays.learn_secrets()
        if self._with_relay:
            self.embedded.start()
        if self._discovery is not None:
            self._background.start(self._discovery.start(), "discovery")
        self.engine.start()
        self.control.start()
        self.plugins.start()

    async def _open_first(self, path: Path | None) -> None:
        last = self.files.last if self.settings.value.reopen_last else None
        recovered = self.files.recovered
        if path is None and recovered is not None and recovered.on_air and self.engine.left_running():
            self.files.accept_recovery()  # before the room is joined: what viewers did meanwhile belongs in this log
        elif (opening := path or last) is not None:
            await self.files.open_at_start(opening)
        elif self.settings.value.show_guide and recovered is None:
            self.open_sample()

    async def aclose(self, *, keep_engine: bool, keep_work: bool = False) -> None:
        """End the desk. With `keep_engine` the show stays on air and unsaved work is left for the next desk; else the engine leaves the
        relays and ends. `keep_work` leaves unsaved work in any case.

        More than once is ignored.
        """
        if self._loop is None:
            self.files.close(keep_work=keep_work)
            return
        self.document.project_changed.disconnect(self._on_project_changed)
        self.connections.changed.disconnect(self._on_connections_changed)
        self.engine.flush()
        keep_work = keep_work or keep_engine
        keep = keep_engine or self._lock.others()
        await self.plugins.aclose()
        await self.control.aclose(keep=keep)
        await self._background.aclose()
        await self.engine.aclose(keep_engine=keep)
        await self.embedded.aclose(keep=keep)
        if self._discovery is not None:
            await self._discovery.aclose()
        await self.relays.aclose()
        self.files.close(keep_work=keep_work)
        self._lock.release()
        self._loop = None

    def _empty_show(self) -> Show:
        settings = self.settings.value
        return Show(self._new_project(settings), Presentation(host_language=self._host_language(settings)))

    def open_sample(self) -> None:
        """Replace the open show, which the caller has asked about, with the sample show; does nothing when there is none."""
        if self._sample is None:
            return
        try:
            self.files.begin_with(*self._sample(self._new_project(self.settings.value)))
        except AppError as error:
            self.notices.emit(Notice(Severity.ERROR, error.code, error.data))

    # Keeping the parts in step --------------------------------------------------------------------------------------------

    def _on_attached(self, hello: Hello) -> None:
        if not self._took_over and hello.project is not None and (hello.live_relay_ids or self._lock.others()):
            self.files.take_over_running(hello.project)
            self.connections.allow_running(hello.live_relay_ids, hello.withheld)
        self._took_over = True

    def _on_project_changed(self, project: Project) -> None:
        if self.engine.sync_soon():
            self.relays.learn_secrets()

    def _on_connections_changed(self) -> None:
        self.relays.learn_secrets()
        self.engine.sync()
        self.relays.changed.emit()

    def _on_settings_changed(self, settings: Settings) -> None:
        before, self._relay_setting = self._relay_setting, relay_setting(settings)
        if self._loop is not None:
            if before != self._relay_setting:
                self._background.start(self.embedded.change(self._relay_setting), "relay-change")
            self.relays.learn_secrets()
        self.relays.changed.emit()

    def _notify_from_thread(self, notice: Notice) -> None:
        self._post(lambda: self.notices.emit(notice))

    def _post(self, job: Callable[[], None]) -> None:
        """Run a job on the loop's thread; before the start and after the end it is dropped."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(job)
