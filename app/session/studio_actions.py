"""The actions of the studio itself."""

from typing import Protocol

from app.domain.base.state_machine import StateMachine
from app.domain.program.broadcast import BroadcastState
from app.domain.program.editing import add_scene, duplicate_scene, remove_scene, replace_strip
from app.domain.program.project import program_scene
from app.session.actions import Action, ActionTable
from app.session.document.document import Document

NUMBERED = 9  # the digit keys


class FileActions(Protocol):
    def new(self) -> None: ...

    def save(self) -> bool: ...


class EngineActions(Protocol):
    def take(self, scene_id: str) -> None: ...

    def refresh_devices(self) -> None: ...

    def restart(self) -> None: ...


class BroadcastActions(Protocol):
    @property
    def state(self) -> StateMachine[BroadcastState]: ...

    def go_live(self) -> None: ...

    def stop_live(self) -> None: ...


class ActingStudio(Protocol):
    """What the actions act on."""

    @property
    def document(self) -> Document: ...

    @property
    def files(self) -> FileActions: ...

    @property
    def engine(self) -> EngineActions: ...

    @property
    def broadcast(self) -> BroadcastActions: ...


def take_neighbour(studio: ActingStudio, step: int) -> None:
    """Take the scene `step` places further in the list; wraps around at the ends."""
    scenes = studio.document.project.scenes
    here = scenes.index(program_scene(studio.document.project))
    studio.engine.take(scenes[(here + step) % len(scenes)].id)


def toggle_mute(studio: ActingStudio, number: int) -> None:
    """Mute or unmute the strip with this number, from 1."""
    strip = studio.document.project.strips[number - 1]
    title = "Unmute" if strip.muted else "Mute"
    studio.document.edit(title, lambda project: replace_strip(project, strip.source_id, muted=not strip.muted))


def add_studio_actions(table: ActionTable, studio: ActingStudio) -> None:
    """Add the studio's actions to the table; the window provides `run` for those without."""
    for action in (*_file_actions(studio), *_scene_actions(studio), *_show_actions(studio)):
        table.add(action)
    for number in range(1, NUMBERED + 1):
        table.add(_take_numbered(studio, number))
    for number in range(1, NUMBERED + 1):
        table.add(_mute_numbered(studio, number))


def _file_actions(studio: ActingStudio) -> tuple[Action, ...]:
    return (
        Action("file.new", "New show", "Ctrl+N", "new", studio.files.new),
        Action("file.open", "Open…", "Ctrl+O", "open"),
        Action("file.save", "Save", "Ctrl+S", "save", studio.files.save),
        Action("file.save_as", "Save as…", "Ctrl+Shift+S", "save"),
        Action("edit.undo", "Undo", "Ctrl+Z", "undo", studio.document.undo, lambda: bool(studio.document.undo_title)),
        Action("edit.redo", "Redo", "Ctrl+Shift+Z", "redo", studio.document.redo, lambda: bool(studio.document.redo_title)),
    )


def _scene_actions(studio: ActingStudio) -> tuple[Action, ...]:
    def here() -> str:
        return program_scene(studio.document.project).id

    def several() -> bool:
        return len(studio.document.project.scenes) > 1

    def add() -> None:
        studio.document.edit("Add scene", lambda project: add_scene(project, f"Scene {len(project.scenes) + 1}"))

    def duplicate() -> None:
        scene_id = here()
        studio.document.edit("Duplicate scene", lambda project: duplicate_scene(project, scene_id))

    def remove() -> None:
        scene_id = here()
        studio.document.edit("Remove scene", lambda project: remove_scene(project, scene_id))

    return (
        Action("scene.add", "Add scene", "Ctrl+Shift+N", "scene-add", add),
        Action("scene.duplicate", "Duplicate scene", "Ctrl+Shift+D", "duplicate", duplicate),
        Action("scene.remove", "Remove scene", "", "remove", remove, several),
        Action("scene.next", "Next scene", "PgDown", "down", lambda: take_neighbour(studio, 1), several),
        Action("scene.previous", "Previous scene", "PgUp", "up", lambda: take_neighbour(studio, -1), several),
    )


def _show_actions(studio: ActingStudio) -> tuple[Action, ...]:
    def idle() -> bool:
        return studio.broadcast.state.value is BroadcastState.IDLE

    def on_air() -> bool:
        return studio.broadcast.state.value in (BroadcastState.STARTING, BroadcastState.LIVE)

    return (
        Action("show.go_live", "Go live", "Ctrl+L", "live", studio.broadcast.go_live, idle),
        Action("show.stop", "End show", "Ctrl+Shift+L", "stop", studio.broadcast.stop_live, on_air),
        Action("devices.refresh", "Rescan devices", "F5", "refresh", studio.engine.refresh_devices),
        Action("engine.restart", "Restart engine", "", "refresh", studio.engine.restart),
    )


def _take_numbered(studio: ActingStudio, number: int) -> Action:
    def there() -> bool:
        return len(studio.document.project.scenes) >= number

    return Action(
        f"scene.{number}",
        f"Scene {number}",
        f"Ctrl+{number}",
        "",
        lambda: studio.engine.take(studio.document.project.scenes[number - 1].id),
        there,
    )


def _mute_numbered(studio: ActingStudio, number: int) -> Action:
    def there() -> bool:
        return len(studio.document.project.strips) >= number

    def muted() -> bool:
        return there() and studio.document.project.strips[number - 1].muted

    return Action(
        f"strip.mute.{number}", f"Mute strip {number}", f"Alt+{number}", "mute", lambda: toggle_mute(studio, number), there, muted
    )
