"""One arrow: who may import whom, and that the checks bite."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.source_trees import ROOT, forbidden_imports, imports_of, local_imports, modules

_EVERYONE = ("app.version", "app.atomic_file")
TABLE: Mapping[str, Sequence[str]] = {
    "domain": ("app.version",),
    "aio": (),
    "version": (),
    "atomic_file": (),
    "media": (*_EVERYONE, "app.domain", "av", "cv2", "numpy", "sounddevice", "mss", "cv2_enumerate_cameras", "psutil"),
    "transport": (*_EVERYONE, "app.domain", "app.aio", "aiortc", "aioice", "aiohttp", "pylibsrtp", "OpenSSL"),
    "relay": (*_EVERYONE, "app.domain", "app.aio", "app.transport", "aiohttp", "msgspec", "zeroconf", "segno"),
    "overlay": (*_EVERYONE, "app.domain", "app.language.formats", "PySide6.QtGui", "PySide6.QtCore"),
    "storage": (*_EVERYONE, "app.domain", "msgspec", "keyring", "platformdirs", "openpyxl", "charset_normalizer"),
    "language": (*_EVERYONE, "app.domain", "babel", "jinja2"),
    "calendar": (
        *_EVERYONE,
        "app.domain",
        "app.language.times",
        "tzdata",
        "tzlocal",
        "dateutil",
        "icalendar",
        "holidays",
        "hijridate",
        "borax",
        "korean_lunar_calendar",
    ),
    "link": (*_EVERYONE, "app.domain", "msgspec"),
    "plugin": (*_EVERYONE, "app.domain"),
    "session": (
        *_EVERYONE,
        "app.domain",
        "app.aio",
        "app.storage",
        "app.language",
        "app.overlay",
        "app.link",
        "app.plugin",
        "psutil",
        "aiohttp",
        "msgspec",
    ),
    "ui": (*_EVERYONE, "app.domain", "app.session", "app.language.formats", "PySide6", "qasync"),
}
EVERYTHING = frozenset({"bootstrap", "cli", "__main__"})
# What a show is needs no clockwork: no threads, no event loop, no sockets, no processes.
FORBIDDEN_STANDARD: Mapping[str, Sequence[str]] = {
    "domain": ("asyncio", "threading", "multiprocessing", "subprocess", "socket", "concurrent", "queue", "sqlite3", "selectors", "ssl"),
}
# Imports spelt as calls, each with its reason.
DYNAMIC = (
    "app.cli:",  # each command's process is loaded when it is chosen: the window must not load codecs, the engine not Qt
    "app.media.sound.portaudio:",  # loading the library starts PortAudio, which may wait for a sound server that hangs
    "app.bootstrap.studio:",  # Qt's drawing half is loaded with the first text source: a headless show without text needs no Qt
    "app.storage.tables:",  # what reads XLSX and what guesses encodings are loaded with the first such file: openpyxl brings numpy along
    "app.calendar.lazy_almanac:",  # tables of festivals take a fifth of a second to load
    "app.bootstrap.calendar:",  # what knows series, zones and festivals is loaded when the first show is planned
    "app.bootstrap.formats:",  # babel takes a quarter of a second to load
    "app.bootstrap.window:",  # codes to scan and relays of the network are loaded when the window can be seen: it shows a quarter sooner
    "app.bootstrap.announcements:",  # calendar files and posters are made seldom: what makes them is loaded with the first one
    "app.ui.shell.late:",  # dialogs and the prompter load when they are opened: a seventh of what the start would load
)
DRAWING = ("app.ui", "app.overlay")

BLOCKED_RUN = """
import importlib, sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "qasync"):
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocked())
failed = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        failed.append(f"{name}: {error}")
print("\\n".join(failed))
"""


def imported_without_qt(names: Sequence[str], folder: Path) -> list[str]:
    """What fails when these are imported in a Python that has no Qt."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BLOCKED_RUN, *names], cwd=folder, capture_output=True, text=True, check=False, timeout=100
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split("\n")[:-1] if ended.stdout.strip() else []


def without_qt() -> list[str]:
    """The modules that have to do without Qt: all but the window, what draws, and what builds the window's process or prints a handbook."""
    names = [module.name for module in modules(ROOT)]
    builds_windows = {f"app.bootstrap.{name}" for name in ("window", "doctor", "handbook")}
    return [
        name
        for name in names
        if not name.startswith(tuple(f"{package}." for package in DRAWING)) and name not in {*DRAWING, *builds_windows, "app.__main__"}
    ]


def test_imports_follow_the_table() -> None:
    assert forbidden_imports(modules(ROOT), TABLE, EVERYTHING, FORBIDDEN_STANDARD) == []


def test_every_package_is_in_the_table() -> None:
    assert {module.package for module in modules(ROOT)} - {""} <= set(TABLE) | EVERYTHING


def test_nothing_is_imported_inside_a_function() -> None:
    assert [
        found for found in local_imports(modules(ROOT)) if not (found.startswith(DYNAMIC) and found.endswith(" importlib.import_module"))
    ] == []


def test_everything_but_the_window_runs_without_qt() -> None:
    names = without_qt()
    assert {"app.bootstrap.engine", "app.bootstrap.relay", "app.media.engine", "app.transport.publisher", "app.session.studio"} <= set(
        names
    )
    assert imported_without_qt(names, ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("app/domain/a.py", "import msgspec"),
        ("app/domain/a.py", "import asyncio"),
        ("app/domain/a.py", "from app.media import ports"),
        ("app/media/a.py", "from PySide6 import QtGui"),
        ("app/media/a.py", "import aiohttp"),
        ("app/transport/a.py", "from app.media.ports import Picture"),
        ("app/relay/a.py", "from app.session import studio"),
        ("app/overlay/a.py", "from PySide6 import QtGui, QtWidgets"),
        ("app/overlay/a.py", "from PySide6.QtWidgets import QLabel"),
        ("app/storage/a.py", "import psutil"),
        ("app/link/a.py", "from app.media import engine"),
        ("app/ui/a.py", "from app.language import handbook"),
        ("app/language/a.py", "from app.storage import markets"),
        ("app/domain/a.py", "from app.language import formats"),
        ("app/session/a.py", "import PySide6.QtCore"),
        ("app/session/a.py", "from app import media"),
        ("app/ui/a.py", "from app.media.engine import Engine"),
        ("app/ui/deep/a.py", "if False:\n    from app.transport import whip"),
        ("app/ui/a.py", "def late():\n    import av"),
        ("app/link/a.py", "from .b import c"),
        ("app/newcomer/a.py", "import numpy"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, file: str, line: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(f"import os\n{line}\n")
    assert len(forbidden_imports(modules(tmp_path), TABLE, EVERYTHING, FORBIDDEN_STANDARD)) == 1


def test_an_allowed_import_is_left_alone(tmp_path: Path) -> None:
    for file, line in (("app/overlay/a.py", "from PySide6.QtGui import QImage"), ("app/cli.py", "import app.ui.desk, numpy")):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(line)
    assert forbidden_imports(modules(tmp_path), TABLE, EVERYTHING, FORBIDDEN_STANDARD) == []


@pytest.mark.parametrize(
    "body", ["import os", "from app import x", "importlib.import_module('os')", "__import__('os')", "class A:\n        import os"]
)
def test_an_import_inside_a_function_is_found(tmp_path: Path, body: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(f"import sys\ndef late():\n    {body}\n")
    assert len(local_imports(modules(tmp_path))) == 1


def test_qt_behind_another_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "sound.py").write_text("import meter\n")
    (tmp_path / "meter.py").write_text("import PySide6.QtCore\n")
    (tmp_path / "plain.py").write_text("import json\n")
    (failed,) = imported_without_qt(["plain", "sound"], tmp_path)
    assert failed.startswith("sound: PySide6")


def test_clock_rules_come_from_one_place() -> None:
    """The PC's own tables may be years old: nothing but the zones of the package knows a ZoneInfo."""
    users = [module.name for module in modules(ROOT) if any(one.name.startswith("zoneinfo") for one in imports_of(module.tree))]
    assert users == ["app.domain.base.zones"]
