"""Keys that take scenes and mute strips can be found where a user looks: in lists, tooltips and menus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.domain.program import editing
from app.domain.program.project import Project, program_scene
from app.domain.program.source import SourceKind
from app.session.studio import Studio
from app.ui.program.mixer import StripView
from app.ui.shell.main_window import MainWindow


def many_scenes(project: Project) -> Project:
    for number in range(2, 12):
        project = editing.add_scene(project, f"Look {number} & more")
    return project


def entries(menu: QMenu) -> list[list[str]]:
    menu.aboutToShow.emit()
    return [action.text().split("\t") for action in menu.actions()]


@pytest.fixture
def scenes(studio: Studio, window: MainWindow) -> MainWindow:
    studio.document.edit("Fill", many_scenes)
    QApplication.processEvents()
    return window


def test_the_menu_takes_scenes_by_name_and_says_their_keys(studio: Studio, scenes: MainWindow) -> None:
    menu = scenes.menus.made["TAKE"]
    found = entries(menu)
    assert len(found) == 9, "the keys reach nine"
    assert found[1] == ["Look 2 && more", "Ctrl+2"]
    menu.actions()[1].trigger()
    assert program_scene(studio.document.project).name == "Look 2 & more"


def test_the_list_says_the_keys_of_each_scene_that_is_not_on(studio: Studio, scenes: MainWindow) -> None:
    rows = [scenes.scenes.list.item(place) for place in range(scenes.scenes.list.count())]
    described = [row.data(Qt.ItemDataRole.AccessibleDescriptionRole) for row in rows]
    assert described[1:4] == ["Ctrl+2", "Ctrl+3", "Ctrl+4"]
    assert described[9:] == ["", ""], "the tenth has no keys"
    assert "Ctrl+1" in rows[0].toolTip()
    assert "Enter" in rows[10].toolTip()
    QTest.keyClick(scenes, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert program_scene(studio.document.project).id == studio.document.project.scenes[2].id


def test_strips_are_muted_from_the_menu_and_their_buttons_say_the_keys(studio: Studio, scenes: MainWindow) -> None:
    studio.document.edit("Fill", lambda project: editing.add_source(project, project.scenes[0].id, SourceKind.TONE, "Music"))
    QApplication.processEvents()
    menu = scenes.menus.made["MUTE"]
    names = [name for name, _ in entries(menu)]
    place = names.index("Music")
    assert entries(menu)[place][1] == f"Alt+{place + 1}"
    menu.actions()[place].trigger()
    assert studio.document.project.strips[place].muted
    QApplication.processEvents()
    entries(menu)
    assert menu.actions()[place].isChecked()
    assert [f"(Alt+{place + 1})" in strip.mute.toolTip() for strip in scenes.mixer.findChildren(StripView)].count(True) == 1
