"""Finds plugins, switches them on and off, runs each in its own process, and stops those that fail."""

import asyncio
import logging
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from app.domain.base.backoff import Backoff
from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError, FieldError, Value
from app.domain.base.localized_text import pick
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.base.state_machine import StateMachine
from app.domain.base.token_bucket import TokenBucket
from app.domain.selling.order import Order
from app.plugin.api import TakeOrder
from app.plugin.chat_gate import PARTS, ChatGate, ChatIntake, NoChat
from app.plugin.manifest import FILE, Manifest, ManifestError, read_manifest
from app.plugin.permissions import entered_server
from app.plugin.process import PluginLimits, PluginProcess, ProcessEnd, processor_s
from app.plugin.wire import MAX_TEXT, Message, StartMessage, WireError, read_order, read_text

log = logging.getLogger(__name__)

MAX_PLUGINS = 64  # more folders are ignored; each one delays the start
KEPT = "kept"  # in the settings file, for a secret that the keyring has
WORDS, WORDS_HZ = 20, 0.5  # messages at once, then per second


class PluginState(Enum):
    OFF = "off"
    STARTING = "starting"
    ON = "on"
    WAITING = "waiting"  # ended unexpectedly; restarts in a moment
    FAILED = "failed"


_FROM_ANY = {PluginState.OFF, PluginState.STARTING, PluginState.FAILED}
MOVES = {
    PluginState.OFF: {PluginState.STARTING, PluginState.FAILED},
    PluginState.STARTING: {PluginState.ON, PluginState.WAITING, *_FROM_ANY},
    PluginState.ON: {PluginState.WAITING, *_FROM_ANY},
    PluginState.WAITING: _FROM_ANY,
    PluginState.FAILED: _FROM_ANY,
}


# Notice codes by the cause of an end: when the plugin restarts, and when it does not.
_CAUSES: Mapping[str, tuple[str, str]] = {
    "silent": ("plugin.silent", "plugin.given_up.silent"),
    "crashed": ("plugin.crashed", "plugin.given_up.crashed"),
    "garbled": ("plugin.garbled", "plugin.given_up.garbled"),
    "busy": ("plugin.busy", "plugin.given_up.busy"),
}


class PluginSettings(Protocol):
    """Stores the user's choices."""

    def enabled(self) -> frozenset[str]: ...

    def values(self, plugin_id: str) -> Mapping[str, Value]: ...

    def save(self, plugin_id: str, *, enabled: bool, values: Mapping[str, Value]) -> None:
        """Raises AppError when it cannot be written."""


class PluginSecrets(Protocol):
    """The keyring, by names."""

    def set(self, name: str, secret: str) -> None:
        """Keep a secret; "" forgets it."""

    async def read(self, name: str) -> str:
        """The secret, "" if there is none."""


class NoSecrets:
    """Keeps nothing, for a desk without a keyring."""

    def set(self, name: str, secret: str) -> None: ...

    async def read(self, name: str) -> str:
        del name
        return ""


def plugin_secret(plugin_id: str, key: str) -> str:
    """The name of a plugin's secret in the keyring."""
    return f"plugin {plugin_id} {key}"


class Plugin:
    """One plugin: its manifest, state and last problem."""

    def __init__(self, manifest: Manifest, backoff: Backoff, gate: ChatGate) -> None:
        self.manifest = manifest
        self.gate = gate
        self.state: StateMachine[PluginState] = StateMachine(f"plugin {manifest.id}", PluginState.OFF, MOVES)
        self.reason = ""
        self.trouble: Notice | None = None
        self.restarts = 0  # since it was switched on
        self.kernel_holds = False  # whether Landlock enforces its permissions
        self.run: PluginProcess | None = None
        self.backoff = backoff
        self.busy_since: float | None = None
        self.used_s: float | None = None
        self.words = TokenBucket(WORDS_HZ, WORDS, SystemClock())
        self.unsaid = 0
        self.again: asyncio.TimerHandle | None = None
        self.opening: asyncio.Task[None] | None = None  # waits for the keyring

    @property
    def wanted(self) -> bool:
        """Whether the user has switched it on, even if it failed."""
        return self.state.value is not PluginState.OFF

    @property
    def failed(self) -> bool:
        return self.state.value is PluginState.FAILED


class PluginHost:
    """`start` starts the plugins that are switched on; `aclose` ends all. A failing plugin is stopped and named without affecting the
    others. If its process dies or stops answering, it is restarted with growing delays and finally switched off. Use it on one event
    loop."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        settings: PluginSettings,
        data_folder: Path,
        take_order: TakeOrder,
        notify: Callable[[Notice], None],
        chat: ChatIntake | None = None,
        secrets: PluginSecrets | None = None,
        budget: PluginLimits | None = None,
    ) -> None:
        self.changed: Signal[[]] = Signal()
        self.plugins: tuple[Plugin, ...] = ()
        self._folders = tuple(folders)
        self._settings = settings
        self._data_folder = data_folder
        self._take_order = take_order
        self._notify = notify
        self._chat = chat or NoChat()
        self._secrets = secrets or NoSecrets()
        self._budget = budget or PluginLimits()
        self._running = False
        self._runs: set[PluginProcess] = set()  # including those that are ending
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Find the plugins and start those that are switched on. Can be called again."""
        if self._running:
            return
        self._running = True
        self.plugins = tuple(map(self._made, self._found()))
        enabled = self._settings.enabled()
        for plugin in self.plugins:
            if plugin.manifest.id in enabled:
                self._switch_on(plugin)
        self.changed.emit()

    async def aclose(self) -> None:
        """End all plugins; they start again with the next desk."""
        self._running = False
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        for plugin in self.plugins:
            self._let_go(plugin)
        if self._runs:
            await asyncio.wait([asyncio.ensure_future(run.gone.wait()) for run in tuple(self._runs)])

    def _made(self, manifest: Manifest) -> Plugin:
        gate = ChatGate(manifest.id, pick(manifest.name, ())[0], self._chat)
        return Plugin(manifest, self._restart_backoff(), gate)

    def values(self, plugin_id: str) -> dict[str, Value]:
        """A plugin's current settings. A secret is KEPT if there is one, else ""."""
        plugin = self._plugin(plugin_id)
        try:
            return plugin.manifest.settings(self._settings.values(plugin_id))
        except FieldError as error:
            log.warning("settings of plugin %s: %s", plugin_id, error)
            return plugin.manifest.settings({})

    def switch(self, plugin_id: str, *, on: bool) -> None:
        """Switch a plugin on or off and save that; raises AppError if saving fails."""
        plugin = self._plugin(plugin_id)
        self._settings.save(plugin_id, enabled=on, values=self.values(plugin_id))
        self._switch_off(plugin)
        if on:
            self._switch_on(plugin)
        self.changed.emit()

    def configure(self, plugin_id: str, key: str, value: Value) -> None:
        """Change one setting and restart a running plugin. A secret goes to the keyring. Raises FieldError, or AppError if saving fails."""
        plugin = self._plugin(plugin_id)
        if key in plugin.manifest.secret_keys:
            self._secrets.set(plugin_secret(plugin_id, key), str(value))
            value = KEPT if value else ""
        values = plugin.manifest.settings({**self.values(plugin_id), key: value})
        on = plugin.wanted
        self._settings.save(plugin_id, enabled=on, values=values)
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
            for path in sorted(folder.glob(f"*/{FILE}"))[:MAX_PLUGINS]:
                try:
                    manifest = read_manifest(path.parent)
                except ManifestError as error:
                    self._notify(Notice(Severity.WARNING, error.code, error.data, subject=str(path)))
                    continue
                found.setdefault(manifest.id, manifest)
        return list(found.values())

    # On and off -----------------------------------------------------------------------------------------------------------

    def _switch_on(self, plugin: Plugin) -> None:
        plugin.restarts = 0
        plugin.backoff.reset()
        self._begin(plugin)

    def _begin(self, plugin: Plugin) -> None:
        """Start its process."""
        plugin.reason, plugin.trouble, plugin.again = "", None, None
        plugin.busy_since = plugin.used_s = None
        plugin.state.set(PluginState.STARTING)
        values = self.values(plugin.manifest.id)
        kept = [key for key in plugin.manifest.secret_keys if values[key]]
        if kept:
            plugin.opening = asyncio.get_running_loop().create_task(self._begin_with(plugin, values, kept), name="plugin-secrets")
        else:
            self._run(plugin, values)

    async def _begin_with(self, plugin: Plugin, values: dict[str, Value], kept: Sequence[str]) -> None:
        """Start its process with its secrets, which nobody else gets."""
        secrets = {key: await self._secrets.read(plugin_secret(plugin.manifest.id, key)) for key in kept}
        plugin.opening = None
        self._run(plugin, {**values, **secrets})

    def _run(self, plugin: Plugin, values: Mapping[str, Value]) -> None:
        try:
            run = self._started(plugin, values)
        except OSError as error:
            self._fail(plugin, "plugin.failed", {"reason": str(error)})
            return
        plugin.run = run
        self._runs.add(run)
        if self._watch is None:
            self._watch = asyncio.get_running_loop().create_task(self._look_after(), name="plugins")

    def _started(self, plugin: Plugin, values: Mapping[str, Value]) -> PluginProcess:
        manifest = plugin.manifest
        folder = (self._data_folder / manifest.id).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        named = (str(values[key]).strip() for key in manifest.permissions.folders)
        entered = (entered_server(str(values[one.key]), one.port) for one in manifest.permissions.servers)
        start = StartMessage(
            plugin_id=manifest.id,
            module=(manifest.folder / manifest.module).absolute(),
            folder=folder,
            settings=values,
            orders=manifest.permissions.orders,
            chat=manifest.permissions.chat,
            network=(*manifest.permissions.network, *(server for server in entered if server is not None)),
            readable=tuple(Path(os.path.expanduser(one)).absolute() for one in named if one and "\0" not in one),
            beat_s=self._budget.beat_s,
            memory_mb=self._budget.memory_mb,
        )
        run: list[PluginProcess] = []  # messages arrive later, on this loop

        def hear(said: Message) -> Message | None:
            return self._hear(plugin, run[0], said)

        run.append(PluginProcess(start, heard=hear, ended=lambda end: self._on_end(plugin, run[0], end)))
        return run[0]

    def _let_go(self, plugin: Plugin) -> None:
        """Ask its process to end, and kill it after a moment."""
        if plugin.again is not None:
            plugin.again.cancel()
            plugin.again = None
        if plugin.opening is not None:
            plugin.opening.cancel()
            plugin.opening = None
        plugin.gate.close()
        run, plugin.run = plugin.run, None
        if run is not None:
            run.let_go()
            asyncio.get_running_loop().call_later(self._budget.goodbye_s, run.kill, ProcessEnd(""))

    def _switch_off(self, plugin: Plugin) -> None:
        self._let_go(plugin)
        plugin.state.set(PluginState.OFF)

    # What a process says --------------------------------------------------------------------------------------------------

    def _hear(self, plugin: Plugin, run: PluginProcess, said: Message) -> Message | None:
        """Handle one message; raises WireError for an invalid one."""
        if plugin.run is not run:  # it was stopped meanwhile
            return {"taken": False} if "order" in said else None
        if "order" in said:
            return {"taken": self._take(plugin, read_order(said["order"]))}
        if "tell" in said:
            self._tell(plugin, read_text(said["tell"]))
        elif "failed" in said:
            reason = read_text(said["failed"], MAX_TEXT)
            run.kill(ProcessEnd("failed", reason))
        elif "on" in said:
            plugin.kernel_holds = isinstance(said["on"], dict) and bool(said["on"].get("kernel"))
            if plugin.state.value is PluginState.STARTING:
                plugin.state.set(PluginState.ON)
                self._open_chat(plugin, run, said["on"])
                self.changed.emit()
        elif PARTS & said.keys():
            self._require_chat(plugin)
            plugin.gate.take(said)
        elif "beat" not in said:
            raise WireError("unknown message")
        return None

    def _open_chat(self, plugin: Plugin, run: PluginProcess, on: object) -> None:
        if isinstance(on, dict) and "chat" in on:
            self._require_chat(plugin)
            plugin.gate.open(on["chat"], run.request)

    def _require_chat(self, plugin: Plugin) -> None:
        if not plugin.manifest.permissions.chat:
            raise WireError("a chat, but plugin.toml does not request chat")

    def _take(self, plugin: Plugin, order: Order) -> bool:
        if not plugin.manifest.permissions.orders:
            raise WireError("an order, but plugin.toml does not request orders")
        return self._take_order(order)

    def _tell(self, plugin: Plugin, text: str) -> None:
        """Show the text to the user, unless the plugin sent too many; the next text then says how many were dropped."""
        if not plugin.words.take(1):
            plugin.unsaid += 1
            return
        if plugin.unsaid:
            text = f"{text} (+{plugin.unsaid})"
            plugin.unsaid = 0
        data: dict[str, Value] = {"plugin": self._name(plugin), "text": text}
        self._notify(Notice(Severity.INFO, "plugin.says", data, subject=f"plugin.{plugin.manifest.id}"))

    # How it ends ----------------------------------------------------------------------------------------------------------

    async def _look_after(self) -> None:
        """Stop plugins that do not answer or keep a CPU busy."""
        while True:
            await asyncio.sleep(self._budget.look_s)
            for plugin in self.plugins:
                if plugin.run is not None:
                    self._look_at(plugin, plugin.run)

    def _restart_backoff(self) -> Backoff:
        return Backoff((*self._budget.restart_after_s, math.inf), forgive_s=self._budget.forgiven_s)

    def _look_at(self, plugin: Plugin, run: PluginProcess) -> None:
        allowed_s = self._budget.start_s if plugin.state.value is PluginState.STARTING else self._budget.silence_s
        if run.silent_s > allowed_s:
            run.kill(ProcessEnd("silent", f"{allowed_s:.0f}"))
            return
        used_s, before_s = processor_s(run.pid), plugin.used_s
        plugin.used_s = used_s
        if used_s is None or before_s is None or used_s - before_s < self._budget.busy_share * self._budget.look_s:
            plugin.busy_since = None
        elif plugin.busy_since is None:
            plugin.busy_since = time.monotonic()
        elif time.monotonic() - plugin.busy_since > self._budget.busy_s:
            run.kill(ProcessEnd("busy", f"{self._budget.busy_s:.0f}"))

    def _on_end(self, plugin: Plugin, run: PluginProcess, end: ProcessEnd) -> None:
        self._runs.discard(run)
        if plugin.run is not run or not end.cause:
            return
        plugin.run = None
        plugin.gate.close()
        if end.cause == "failed":
            self._fail(plugin, "plugin.failed", {"reason": end.value})
            return
        restarted, given_up = _CAUSES[end.cause]
        delay_s = plugin.backoff.failed()
        if delay_s == math.inf:
            self._fail(plugin, given_up, {"value": end.value})
            return
        plugin.restarts += 1
        plugin.state.set(PluginState.WAITING)
        self._trouble(plugin, Severity.WARNING, restarted, {"value": end.value})
        plugin.again = asyncio.get_running_loop().call_later(delay_s, self._again, plugin)
        self.changed.emit()

    def _again(self, plugin: Plugin) -> None:
        self._begin(plugin)
        self.changed.emit()

    def _fail(self, plugin: Plugin, code: str, more: Mapping[str, Value]) -> None:
        plugin.run = None
        plugin.state.set(PluginState.FAILED)
        self._trouble(plugin, Severity.ERROR, code, more)
        self.changed.emit()

    def _trouble(self, plugin: Plugin, severity: Severity, code: str, more: Mapping[str, Value]) -> None:
        plugin.reason = str(more.get("reason", more.get("value", "")))
        plugin.trouble = Notice(severity, code, {"plugin": self._name(plugin), **more}, subject=f"plugin.{plugin.manifest.id}")
        self._notify(plugin.trouble)

    def _name(self, plugin: Plugin) -> str:
        return pick(plugin.manifest.name, ())[0]
