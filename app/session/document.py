"""The open document: the project, the file it lives in, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.project import Project, check
from app.domain.signal import Signal

MAX_STEPS = 200  # each holds a whole project, but unchanged parts are shared between them

Change = Callable[[Project], Project]


@dataclass(frozen=True, slots=True)
class Step:
    """One undo step."""

    title: str
    before: Project
    after: Project
    merge: str = ""


def on_programme(project: Project, scene_id: str) -> Project:
    """The project with this scene on programme, or as it is when it has no such scene."""
    known = any(scene.id == scene_id for scene in project.scenes)
    return replace(project, scene_id=scene_id) if known else project


def same_content(one: Project, other: Project) -> bool:
    """True if the two differ in nothing but the scene on programme: switching scenes does not make a show unsaved."""
    return replace(one, scene_id="") == replace(other, scene_id="")


class Document:
    """Holds the project and its history. `modified` = differs from what the file holds; a show that was never saved and never
    touched is not modified."""

    def __init__(self, project: Project) -> None:
        self.project_changed: Signal[[Project]] = Signal()
        self.changed: Signal[[]] = Signal()
        self._project = project
        self._saved = project
        self._path: Path | None = None
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._merging = ""

    @property
    def project(self) -> Project:
        return self._project

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def modified(self) -> bool:
        return not same_content(self._project, self._saved)

    @property
    def title(self) -> str:
        return self._path.stem if self._path is not None else self._project.name

    @property
    def undo_title(self) -> str:
        return self._undo[-1].title if self._undo else ""

    @property
    def redo_title(self) -> str:
        return self._redo[-1].title if self._redo else ""

    def edit(self, title: str, change: Change, *, merge: str = "") -> None:
        """Apply a change as one undo step; the same non-empty `merge` in a row is one step.

        Raises what the change or the check of its result raises; the project is then as it was.
        """
        before = self._project
        after = change(before)
        if after == before:
            return
        check(after)
        if merge and merge == self._merging and self._undo:
            before = self._undo.pop().before
        if after != before:
            self._undo.append(Step(title, before, after, merge))
            del self._undo[:-MAX_STEPS]
        self._merging = merge
        self._redo.clear()
        self._show(after)

    def put_on_programme(self, scene_id: str) -> None:
        """Note which scene is on programme: neither an undo step nor a reason to save."""
        self._show(on_programme(self._project, scene_id))

    def undo(self) -> None:
        """Take back the last step, if there is one; the scene on programme stays while it exists."""
        if self._undo:
            step = self._undo.pop()
            self._redo.append(step)
            self._merging = ""
            self._show(on_programme(step.before, self._project.scene_id))

    def redo(self) -> None:
        """Do again what was undone last, if anything."""
        if self._redo:
            step = self._redo.pop()
            self._undo.append(step)
            self._merging = ""
            self._show(on_programme(step.after, self._project.scene_id))

    def replace_all(self, project: Project, *, path: Path | None, saved: Project | None = None) -> None:
        """Another show takes the place of this one, with an empty history; `saved` = what its file holds, when that differs."""
        self._undo.clear()
        self._redo.clear()
        self._merging = ""
        self._path = path
        self._saved = project if saved is None else saved
        self._project = project
        self.project_changed.emit(project)
        self.changed.emit()

    def mark_saved(self, path: Path) -> None:
        """The file at `path` now holds the project."""
        self._path = path
        self._saved = self._project
        self._merging = ""
        self.changed.emit()

    def _show(self, project: Project) -> None:
        if project == self._project:
            self.changed.emit()
            return
        self._project = project
        self.project_changed.emit(project)
        self.changed.emit()
