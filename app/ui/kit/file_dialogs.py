"""File dialogs that open in the folder of the last file of that kind, else of the show, else in Documents."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

SHOWS, TABLES, PICTURES, MEDIA, EXPORTS = "shows", "tables", "pictures", "media", "exports"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')  # characters that some system does not allow in file names


class FileDialogs:
    """Remembers a folder per kind of file. `settings` stores them, None = only until the app closes; `show` gives the open show's file."""

    def __init__(self, settings: Callable[[], QSettings] | None = None, show: Callable[[], Path | None] = lambda: None) -> None:
        self._settings = settings
        self._show = show
        self._used: dict[str, str] = {}

    def start(self, kind: str, name: str = "") -> str:
        """Where a dialog starts, including a file name if there is one."""
        folder = self._folder(kind)
        return str(folder / _NOT_IN_NAMES.sub("_", name)) if name else str(folder)

    def remember(self, kind: str, path: str) -> str:
        """Remember the chosen path ("" = cancelled) and return it."""
        if path:
            chosen = Path(path)
            folder = str(chosen if chosen.is_dir() else chosen.parent)
            self._used[kind] = folder
            if self._settings is not None:
                self._settings().setValue(f"folders/{kind}", folder)
        return path

    def open_file(self, parent: QWidget, kind: str, title: str, filters: str, start: str = "") -> str:
        """Ask for a file; "" = cancelled. `start` is a file chosen before."""
        path, _ = QFileDialog.getOpenFileName(parent, title, start if start and Path(start).exists() else self.start(kind), filters)
        return self.remember(kind, path)

    def open_files(self, parent: QWidget, kind: str, title: str, filters: str) -> list[str]:
        """Ask for files."""
        paths, _ = QFileDialog.getOpenFileNames(parent, title, self.start(kind), filters)
        self.remember(kind, paths[0] if paths else "")
        return paths

    def save_file(self, parent: QWidget, kind: str, title: str, name: str, filters: str) -> str:
        """Ask where to write; "" = cancelled."""
        path, _ = QFileDialog.getSaveFileName(parent, title, self.start(kind, name), filters)
        return self.remember(kind, path)

    def folder(self, parent: QWidget, kind: str, title: str) -> str:
        """Ask for a folder; "" = cancelled."""
        return self.remember(kind, QFileDialog.getExistingDirectory(parent, title, self.start(kind)))

    def _folder(self, kind: str) -> Path:
        used = self._used.get(kind) or (str(self._settings().value(f"folders/{kind}") or "") if self._settings is not None else "")
        show = self._show()
        for folder in (Path(used) if used else None, show.parent if show is not None else None):
            if folder is not None and folder.is_dir():
                return folder
        documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        return documents if documents.is_dir() else Path.home()
