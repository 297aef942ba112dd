"""The main window: the program view in the middle, panels around it, menus and keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QTabBar, QTabWidget, QToolBar, QToolButton, QVBoxLayout, QWidget

from app.domain.base.notice import Notice
from app.domain.catalogue.market import Market
from app.session.actions import Action
from app.session.studio import Studio
from app.session.studio_actions import NUMBERED
from app.ui.air.live import LivePanel
from app.ui.air.relays import RelaysPanel
from app.ui.bridge import Bridge
from app.ui.catalogue.products import ProductsPanel
from app.ui.chat.chat_panel import ChatPanel
from app.ui.context import Formats, MakeCode, WindowContext
from app.ui.figures import air_words, relay_name
from app.ui.kit.dock import PanelDock
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.form import Group
from app.ui.kit.language import declared, tr
from app.ui.kit.qt_actions import QtActions, Titles
from app.ui.kit.theme import Icons, Theme
from app.ui.notices import SHOW_MESSAGES, LogPanel, NoticeBook, ToastArea, Words
from app.ui.program.leaving import KEEP_ON_AIR, STAY, ask_before_closing
from app.ui.program.mixer import MixerPanel
from app.ui.program.program import ProgramPanel
from app.ui.program.properties import PropertiesPanel
from app.ui.program.scenes import ScenesPanel
from app.ui.program.sources import SourcesPanel
from app.ui.room.offer import OfferPanel
from app.ui.rundown.cue import CuePanel
from app.ui.rundown.rundown import RundownPanel
from app.ui.selection import Selection
from app.ui.shell import late
from app.ui.shell.consent import Consent
from app.ui.shell.exchange import Exchange
from app.ui.shell.files import Files
from app.ui.shell.interrupted import InterruptedShow
from app.ui.shell.layout_watch import LayoutWatch
from app.ui.shell.menus import TOOLBAR, Menus
from app.ui.shell.openers import WindowOpeners, open_dialog
from app.ui.shell.own_windows import OwnWindows
from app.ui.shell.schedule_panel import SchedulePanel
from app.ui.shell.side_widths import SideWidths, saved_widths
from app.ui.shell.status import StatusBar

LAYOUT_VERSION = 4
LEFT_PX, RIGHT_PX = 320, 330
LEFT_SHARE, RIGHT_SHARE = 0.19, 0.2  # of the width of a wide window
SCENES_PX, SOURCES_PX = 184, 190
MIXER_SHARE = 0.27  # of the window's height
FIRST_SIZE = QSize(1440, 860)  # on a smaller screen the window fills it
_LEFT, _RIGHT, _BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
_AREAS = {
    "rundown": _LEFT,
    "products": _LEFT,
    "schedule": _LEFT,
    "chat": _LEFT,
    "scenes": _BOTTOM,
    "sources": _BOTTOM,
    "mixer": _BOTTOM,
    "log": _BOTTOM,
}
_TABS = (("rundown", "products", "schedule", "chat"), ("cue", "offer", "properties", "relays"), ("mixer", "log"))


@dataclass(frozen=True, slots=True)
class Fittings:
    """The window's other parts, besides the Studio."""

    wordings: Words
    theme: Theme
    icons: Icons
    book: NoticeBook
    state_file: Path
    make_code: MakeCode
    formats: Formats
    finding_words: Words
    known_markets: Callable[[], Sequence[Market]]
    setting_groups: Sequence[Group]
    suffix: str
    version: str


class MainWindow(QMainWindow):
    """A view of the Studio that can be rebuilt (other language, other theme) without loss.

    `closing` carries whether the engine stays on air; the owner then ends the Studio.
    """

    closing = Signal(bool)
    painted = Signal()  # once, when there is something to see

    def __init__(self, studio: Studio, fittings: Fittings) -> None:
        super().__init__()
        self._studio = studio
        self._fittings = fittings
        self._decided = False
        self._seen = False
        self._watch: LayoutWatch | None = None  # from the first frame on: before that, the layout is still being built
        self.setObjectName("main")
        self.setWindowIcon(fittings.icons.icon("tradewind"))
        self.setDockNestingEnabled(True)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.bridge = Bridge(studio, self)
        self.selection = Selection(self)
        self.docks: dict[str, PanelDock] = {}
        openers = WindowOpeners(self, self.docks, lambda: self.context, lambda: self.windows, lambda: self.consent.show(everything=True))
        self.context = WindowContext(
            studio,
            self.bridge,
            self.selection,
            fittings.theme,
            fittings.icons,
            fittings.wordings,
            fittings.make_code,
            fittings.formats,
            fittings.finding_words,
            fittings.known_markets,
            FileDialogs(self._settings, lambda: studio.document.path),
            openers,
        )
        self.files = Files(studio, self, fittings.suffix, self.context.file_dialogs)
        self.interrupted = InterruptedShow(studio, self, self.show_report)
        self.exchange = Exchange(self.context, self.files, self)
        self.windows = OwnWindows(self.context, self._settings, lambda: self.qt_actions.by_id, fittings.setting_groups)
        self._build_panels()
        self.qt_actions = self._make_qt_actions()
        self._build_menus()
        self._build_toolbar()
        self.toasts = ToastArea(self.program, fittings.wordings, fittings.icons)
        self.toasts.action_requested.connect(self.qt_actions.run)
        self.bridge.notice.connect(self._on_notice)
        for signal in (
            self.bridge.document_changed,
            self.bridge.broadcast_changed,
            self.bridge.engine_changed,
            self.bridge.project_changed,
        ):
            signal.connect(self._on_changed)
        self.bridge.run_changed.connect(self._refresh_actions)
        self.bridge.shown_changed.connect(self._refresh_actions)
        self.bridge.schedule_changed.connect(self._refresh_actions)
        self.bridge.show_ended.connect(self._on_show_ended, Qt.ConnectionType.QueuedConnection)
        self.bridge.interrupted_changed.connect(self._refresh_actions)
        self.bridge.interrupted_changed.connect(self.interrupted.offer, Qt.ConnectionType.QueuedConnection)
        self.rundown.list.chosen.connect(self.cue.show_segment)
        self.selection.changed.connect(self.qt_actions.refresh)
        self.consent = Consent(self.context, self)
        self._restore_layout()
        self._on_changed()

    # Building -------------------------------------------------------------------------------------------------------------

    def _build_panels(self) -> None:
        context = self.context
        self.program = ProgramPanel(context)
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.program)
        self.setCentralWidget(middle)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, _LEFT),
            (Qt.Corner.BottomRightCorner, _RIGHT),
            (Qt.Corner.TopLeftCorner, _LEFT),
            (Qt.Corner.TopRightCorner, _RIGHT),
        ):
            self.setCorner(corner, area)
        self.scenes, self.sources, self.mixer = ScenesPanel(context), SourcesPanel(context), MixerPanel(context)
        self.live, self.properties, self.relays = LivePanel(context), PropertiesPanel(context), RelaysPanel(context)
        self.products = ProductsPanel(context)
        self.products.table_wanted.connect(self.exchange.import_products)
        self.schedule = SchedulePanel(context)
        self.rundown, self.cue, self.offer = RundownPanel(context), CuePanel(context), OfferPanel(context)
        self.log = LogPanel(self._fittings.book, self._fittings.wordings, self._fittings.icons)
        self.chat = ChatPanel(context)
        self.chat.plugins_wanted.connect(self.show_plugins)
        self.chat.available_changed.connect(self._refresh_actions)
        self._titles_due = QTimer(self)  # docks report their place before they are there
        self._titles_due.setSingleShot(True)
        self._titles_due.timeout.connect(self._show_titles)
        self._add_dock("rundown", tr("Window", "Rundown"), self.rundown, _LEFT)
        self._add_dock("products", tr("Window", "Products"), self.products, _LEFT)
        self._add_dock("schedule", tr("Window", "Schedule"), self.schedule, _LEFT)
        self._add_dock("chat", tr("Window", "Chat"), self.chat, _LEFT)
        self.docks["chat"].visibilityChanged.connect(self.chat.set_seen)
        self.docks["schedule"].visibilityChanged.connect(self.schedule.set_seen)
        self._add_dock("live", tr("Window", "On air"), self.live, _RIGHT)
        self._add_dock("cue", tr("Window", "Cue card"), self.cue, _RIGHT)
        self._add_dock("offer", tr("Window", "Viewers"), self.offer, _RIGHT)
        self._add_dock("properties", tr("Window", "Properties"), self.properties, _RIGHT)
        self._add_dock("relays", tr("Window", "Relays"), self.relays, _RIGHT)
        self._add_dock("scenes", tr("Window", "Scenes"), self.scenes, _BOTTOM)
        self._add_dock("sources", tr("Window", "Sources"), self.sources, _BOTTOM)
        self._add_dock("mixer", tr("Window", "Mixer"), self.mixer, _BOTTOM)
        self._add_dock("log", tr("Window", "Messages"), self.log, _BOTTOM)
        self.sides = SideWidths(self, self.docks, (LEFT_PX, RIGHT_PX))
        self.status = StatusBar(context)
        self.setStatusBar(self.status)

    def _add_dock(self, name: str, title: str, panel: QWidget, area: Qt.DockWidgetArea) -> None:
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock = PanelDock(name, title, panel, self._fittings.icons, self)
        self.addDockWidget(area, dock)
        self.docks[name] = dock
        dock.visibilityChanged.connect(self._titles_due.start)
        dock.dockLocationChanged.connect(self._titles_due.start)

    def _show_titles(self) -> None:
        for dock in self.docks.values():
            dock.show_title()
        for tabs in self.findChildren(QTabBar):
            tabs.setChangeCurrentOnDrag(True)  # a product is dragged from its list onto the rundown in another tab

    def _arrange(self) -> None:
        """The layout of a first start."""
        docks = self.docks
        for first, *others in _TABS:
            for other in others:
                self.tabifyDockWidget(docks[first], docks[other])
            docks[first].raise_()
        self.sides.want([max(LEFT_PX, round(self.width() * LEFT_SHARE)), max(RIGHT_PX, round(self.width() * RIGHT_SHARE))])
        self.resizeDocks([docks["scenes"], docks["sources"]], [SCENES_PX, SOURCES_PX], Qt.Orientation.Horizontal)
        self.resizeDocks([docks["live"], docks["cue"]], [150, 480], Qt.Orientation.Vertical)
        self.resizeDocks([docks["mixer"]], [round(self.height() * MIXER_SHARE)], Qt.Orientation.Vertical)
        self._show_titles()

    def _make_qt_actions(self) -> QtActions:
        studio = self._studio
        provided: dict[str, Callable[[], object]] = {
            "file.new": self.files.new,
            "file.open": self.files.open,
            "file.save": self.files.save,
            "file.save_as": self.files.save_as,
            "scene.add": self.scenes.add,
            "scene.duplicate": self.scenes.duplicate,
            "scene.remove": self.scenes.remove,
            "show.go_live": self.live.toggle,
            "show.stop": self.live.toggle,
            "prompter.toggle": self.windows.toggle_prompter,
            "chat.focus": partial(self._in_chat, self.chat.focus_chat),
            "chat.reply_next": partial(self._in_chat, self.chat.reply_to_next),
            "chat.answered": partial(self._in_chat, self.chat.mark_chosen),
            "chat.star": partial(self._in_chat, self.chat.star_chosen),
            "schedule.replan": lambda: self.context.openers.show_panel("schedule"),
            "schedule.moved": self.schedule.show_moved,
        }
        for action_id, run in provided.items():
            studio.actions.provide(action_id, run)
        titles: Titles = {
            "edit.undo": lambda: _with_step(tr("Window", "Undo"), studio.document.undo_title),
            "edit.redo": lambda: _with_step(tr("Window", "Redo"), studio.document.redo_title),
            **{f"scene.{number}": partial(self._scene_words, number) for number in range(1, NUMBERED + 1)},
        }
        own = [
            Action("source.add", "Add source…", "Ctrl+Shift+A", "source-add", self.sources.show_add_menu),
            Action("source.duplicate", "Duplicate source", "Ctrl+J", "duplicate", self.sources.duplicate, self._layer_chosen),
            Action("source.remove", "Remove source", "", "remove", self.sources.remove, lambda: bool(self.selection.source_id)),
            Action("import.products", "Import products…", "", "product", self.exchange.import_products),
            Action("import.rundown", "Import rundown…", "", "rundown", self.exchange.import_rundown),
            Action("import.orders", "Import orders…", "", "media", self.exchange.import_orders),
            Action("export.open", "Export…", "", "save", self.exchange.export),
            Action("backups.open", "Version history…", "", "clock", self.exchange.show_backups, lambda: studio.document.path is not None),
            Action("setup.open", "Markets and cards…", "Ctrl+M", "globe", self.show_setup),
            Action("product.add", "Add product", "", "product", self.products.add),
            Action("segment.add", "Add segment", "", "rundown", self.rundown.add),
            Action(
                "rundown.plan",
                "Create rundown from my products",
                "",
                "rundown",
                self.rundown.plan,
                lambda: bool(studio.document.show.products),
            ),
            Action("planner.toggle", "Planner", "Ctrl+T", "calendar", self.windows.toggle_planner),
            Action("airing.plan", "Plan a show…", "", "add", self.schedule.plan),
            Action("connections.open", "Connections…", "", "link", self.context.openers.open_connections),
            Action("relay.add", "Add relay…", "", "relay", self.relays.add),
            Action("live.copy", "Copy watch link", "Ctrl+Shift+C", "duplicate", self.live.copy_address, self._watchable),
            Action("live.code", "Show QR code", "", "qr", self.live.show_code, self._watchable),
            Action("report.open", "Show summary…", "", "info", self.show_report),
            Action(SHOW_MESSAGES, "Show messages", "", "log", partial(self.context.openers.show_panel, "log")),
            Action("window.palette", "Find a command…", "Ctrl+K", "command", self.show_palette),
            Action("plugins.open", "Plugins…", "", "link", self.show_plugins),
            Action("window.settings", "Settings…", "Ctrl+,", "settings", self.show_settings),
            Action("window.reset", "Reset layout", "", "window", self.reset_layout),
            Action("window.full", "Full screen", "F11", "screen", self._toggle_full_screen),
            Action("help.guide", "Setup guide…", "F1", "guide", self.show_guide),
            Action("help.sample", "Open sample show", "", "product", self.files.open_sample),
            Action("help.about", "About Tradewind", "", "info", self._show_about),
            Action("app.quit", "Quit", "Ctrl+Q", "quit", self.close),
        ]
        return QtActions((*studio.actions, *own), self._fittings.icons, self, failed=studio.actions.failed, titles=titles)

    def _scene_words(self, number: int) -> str:
        """Take a scene by its name, because its number is only its position."""
        scenes = self._studio.document.project.scenes
        name = scenes[number - 1].name if number <= len(scenes) else tr("Window", "scene {number} (none)", number=number)
        return tr("Window", "Switch to {name}", name=name)

    def _layer_chosen(self) -> bool:
        return bool(self.selection.layer_id)

    def _watchable(self) -> bool:
        return bool(self.live.watch_address())

    def _build_menus(self) -> None:
        for action in self.qt_actions.by_id.values():
            self.addAction(action)  # its shortcut works wherever the focus is
        self.menus = Menus(self.menuBar(), self.context, self.qt_actions.by_id, self.docks, self.files.open_path)

    def _build_toolbar(self) -> None:
        bar = QToolBar(tr("Window", "Toolbar"))
        bar.setObjectName("toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        for entry in TOOLBAR:
            if entry:
                bar.addAction(self.qt_actions.by_id[entry])
                button = bar.widgetForAction(self.qt_actions.by_id[entry])
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                if isinstance(button, QToolButton) and entry in ("scene.add", "source.add"):
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            else:
                bar.addSeparator()
        self.addToolBar(bar)

    # Layout ---------------------------------------------------------------------------------------------------------------

    def _settings(self) -> QSettings:
        return QSettings(str(self._fittings.state_file), QSettings.Format.IniFormat)

    def _restore_layout(self) -> None:
        settings = self._settings()
        geometry, state = settings.value("geometry"), settings.value("state")
        if geometry is None or not self.restoreGeometry(geometry):
            self._fit_screen()
        self._arrange()
        if state is not None:
            self.restoreState(state, LAYOUT_VERSION)
        self.sides.want(saved_widths(settings.value("sides"), self.sides.wanted_px))

    def _fit_screen(self) -> None:
        """The first size: comfortable, or the whole screen if that is smaller."""
        room = self.screen().availableSize()
        self.resize(FIRST_SIZE.boundedTo(room))
        if room.width() <= FIRST_SIZE.width() or room.height() <= FIRST_SIZE.height():
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)

    def save_layout(self) -> None:
        """Save the place and size of window and docks for the next start."""
        settings = self._settings()
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("state", self.saveState(LAYOUT_VERSION))
        settings.setValue("sides", self.sides.wanted_px)
        settings.sync()

    def reset_layout(self) -> None:
        """Put all panels back to the layout of a first start."""
        for dock in self.docks.values():
            self.removeDockWidget(dock)
        for name, dock in self.docks.items():
            area = _AREAS.get(name, _RIGHT)
            self.addDockWidget(area, dock)
            first = next((group[0] for group in _TABS if name in group[1:]), "")
            if first:
                self.tabifyDockWidget(self.docks[first], dock)  # before it is shown: above each other, they need a higher window
            dock.show()
        self._arrange()

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # What happens ---------------------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        mark = "• " if self._studio.document.modified else ""
        air = air_words(self._studio.broadcast.air.value)  # first, because the taskbar cuts the end
        self.setWindowTitle(" – ".join(filter(None, (air, f"{mark}{self._studio.document.title}", "Tradewind"))))
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        self.qt_actions.refresh()
        self.toasts.close_outdated(self.qt_actions.can_run)

    def _on_notice(self, notice: Notice) -> None:
        built_in = self._studio.relays.all[0]
        if notice.data.get("relay") == built_in.name:  # the session has no texts for users
            notice = replace(notice, data={**notice.data, "relay": relay_name(built_in)})
        self._fittings.book.add(notice)
        self.toasts.titles = self.qt_actions.titles()
        self.toasts.show_notice(notice)

    def _in_chat(self, verb: Callable[[], object]) -> None:
        """Bring the chat to the front, and do something there."""
        self.context.openers.show_panel("chat")
        verb()

    def show_palette(self) -> None:
        """Show the command palette."""
        palette = late.Palette(self, list(self.qt_actions.by_id.values()))
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.show()

    def show_settings(self) -> None:
        """Show the settings of the app and of this show."""
        self.windows.show_settings(self)

    def show_report(self) -> None:
        """Show the summary of the last show and of earlier ones."""
        open_dialog(late.ReportDialog(self.context, self))

    def _on_show_ended(self, why: str) -> None:
        if why == "host" and not self._decided and self.isVisible():  # elsewhere the user is already doing something else
            self.show_report()

    def show_setup(self) -> None:
        """Show the show's markets and cards."""
        self.context.openers.open_markets(self)

    def show_plugins(self) -> None:
        """Show the plugins."""
        open_dialog(late.PluginsDialog(self.context, self))

    def show_guide(self) -> None:
        """Show the first-run guide."""
        open_dialog(late.Guide(self.context, self, RelaysPanel(self.context), LivePanel(self.context)))

    def _show_about(self) -> None:
        open_dialog(late.About(self._fittings.icons, self._fittings.version, self))

    # Leaving --------------------------------------------------------------------------------------------------------------

    def let_go(self) -> None:
        """Close without a question: another window takes over, or everything has been asked."""
        self._decided = True
        if self._watch is not None:
            self._watch.stop()
        self.save_layout()
        self.windows.close()
        self.bridge.close()
        self.close()

    def _leave(self) -> bool | None:
        """Whether to keep the show on air; None = stay."""
        answer = ask_before_closing(self._studio, self)
        if answer == STAY:
            return None
        keep = answer == KEEP_ON_AIR
        return keep if keep or self.files.may_leave() else None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._seen:
            self._seen = True
            self._watch = LayoutWatch(self, self.docks.values(), self.save_layout)
            self.painted.emit()
            self.consent.look()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._decided:
            event.accept()
            return
        event.ignore()
        keep = self._leave()
        if keep is not None:
            self.closing.emit(keep)


def _with_step(verb: str, step: str) -> str:
    """Undo or Redo with the name of the step."""
    return tr("Window", "{verb}: {step}", verb=verb, step=declared(step)) if step else verb
