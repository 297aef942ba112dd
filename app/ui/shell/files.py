"""Opens, saves and closes shows: asks for paths and about unsaved changes."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.session.studio import Studio
from app.ui.kit.file_dialogs import SHOWS, FileDialogs
from app.ui.kit.language import tr
from app.ui.kit.questions import Question, choose
from app.ui.kit.waiting import Waiting
from app.ui.program.leaving import may_replace


class Files:
    """The file actions of one window."""

    def __init__(self, studio: Studio, parent: QWidget, suffix: str, file_dialogs: FileDialogs) -> None:
        self._studio = studio
        self._parent = parent
        self._suffix = suffix
        self._file_dialogs = file_dialogs
        studio.files.show_progress_with(Waiting(parent))

    def _filter(self) -> str:
        return tr("Files", "Tradewind shows (*{suffix})", suffix=self._suffix)

    def may_leave(self, *, stays_recent: bool = False) -> bool:
        """Ask about unsaved changes; True if the open show may be closed. `stays_recent`: it stays in the recent shows anyway."""
        if not self._studio.document.modified:
            return True
        answer = choose(
            self._parent,
            tr("Files", "Save “{title}”?", title=self._studio.document.title),
            tr("Files", "This show has no file yet. If you don’t save it, you can still find it under Recent shows.")
            if stays_recent and self._studio.document.path is None
            else tr("Files", "Your changes haven’t been saved."),
            (("save", tr("Files", "Save"), "primary"), ("discard", tr("Files", "Don’t save"), "")),
        )
        return answer == "discard" or (answer == "save" and self.save())

    def may_replace(self) -> bool:
        """Ask whether another show may replace a running one, and about unsaved changes."""
        return may_replace(self._studio, self._parent) and self.may_leave(stays_recent=True)

    def new(self) -> None:
        """Start a new show."""
        if self.may_replace():
            self._studio.files.new()

    def open_sample(self) -> None:
        """Open the sample show."""
        if self.may_replace():
            self._studio.open_sample()

    def open(self) -> None:
        """Ask for a show and open it."""
        if self.may_replace() and (path := self._file_dialogs.open_file(self._parent, SHOWS, tr("Files", "Open show"), self._filter())):
            self._studio.files.open(Path(path))

    def open_path(self, path: Path) -> None:
        """Open one of the recent shows."""
        if self.may_replace():
            self._studio.files.open(path)

    def save(self) -> bool:
        """Save, asking for a path the first time; True if it was saved."""
        return self._studio.files.save() if self._studio.document.path is not None else self.save_as()

    def save_as(self) -> bool:
        """Ask for a path and save there; True if it was saved."""
        here = self._studio.document.path
        if here is not None:
            self._file_dialogs.remember(SHOWS, str(here))
        name = here.name if here is not None else f"{self._studio.document.title}{self._suffix}"
        path = self._file_dialogs.save_file(self._parent, SHOWS, tr("Files", "Save show"), name, self._filter())
        return bool(path) and self._studio.files.save_as(Path(path))

    def offer_recovery(self) -> None:
        """Ask what to do with unsaved work after a crash; without an answer it stays where it is."""
        recovered = self._studio.files.recovered
        if recovered is None:
            return
        question = Question(
            self._parent,
            tr("Files", "Restore unsaved changes?"),
            tr("Files", "Tradewind closed unexpectedly. Your changes to “{title}” can be restored.", title=recovered.project.name),
            (("restore", tr("Files", "Restore"), "primary"), ("discard", tr("Files", "Discard"), "danger")),
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        verbs = {"restore": self._restore, "discard": self._studio.files.discard_recovery}
        # a show that is still on air is taken over without an answer
        forget = self._studio.document.changed.connect(lambda: None if self._studio.files.recovered else question.reject())
        question.finished.connect(lambda _: forget())
        question.finished.connect(lambda _: verbs.get(question.answer, _leave_it)())
        question.open()

    def _restore(self) -> None:
        if self.may_replace():
            self._studio.files.accept_recovery()


def _leave_it() -> None:
    """Offer undecided unsaved work again at the next start."""
