"""The middle of the import dialog: the file's rows, a preview of the show's entries, and the list of problems."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QSplitter, QTableView, QTabWidget

from app.domain.tables.table import Fault, Matching, Table
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons, Theme
from app.ui.tables.match_table import MatchTable

FAULTS_PX, LEAST_FAULTS_PX, TABLE_PX = 84, 60, 140
COLUMN_PX, NAME_PX = 150, 320
FAULTS_LISTED = 500  # nobody reads more


class ImportResults(QSplitter):
    """A click on a problem shows its cell."""

    def __init__(self, theme: Theme, icons: Icons, words_of: Callable[[Fault], str]) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._icons = icons
        self._words_of = words_of
        self._table: Table | None = None
        self._listed: tuple[Fault, ...] = ()
        self.view = MatchTable(theme)
        self.preview = QStandardItemModel(self)
        self.preview_view = self._build_preview()
        self.tabs = QTabWidget()
        self.tabs.setMinimumHeight(TABLE_PX)
        self.tabs.addTab(self.view, tr("Import", "Rows in the file"))
        self.tabs.addTab(self.preview_view, tr("Import", "Preview"))
        self.faults = QListWidget()
        self.faults.setAccessibleName(tr("Import", "Problems"))
        self.faults.setMinimumHeight(LEAST_FAULTS_PX)
        self.faults.currentRowChanged.connect(self._on_fault_chosen)
        self.setChildrenCollapsible(False)
        self.addWidget(self.tabs)
        self.addWidget(self.faults)
        self.setStretchFactor(0, 1)
        self.setSizes([2000, FAULTS_PX])  # the table gets all the space except a few lines for faults

    def _build_preview(self) -> QTableView:
        view = QTableView()
        view.setModel(self.preview)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTabKeyNavigation(False)
        view.horizontalHeader().setStretchLastSection(True)
        view.horizontalHeader().setDefaultSectionSize(COLUMN_PX)
        view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        view.verticalHeader().hide()
        view.setAccessibleName(tr("Import", "Preview"))
        return view

    def clear(self) -> None:
        """Show no table."""
        self._table = None
        self.view.rows.show_table(Table("", (), ()))
        self.view.header.show_uses((), ())
        self.faults.clear()
        self.preview.clear()

    def show_preview(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show the entries that an import would make."""
        self.preview.clear()
        self.preview.setHorizontalHeaderLabels(list(header))
        for row in rows:
            self.preview.appendRow([QStandardItem(text) for text in row])
        if self.preview.columnCount() > 1:
            self.preview_view.setColumnWidth(1, NAME_PX)

    def show_faults(self, table: Table, matching: Matching, faults: tuple[Fault, ...], notes: tuple[Fault, ...]) -> None:
        """Mark the faults in the table, and list them before the notes."""
        self._table = table
        words = [self._words_of(fault) for fault in faults]
        self.view.mark(table, matching, faults, words)
        self.faults.clear()
        for fault, text in zip(faults[:FAULTS_LISTED], words, strict=False):
            self.faults.addItem(QListWidgetItem(self._icons.icon("error", "error"), _with_place(fault, text)))
        for note in notes[:FAULTS_LISTED]:
            self.faults.addItem(QListWidgetItem(self._icons.icon("info", "muted"), _with_place(note, self._words_of(note))))
        self._listed = (*faults[:FAULTS_LISTED], *notes[:FAULTS_LISTED])

    def _on_fault_chosen(self, place: int) -> None:
        if self._table is not None and 0 <= place < len(self._listed) and self._listed[place].line:
            self.tabs.setCurrentIndex(0)
            self.view.go_to(self._table, self._listed[place])


def _with_place(fault: Fault, words: str) -> str:
    """A problem with its place."""
    if not fault.line:
        return tr("Import", "{column}: {words}", column=fault.column, words=words) if fault.column else words
    if fault.column:
        return tr("Import", "Row {line}, {column}: {words}", line=fault.line, column=fault.column, words=words)
    return tr("Import", "Row {line}: {words}", line=fault.line, words=words)
