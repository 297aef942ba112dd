"""The user's settings and the file that they are saved in."""

from collections.abc import Callable

from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.storage.files import StorageError
from app.storage.settings import Settings, SettingsFile, with_setting


class SettingsStore:
    """`value` holds the current settings; `changed` is emitted with the new ones."""

    def __init__(self, value: Settings, file: SettingsFile, notify: Callable[[Notice], None]) -> None:
        self.changed: Signal[[Settings]] = Signal()
        self.value = value
        self._file = file
        self._notify = notify

    def change(self, key: str, value: Value) -> None:
        """Change and save one setting; raises FieldError for an invalid value. A notice says when the file cannot be written."""
        before = self.value
        self.value = with_setting(before, key, value)
        if self.value == before:
            return
        try:
            self._file.save(self.value)
        except StorageError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data))
        self.changed.emit(self.value)
