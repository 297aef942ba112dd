"""Scenes are edited off air; one click, one key or one button takes them."""

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu

from app.domain.program import editing
from app.domain.program.broadcast import AirState, BroadcastState
from app.domain.program.project import program_scene
from app.domain.program.source import SourceKind
from app.session.studio import Studio
from app.ui.kit.questions import Question
from app.ui.kit.row_list import RowList
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.answering import answer, choose_file, when_asked
from tests.ui.kit.test_dragging import drag_row
from tests.ui.shell.test_window import inside

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def window(shell: Shell, studio: Studio) -> MainWindow:
    """With three scenes."""
    for name in ("Two", "Three"):
        studio.document.edit("Add scene", partial(editing.add_scene, name=name))
    shell.window.activateWindow()
    shell.window.scenes.list.setFocus()
    QApplication.processEvents()
    return shell.window


def on_program(studio: Studio) -> str:
    return program_scene(studio.document.project).name


def place_of(rows: RowList, row: int) -> QPoint:
    return rows.visualItemRect(rows.item(row)).center()


def click_row(window: MainWindow, row: int, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(window.scenes.list.viewport(), button, Qt.KeyboardModifier.NoModifier, place_of(window.scenes.list, row))
    QApplication.processEvents()


def test_only_taking_takes(studio: Studio, window: MainWindow) -> None:
    scenes = window.scenes
    scenes.add()
    QTest.keyClick(inside(scenes.list, QLineEdit), Qt.Key.Key_Return)
    QApplication.processEvents()
    assert on_program(studio) == "Scene 1"
    scenes.duplicate()
    assert on_program(studio) == "Scene 1"
    click_row(window, 2, RIGHT)
    scenes._show_menu(place_of(scenes.list, 2))
    menu = scenes.findChildren(QMenu)[-1]
    menu.close()
    assert (on_program(studio), window.context.edited_scene.name) == ("Scene 1", "Three")
    drag_row(scenes.list, 2, 0, below=False)
    assert (studio.document.project.scenes[0].name, on_program(studio)) == ("Three", "Scene 1")
    QTest.keyClick(scenes.list, Qt.Key.Key_F2)
    editor = scenes.list.findChild(QLineEdit)
    assert editor is not None
    editor.setText("Close-up")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert (studio.document.project.scenes[0].name, on_program(studio)) == ("Close-up", "Scene 1")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Home):
        QTest.keyClick(scenes.list, key)
    assert on_program(studio) == "Scene 1", "arrows look at scenes, Enter takes one"


def test_a_scene_that_viewers_do_not_see_is_edited_and_then_taken_by_enter(studio: Studio, window: MainWindow) -> None:
    QTest.keyClick(window.scenes.list, Qt.Key.Key_Down)
    assert window.context.edited_scene.name == "Two"
    window.sources.add(SourceKind.TEXT)
    assert [len(scene.layers) for scene in studio.document.project.scenes] == [1, 1, 0]
    assert window.selection.layer_id == studio.document.project.scenes[1].layers[0].id
    assert window.properties.placement_form is not None
    window.properties.placement_form.changed.emit("x", 25.0)
    assert studio.document.project.scenes[1].layers[0].box.x == 0.25
    window.sources.list.setFocus()
    assert on_program(studio) == "Scene 1"
    window.scenes.list.setFocus()
    QTest.keyClick(window.scenes.list, Qt.Key.Key_Return)
    assert (on_program(studio), window.selection.scene_id) == ("Two", "")


def test_one_click_or_two_as_the_user_wants(studio: Studio, window: MainWindow) -> None:
    click_row(window, 1)
    assert on_program(studio) == "Two"
    studio.settings.change("scene_take", "double")
    click_row(window, 2)
    assert (on_program(studio), window.context.edited_scene.name) == ("Two", "Three")
    QTest.mouseDClick(window.scenes.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place_of(window.scenes.list, 2))
    assert on_program(studio) == "Three"
    click_row(window, 0)
    window.scenes.take_button.click()
    assert on_program(studio) == "Scene 1"
    assert not window.scenes.take_button.isEnabled()


def test_a_double_click_opens_no_editor(studio: Studio, window: MainWindow) -> None:
    QTest.mouseDClick(window.scenes.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place_of(window.scenes.list, 1))
    assert window.scenes.list.findChild(QLineEdit) is None


def test_the_list_follows_what_is_taken_elsewhere_unless_another_scene_is_edited(studio: Studio, window: MainWindow) -> None:
    studio.engine.take(studio.document.project.scenes[2].id)
    assert window.context.edited_scene.name == "Three"
    QTest.keyClick(window.scenes.list, Qt.Key.Key_Up)
    studio.engine.take(studio.document.project.scenes[0].id)
    assert (window.context.edited_scene.name, on_program(studio)) == ("Two", "Scene 1")
    studio.document.edit("Remove", lambda project: editing.remove_scene(project, project.scenes[1].id))
    assert window.context.edited_scene.name == "Scene 1"


def test_the_tally_says_what_viewers_see(studio: Studio, window: MainWindow) -> None:
    def tallies() -> list[str]:
        rows = window.scenes.list
        return [rows._row(rows.item(place)).tally for place in range(rows.count())]

    assert tallies() == ["Program", "", ""]
    studio.broadcast.state.set(BroadcastState.STARTING)
    studio.broadcast.air.set(AirState.CONNECTING)
    QTest.keyClick(window.scenes.list, Qt.Key.Key_Down)
    assert tallies() == ["Program", "", ""], "no relay has it yet"
    assert "Viewers" not in window.program.view._off_air[0]
    studio.broadcast.air.set(AirState.LIVE)
    assert tallies() == ["On air", "", ""]
    assert "Viewers still see “Scene 1”" in window.program.view._off_air[0]


def test_removing_what_viewers_see_is_asked_about(studio: Studio, window: MainWindow) -> None:
    studio.broadcast.state.set(BroadcastState.STARTING)
    with when_asked(Question, lambda question: QTest.keyClick(question, Qt.Key.Key_Return)) as titles:
        window.scenes.remove()
    assert titles == ["“Scene 1” is on air"]
    assert (len(studio.document.project.scenes), on_program(studio)) == (3, "Scene 1")
    with when_asked(Question, answer("yes")):
        window.scenes.remove()
    assert (len(studio.document.project.scenes), on_program(studio)) == (2, "Two")
    QTest.keyClick(window.scenes.list, Qt.Key.Key_Down)
    window.scenes.remove()
    assert (len(studio.document.project.scenes), on_program(studio)) == (1, "Two"), "one that nobody sees goes without a question"


def test_commands_call_scenes_by_their_names(studio: Studio, window: MainWindow) -> None:
    window.qt_actions.refresh()
    QApplication.processEvents()
    actions = window.qt_actions.by_id
    assert [actions[f"scene.{number}"].text() for number in (1, 2)] == ["Switch to Scene 1", "Switch to Two"]
    studio.document.edit("Rename", lambda project: editing.rename_scene(project, project.scenes[1].id, "Table"))
    studio.document.edit("Move", lambda project: editing.move_scene(project, project.scenes[1].id, 0))
    QApplication.processEvents()
    assert actions["scene.1"].text() == "Switch to Table"
    assert not actions["scene.4"].isEnabled()


@pytest.mark.parametrize("kind", [SourceKind.IMAGE, SourceKind.MEDIA])
def test_a_source_of_a_file_asks_for_it_first(studio: Studio, window: MainWindow, tmp_path: Path, kind: SourceKind) -> None:
    path = tmp_path / "card.png"
    path.write_bytes(b"not looked at here")
    before = len(studio.document.project.sources)
    with when_asked(QFileDialog, choose_file("")):
        window.sources.ask_and_add(kind)
    assert len(studio.document.project.sources) == before, "nothing that would cover the picture in grey"
    with when_asked(QFileDialog, choose_file(str(path))):
        window.sources.ask_and_add(kind)
    assert str(path) in studio.document.project.sources[-1].settings.values()
    window.sources.ask_and_add(SourceKind.COLOUR)
    assert len(studio.document.project.sources) == before + 2
