"""The desk without a window: everything a user can do with a show, and everything a window shows of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from app.domain.clock import Clock
from app.domain.device import Devices
from app.domain.errors import Value
from app.domain.notice import Notice
from app.domain.preset import RelayPreset
from app.domain.project import Project
from app.domain.signal import Signal
from app.domain.stats import EngineStats, Meters, RelayProbe
from app.session.document import Change, Document
from app.session.show_files import ShowFiles
from app.storage import settings as declared
from app.storage.paths import Paths
from app.storage.recents import Recents
from app.storage.recovery import RecoveredProject, Recovery
from app.storage.secrets import Secrets
from app.storage.settings import Settings, SettingsFile

MakeSecrets = Callable[[Callable[[Notice], None]], Secrets]


class Studio:
    """One open show and its engine. For one asyncio loop; signals are emitted on it.

    Verbs that a button calls (open, save, take, go live, …) never raise: a notice tells what failed. `edit` raises AppError, so
    that a form can show it at the field.
    """

    def __init__(
        self,
        *,
        paths: Paths,
        clock: Clock,
        new_project: Callable[[Settings], Project],
        make_secrets: MakeSecrets,
        presets: Sequence[RelayPreset],
    ) -> None:
        self.notices: Signal[[Notice]] = Signal()
        self.settings_changed: Signal[[Settings]] = Signal()
        self.stats_changed: Signal[[EngineStats]] = Signal()
        self.meters_changed: Signal[[Meters]] = Signal()
        self.probes_changed: Signal[[tuple[RelayProbe, ...]]] = Signal()
        self.devices_changed: Signal[[Devices]] = Signal()
        self.stats: EngineStats | None = None
        self.probes: tuple[RelayProbe, ...] = ()
        self.devices = Devices()
        self.presets = tuple(presets)
        self._settings_file = SettingsFile(paths.settings)
        self.settings, self._early_notices = self._settings_file.load()
        self._document = Document(new_project(self.settings))
        self.project_changed = self._document.project_changed
        self.document_changed = self._document.changed
        self._files = ShowFiles(
            document=self._document,
            recents=Recents(paths.recents),
            recovery=Recovery(paths.recovery, clock),
            new_project=lambda: new_project(self.settings),
            notify=self.notices.emit,
        )
        self._secrets = make_secrets(self.notices.emit)

    # The document ---------------------------------------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        return self._document.project

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

    @property
    def recovery(self) -> RecoveredProject | None:
        return self._files.recovered

    def edit(self, title: str, change: Change, *, merge: str = "") -> None:
        """One undo step; the same non-empty `merge` in a row is one step (drags, sliders). Raises AppError and changes nothing."""
        self._document.edit(title, change, merge=merge)

    def undo(self) -> None:
        self._document.undo()

    def redo(self) -> None:
        self._document.redo()

    def new(self) -> None:
        """Begin a new show; the caller has asked about unsaved changes."""
        self._files.new()

    def open(self, path: Path) -> bool:
        """Open a show; False and a notice when it cannot be read. The caller has asked about unsaved changes."""
        return self._files.open(path)

    def save(self) -> bool:
        """Save to the show's file; False without one (ask for a path and call `save_as`) or, with a notice, when it failed."""
        return self.path is not None and self._files.save_as(self.path)

    def save_as(self, path: Path) -> bool:
        """Save there from now on; False and a notice when it failed."""
        return self._files.save_as(path)

    def accept_recovery(self) -> None:
        """The unsaved work of a desk that crashed becomes the document."""
        self._files.accept_recovery()

    def discard_recovery(self) -> None:
        self._files.discard_recovery()

    # Settings -------------------------------------------------------------------------------------------------------------

    def change_setting(self, key: str, value: Value) -> None:
        """Change and save one setting; raises FieldError for a value that does not fit."""
        self.settings = declared.changed(self.settings, key, value)
        self._settings_file.save(self.settings)
        self.settings_changed.emit(self.settings)
