"""The table of the import dialog: a list above each column chooses its use, and wrong cells are marked."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QTableView, QWidget

from app.domain.tables.table import Fault, Matching, Table, Use, plain
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme

COLUMN_PX = 170
ROW_PX = 28
BOX_PX = 30
TITLE_PX = 26
SHOWN_CHARACTERS = 200  # of a cell's text; its tooltip shows more
_NO_TABLE = Table("", (), ())
_ROOT = QModelIndex()

Index = QModelIndex | QPersistentModelIndex


class TableModel(QAbstractTableModel):
    """Every row of the file's table, without copying it."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table = _NO_TABLE
        self._used: tuple[bool, ...] = ()
        self._wrong: Mapping[tuple[int, int], str] = {}
        self._lines: frozenset[int] = frozenset()

    def show_table(self, table: Table) -> None:
        """Show another table."""
        self.beginResetModel()
        self._table, self._used, self._wrong, self._lines = table, (False,) * len(table.header), {}, frozenset()
        self.endResetModel()

    def mark(self, used: Sequence[bool], wrong: Mapping[tuple[int, int], str]) -> None:
        """Mark the columns in use and the faults by cell (row, column; column -1 = the whole row)."""
        self._used, self._wrong = tuple(used), wrong
        self._lines = frozenset(row for row, _ in wrong)
        if self._table.rows and self._table.header:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._table.rows) - 1, len(self._table.header) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(self._table.rows) - 1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._table.header)

    def fault(self, row: int, column: int) -> str:
        """The fault in a cell; "" = none."""
        return self._wrong.get((row, column)) or (self._wrong.get((row, -1), "") if column == 0 else "")

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        text = plain(self._table.rows[row][column])
        wrong = self.fault(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(text[:SHOWN_CHARACTERS].split())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return wrong or text[:1000]
        if role == Qt.ItemDataRole.BackgroundRole and wrong:
            return self._theme.colour("error_soft")
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.colour("error" if wrong else "text" if self._used[column] else "faint")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal:
            heading = self._table.header[section] if section < len(self._table.header) else ""
            return heading if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return str(self._table.first_line + section)
        if role == Qt.ItemDataRole.ForegroundRole and section in self._lines:
            return self._theme.colour("error")
        return None


class _UseBox(QComboBox):
    """A list that is as wide as its longest text."""

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 40)
        super().showPopup()


class MatchHeader(QHeaderView):
    """The file's headings, each with a list of uses below it. Emits `chosen` when the user picks one."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.boxes: list[_UseBox] = []
        self._uses: list[Use | None] = []
        self._choices = QStandardItemModel(self)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setDefaultSectionSize(COLUMN_PX)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.sectionResized.connect(lambda *_: self._place())

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), TITLE_PX + BOX_PX + 6)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._place()

    def show_uses(self, uses: Sequence[tuple[Use, str]], headings: Sequence[str]) -> None:
        """Make a list for each heading with all these uses."""
        for box in self.boxes:
            box.hide()
            box.deleteLater()
        self._choices.clear()
        self._uses = [None, *(use for use, _ in uses)]
        for words in (tr("Import", "Don’t import"), *(words for _, words in uses)):
            self._choices.appendRow(QStandardItem(words))
        self.boxes = [self._box(heading) for heading in headings]
        self._place()

    def _box(self, heading: str) -> _UseBox:
        box = _UseBox(self.viewport())
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setModel(self._choices)
        box.setMaxVisibleItems(16)
        box.setAccessibleName(tr("Import", "Use of column “{heading}”", heading=heading))
        box.activated.connect(lambda _, box=box: self._on_chosen(box))
        box.installEventFilter(self)
        box.show()
        return box

    def matching(self) -> Matching:
        """The use of each column."""
        return tuple(self._uses[box.currentIndex()] for box in self.boxes)

    def place_of(self, use: Use | None) -> int:
        """The index of a use in the lists."""
        return self._uses.index(use)

    def choose(self, matching: Matching) -> None:
        """Set the use of each column."""
        for box, use in zip(self.boxes, matching, strict=True):
            box.setCurrentIndex(self.place_of(use))

    def _on_chosen(self, box: _UseBox) -> None:
        """Give a column this use, and take it from any other column."""
        for other in self.boxes:
            if other is not box and other.currentIndex() == box.currentIndex():
                other.setCurrentIndex(0)
        self.chosen.emit()

    def _place(self) -> None:
        for section, box in enumerate(self.boxes[: self.count()]):
            box.setGeometry(self.sectionViewportPosition(section) + 3, TITLE_PX, self.sectionSize(section) - 6, BOX_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Scroll a focused list into view. The wheel scrolls the table and never changes a list."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        view = self.parent()
        if event.type() == QEvent.Type.FocusIn and isinstance(view, QTableView) and watched in self.boxes:
            view.scrollTo(view.model().index(max(0, view.rowAt(0)), self.boxes.index(watched)))
        return super().eventFilter(watched, event)


class MatchTable(QTableView):
    """The file's rows below a `MatchHeader`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = TableModel(theme, self)
        self.header = MatchHeader()
        self.setHorizontalHeader(self.header)
        self.setModel(self.rows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self.header.updateGeometries())
        self.setAccessibleName(tr("Import", "Rows in the file"))

    def mark(self, table: Table, matching: Matching, faults: Sequence[Fault], words: Sequence[str]) -> None:
        """Mark the columns in use, and the faults (`words` has a sentence for each) in their cells."""
        columns = {heading: index for index, heading in reversed(list(enumerate(table.header)))}
        wrong = {(fault.line - table.first_line, columns.get(fault.column, -1)): text for fault, text in zip(faults, words, strict=True)}
        self.rows.mark([use is not None for use in matching], wrong)

    def go_to(self, table: Table, fault: Fault) -> None:
        """Scroll to the cell of a fault."""
        column = table.header.index(fault.column) if fault.column in table.header else 0
        index = self.rows.index(fault.line - table.first_line, column)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
