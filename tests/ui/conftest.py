"""A real window over a real Studio, offscreen, in which Qt warns of nothing."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from app.domain.base.clock import Clock, SystemClock
from app.session.studio import Studio
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.desk_window import make_studio, options
from tests.support.window import application, no_qt_warnings

Pump = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="session")
def qt() -> QApplication:
    made = application()
    made.setStyle("Fusion")
    made.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)  # a test can type into Qt's own
    return made


@pytest.fixture(scope="session")
def settled(qt: QApplication) -> None:
    """What is loaded by now stays: the collector need not look at it after each test."""
    del qt
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def collected_here(settled: None) -> Iterator[None]:
    """Circles that hold Qt's objects are collected on this thread, as the app does it: see app/ui/shell/collector.py."""
    del settled
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def quiet_qt(qt: QApplication) -> Iterator[None]:
    with no_qt_warnings():
        yield


@pytest.fixture
def clock() -> Clock:
    """The Studio's; a test of what takes time puts another in its place."""
    return SystemClock()


@pytest.fixture
async def studio(tmp_path: Path, clock: Clock) -> AsyncIterator[Studio]:
    """A Studio that was not started: the document, settings and actions work, no engine runs."""
    made = make_studio(tmp_path, clock=clock)
    made.settings.change("theme", "dark")
    made.settings.change("language", "en")
    yield made
    await made.aclose(keep_engine=False)


@pytest.fixture
async def shell(qt: QApplication, studio: Studio, tmp_path: Path) -> AsyncIterator[Shell]:
    made = Shell(qt, studio, options(tmp_path))
    made.window.show()
    qt.processEvents()
    yield made
    made.window.let_go()
    made.window.deleteLater()
    made.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    await asyncio.sleep(0)


@pytest.fixture
def window(shell: Shell) -> MainWindow:
    return shell.window
