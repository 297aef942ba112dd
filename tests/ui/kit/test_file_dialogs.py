"""The folders where file dialogs open, and a window layout that survives a crash."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog

from app.session.studio import Studio
from app.ui.kit.file_dialogs import EXPORTS, SHOWS, TABLES, FileDialogs
from app.ui.shell.application import Shell
from app.ui.shell.layout_watch import REST_MS
from app.ui.shell.main_window import MainWindow
from tests.support.answering import choose_file, when_asked
from tests.ui.air.test_on_air import until


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Documents"
    folder.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "user-dirs.dirs").write_text(f'XDG_DOCUMENTS_DIR="{folder}"\n')
    assert QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) == str(folder)
    return folder


def test_documents_then_the_show_then_the_last_of_the_kind(tmp_path: Path, documents: Path) -> None:
    show: list[Path | None] = [None]
    file = tmp_path / "window"

    def settings() -> QSettings:
        return QSettings(str(file), QSettings.Format.IniFormat)

    dialogs = FileDialogs(settings, lambda: show[0])
    assert dialogs.start(SHOWS) == str(documents)
    for name in ("shop", "gone", "tables 表格"):
        (tmp_path / name).mkdir()
    show[0] = tmp_path / "shop" / "Autumn.tradewind"
    assert dialogs.start(TABLES) == str(tmp_path / "shop")
    dialogs.remember(TABLES, str(tmp_path / "tables 表格" / "a.csv"))
    dialogs.remember(EXPORTS, str(tmp_path / "gone"))
    dialogs.remember(SHOWS, "")
    settings().sync()
    again = FileDialogs(settings, lambda: show[0])
    assert [again.start(kind) for kind in (TABLES, EXPORTS, SHOWS)] == [
        str(tmp_path / "tables 表格"),
        str(tmp_path / "gone"),
        str(tmp_path / "shop"),
    ]
    (tmp_path / "gone").rmdir()
    assert again.start(EXPORTS, "A/B: 5 <new>?.csv") == str(tmp_path / "shop" / "A_B_ 5 _new__.csv")


def test_the_dialogs_of_the_window_open_there(window: MainWindow, studio: Studio, documents: Path) -> None:
    seen: list[str] = []

    def look(dialog: QFileDialog) -> None:
        seen.append(dialog.directory().absolutePath())
        choose_file("")(dialog)

    with when_asked(QFileDialog, look):
        window.files.save_as()
    with when_asked(QFileDialog, choose_file(str(documents.parent / "one.tradewind"))):
        assert window.files.save_as()
    with when_asked(QFileDialog, look):
        window.files.open()
    assert seen == [str(documents), str(documents.parent)]
    assert studio.document.path == documents.parent / "one.tradewind"


async def test_the_layout_is_kept_before_a_crash(shell: Shell) -> None:
    window = shell.window
    window.resize(1300, 800)
    window.show()
    await until(window._seen.__bool__)
    file = window._fittings.state_file
    assert REST_MS < 5000
    window.docks["mixer"].setFloating(True)
    await until(file.exists)
    floating = QSettings(str(file), QSettings.Format.IniFormat).value("state")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks["mixer"])
    window.docks["mixer"].setFloating(False)
    await until(lambda: QSettings(str(file), QSettings.Format.IniFormat).value("state") != floating)
