"""A real Studio with its window, for tests that click and for screenshots."""

from collections.abc import Callable
from pathlib import Path

import segno

from app.bootstrap.formats import LazyFormats
from app.bootstrap.studio import Drawing, control_services
from app.domain.base.clock import Clock, SystemClock
from app.domain.program.project import Project
from app.overlay.text import render_text
from app.session.studio import Studio
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.storage.presets import load_presets
from app.storage.project_file import SUFFIX
from app.storage.secrets import Secrets
from app.storage.settings import FIELDS_BY_GROUP, GROUPS, Settings, SettingsFile
from app.storage.wording import Wordings
from app.ui.kit.form import Group
from app.ui.shell.application import WindowOptions
from tests.support.studio_desk import REAL, MemoryKeyring, new_project, paths_in, spawner


def make_studio(home: Path, *, project: Callable[[Settings], Project] = new_project, clock: Clock | None = None) -> Studio:
    """Make a Studio with all its files below `home`, whose engine and relay are started by the app's command lines."""
    paths = paths_in(home)
    SettingsFile(paths.settings).save(Settings(relay_lan=False, relay_port=0, show_guide=False))
    return Studio(
        paths=paths,
        clock=clock or SystemClock(),
        new_project=project,
        make_secrets=lambda notify: Secrets(notify, MemoryKeyring()),
        presets=load_presets(paths.relay_presets),
        draw_text=render_text,
        services=control_services(paths, Drawing()),
        spawn=spawner(REAL, home),
    )


def setting_groups() -> list[Group]:
    """The groups of the settings dialog."""
    return [Group(title, FIELDS_BY_GROUP[group]) for group, title in GROUPS.items()]


def options(home: Path, *, guide: bool = False) -> WindowOptions:
    """The collaborators of the window."""
    return WindowOptions(
        resources=RESOURCES,
        state_file=home / "state" / "window.ini",
        make_wordings=lambda language: Wordings.load(RESOURCES / "notices", language),
        make_code=lambda text: [[int(module) for module in row] for row in segno.make(text).matrix],
        formats=LazyFormats(),
        known_markets=lambda: load_markets(RESOURCES / "markets"),
        make_finding_words=lambda language: Wordings.load(RESOURCES / "findings", language),
        setting_groups=setting_groups(),
        suffix=SUFFIX,
        version="0.1.0",
        guide=guide,
    )
