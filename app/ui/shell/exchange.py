"""Import and export: tables, handbooks, earlier versions."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QWidget

from app.ui.context import WindowContext
from app.ui.shell import late
from app.ui.shell.files import Files

if TYPE_CHECKING:
    from app.ui.tables.table_kinds import TableKind


class Exchange:
    """The import and export actions of the file menu, for one window."""

    def __init__(self, context: WindowContext, files: Files, parent: QWidget) -> None:
        self._context = context
        self._files = files
        self._parent = parent

    def import_products(self, path: Path | None = None) -> "late.ImportDialog | None":
        """Import products from this table, or ask for one."""
        return self._open_import(late.ProductTable(self._context), path)

    def import_rundown(self, path: Path | None = None) -> "late.ImportDialog | None":
        """Import a rundown from this table, or ask for one."""
        return self._open_import(late.RundownTable(self._context), path)

    def import_orders(self, path: Path | None = None) -> "late.ImportDialog | None":
        """Import orders from this table, or ask for one."""
        return self._open_import(late.OrderTable(self._context), path)

    def _open_import(self, kind: "TableKind", path: Path | None) -> "late.ImportDialog | None":
        dialog = late.ImportDialog(self._context, kind, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if path is not None:
            dialog.read_file(path)
        elif not dialog.choose_file():
            dialog.deleteLater()
            return None
        dialog.open()
        return dialog

    def export(self) -> "late.ExportDialog":
        """Export tables and handbooks."""
        dialog = late.ExportDialog(self._context, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def show_backups(self) -> "late.BackupsDialog":
        """Show the version history."""
        dialog = late.BackupsDialog(self._context.studio, QLocale(self._context.language), self._files.may_replace, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog
