"""File dialogs: they open in the folder of the last file of the kind, else of the show, else in Documents."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

SHOWS, TABLES, PICTURES, MEDIA, EXPORTS = "shows", "tables", "pictures", "media", "exports"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')  # what no system, or one of them, allows in a file's name


class FileDialogs:
    """Remembers a folder for each kind of file. `settings` is where that is kept, None = for this sitting alone; `show` gives the open
    show's own file."""

    def __init__(self, settings: Callable[[], QSettings] | None = None, show: Callable[[], Path | None] = lambda: None) -> None:
        self._settings = settings
        self._show = show
        self._used: dict[str, str] = {}

    def start(self, kind: str, name: str = "") -> str:
        """Where a dialog begins, with a file's name in it when there is one."""
        folder = self._folder(kind)
        return str(folder / _NOT_IN_NAMES.sub("_", name)) if name else str(folder)

    def remember(self, kind: str, path: str) -> str:
        """Note what was chosen, "" = nothing; gives it back."""
        if path:
            chosen = Path(path)
            folder = str(chosen if chosen.is_dir() else chosen.parent)
            self._used[kind] = folder
            if self._settings is not None:
                self._settings().setValue(f"folders/{kind}", folder)
        return path

    def open_file(self, parent: QWidget, kind: str, title: str, filters: str, start: str = "") -> str:
        """Ask for a file; "" = none. `start` is one that was chosen before."""
        path, _ = QFileDialog.getOpenFileName(parent, title, start if start and Path(start).exists() else self.start(kind), filters)
        return self.remember(kind, path)

    def open_files(self, parent: QWidget, kind: str, title: str, filters: str) -> list[str]:
        """Ask for files."""
        paths, _ = QFileDialog.getOpenFileNames(parent, title, self.start(kind), filters)
        self.remember(kind, paths[0] if paths else "")
        return paths

    def save_file(self, parent: QWidget, kind: str, title: str, name: str, filters: str) -> str:
        """Ask where to write; "" = nowhere."""
        path, _ = QFileDialog.getSaveFileName(parent, title, self.start(kind, name), filters)
        return self.remember(kind, path)

    def folder(self, parent: QWidget, kind: str, title: str) -> str:
        """Ask for a folder; "" = none."""
        return self.remember(kind, QFileDialog.getExistingDirectory(parent, title, self.start(kind)))

    def _folder(self, kind: str) -> Path:
        kept = self._used.get(kind) or (str(self._settings().value(f"folders/{kind}") or "") if self._settings is not None else "")
        show = self._show()
        for folder in (Path(kept) if kept else None, show.parent if show is not None else None):
            if folder is not None and folder.is_dir():
                return folder
        documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
        return documents if documents.is_dir() else Path.home()
