"""Undo, redo, merged edits, and when a document counts as modified."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.program.editing import add_scene, rename_scene, select_scene
from app.domain.program.project import Project, ProjectError, starter_project
from app.domain.show import Show
from app.session.document.document import MAX_STEPS, Document


def document() -> Document:
    return Document(Show(add_scene(starter_project(camera=None, microphone=False), "Two")))


def rename(document: Document, name: str, merge: str = "") -> None:
    document.edit(f"Rename to {name}", lambda project: replace(project, name=name), merge=merge)


def test_undo_and_redo_step_through_the_history() -> None:
    doc = document()
    for name in ("a", "b", "c"):
        rename(doc, name)
    assert (doc.undo_title, doc.redo_title) == ("Rename to c", "")
    doc.undo()
    doc.undo()
    assert (doc.project.name, doc.undo_title, doc.redo_title) == ("a", "Rename to a", "Rename to b")
    doc.redo()
    assert doc.project.name == "b"
    rename(doc, "d")
    assert doc.redo_title == ""
    for _ in range(9):
        doc.undo()
    assert (doc.project.name, doc.undo_title) == ("Untitled show", "")


def test_a_drag_is_one_step_until_another_edit() -> None:
    doc = document()
    for name in ("1", "2", "3"):
        rename(doc, name, "drag")
    rename(doc, "x")
    rename(doc, "4", "drag")
    assert doc.project.name == "4"
    doc.undo()
    assert doc.project.name == "x"
    doc.undo()
    assert doc.project.name == "3"
    doc.undo()
    assert doc.project.name == "Untitled show"


def test_undo_and_save_end_a_drag(tmp_path: Path) -> None:
    doc = document()
    rename(doc, "1", "drag")
    doc.mark_saved(tmp_path / "a.tradewind")
    rename(doc, "2", "drag")
    doc.undo()
    assert doc.project.name == "1"
    rename(doc, "3", "drag")
    doc.undo()
    assert doc.project.name == "1"


def test_a_drag_back_to_its_start_leaves_no_step() -> None:
    doc = document()
    rename(doc, "1", "drag")
    rename(doc, "Untitled show", "drag")
    assert doc.undo_title == ""


def test_a_change_without_effect_is_not_a_step() -> None:
    doc = document()
    notified: list[Project] = []
    doc.project_changed.connect(notified.append)
    doc.edit("Nothing", lambda project: replace(project, name=project.name))
    assert doc.undo_title == "" and notified == []


def test_a_refused_change_changes_nothing() -> None:
    doc = document()
    before = doc.project
    with pytest.raises(ProjectError):
        doc.edit("Bad", lambda project: rename_scene(project, "nowhere", "x"))
    with pytest.raises(ProjectError):
        doc.edit("Worse", lambda project: replace(project, scenes=()))
    assert doc.project is before and doc.undo_title == ""


def test_undo_does_not_change_the_scene_on_program() -> None:
    doc = document()
    first, second = (scene.id for scene in doc.project.scenes)
    rename(doc, "a")
    doc.put_on_program(second)
    doc.undo()
    assert doc.project.name == "Untitled show" and doc.project.scene_id == second
    doc.put_on_program(first)
    doc.redo()
    assert doc.project.name == "a" and doc.project.scene_id == first


def test_a_show_without_a_file_is_modified_when_it_differs_from_its_start() -> None:
    doc = document()
    modified = [doc.modified]
    doc.put_on_program(doc.project.scenes[1].id)  # switching scenes does not change the show
    modified.append(doc.modified)
    rename(doc, "a")
    modified.append(doc.modified)
    doc.undo()
    modified.append(doc.modified)
    assert modified == [False, False, True, False]


def test_a_show_with_a_file_is_modified_only_while_the_file_cannot_be_written(tmp_path: Path) -> None:
    doc = document()
    rename(doc, "a")
    doc.mark_saved(tmp_path / "My show.tradewind")
    assert doc.title == "My show"
    notified: list[bool] = []
    doc.changed.connect(lambda: notified.append(doc.modified))
    rename(doc, "b")
    doc.mark_written(doc.show)
    assert not doc.modified
    rename(doc, "c")
    doc.mark_unwritten()
    doc.mark_unwritten()
    rename(doc, "d")
    doc.undo()
    doc.undo()  # back to the content of the file
    doc.redo()
    doc.mark_written(doc.show)
    assert notified == [False, False, True, True, True, False, True, False]


def test_the_history_is_bounded() -> None:
    doc = document()
    for number in range(MAX_STEPS + 50):
        rename(doc, f"n{number}")
    steps = 0
    while doc.undo_title:
        doc.undo()
        steps += 1
    assert steps == MAX_STEPS


def test_listeners_are_called_once_per_change() -> None:
    doc = document()
    projects: list[str] = []
    changes: list[bool] = []
    doc.project_changed.connect(lambda project: projects.append(project.name))
    doc.changed.connect(lambda: changes.append(doc.modified))
    rename(doc, "a")
    doc.undo()
    doc.replace_all(Show(select_scene(doc.project, doc.project.scenes[1].id)), path=None)
    assert projects == ["a", "Untitled show", "Untitled show"]
    assert changes == [True, False, False]
