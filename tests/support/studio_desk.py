"""A Studio for tests with its own home; records every signal."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from keyring.backend import KeyringBackend

from app.bootstrap.studio import Drawing, control_services
from app.domain.air.preset import RelayPreset
from app.domain.base.clock import SystemClock
from app.domain.base.errors import Value
from app.domain.base.notice import Notice
from app.domain.program.output import Canvas
from app.domain.program.project import Project, starter_project
from app.session.air.embedded_relay import PORT_FILE
from app.session.air.network_address import free_port
from app.session.engine.engine_supervisor import EngineState
from app.session.studio import Studio
from app.storage.paths import Paths, find_paths
from app.storage.secrets import Secrets
from app.storage.settings import Settings, SettingsFile, with_setting
from tests.support.window import application

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0

Commands = Mapping[str, Sequence[str]]
REAL: Commands = {"engine": ("-m", "app"), "relay": ("-m", "app")}
PAPER: Commands = {"engine": ("-m", "tests.support.paper_engine"), "relay": ("-m", "app")}


class MemoryKeyring(KeyringBackend):
    """A keyring in memory."""

    priority = -1  # keeps the library from choosing it as this machine's keyring

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[(service, username)]


def paths_in(home: Path) -> Paths:
    """Return paths with all of the app's folders below one."""
    paths = find_paths({"TRADEWIND_HOME": str(home)})
    paths.make()
    return paths


def spawner(commands: Commands, home: Path) -> Callable[[Sequence[str]], "subprocess.Popen[bytes]"]:
    """Return a function that starts processes that survive their desk; their output goes to processes.log."""
    environment = {**os.environ, "TRADEWIND_HOME": str(home)}

    def spawn(words: Sequence[str]) -> "subprocess.Popen[bytes]":
        with (home / "processes.log").open("ab") as file:
            command = [sys.executable, *commands[words[0]], *words]
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )

    return spawn


def new_project(settings: Settings) -> Project:
    return starter_project(camera=None, microphone=False)


def draw_text(settings: Mapping[str, Value], canvas: Canvas) -> tuple[int, int, bytes]:
    """Draw one white pixel for each letter, so that tests can tell which text was drawn."""
    width = max(2, len(str(settings["text"])))
    return width, 2, b"\xff" * (width * 2 * 4)


class StudioDesk:
    """An async context manager: a running Studio that records signals. Leaving it also ends engine and relay, unless kept."""

    def __init__(
        self,
        home: Path,
        *,
        commands: Commands = PAPER,
        presets: Sequence[RelayPreset] = (),
        keyring: KeyringBackend | None = None,
        settings: Mapping[str, Value] | None = None,
        project: Callable[[Settings], Project] = new_project,
        path: Path | None = None,
    ) -> None:
        self.paths = paths_in(home)
        chosen = Settings()
        for key, value in {"relay_lan": False, "relay_port": 0, **(settings or {})}.items():
            chosen = with_setting(chosen, key, value)
        SettingsFile(self.paths.settings).save(chosen)
        port_file = self.paths.state / PORT_FILE
        if not port_file.exists():  # the default port may be used by another test or a real relay
            port_file.write_text(str(free_port("127.0.0.1")))
        backend = keyring if keyring is not None else MemoryKeyring()
        self.studio = Studio(
            paths=self.paths,
            clock=SystemClock(),
            new_project=project,
            make_secrets=lambda notify: Secrets(notify, backend),
            presets=presets,
            draw_text=draw_text,
            services=replace(control_services(self.paths, Drawing()), prepare_drawing=application),
            spawn=spawner(commands, home),
        )
        self.heard: list[Notice] = []
        self.keep_engine = False
        self._path = path
        self._news = asyncio.Event()
        self.studio.notices.connect(self._on_notice)
        for signal in (self.studio.relays.changed, self.studio.document.changed):
            signal.connect(self._news.set)
        for other in (
            self.studio.engine.stats_changed,
            self.studio.relays.probes_changed,
            self.studio.engine.devices_changed,
            self.studio.engine.meters_changed,
        ):
            other.connect(lambda _: self._news.set())
        self.studio.engine.state.changed.connect(lambda old, new: self._news.set())
        self.studio.broadcast.state.changed.connect(lambda old, new: self._news.set())

    async def __aenter__(self) -> Self:
        await self.studio.start(self._path)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.studio.aclose(keep_engine=self.keep_engine)

    def _on_notice(self, notice: Notice) -> None:
        self.heard.append(notice)
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until the condition is true; it is checked after every signal."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def attached(self) -> None:
        await self.until(lambda: self.studio.engine.state.value is EngineState.ATTACHED)

    async def notice(self, code: str, **data: Value) -> Notice:
        """Return the first notice with this code and these values."""

        def fitting() -> list[Notice]:
            return [one for one in self.heard if one.code == code and data.items() <= dict(one.data).items()]

        await self.until(lambda: bool(fitting()))
        return fitting()[0]

    def forget(self) -> None:
        """Forget the notices so far."""
        self.heard.clear()

    @property
    def engine_pid(self) -> int:
        return self.studio.engine.pid
