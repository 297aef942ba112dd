"""The open show with all a user can do with it as a document: its history, its file, its log, its pictures."""

from collections.abc import Callable, Iterable
from pathlib import Path

from app.domain.air.contact import Contact, relay_contacts
from app.domain.base.clock import Clock
from app.domain.base.notice import Notice
from app.domain.program.output import Relay
from app.domain.program.project import Project
from app.domain.show import Show
from app.session.air.connections import Connections
from app.session.catalogue.show_pictures import ShowPictures
from app.session.document.document import Change, Document, ShowChange
from app.session.document.show_files import ShowFiles
from app.session.document.show_keeper import Post, ShowKeeper
from app.session.tables.show_tables import ShowTables
from app.storage.consents import Consents
from app.storage.paths import Paths
from app.storage.working_files import RecoveredShow, WorkingFiles


class OpenShow:
    """The part of the Studio that needs no engine. Every change goes to the show's file by itself, or to a working file while it has none.

    Verbs that a button calls never raise: a notice tells what failed. `edit` and `edit_show` raise AppError and change nothing.
    """

    def __init__(
        self,
        *,
        paths: Paths,
        clock: Clock,
        new_show: Callable[[], Show],
        notify: Callable[[Notice], None],
        post: Post,
        contacts_of: Callable[[Relay], tuple[Contact, ...]] = relay_contacts,
        trusted: bool = False,
    ) -> None:
        self._document = Document(new_show())
        working = WorkingFiles(paths.recovery)
        keeper = ShowKeeper(self._document, working, clock, notify=notify, post=post)
        self._files = ShowFiles(
            document=self._document,
            keeper=keeper,
            working=working,
            paths=paths,
            clock=clock,
            new_show=new_show,
            notify=notify,
            post=post,
        )
        self.connections = Connections(
            Consents(paths.consents), self._files, relay_contacts=contacts_of, project=self._document.project, trusted=trusted
        )
        self._document.project_changed.connect(self.connections.follow)
        self._files.opened.connect(lambda: self.connections.begin(self._document.project))
        self._document.changed.connect(self.connections.keep)
        self.project_changed = self._document.project_changed
        self.show_changed = self._document.show_changed
        self.document_changed = self._document.changed
        self.show_leaving = self._files.leaving  # its log can still be written
        self.show_opened = self._files.opened  # another show took the place of the one that was open, with a log of its own
        self.log = keeper.log
        self.logged = keeper.logged
        self.events = keeper.events
        self.last_seq = keeper.last_seq
        self.kept = keeper.kept
        self.backups = self._files.backups
        self.restore = self._files.restore
        self.open_copy = self._files.open_copy
        self.wait_beside = self._files.wait_beside
        self.pictures = ShowPictures(keeper)
        self.tables = ShowTables(keeper, lambda: self.show, notify, profiles=paths.table_profiles)

    @property
    def project(self) -> Project:
        return self._document.project

    @property
    def show(self) -> Show:
        return self._document.show

    @property
    def path(self) -> Path | None:
        return self._document.path

    @property
    def modified(self) -> bool:
        return self._document.modified

    @property
    def title(self) -> str:
        return self._document.title

    @property
    def undo_title(self) -> str:
        return self._document.undo_title

    @property
    def redo_title(self) -> str:
        return self._document.redo_title

    @property
    def recent(self) -> tuple[Path, ...]:
        return self._files.recent

    def is_unsaved(self, path: Path) -> bool:
        """Whether one of the recent shows has no file of the user's."""
        return self._files.is_unsaved(path)

    @property
    def recovery(self) -> RecoveredShow | None:
        return self._files.recovered

    def edit(self, title: str, change: Change, *, merge: str = "") -> None:
        """One undo step; the same non-empty `merge` in a row is one step (drags, sliders). Raises AppError and changes nothing."""
        with self.connections.typing():
            self._document.edit(title, change, merge=merge)

    def edit_show(self, title: str, change: ShowChange, *, merge: str = "") -> None:
        """As `edit`, for what the show sells and says."""
        with self.connections.typing():
            self._document.edit_show(title, change, merge=merge)

    def settle(self, change: ShowChange) -> None:
        """What happened in the world (an order): no undo step, and no undo takes it back."""
        self._document.settle(change)

    def undo(self) -> None:
        self._document.undo()

    def redo(self) -> None:
        self._document.redo()

    def new(self) -> None:
        """Begin a new show; the caller has asked about unsaved changes."""
        self._files.new()

    def begin_with(self, show: Show, pictures: Iterable[bytes]) -> None:
        """A new show that is filled already: nothing of it is the user's work yet, so nothing asks to keep it. The caller has asked about
        unsaved changes."""
        self._files.begin_with(show, pictures)

    def open(self, path: Path) -> bool:
        """Open a show; False and a notice when it cannot be read. The caller has asked about unsaved changes."""
        return self._files.open(path)

    def save(self) -> bool:
        """Have everything in the show's file, where changes go by themselves; False without one (ask for a path and call `save_as`) or,
        with a notice, when it failed."""
        return self._files.save()

    def save_as(self, path: Path) -> bool:
        """Copy the show there, pictures and log included, and go on there; False and a notice when it failed."""
        return self._files.save_as(path)

    def accept_recovery(self) -> None:
        """The unsaved work of a desk that crashed becomes the document."""
        self._files.accept_recovery()

    def discard_recovery(self) -> None:
        self._files.discard_recovery()
