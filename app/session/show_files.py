"""Opening, saving and recovering the document."""

import logging
from collections.abc import Callable
from pathlib import Path

from app.domain.errors import AppError
from app.domain.notice import Notice, Severity
from app.domain.project import Project
from app.domain.show import Show
from app.session.document import Document, same_content
from app.storage import project_file
from app.storage.files import StorageError
from app.storage.recents import Recents
from app.storage.recovery import RecoveredProject, Recovery

log = logging.getLogger(__name__)


class ShowFiles:
    """The document's way to and from the disk. Nothing here raises for a broken or missing file: a notice tells, and the
    result says whether it worked."""

    def __init__(
        self,
        *,
        document: Document,
        recents: Recents,
        recovery: Recovery,
        new_project: Callable[[], Project],
        notify: Callable[[Notice], None],
    ) -> None:
        self._document = document
        self._recents = recents
        self._recovery = recovery
        self._new_project = new_project
        self._notify = notify
        self._kept: Project | None = None
        self.recent: tuple[Path, ...] = ()
        self.recovered: RecoveredProject | None = None

    def start(self) -> None:
        """Take this desk's place among the kept work and look for what a desk that crashed left behind."""
        self.recent = self._recents.paths()
        try:
            self._recovery.start()
        except StorageError as error:
            self._tell(error)
            return
        self.recovered = next(iter(self._recovery.abandoned()), None)

    def close(self, *, keep_work: bool) -> None:
        """`keep_work` leaves the unsaved work to be found by the next desk."""
        if not keep_work:
            self._recovery.close()

    def new(self) -> None:
        """Begin a new show."""
        self._document.replace_all(Show(self._new_project()), path=None)
        self._forget_work()

    def open(self, path: Path) -> bool:
        """Open a show; on failure the document stays and a notice says why."""
        try:
            project = project_file.load(path)
        except AppError as error:
            self._tell(error)
            return False
        self._document.replace_all(Show(project), path=path.absolute())
        self.recent = self._recents.add(path)
        self._document.changed.emit()
        self._forget_work()
        return True

    def save_as(self, path: Path) -> bool:
        """Save there from now on, under a name with our suffix ("Show 1.5" has none); on failure a notice says why."""
        target = path.absolute()
        if target.suffix.lower() != project_file.SUFFIX:
            target = target.with_name(target.name + project_file.SUFFIX)
        try:
            project_file.save(target, self._document.project)
        except AppError as error:
            self._tell(error)
            return False
        self.recent = self._recents.add(target)
        self._document.mark_saved(target)
        self._forget_work()
        return True

    def keep_work(self) -> None:
        """Keep unsaved work where a crash cannot reach it, if it changed since the last time."""
        project = self._document.project
        if not self._document.modified:
            if self._kept is not None:
                self._forget_work()
            return
        if project == self._kept:
            return
        try:
            self._recovery.keep(project, self._document.path)
        except StorageError as error:
            if self._kept is None or self._kept is not project:  # say it once, not every few seconds
                self._tell(error)
        self._kept = project

    def accept_recovery(self) -> None:
        """The recovered work becomes the document, unsaved."""
        recovered = self.recovered
        if recovered is None:
            return
        self.recovered = None
        try:
            self._recovery.adopt(recovered)
        except StorageError as error:
            self._tell(error)
            return
        self._kept = recovered.project
        self.take_over(recovered.project, recovered.path)

    def discard_recovery(self) -> None:
        """The recovered work is given up."""
        if self.recovered is not None:
            self._recovery.discard(self.recovered)
            self.recovered = None
            self._document.changed.emit()

    def take_over(self, project: Project, path: Path | None) -> None:
        """Show a project that lives elsewhere too (kept work, a running engine) and compare it with the file it belongs to."""
        try:
            saved = project_file.load(path) if path is not None else self._new_project()
        except AppError as error:
            log.warning("cannot compare with the saved show: %s", error)
            saved, path = self._new_project(), None
        self._document.replace_all(Show(project), path=path, saved=Show(saved))

    def take_over_running(self, project: Project) -> None:
        """Show what a running engine shows. Its file is that of the work the last desk kept of the same show, or the one opened last
        when that holds the same show. Kept work that is the same is not offered any more; other kept work stays on offer."""
        path = self._document.path if self._document.project.name == project.name else None
        recovered = self.recovered
        if recovered is not None and recovered.project.name == project.name:
            path = recovered.path
        if recovered is not None and same_content(recovered.project, project):
            self.recovered = None
            self._recovery.discard(recovered)
        self.take_over(project, path)
        self.keep_work()

    def _forget_work(self) -> None:
        self._kept = None
        self._recovery.clear()

    def _tell(self, error: AppError) -> None:
        self._notify(Notice(Severity.ERROR, error.code, error.data))
