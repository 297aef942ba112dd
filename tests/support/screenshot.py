"""Screenshots of the window: `python -m tests.support.screenshot OUT.png [--size 1366x768] [--theme dark] [--language en] [--what live]`.

Starts the real engine and relay, fills a show, and takes the picture once frames arrive. README's pictures are `--what selling` and `--what
planner --size 1280x570`.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import qasync
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.base.notice import Notice, Severity
from app.domain.program import editing
from app.domain.program.broadcast import BroadcastState
from app.domain.program.output import Relay
from app.domain.program.project import Project
from app.domain.program.scene import Box
from app.domain.program.source import SourceKind
from app.session.studio import Studio
from app.storage.paths import RESOURCES
from app.storage.sample_show import load_sample_show
from app.ui.planning.planner_window import PlannerWindow
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.chat_lines import fill_chat
from tests.support.desk_window import make_studio, options

PATIENCE_S = 30.0
SETTLED_S = (2.5, 16.0)  # until pictures are drawn, and until toasts are gone
SELLING_SEGMENT = 3  # the sample show's first hero product


def with_content(project: Project) -> Project:
    """Return a project with real content."""
    first = project.scenes[0].id
    project = editing.rename_scene(project, first, "Welcome")
    for name in ("Product table", "Close-up", "Break"):
        project = editing.add_scene(project, name)
    project = editing.add_source(project, first, SourceKind.COLOUR, "Corner card", {"colour": "#123a5cff"})
    project = editing.replace_layer(project, first, project.scenes[0].layers[-1].id, box=Box(0.62, 0.08, 0.33, 0.3))
    project = editing.add_source(
        project, first, SourceKind.TEXT, "Headline", {"text": "Harvest teas 秋茶\nشاي الحصاد 🍵", "size": 72, "box_colour": "#0b5d50e0"}
    )
    project = editing.replace_layer(project, first, project.scenes[0].layers[-1].id, box=Box(0.06, 0.62, 0.5, 0.3))
    project = editing.add_source(project, first, SourceKind.TONE, "Music")
    for name, region in (("Frankfurt", "eu-central"), ("Singapore", "ap-southeast")):
        relay = Relay(editing.new_id(project, "relay"), name, "http://127.0.0.1:9/whip", "", region, "generic", {})
        project = editing.put_relay(project, relay)
    return editing.pin_relay(project, "embedded")


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():
            await asyncio.sleep(0.05)


def _show(studio: Studio, window: MainWindow, what: str) -> QWidget:
    """Open the requested part; returns the widget to capture."""
    verbs = {
        "settings": window.show_settings,
        "relay": window.relays.add,
        "guide": window.show_guide,
        "palette": window.show_palette,
    }
    if what in verbs:
        verbs[what]()
    if what == "relays":
        window.docks["relays"].raise_()
    if what == "chat":
        window.context.openers.show_panel("chat")
        fill_chat(studio.control, until_ms=studio.control.now_ms())
        window.chat.list.setFocus()
    if what == "chat reply":
        window.context.openers.show_panel("chat")
        fill_chat(studio.control, until_ms=studio.control.now_ms())
        QApplication.processEvents()
        window.chat.reload()
        window.chat.reply_to_next()
    if what == "selling":
        studio.settings.change("cards_in_video", "always")
        window.rundown.setFocus()
        window.docks["offer"].raise_()
        studio.control.runner.enter(studio.document.show.segments[SELLING_SEGMENT].id)
    if what == "planner":
        window.context.openers.open_planner("hour")
        return next(one for one in QApplication.topLevelWidgets() if isinstance(one, PlannerWindow))
    if what in ("main", "live", "relays"):
        layer = studio.document.project.scenes[0].layers[-1]
        window.selection.choose(layer_id=layer.id, source_id=layer.source_id)
    if what == "toasts":
        for severity, code in (
            (Severity.INFO, "window.copied"),
            (Severity.WARNING, "window.source_removed"),
            (Severity.ERROR, "link.lost"),
        ):
            window.bridge.tell(
                Notice(
                    severity,
                    code,
                    {"address": studio.embedded.watch_address, "name": "Headline"},
                    code,
                    ("edit.undo",) if "removed" in code else (),
                )
            )
    return window


async def take(application: QApplication, arguments: argparse.Namespace, home: Path) -> None:
    """Start, fill the show, wait for frames, take the picture, and quit."""
    studio = make_studio(home)
    studio.settings.change("theme", arguments.theme)
    studio.settings.change("language", arguments.language)
    shell = Shell(application, studio, options(home))
    width, height = (int(side) for side in arguments.size.split("x"))
    running = asyncio.ensure_future(shell.run())
    await asyncio.sleep(0.1)
    window = shell.window
    window.resize(width, height)
    if arguments.what in ("selling", "planner", "chat", "chat reply"):
        sample = load_sample_show(RESOURCES / "sample_show", RESOURCES / "markets", arguments.language)
        studio.files.begin_with(sample.show(with_content(studio.document.project)), sample.pictures.values())
    elif arguments.what != "empty":
        studio.document.edit("Add scene", with_content)
    await _until(lambda: studio.engine.stats is not None and studio.engine.preview.latest() is not None)
    if arguments.what in ("live", "selling"):
        await _until(lambda: studio.embedded.running)
        studio.broadcast.go_live()
        await _until(lambda: studio.broadcast.state.value is BroadcastState.LIVE)
        await asyncio.sleep(3.0)
    widget = _show(studio, window, arguments.what)
    widget.resize(width, height)
    await asyncio.sleep(SETTLED_S[arguments.what == "selling"])
    picture = widget.grab()
    dialogs = [one for one in application.topLevelWidgets() if one.isVisible() and one is not window and one.parent() is window]
    picture.save(str(arguments.out))
    for number, dialog in enumerate(dialogs):
        dialog.grab().save(str(arguments.out.with_stem(f"{arguments.out.stem}-dialog{number or ''}")))
        dialog.close()
    window.closing.emit(False)
    await running


def main() -> int:
    """Take one screenshot."""
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1366x768")
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--language", default="en")
    parser.add_argument("--what", default="main")
    arguments = parser.parse_args()
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as home, loop:
        loop.run_until_complete(take(application, arguments, Path(home)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
