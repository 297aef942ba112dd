"""Plugins as the desk runs them: found, switched on and off, and let go when they fail."""

import asyncio
import importlib.util
import logging
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Protocol

from app.domain.errors import AppError, FieldError, Value
from app.domain.notice import Notice, Severity
from app.domain.signal import Signal
from app.domain.state import StateCell
from app.domain.words import pick
from app.plugin.api import Api, PluginError, Shop, TakeOrder
from app.plugin.manifest import FILE, Manifest, ManifestError, read_manifest

log = logging.getLogger(__name__)

GOODBYE_S = 3.0  # a plugin that has not ended by then does not keep the desk from closing


class PluginState(Enum):
    OFF = "off"
    ON = "on"
    FAILED = "failed"


MOVES = {
    PluginState.OFF: {PluginState.ON, PluginState.FAILED},
    PluginState.ON: {PluginState.OFF, PluginState.FAILED},
    PluginState.FAILED: {PluginState.OFF, PluginState.ON},
}


class PluginSettings(Protocol):
    """Where the user's choices are kept."""

    def enabled(self) -> frozenset[str]: ...

    def values(self, plugin_id: str) -> Mapping[str, Value]: ...

    def keep(self, plugin_id: str, *, enabled: bool, values: Mapping[str, Value]) -> None:
        """Raises AppError when it cannot be written."""


class Plugin:
    """One plugin: its manifest, its state, and why it failed."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.state: StateCell[PluginState] = StateCell(f"plugin {manifest.id}", PluginState.OFF, MOVES)
        self.reason = ""
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def wanted(self) -> bool:
        """Whether the user has it on, be it that it failed."""
        return self.state.value is not PluginState.OFF

    @property
    def failed(self) -> bool:
        return self.state.value is PluginState.FAILED


class PluginHost:
    """`start` switches on what the user had on; `aclose` ends all. A plugin's failure is its own: it is switched off, named, and the
    rest goes on. All on one event loop."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        settings: PluginSettings,
        data_folder: Path,
        take_order: TakeOrder,
        notify: Callable[[Notice], None],
        goodbye_s: float = GOODBYE_S,
    ) -> None:
        self.changed: Signal[[]] = Signal()
        self.plugins: tuple[Plugin, ...] = ()
        self._folders = tuple(folders)
        self._settings = settings
        self._data_folder = data_folder
        self._take_order = take_order
        self._notify = notify
        self._goodbye_s = goodbye_s
        self._running = False

    def start(self) -> None:
        """Find the plugins and switch on those that were on. More than once is ignored."""
        if self._running:
            return
        self._running = True
        self.plugins = tuple(Plugin(manifest) for manifest in self._found())
        enabled = self._settings.enabled()
        for plugin in self.plugins:
            if plugin.manifest.id in enabled:
                self._switch_on(plugin)
        self.changed.emit()

    async def aclose(self) -> None:
        """End everything that plugins run; what is on stays on for the next start."""
        self._running = False
        tasks = [task for plugin in self.plugins for task in plugin.tasks]
        for task in tasks:
            task.cancel()
        if tasks and (left := (await asyncio.wait(tasks, timeout=self._goodbye_s))[1]):
            log.warning("plugins did not end: %s", ", ".join(sorted(task.get_name() for task in left)))

    def values(self, plugin_id: str) -> dict[str, Value]:
        """A plugin's settings as they are now."""
        plugin = self._plugin(plugin_id)
        try:
            return plugin.manifest.settings(self._settings.values(plugin_id))
        except FieldError as error:
            log.warning("settings of plugin %s: %s", plugin_id, error)
            return plugin.manifest.settings({})

    def switch(self, plugin_id: str, *, on: bool) -> None:
        """Switch it on or off, and remember that; raises AppError when that cannot be written."""
        plugin = self._plugin(plugin_id)
        self._settings.keep(plugin_id, enabled=on, values=self.values(plugin_id))
        self._switch_off(plugin)
        if on:
            self._switch_on(plugin)
        self.changed.emit()

    def configure(self, plugin_id: str, key: str, value: Value) -> None:
        """Change one setting; a plugin that runs begins anew with it. Raises FieldError, or AppError when it cannot be written."""
        plugin = self._plugin(plugin_id)
        values = plugin.manifest.settings({**self.values(plugin_id), key: value})
        on = plugin.wanted
        self._settings.keep(plugin_id, enabled=on, values=values)
        if on:
            self._switch_off(plugin)
            self._switch_on(plugin)
        self.changed.emit()

    def _plugin(self, plugin_id: str) -> Plugin:
        for plugin in self.plugins:
            if plugin.manifest.id == plugin_id:
                return plugin
        raise AppError("plugin.unknown", plugin=plugin_id)

    def _found(self) -> list[Manifest]:
        found: dict[str, Manifest] = {}
        for folder in self._folders:
            for path in sorted(folder.glob(f"*/{FILE}")):
                try:
                    manifest = read_manifest(path.parent)
                except ManifestError as error:
                    self._notify(Notice(Severity.WARNING, error.code, error.data, subject=str(path)))
                    continue
                found.setdefault(manifest.id, manifest)
        return list(found.values())

    # Running --------------------------------------------------------------------------------------------------------------

    def _switch_on(self, plugin: Plugin) -> None:
        manifest = plugin.manifest
        plugin.reason = ""
        folder = self._data_folder / manifest.id
        try:
            folder.mkdir(parents=True, exist_ok=True)
            api = Api(self.values(manifest.id), folder, lambda text: self._tell(plugin, text))
            _load(manifest).enable(api)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's code raises is the stranger's failure
            self._failed(plugin, error)
            return
        plugin.state.set(PluginState.ON)
        for shop in api.shops:
            task = asyncio.get_running_loop().create_task(_run(shop, self._take_order))
            task.set_name(f"plugin {manifest.id}")
            plugin.tasks.add(task)
            task.add_done_callback(lambda done: self._ended(plugin, done))

    def _switch_off(self, plugin: Plugin) -> None:
        for task in tuple(plugin.tasks):
            task.cancel()
        plugin.state.set(PluginState.OFF)

    def _ended(self, plugin: Plugin, task: "asyncio.Task[None]") -> None:
        plugin.tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if task.cancelling():  # it was let go, and what runs in its place now has not failed
            log.warning("plugin %s did not end in order", plugin.manifest.id, exc_info=error)
            return
        self._failed(plugin, error)
        self.changed.emit()

    def _failed(self, plugin: Plugin, error: BaseException) -> None:
        plugin.reason = str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
        if not isinstance(error, PluginError):
            log.warning("plugin %s failed", plugin.manifest.id, exc_info=error)
        for task in tuple(plugin.tasks):
            task.cancel()
        plugin.state.set(PluginState.FAILED)
        data: dict[str, Value] = {"plugin": pick(plugin.manifest.name, ())[0], "reason": plugin.reason}
        self._notify(Notice(Severity.ERROR, "plugin.failed", data, subject=f"plugin.{plugin.manifest.id}"))

    def _tell(self, plugin: Plugin, text: str) -> None:
        data: dict[str, Value] = {"plugin": pick(plugin.manifest.name, ())[0], "text": text}
        self._notify(Notice(Severity.INFO, "plugin.says", data, subject=f"plugin.{plugin.manifest.id}"))


async def _run(shop: Shop, take: TakeOrder) -> None:
    await shop(take)  # called within the task: one that is cancelled before it began leaves nothing behind


def _load(manifest: Manifest) -> ModuleType:
    """The plugin's module, run anew each time it is switched on."""
    path = manifest.folder / manifest.module
    spec = importlib.util.spec_from_file_location(f"tradewind_plugin_{manifest.id}", path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
