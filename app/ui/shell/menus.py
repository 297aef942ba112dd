"""Which actions are in which menu and in the toolbar, in order; "" is a separator.

RECENT, DOCKS, TAKE and MUTE are filled in: recent shows, panels, scenes and strips, the last two with their keys.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMenu, QMenuBar

from app.domain.program.project import source_by_id
from app.ui.context import WindowContext
from app.ui.kit.language import tr

TOOLBAR = (
    "file.new", "file.open", "file.save", "", "edit.undo", "edit.redo", "", "scene.add", "source.add", "", "window.palette",
    "window.settings", "help.guide",
)  # fmt: skip
_EXCHANGED = ("import.products", "import.rundown", "import.orders", "export.open")


def menus() -> dict[str, tuple[str, ...]]:
    """Actions by the menu's title in the window's language."""
    return {
        tr("Window", "&Show"): (
            "file.new", "file.open", "RECENT", "", "file.save", "file.save_as", "backups.open", "", *_EXCHANGED, "", "app.quit",
        ),
        tr("Window", "&Edit"): (
            "edit.undo", "edit.redo", "", "source.add", "source.duplicate", "source.remove", "", "plugins.open", "window.settings",
        ),
        tr("Window", "Se&ll"): (
            "setup.open", "product.add", "", "product.pin", "product.unpin", "", "card.hide", "card.lower_third", "card.ticker",
            "card.code", "", "coupon.drop", "coupon.close", "disclosure.show",
        ),
        tr("Window", "&Rundown"): (
            "run.start", "run.resume", "run.next", "run.previous", "run.back", "run.skip", "run.swap", "", "run.tick", "run.untick", "",
            "run.extend_1m", "run.shorten_1m", "", "run.end", "", "timer.toggle", "timer.reset", "prompter.toggle", "",
            "segment.add", "rundown.plan",
        ),
        tr("Window", "&Plan"): ("planner.toggle", "airing.plan", "", "schedule.start", "schedule.replan", "", "schedule.moved"),
        tr("Window", "S&cenes"): ("scene.add", "scene.duplicate", "scene.remove", "", "TAKE", "scene.next", "scene.previous", "", "MUTE"),
        tr("Window", "&On air"): (
            "show.go_live", "show.stop", "report.open", "",
            "live.copy", "live.code", "", "relay.add", "connections.open", "", "devices.refresh",
            "engine.restart",
        ),
        tr("Window", "Cha&t"): ("chat.focus", "chat.reply_next", "", "chat.answered", "chat.star"),
        tr("Window", "&View"): ("window.palette", "", "DOCKS", "", "window.reset", "window.full"),
        tr("Window", "&Help"): ("help.guide", "help.sample", "", "help.about"),
    }  # fmt: skip


class Menus(QObject):
    """Fills the menu bar. `docks` are the panels by name, `open_path` opens a recent show."""

    def __init__(
        self,
        bar: QMenuBar,
        context: WindowContext,
        actions: Mapping[str, QAction],
        docks: Mapping[str, QDockWidget],
        open_path: Callable[[Path], object],
    ) -> None:
        super().__init__(bar)
        self._context = context
        self._actions = actions
        self._open_path = open_path
        self._docks = docks
        self._made = {
            "RECENT": (tr("Window", "Recent shows"), "clock", self._fill_recent),
            "TAKE": (tr("Window", "Switch to scene"), "play", self._fill_scenes),
            "MUTE": (tr("Window", "Mute or unmute"), "mute", self._fill_strips),
        }
        self.made: dict[str, QMenu] = {}
        for title, entries in menus().items():
            menu = bar.addMenu(title)
            menu.setToolTipsVisible(True)
            for entry in entries:
                self._add(menu, entry)

    def _add(self, menu: QMenu, entry: str) -> None:
        if not entry:
            menu.addSeparator()
        elif entry == "DOCKS":
            for dock in self._docks.values():
                menu.addAction(dock.toggleViewAction())
        elif entry in self._made:
            title, icon, fill = self._made[entry]
            made = self.made[entry] = menu.addMenu(self._context.icons.icon(icon), title)
            made.aboutToShow.connect(fill)
        else:
            menu.addAction(self._actions[entry])

    def _fill_recent(self) -> None:
        studio, menu = self._context.studio, self.made["RECENT"]
        menu.clear()
        for path in studio.files.recent:
            unsaved = studio.files.is_unsaved(path)
            action = menu.addAction(tr("Window", "{title} (not saved)", title=path.stem) if unsaved else path.stem)
            action.setToolTip("" if unsaved else str(path))
            action.triggered.connect(lambda checked=False, path=path: self._open_path(path))
        if not studio.files.recent:
            menu.addAction(tr("Window", "No recent shows")).setEnabled(False)

    def _fill_scenes(self) -> None:
        self._fill_numbered(self.made["TAKE"], "scene", [scene.name for scene in self._context.studio.document.project.scenes])

    def _fill_strips(self) -> None:
        project = self._context.studio.document.project
        self._fill_numbered(self.made["MUTE"], "strip.mute", [source_by_id(project, strip.source_id).name for strip in project.strips])

    def _fill_numbered(self, menu: QMenu, command: str, names: Sequence[str]) -> None:
        """One entry per scene or strip with a key. The keys are shown as text: a second action with the same shortcut would take it."""
        menu.clear()
        for number, name in enumerate(names, 1):
            action = self._actions.get(f"{command}.{number}")
            if action is None:
                break
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            entry = menu.addAction(f"{name.replace('&', '&&')}\t{keys}")
            entry.setCheckable(action.isCheckable())
            entry.setChecked(action.isChecked())
            entry.setEnabled(action.isEnabled())
            entry.triggered.connect(lambda checked=False, action=action: action.trigger())
