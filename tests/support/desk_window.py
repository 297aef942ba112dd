"""A real Studio and a real window over it, for tests that click and for screenshots."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import segno
from keyring.backend import KeyringBackend

from app.domain.clock import SystemClock
from app.domain.project import Project, starter_project
from app.overlay.text import render_text
from app.session.studio import Studio
from app.storage.paths import RESOURCES, Paths
from app.storage.presets import load_presets
from app.storage.project_file import SUFFIX
from app.storage.secrets import Secrets
from app.storage.settings import FIELDS_BY_GROUP, GROUPS, Settings, SettingsFile
from app.storage.wording import Wordings
from app.ui.application import WindowOptions
from app.ui.dialogs.settings import Group

ROOT = Path(__file__).resolve().parents[2]


class MemoryKeyring(KeyringBackend):
    """A keyring of this process alone: tests leave no secrets on the machine."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._kept.pop((service, username), None)


def spawn_part(words: Sequence[str]) -> "subprocess.Popen[bytes]":
    """The real engine or relay as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.support.parts", *words], cwd=ROOT)


def no_project(settings: Settings) -> Project:
    """A show that needs no devices."""
    del settings
    return starter_project(camera=None, microphone=False)


def make_studio(
    home: Path,
    *,
    new_project: Callable[[Settings], Project] = no_project,
    spawn: Callable[[Sequence[str]], "subprocess.Popen[bytes]"] = spawn_part,
) -> Studio:
    """A Studio that keeps everything below `home`."""
    paths = Paths(home / "config", home / "state", home / "cache", home / "run", home / "documents")
    paths.make()
    SettingsFile(paths.settings).save(Settings(relay_lan=False, relay_port=0, show_guide=False))
    return Studio(
        paths=paths,
        clock=SystemClock(),
        new_project=new_project,
        make_secrets=lambda notify: Secrets(notify, MemoryKeyring()),
        presets=load_presets(paths.relay_presets),
        draw_text=render_text,
        spawn=spawn,
    )


def options(home: Path, *, guide: bool = False) -> WindowOptions:
    """What the program gives its window."""
    return WindowOptions(
        resources=RESOURCES,
        state_file=home / "state" / "window.ini",
        make_wordings=lambda language: Wordings.load(RESOURCES / "notices", language),
        make_code=lambda text: [[int(module) for module in row] for row in segno.make(text).matrix],
        setting_groups=[Group(title, FIELDS_BY_GROUP[group]) for group, title in GROUPS.items()],
        suffix=SUFFIX,
        version="0.1.0",
        guide=guide,
    )
