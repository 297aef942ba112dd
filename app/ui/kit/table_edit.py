"""A small editable table: rows are added at the end and removed, cells checked when they lose focus."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.kit.buttons import icon_button
from app.ui.kit.labels import tip
from app.ui.kit.theme import Icons

ROW_PX = 32
EDITED_BY = (  # like a spreadsheet: arrows move between cells, typing starts editing
    QAbstractItemView.EditTrigger.DoubleClicked
    | QAbstractItemView.EditTrigger.SelectedClicked
    | QAbstractItemView.EditTrigger.EditKeyPressed
    | QAbstractItemView.EditTrigger.AnyKeyPressed
)
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """`choices` (value → words) makes it a drop-down list; `fixed` is read-only; `stretch` takes the remaining width."""

    title: str
    width_px: int = 100
    choices: Mapping[str, str] = field(default_factory=dict)
    fixed: bool = False
    stretch: bool = False
    align_right: bool = False


class _Grid(QTableWidget):
    """Enter edits a cell, Delete clears it, Ctrl+Delete removes the row; Tab moves between cells and leaves after the last one."""

    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if self.state() is QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Delete and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
            item.setText("")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
            self.editItem(item)
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self._at_end(forward=event.key() == Qt.Key.Key_Tab):
            self._leave(forward=event.key() == Qt.Key.Key_Tab)
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        forward = hint is QAbstractItemDelegate.EndEditHint.EditNextItem
        leaving = forward or hint is QAbstractItemDelegate.EndEditHint.EditPreviousItem
        if leaving and self._at_end(forward=forward):
            super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
            self._leave(forward=forward)
        else:
            super().closeEditor(editor, hint)

    def _at_end(self, *, forward: bool) -> bool:
        if self.rowCount() == 0 or self.currentRow() < 0:
            return True
        row, column = (self.rowCount() - 1, self.columnCount() - 1) if forward else (0, 0)
        return self.currentRow() == row and self.currentColumn() == column

    def _leave(self, *, forward: bool) -> None:
        self.setTabKeyNavigation(False)  # otherwise the table keeps the key
        self.focusNextPrevChild(forward)
        self.setTabKeyNavigation(True)


class TableEdit(QWidget):
    """`edited` carries all rows as texts after a change by the user. `fresh` makes the cells of a new row.

    The listener calls `refuse` at once for an invalid text: it stays in its cell, marked, until the user changes it, and is left out of the
    rows of later changes.
    """

    edited = Signal(list)

    def __init__(
        self,
        title: str,
        columns: Sequence[Column],
        icons: Icons,
        *,
        add: str = "",
        remove: str = "",
        fresh: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._fresh = fresh
        self._rows: list[list[str]] = []
        self._refused: set[tuple[int, int]] = set()
        self._taken = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.grid = _Grid(0, len(self._columns))
        for number, column in enumerate(self._columns):
            heading = QTableWidgetItem(column.title)
            heading.setTextAlignment(RIGHT if column.align_right else LEFT)
            self.grid.setHorizontalHeaderItem(number, heading)
        self.grid.verticalHeader().hide()
        self.grid.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.grid.setEditTriggers(EDITED_BY)
        self.grid.setTabKeyNavigation(True)
        for number, column in enumerate(self._columns):
            mode = QHeaderView.ResizeMode.Stretch if column.stretch else QHeaderView.ResizeMode.Interactive
            self.grid.horizontalHeader().setSectionResizeMode(number, mode)
            self.grid.setColumnWidth(number, column.width_px)
        self.grid.setAccessibleName(title)
        self.grid.itemChanged.connect(self._on_item_changed)
        self.grid.removed.connect(self._remove)
        layout.addWidget(self.grid)
        if fresh is not None:
            row = QHBoxLayout()
            self.add_button = icon_button(icons, "add", add, self._add)
            row.addWidget(self.add_button)
            row.addWidget(icon_button(icons, "remove", remove, self._remove))
            row.addStretch(1)
            layout.addLayout(row)
        self._fit()

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these rows without emitting. Equal cells are left alone, so that typing continues."""
        wanted, before = [list(row) for row in rows], self._rows
        if wanted == before:
            return
        if len(wanted) != len(before):
            self._refused.clear()
        self._rows = wanted
        with QSignalBlocker(self.grid):
            self.grid.setRowCount(len(wanted))
            for place, row in enumerate(wanted):
                for number, text in enumerate(row):
                    if (place, number) not in self._refused or before[place][number] != text:
                        self._refused.discard((place, number))
                        self._show_cell(place, number, text)
        self._fit()

    def _show_cell(self, place: int, number: int, text: str) -> None:
        column = self._columns[number]
        if column.choices:
            box = self.grid.cellWidget(place, number)
            if not isinstance(box, QComboBox):
                box = QComboBox()
                for value, words in column.choices.items():
                    box.addItem(words, value)
                box.setAccessibleName(column.title)
                box.activated.connect(lambda _, box=box, number=number: self._on_chosen(box, number))
                self.grid.setCellWidget(place, number, box)
            if box.findData(text) < 0:
                box.addItem(text, text)
            box.setCurrentIndex(box.findData(text))
            return
        item = self.grid.item(place, number)
        if item is None:
            item = QTableWidgetItem()
            if column.fixed:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            if column.align_right:
                item.setTextAlignment(RIGHT)
            self.grid.setItem(place, number, item)
        item.setText(text)
        item.setToolTip(tip(text) if column.fixed else "")
        item.setData(Qt.ItemDataRole.ForegroundRole, None)

    def _fit(self) -> None:
        """As tall as its rows, up to a limit."""
        rows = min(max(self.grid.rowCount(), 1), 8)
        self.grid.setFixedHeight(self.grid.horizontalHeader().sizeHint().height() + rows * ROW_PX + 6)

    def refuse(self, place: int, number: int, reason: str, colour: QColor) -> None:
        """Mark a cell whose text was refused."""
        self._taken = False
        self._refused.add((place, number))
        item = self.grid.item(place, number)
        if item is not None:
            with QSignalBlocker(self.grid):
                item.setForeground(colour)
                item.setToolTip(reason)

    def _on_chosen(self, box: QComboBox, number: int) -> None:
        for place in range(self.grid.rowCount()):
            if self.grid.cellWidget(place, number) is box:
                self._offer(place, number, str(box.currentData()))
                return

    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        place, number = item.row(), item.column()
        self._refused.discard((place, number))
        with QSignalBlocker(self.grid):
            item.setData(Qt.ItemDataRole.ForegroundRole, None)
            item.setToolTip("")
        self._offer(place, number, item.text().strip())

    def _offer(self, place: int, number: int, text: str) -> None:
        before = self._rows
        rows = [list(row) for row in before]
        rows[place][number] = text
        if rows == before:
            return
        self._rows, self._taken = rows, True
        self.edited.emit([list(row) for row in rows])
        if not self._taken:
            self._rows = before

    def _add(self) -> None:
        if self._fresh is None:
            return
        rows = [*self._rows, list(self._fresh())]
        self.show_rows(rows)
        self.edited.emit([list(row) for row in rows])
        self.grid.setCurrentCell(len(rows) - 1, next((n for n, column in enumerate(self._columns) if not column.choices), 0))

    def _remove(self) -> None:
        place = self.grid.currentRow()
        if self._fresh is not None and 0 <= place < len(self._rows):
            rows = [row for number, row in enumerate(self._rows) if number != place]
            self.show_rows(rows)
            self.edited.emit([list(row) for row in rows])
