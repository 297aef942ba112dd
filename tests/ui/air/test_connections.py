"""Tests the consent dialog before a foreign show connects to a server."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.program.output import Relay
from app.domain.program.project import starter_project
from app.domain.program.source import Source, SourceKind
from app.domain.show import Show
from app.session.studio import Studio
from app.storage.show_file import write_new
from app.ui.air.connections import ConnectionsDialog, host_of
from app.ui.shell.main_window import MainWindow
from tests.ui.air.test_on_air import until

LEFT = Qt.MouseButton.LeftButton


def foreign_show(folder: Path) -> Path:
    relays = (Relay("a", "A", "https://anna:sesame@a.example/whip?key=1"), Relay("b", "B", "http://b.example:8889/whip"))
    write_new(folder / "gift.tradewind", Show(replace(starter_project(camera=None, microphone=False), relays=relays, relay_id="a")))
    return folder / "gift.tradewind"


async def visible_dialog(window: MainWindow) -> ConnectionsDialog:
    await until(lambda: any(dialog.isVisible() for dialog in window.findChildren(ConnectionsDialog)))
    return next(dialog for dialog in window.findChildren(ConnectionsDialog) if dialog.isVisible())


async def test_a_foreign_show_connects_only_to_servers_the_user_allows(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    await studio.start()
    assert studio.files.open(foreign_show(tmp_path))
    dialog = await visible_dialog(window)
    assert [row.box.text() for row in dialog.rows] == ["a.example", "b.example:8889"]
    assert dialog.refuse_button.isDefault() and dialog.focusWidget() is dialog.refuse_button, "Enter and Space refuse"
    assert not any("sesame" in label.text() or "key=1" in label.text() for label in dialog.findChildren(type(window.relays._hint)))
    assert window.relays.rows["a"].state.text() == "not connected"
    dialog.rows[1].box.setChecked(False)
    QTest.mouseClick(dialog.agree_button, LEFT)
    assert studio.connections.pending() == ()
    assert studio.broadcast.main_relay().id == "a" and window.relays.rows["a"].state.text() != "not connected"
    assert window.relays.rows["b"].state.text() == "not connected"
    QTest.mouseClick(window.relays.rows["b"], LEFT)
    again = await visible_dialog(window)
    assert [row.box.isChecked() for row in again.rows] == [True, False], "the answer can be changed"
    again.rows[1].box.setChecked(True)
    QTest.mouseClick(again.agree_button, LEFT)
    assert window.relays.rows["b"].state.text() != "not connected"


async def test_escape_leaves_the_question_open_and_shows_a_notice(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    await studio.start()
    codes: list[str] = []
    window.bridge.notice.connect(lambda notice: codes.append(notice.code))
    assert studio.files.open(foreign_show(tmp_path))
    dialog = await visible_dialog(window)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert "show.connections" in codes and len(studio.connections.pending()) == 2
    assert studio.broadcast.main_relay().id == "embedded"
    window.qt_actions.run("connections.open")
    again = await visible_dialog(window)
    QTest.mouseClick(again.refuse_button, LEFT)
    assert studio.connections.pending() == () and not studio.connections.allows("https://a.example:443")


async def test_a_source_that_waits_says_why_where_it_is_set(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    camera = Source("cam", "Door", SourceKind.CAMERA, {"device": "rtsp://anna:sesame@192.0.2.7/door"})
    plain = starter_project(camera=None, microphone=False)
    write_new(tmp_path / "gift.tradewind", Show(replace(plain, sources=(*plain.sources, camera))))
    await studio.start()
    assert studio.files.open(tmp_path / "gift.tradewind")
    dialog = await visible_dialog(window)
    QTest.mouseClick(dialog.refuse_button, LEFT)
    window.selection.choose(layer_id="", source_id="cam")
    assert not window.properties.withheld.isHidden()
    studio.relays.answer_connections({"rtsp://192.0.2.7:554": True})
    assert window.properties.withheld.isHidden()


def test_a_server_is_named_by_its_host_and_unusual_port() -> None:
    assert [host_of(url) for url in ("https://a.example:443", "http://a.example:80", "rtsp://[::1]:554", "smb://server")] == [
        "a.example",
        "a.example",
        "[::1]:554",
        "server",
    ]
