"""The open document: the show, its file and its undo history."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.base.signal import Signal
from app.domain.program.project import Project
from app.domain.show import Show, check_show
from app.domain.show_editing import on_project

MAX_STEPS = 200  # each holds a whole show, but they share unchanged parts

Change = Callable[[Project], Project]
ShowChange = Callable[[Show], Show]


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One undo step. `before_external` and `after_external` count the external changes that each of its shows contains."""

    title: str
    before: Show
    after: Show
    merge: str = ""
    before_external: int = 0
    after_external: int = 0


def on_program(project: Project, scene_id: str) -> Project:
    """The project with this scene on program; unchanged if it has no such scene."""
    known = any(scene.id == scene_id for scene in project.scenes)
    return replace(project, scene_id=scene_id) if known and scene_id != project.scene_id else project


def show_with_project(show: Show, project: Project) -> Show:
    """The show with another project."""
    return show if project is show.project else replace(show, project=project)


def show_on_program(show: Show, scene_id: str) -> Show:
    """The show with this scene on program."""
    return show_with_project(show, on_program(show.project, scene_id))


def same_content(one: Project, other: Project) -> bool:
    """Whether the two are equal except for the scene on program: switching scenes does not make a show unsaved."""
    return replace(one, scene_id="") == replace(other, scene_id="")


def same_show(one: Show, other: Show) -> bool:
    """Like `same_content`, for whole shows."""
    return same_content(one.project, other.project) and replace(one, project=other.project) == other


class Document:
    """Holds the show and its history. `project_changed` is emitted for changes of the project, `show_changed` for any change.

    `modified`: something would be lost without asking. A show without a file differs from its start, or the file could not be written.
    Changes that autosave is about to write do not count.
    """

    def __init__(self, show: Show) -> None:
        self.show_changed: Signal[[Show]] = Signal()
        self.project_changed: Signal[[Project]] = Signal()
        self.changed: Signal[[]] = Signal()
        self._show = show
        self._saved = show
        self._path: Path | None = None
        self._failing = False
        self._editing = False
        self._undo: list[UndoStep] = []
        self._redo: list[UndoStep] = []
        self._merging = ""
        self._external: list[ShowChange] = []  # since the show was opened; undo and redo apply them again

    @property
    def show(self) -> Show:
        return self._show

    @property
    def project(self) -> Project:
        return self._show.project

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def modified(self) -> bool:
        if self._path is not None and not self._failing:
            return False
        return self._show is not self._saved and not same_show(self._show, self._saved)

    @property
    def title(self) -> str:
        return self._path.stem if self._path is not None else self.project.name

    @property
    def editing(self) -> bool:
        """Whether the change that listeners are being told about is an edit by the user."""
        return self._editing

    @property
    def undo_title(self) -> str:
        return self._undo[-1].title if self._undo else ""

    @property
    def redo_title(self) -> str:
        return self._redo[-1].title if self._redo else ""

    def edit(self, title: str, change: Change, *, merge: str = "") -> None:
        """Like `edit_show`, for a change of the project."""
        self.edit_show(title, on_project(change), merge=merge)

    def edit_show(self, title: str, change: ShowChange, *, merge: str = "") -> None:
        """Apply a change as one undo step; edits in a row with the same non-empty `merge` are one step (drags, sliders).

        Raises what the change or the check of its result raises; the show then stays unchanged.
        """
        before = self._show
        after = change(before)
        if after == before:
            return
        check_show(after, before)
        external = len(self._external)
        if merge and merge == self._merging and self._undo:
            merged = self._undo.pop()
            before, external = merged.before, merged.before_external
        if after != before:
            self._undo.append(UndoStep(title, before, after, merge, external, len(self._external)))
            del self._undo[:-MAX_STEPS]
        self._merging = merge
        self._redo.clear()
        outer, self._editing = self._editing, True
        try:
            self._change_to(after)
        finally:
            self._editing = outer

    def apply_external(self, change: ShowChange) -> None:
        """Apply something that happened outside (an order took units out of stock). It is not an undo step, and undo keeps it.

        `change` must work on every show in the history: it changes nothing where its subject is missing.
        """
        after = change(self._show)
        check_show(after, self._show)
        if self._undo or self._redo:
            self._external.append(change)
        self._change_to(after)

    def put_on_program(self, scene_id: str) -> None:
        """Set the scene on program: not an undo step and no reason to save."""
        self._change_to(show_on_program(self._show, scene_id))

    def undo(self) -> None:
        """Undo the last step, if there is one; the scene on program stays if it still exists."""
        if self._undo:
            step = self._undo.pop()
            self._redo.append(step)
            self._merging = ""
            self._change_to(show_on_program(self._with_external(step.before, step.before_external), self.project.scene_id))

    def redo(self) -> None:
        """Redo the step that was undone last, if there is one."""
        if self._redo:
            step = self._redo.pop()
            self._undo.append(step)
            self._merging = ""
            self._change_to(show_on_program(self._with_external(step.after, step.after_external), self.project.scene_id))

    def replace_all(self, show: Show, *, path: Path | None, saved: Show | None = None) -> None:
        """Replace the show and clear the history; `saved` = what its file holds, if that differs."""
        self._undo.clear()
        self._redo.clear()
        self._external.clear()
        self._merging = ""
        self._path = path
        self._failing = False
        self._saved = show if saved is None else saved
        self._show = show
        self.project_changed.emit(show.project)
        self.show_changed.emit(show)
        self.changed.emit()

    def mark_saved(self, path: Path) -> None:
        """The show is saved in the file at `path`, which is its file from now on."""
        self._path = path
        self._failing = False
        self._saved = self._show
        self._merging = ""
        self.changed.emit()

    def mark_written(self, show: Show) -> None:
        """The show's file now holds this state."""
        before = self.modified
        self._saved = show
        self._failing = False
        if self.modified is not before:
            self.changed.emit()

    def mark_unwritten(self) -> None:
        """The show's file cannot be written at the moment."""
        before = self.modified
        self._failing = True
        if self.modified is not before:
            self.changed.emit()

    def _with_external(self, show: Show, count: int) -> Show:
        """An earlier show with the external changes after the first `count`."""
        for change in self._external[count:]:
            show = change(show)
        return show

    def _change_to(self, show: Show) -> None:
        before, self._show = self._show, show
        if show.project != before.project:
            self.project_changed.emit(show.project)
        if show is not before:
            self.show_changed.emit(show)
        self.changed.emit()
