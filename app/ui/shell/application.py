"""The desk with a window: runs Qt and the Studio on one loop, and ends them in order."""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import qasync
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QDialog

from app.domain.base.notice import Notice
from app.domain.catalogue.market import Market
from app.session.studio import Studio
from app.ui.context import Formats, MakeCode
from app.ui.kit.form import Group
from app.ui.kit.language import TableTranslator, language_for, load_table
from app.ui.kit.theme import Icons, load_theme
from app.ui.notices import NoticeBook, Words
from app.ui.shell.collector import Collector
from app.ui.shell.doorbell import Doorbell
from app.ui.shell.main_window import Fittings, MainWindow

log = logging.getLogger(__name__)

# named, because the system's fallback for Han characters is often another weight, or the Japanese shapes
# TrueType faces first: Qt thickens the stems of CFF fonts (Noto Sans CJK), so small Chinese text in them looks bold.
HAN_FONTS = ("Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "Noto Sans CJK SC")


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """What the window needs from its process; `make_wordings` takes a language ("" = English)."""

    resources: Path
    state_file: Path
    make_wordings: Callable[[str], Words]
    make_finding_words: Callable[[str], Words]
    known_markets: Callable[[], Sequence[Market]]
    make_code: MakeCode
    formats: Formats
    setting_groups: Sequence[Group]
    suffix: str
    version: str
    open_path: Path | None = None
    door: str = ""  # where a second start finds this window, "" = it can't
    started_at: float = 0.0  # wall-clock seconds at which the process started, 0 = unknown
    when_shown: Callable[[], None] = lambda: None  # called once, when the window is visible
    guide: bool = True  # False: a first start does not open the guide (tests, screenshots)
    # takes the function to call when the system or a terminal asks the app to quit
    when_asked_to_end: Callable[[Callable[[], object]], None] = lambda end: None
    # gets the event loop, and a function for errors on it that nobody handles
    watch_loop: Callable[[asyncio.AbstractEventLoop, Callable[[Notice], None]], object] = lambda loop, tell: None


def window_font(font: QFont) -> QFont:
    """The window's font: the system's own, with a light Chinese face as fallback.

    Qt caches a family's fallback fonts by family and style hint. The hint keeps ours apart from those of text sources, which start with the
    same family.
    """
    made = QFont(font)
    made.setFamilies([QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).family(), *HAN_FONTS])
    made.setStyleHint(QFont.StyleHint.SansSerif)
    return made


class Shell:
    """Owns the Studio and the window that shows it. Another language or theme rebuilds the window."""

    def __init__(self, application: QApplication, studio: Studio, options: WindowOptions) -> None:
        self._application = application
        application.setQuitOnLastWindowClosed(False)  # rebuilding the window, or waiting for the Studio's end, is not quitting
        self._studio = studio
        self._options = options
        self._book = NoticeBook()
        self._translator: TableTranslator | None = None
        self._looks = ("", "")
        self._closed: asyncio.Future[bool] | None = None
        self._keep_work = False
        self._ready = self._seen = False
        self.window = self._make_window()
        studio.settings.changed.connect(self._on_settings_changed)

    def _make_window(self) -> MainWindow:
        settings, options = self._studio.settings.value, self._options
        self._looks = (settings.language, settings.theme)
        language = language_for(settings.language)
        if self._translator is not None:
            self._forget_words(self._translator)
        self._translator = TableTranslator(load_table(options.resources / "locale", language), self._application)
        QCoreApplication.installTranslator(self._translator)
        self._application.setFont(window_font(self._application.font()))
        theme = load_theme(options.resources / "themes", settings.theme)
        self._application.setPalette(theme.palette())
        sheet = theme.style_sheet()
        if sheet != self._application.styleSheet():  # setting it polishes every widget again
            self._application.setStyleSheet(sheet)
        fittings = Fittings(
            wordings=options.make_wordings("" if language == "en" else language),
            theme=theme,
            icons=Icons(options.resources / "icons", theme),
            book=self._book,
            state_file=options.state_file,
            make_code=options.make_code,
            formats=options.formats,
            known_markets=options.known_markets,
            finding_words=options.make_finding_words("" if language == "en" else language),
            setting_groups=options.setting_groups,
            suffix=options.suffix,
            version=options.version,
        )
        window = MainWindow(self._studio, fittings)
        window.closing.connect(self._on_closing)
        return window

    def _forget_words(self, translator: TableTranslator) -> None:
        """Removed and deleted here, by Qt: a translator that Python's collector deletes on another thread waits for Qt's lock forever."""
        QCoreApplication.removeTranslator(translator)
        translator.deleteLater()

    def close(self) -> None:
        """Remove the window's texts. The window is deleted by its owner."""
        if self._translator is not None:
            self._forget_words(self._translator)
            self._translator = None

    def _on_settings_changed(self, settings: object) -> None:
        del settings
        if self._outdated():
            asyncio.get_running_loop().call_soon(self._rebuild_if_outdated)  # the dialog that changed it is still running its own code

    def _outdated(self) -> bool:
        return self._looks != (self._studio.settings.value.language, self._studio.settings.value.theme)

    def _rebuild_if_outdated(self) -> None:
        if self._outdated():  # several changes in a row need one new window
            self._rebuild()

    def _rebuild(self) -> None:
        old = self.window
        selection, opened = (old.selection.layer_id, old.selection.source_id), old.windows.opened
        old.let_go()
        self.window = self._make_window()
        self.window.selection.choose(layer_id=selection[0], source_id=selection[1])
        self.window.show()
        self.window.windows.reopen(opened, self.window)
        old.deleteLater()

    def _welcome(self) -> None:
        """Questions and dialogs at the start, once the window shows the show."""
        if self._closed is None or self._closed.done():
            return
        self.window.files.offer_recovery()
        if self._options.guide and self._studio.settings.value.show_guide:
            self._studio.settings.change("show_guide", False)
            self.window.show_guide()

    def _on_painted(self) -> None:
        self._options.when_shown()
        if self._options.started_at:
            taken_ms = (time.time() - self._options.started_at) * 1000
            log.info("window shown after %.0f ms, %.0f ms of CPU", taken_ms, time.process_time() * 1000)
        self._seen = True
        if self._ready:
            asyncio.get_running_loop().call_soon(self._welcome)

    def _on_closing(self, keep_engine: bool) -> None:
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(keep_engine)

    def _on_asked_to_end(self) -> None:
        """Go off air in order and without a question, because nobody may be there to answer. Unsaved work is kept for the next start."""
        self._keep_work = True
        self._on_closing(keep_engine=False)

    def _on_rung(self, path: str) -> None:
        """The app was started again: come to the front, and open the chosen show once no dialog waits for an answer."""
        window = self.window
        window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
        window.show()
        window.raise_()
        window.activateWindow()
        asking = QApplication.activeModalWidget()
        if path and asking is None:
            QTimer.singleShot(0, window, lambda: window.files.open_path(Path(path)))
        elif path and isinstance(asking, QDialog):
            asking.finished.connect(lambda: QTimer.singleShot(0, self.window, lambda: self._on_rung(path)))

    async def run(self) -> int:
        """Show the window at once, then start the Studio; end both when the user quits."""
        loop = asyncio.get_running_loop()
        self._options.watch_loop(loop, self._studio.notices.emit)
        self._closed = loop.create_future()
        self._options.when_asked_to_end(lambda: loop.call_soon_threadsafe(self._on_asked_to_end))
        self.window.painted.connect(self._on_painted)
        self.window.show()
        keep_engine = False
        bell: Doorbell | None = None
        try:
            await self._studio.start(self._options.open_path)
            if self._options.door:
                bell = Doorbell(self._options.door)
                bell.rung.connect(self._on_rung)
            self._ready = True
            if self._seen:
                loop.call_soon(self._welcome)
            keep_engine = await self._closed
        finally:
            if bell is not None:
                bell.close()
            self.window.let_go()
            await self._studio.aclose(keep_engine=keep_engine, keep_work=self._keep_work)
            self._studio.settings.changed.disconnect(self._on_settings_changed)
            self.close()
        return 0


def run_window(make_studio: Callable[[], Studio], options: WindowOptions) -> int:
    """Run the desk until its window closes. Returns the exit status."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(application, QApplication):
        raise TypeError("a QApplication is needed, another kind of application runs")
    application.setApplicationName("Tradewind")
    application.setStyle("Fusion")
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    collector = Collector()
    collector.start()
    with loop:
        status: int = loop.run_until_complete(Shell(application, make_studio(), options).run())
    collector.stop()
    return status
