"""The table of actions for menus and shortcuts."""

import pytest

from app.domain.base.errors import AppError
from app.domain.base.state_machine import StateMachine
from app.domain.program.broadcast import BROADCAST_MOVES, BroadcastState
from app.domain.program.project import starter_project
from app.domain.show import Show
from app.session.actions import Action, ActionTable
from app.session.document.document import Document
from app.session.studio_actions import add_studio_actions


class RecordingStudio:
    """A document that records calls; it is also its own files, engine and broadcast."""

    def __init__(self) -> None:
        self.document = Document(Show(starter_project(camera=None, microphone=False)))
        self.state: StateMachine[BroadcastState] = StateMachine("test", BroadcastState.IDLE, BROADCAST_MOVES)
        self.calls: list[str] = []

    @property
    def files(self) -> "RecordingStudio":
        return self

    @property
    def engine(self) -> "RecordingStudio":
        return self

    @property
    def broadcast(self) -> "RecordingStudio":
        return self

    def take(self, scene_id: str) -> None:
        self.document.put_on_program(scene_id)

    def new(self) -> None:
        self.calls.append("new")

    def save(self) -> bool:
        self.calls.append("save")
        return True

    def go_live(self) -> None:
        self.calls.append("live")
        self.state.set(BroadcastState.STARTING)

    def stop_live(self) -> None:
        self.calls.append("stop")
        self.state.set(BroadcastState.STOPPING)

    def refresh_devices(self) -> None:
        self.calls.append("refresh")

    def restart(self) -> None:
        self.calls.append("restart")


def table() -> tuple[ActionTable, RecordingStudio, list[AppError]]:
    failures: list[AppError] = []
    studio = RecordingStudio()
    actions = ActionTable(failures.append)
    add_studio_actions(actions, studio)
    return actions, studio, failures


def test_every_action_has_a_title_and_a_unique_shortcut() -> None:
    actions, _, _ = table()
    shortcuts = [action.shortcut for action in actions if action.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    assert all(action.title and "." in action.id for action in actions)
    with pytest.raises(AppError):
        actions.add(Action("other.thing", "Other", "Ctrl+Z"))
    with pytest.raises(AppError):
        actions.add(Action("edit.undo", "Again"))
    with pytest.raises(AppError):
        actions.run("no.such")


def test_scenes_are_added_taken_muted_and_undone() -> None:
    actions, studio, failures = table()
    assert not actions.run("scene.next"), "a single scene has no next scene"
    assert not actions.run("scene.2")
    assert actions.run("scene.add") and actions.run("scene.duplicate")
    first, second, third = (scene.id for scene in studio.document.project.scenes)
    assert actions.run("scene.3") and studio.document.project.scene_id == third
    assert actions.run("scene.next") and studio.document.project.scene_id == first
    assert actions.run("scene.previous") and studio.document.project.scene_id == third
    assert actions.run("scene.remove") and third not in {scene.id for scene in studio.document.project.scenes}
    mute = actions["strip.mute.1"]
    assert mute.checked is not None and not mute.checked()
    assert actions.run("strip.mute.1") and mute.checked()
    assert actions.run("edit.undo") and not mute.checked()
    assert actions["edit.redo"].enabled() and actions.run("edit.redo") and mute.checked()
    assert not actions.run("strip.mute.2")
    assert failures == [] and second


def test_live_and_stop_exclude_each_other() -> None:
    actions, studio, _ = table()
    assert not actions.run("show.stop")
    assert actions.run("show.go_live") and not actions.run("show.go_live")
    assert actions.run("show.stop") and not actions.run("show.stop")
    assert studio.calls == ["live", "stop"]


def test_the_window_provides_actions_that_need_a_dialog() -> None:
    actions, studio, _ = table()
    assert not actions["file.open"].enabled() and not actions.run("file.open")
    actions.provide("file.open", lambda: studio.calls.append("dialog"))
    assert actions["file.open"].enabled() and actions.run("file.open")
    assert studio.calls == ["dialog"]


def test_a_refused_action_is_reported_and_does_not_raise() -> None:
    actions, _, failures = table()

    def refuse() -> None:
        raise AppError("project.last_scene", scene="Scene 1")

    actions.provide("scene.remove", refuse)
    actions.run("scene.add")
    assert not actions.run("scene.remove")
    assert [failure.code for failure in failures] == ["project.last_scene"]
