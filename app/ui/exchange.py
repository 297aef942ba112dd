"""What comes into a show from outside and what goes out: tables, handbooks, earlier versions."""

from pathlib import Path

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QWidget

from app.ui.desk import Desk
from app.ui.dialogs.backups import BackupsDialog
from app.ui.dialogs.export import ExportDialog
from app.ui.dialogs.import_table import ImportDialog
from app.ui.files import Files
from app.ui.table_kinds import OrderTable, ProductTable, RundownTable, TableKind


class Exchange:
    """The commands of the file menu that exchange things, for one window."""

    def __init__(self, desk: Desk, files: Files, parent: QWidget) -> None:
        self._desk = desk
        self._files = files
        self._parent = parent

    def bring_in_products(self, path: Path | None = None) -> ImportDialog | None:
        """Ask for a table of products, or take this one."""
        return self._bring_in(ProductTable(self._desk), path)

    def bring_in_rundown(self, path: Path | None = None) -> ImportDialog | None:
        """Ask for a table of the run of show, or take this one."""
        return self._bring_in(RundownTable(self._desk), path)

    def bring_in_orders(self, path: Path | None = None) -> ImportDialog | None:
        """Ask for a table of orders, or take this one."""
        return self._bring_in(OrderTable(self._desk), path)

    def _bring_in(self, kind: TableKind, path: Path | None) -> ImportDialog | None:
        dialog = ImportDialog(self._desk, kind, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if path is not None:
            dialog.read_file(path)
        elif not dialog.choose_file():
            dialog.deleteLater()
            return None
        dialog.open()
        return dialog

    def export(self) -> ExportDialog:
        """Write tables and handbooks."""
        dialog = ExportDialog(self._desk, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def show_backups(self) -> BackupsDialog:
        """The show as it was earlier."""
        dialog = BackupsDialog(self._desk.studio, QLocale(self._desk.language), self._files.may_leave, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog
