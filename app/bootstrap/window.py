"""`tradewind`: the desk with its window."""

import argparse
import asyncio
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import psutil

from app.bootstrap.formats import LazyFormats
from app.bootstrap.logs import start_logging
from app.bootstrap.processes import on_termination_signals, switch_threads_soon
from app.bootstrap.studio import make_studio
from app.bootstrap.task_errors import TaskErrorReporter
from app.bootstrap.terminal_text import notice_line
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.program.device import Devices
from app.domain.program.output import Relay
from app.domain.program.project import Project, starter_project
from app.domain.show import Show
from app.session.air.discovery import Discovery
from app.session.studio import Studio
from app.storage.markets import load_markets
from app.storage.paths import Paths, find_paths
from app.storage.project_file import SUFFIX
from app.storage.sample_show import load_sample_show
from app.storage.secrets import Secrets
from app.storage.settings import FIELDS_BY_GROUP, GROUPS, Settings, output_from_settings
from app.storage.wording import LazyWordings, Wordings
from app.ui.kit.form import Group
from app.ui.kit.language import BCP47, DECLARED, language_for, load_table
from app.ui.shell.application import WindowOptions, run_window
from app.ui.shell.doorbell import door_of, ring
from app.version import VERSION

WINDOW_FILE = "window"
SAMPLE_NAME = "Harbour & Hill"  # the shop in the sample show


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def qr_modules(text: str) -> Sequence[Sequence[int]]:
    """A QR code as rows of 0 (light) and 1 (dark), quiet zone included."""
    segno = importlib.import_module("segno")  # loaded with the first code, so that the window need not wait
    return [list(row) for row in segno.make(text, micro=False, error="m").matrix_iter(border=2)]


class LazyLanRelays:
    """Finds relays on the local network once the window is shown. The libraries load on a thread for a quarter of a second."""

    def __init__(self, changed: Callable[[Iterable[Relay]], None]) -> None:
        self._changed = changed
        self._found: Discovery | None = None

    async def start(self) -> None:
        module = await asyncio.to_thread(importlib.import_module, "app.bootstrap.lan_relays")
        found: Discovery = module.LanRelays(self._changed)
        self._found = found
        await found.start()

    async def aclose(self) -> None:
        if self._found is not None:
            await self._found.aclose()


def new_show(settings: Settings, devices: Devices, say: Callable[[str], str] = str) -> Project:
    """A new show with the known devices. At the very first start there are none yet; the guide asks for them."""
    camera = devices.cameras[0].id if devices.cameras else None
    return replace(starter_project(camera=camera, microphone=bool(devices.microphones), say=say), output=output_from_settings(settings))


def host_language(settings: Settings) -> str:
    """The language of a new show's host: that of the window, as a BCP 47 tag."""
    return BCP47[language_for(settings.language)]


class StudioFactory:
    """Makes the Studio. Its new shows use the devices found so far."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._studio: Studio | None = None

    def _new_show(self, settings: Settings) -> Project:
        words = load_table(self._paths.resources / "locale", language_for(settings.language)).get(DECLARED, {})
        devices = self._studio.engine.devices if self._studio is not None else Devices()
        return new_show(settings, devices, lambda name: words.get(name, name))

    def _sample_show(self, project: Project) -> tuple[Show, Iterable[bytes]]:
        """The sample show, in the window's language."""
        settings = self._studio.settings.value if self._studio is not None else Settings()
        sample = load_sample_show(self._paths.sample_show, self._paths.markets, host_language(settings))
        return sample.show(replace(project, name=SAMPLE_NAME)), sample.pictures.values()

    def report_broken(self, error: AppError) -> None:
        """Report a broken resource file by name; it is skipped."""
        if self._studio is not None:
            self._studio.notices.emit(Notice(Severity.WARNING, error.code, error.data, subject=str(error.data.get("path", ""))))

    def make(self) -> Studio:
        self._studio = make_studio(
            self._paths,
            new_project=self._new_show,
            make_secrets=Secrets,
            make_discovery=LazyLanRelays,
            sample=self._sample_show,
            host_language=host_language,
        )
        return self._studio


def run(arguments: argparse.Namespace) -> int:
    """Show the window until it is closed. Returns 1 if there is no display or the folders cannot be used."""
    if not has_display():
        sys.stderr.write("tradewind: no display found. Use `tradewind broadcast` to go on air without a window.\n")
        return 1
    paths = find_paths()
    project: Path | None = arguments.project
    try:
        paths.make()
        door = door_of(paths.runtime)
        if ring(door, project.absolute() if project is not None else None):
            sys.stdout.write("tradewind: the window is already open; brought it to the front.\n")
            return 0
        start_logging(paths.logs, "desk", verbose=arguments.verbose)
        switch_threads_soon()
        formats = LazyFormats()
        factory = StudioFactory(paths)
        options = WindowOptions(
            resources=paths.resources,
            state_file=paths.state / WINDOW_FILE,
            make_wordings=lambda language: LazyWordings(paths.notices, language),
            make_finding_words=lambda language: LazyWordings(paths.findings, language),
            known_markets=cache(lambda: load_markets(paths.markets, factory.report_broken)),
            make_code=qr_modules,
            formats=formats,
            when_shown=formats.load_soon,
            setting_groups=[Group(title, FIELDS_BY_GROUP[key]) for key, title in GROUPS.items()],
            suffix=SUFFIX,
            version=VERSION,
            started_at=psutil.Process().create_time(),
            open_path=project.absolute() if project is not None else None,
            door=door,
            when_asked_to_end=on_termination_signals,
            watch_loop=TaskErrorReporter,
        )
        return run_window(factory.make, options)
    except AppError as error:
        sys.stderr.write(f"tradewind: {notice_line(Wordings.load(paths.notices), error.code, error.data)}\n")
        return 1
