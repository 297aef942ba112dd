"""The open document: the show, the file it lives in, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.base.signal import Signal
from app.domain.program.project import Project
from app.domain.show import Show, check_show
from app.domain.show_editing import on_project

MAX_STEPS = 200  # each holds a whole show, but unchanged parts are shared between them

Change = Callable[[Project], Project]
ShowChange = Callable[[Show], Show]


@dataclass(frozen=True, slots=True)
class UndoStep:
    """One undo step. `before_external` and `after_external` count what each of its shows holds of what was settled."""

    title: str
    before: Show
    after: Show
    merge: str = ""
    before_external: int = 0
    after_external: int = 0


def on_program(project: Project, scene_id: str) -> Project:
    """The project with this scene on program, or as it is when it has no such scene."""
    known = any(scene.id == scene_id for scene in project.scenes)
    return replace(project, scene_id=scene_id) if known and scene_id != project.scene_id else project


def show_with_project(show: Show, project: Project) -> Show:
    """The show with another technical side."""
    return show if project is show.project else replace(show, project=project)


def show_on_program(show: Show, scene_id: str) -> Show:
    """The show with this scene on program."""
    return show_with_project(show, on_program(show.project, scene_id))


def same_content(one: Project, other: Project) -> bool:
    """True if the two differ in nothing but the scene on program: switching scenes does not make a show unsaved."""
    return replace(one, scene_id="") == replace(other, scene_id="")


def same_show(one: Show, other: Show) -> bool:
    """As `same_content`, for whole shows."""
    return same_content(one.project, other.project) and replace(one, project=other.project) == other


class Document:
    """Holds the show and its history. `project_changed` tells of its technical side alone, `show_changed` of anything.

    `modified` = something would be lost without asking: a show without a file differs from what it began with, or a file could not
    be written and lacks what is here. What is written by itself in the next moment is not counted.
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
        self._external: list[ShowChange] = []  # in this sitting; undo and redo bring them along

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
        """`edit_show` for a change of the project."""
        self.edit_show(title, on_project(change), merge=merge)

    def edit_show(self, title: str, change: ShowChange, *, merge: str = "") -> None:
        """Apply a change as one undo step; the same non-empty `merge` in a row is one step.

        Raises what the change or the check of its result raises; the show is then as it was.
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
        """Apply what happened in the world (an order took units out of stock): it is no undo step, and no undo takes it back.

        `change` must fit any of this sitting's shows: where what it speaks of is not there, it changes nothing.
        """
        after = change(self._show)
        check_show(after, self._show)
        if self._undo or self._redo:
            self._external.append(change)
        self._change_to(after)

    def put_on_program(self, scene_id: str) -> None:
        """Note which scene is on program: neither an undo step nor a reason to save."""
        self._change_to(show_on_program(self._show, scene_id))

    def undo(self) -> None:
        """Take back the last step, if there is one; the scene on program stays while it exists."""
        if self._undo:
            step = self._undo.pop()
            self._redo.append(step)
            self._merging = ""
            self._change_to(show_on_program(self._with_external(step.before, step.before_external), self.project.scene_id))

    def redo(self) -> None:
        """Do again what was undone last, if anything."""
        if self._redo:
            step = self._redo.pop()
            self._undo.append(step)
            self._merging = ""
            self._change_to(show_on_program(self._with_external(step.after, step.after_external), self.project.scene_id))

    def replace_all(self, show: Show, *, path: Path | None, saved: Show | None = None) -> None:
        """Another show takes the place of this one, with an empty history; `saved` = what its file holds, when that differs."""
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
        """The file at `path` now holds the show, and is the one it lives in."""
        self._path = path
        self._failing = False
        self._saved = self._show
        self._merging = ""
        self.changed.emit()

    def mark_written(self, show: Show) -> None:
        """The show's file holds this now."""
        before = self.modified
        self._saved = show
        self._failing = False
        if self.modified is not before:
            self.changed.emit()

    def mark_unwritten(self) -> None:
        """The show's file cannot be written at present."""
        before = self.modified
        self._failing = True
        if self.modified is not before:
            self.changed.emit()

    def _with_external(self, show: Show, count: int) -> Show:
        """An earlier show with what was settled after the first `count`."""
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
