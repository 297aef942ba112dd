"""Bringing in a table: which column is what, what would become of it, what is wrong; nothing happens before it is confirmed."""

from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError
from app.domain.heading_row import likely_heading
from app.domain.notice import Notice
from app.domain.show import Show
from app.domain.table import Fault, Matching, Table, headed
from app.ui.desk import Desk
from app.ui.language import tr
from app.ui.table_kinds import Outcome, TableKind
from app.ui.widgets.match_table import MatchTable
from app.ui.widgets.pieces import badge, elided, label, push_button
from app.ui.work import Work

SIZE_PX = (960, 620)
SMALLEST_PX = (640, 440)
FAULTS_PX = 110
FAULTS_LISTED = 500  # more than anybody goes through


class Stage(Enum):
    """How far it is."""

    EMPTY = "empty"
    READING = "reading"
    PLANNING = "planning"
    READY = "ready"
    TAKING = "taking"


class ImportDialog(QDialog):
    """`stage_changed` tells of each step; `brought_in` comes once, when everything is in the show."""

    stage_changed = Signal()
    brought_in = Signal()

    def __init__(self, desk: Desk, kind: TableKind, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._kind = kind
        self._path: Path | None = None
        self._table: Table | None = None
        self._planned: tuple[Show, Outcome] | None = None
        self.stage = Stage.EMPTY
        self.work = Work(self._on_failed)
        self.setWindowTitle(kind.title())
        self.setMinimumSize(*SMALLEST_PX)
        self.resize(*SIZE_PX)
        self._build()
        desk.bridge.show_changed.connect(self._on_show_changed)
        work = self.work
        self.finished.connect(lambda _: work.cancel())
        self.destroyed.connect(work.cancel)  # with a window that is built anew
        self._set_stage(Stage.EMPTY)

    # Building -------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 18, 24, 14)
        outer.setSpacing(8)
        outer.addWidget(label(self._kind.title(), "title"))
        outer.addWidget(label(self._kind.hint(), "muted", wrap=True))
        outer.addLayout(self._build_file_row())
        self.view = MatchTable(self._desk.theme)
        self.view.header.chosen.connect(self._plan)
        self.faults = QListWidget()
        self.faults.setAccessibleName(tr("Import", "What is wrong"))
        self.faults.currentRowChanged.connect(self._on_fault_chosen)
        self.faults.setMinimumHeight(60)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.view)
        parts.addWidget(self.faults)
        parts.setStretchFactor(0, 1)
        parts.setSizes([360, FAULTS_PX])
        outer.addWidget(parts, 1)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        outer.addWidget(self.progress)
        counts = QHBoxLayout()
        counts.setSpacing(6)
        self.new, self.changed, self.same, self.wrong = badge("", "good"), badge("", "accent"), badge(), badge("", "error")
        for shown in (self.new, self.changed, self.same, self.wrong):
            counts.addWidget(shown)
        self.words = label("", "muted", wrap=True)
        counts.addWidget(self.words, 1)
        outer.addLayout(counts)
        self.leave_out = QCheckBox("")
        self.leave_out.toggled.connect(lambda _: self._refresh())
        self.replace = QCheckBox(tr("Import", "Put it in the place of the run of show that is there"))
        self.replace.setChecked(self._kind.replacing)
        self.replace.setVisible(self._kind.can_replace)
        self.replace.toggled.connect(self._on_replace)
        for box in (self.leave_out, self.replace):
            outer.addWidget(box)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.cancel_button = push_button(tr("Import", "Cancel"), self.reject)
        self.take_button = push_button(tr("Import", "Bring in"), self.take, role="primary")
        self.take_button.setDefault(True)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.take_button)
        outer.addLayout(buttons)

    def _build_file_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.file_name = elided("")
        row.addWidget(self.file_name, 1)
        self.sheet_title = label(tr("Import", "Sheet"), "muted")
        self.sheet = QComboBox()
        self.sheet.setAccessibleName(tr("Import", "Sheet"))
        self.sheet.setMinimumWidth(140)
        self.sheet.activated.connect(lambda _: self._read(self.sheet.currentText()))
        row.addWidget(self.sheet_title)
        row.addWidget(self.sheet)
        self.file_button = push_button(tr("Import", "Another file…"), self.choose_file)
        row.addWidget(self.file_button)
        return row

    # What it is busy with -------------------------------------------------------------------------------------------------

    def _set_stage(self, stage: Stage) -> None:
        self.stage = stage
        busy = stage in (Stage.READING, Stage.PLANNING, Stage.TAKING)
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        for widget in (self.file_button, self.sheet, self.view, self.replace):
            widget.setEnabled(stage not in (Stage.READING, Stage.TAKING))
        self.cancel_button.setEnabled(stage is not Stage.TAKING)
        self._refresh()
        self.stage_changed.emit()

    def _refresh(self) -> None:
        """Words, counts and buttons as they are now."""
        outcome = self._planned[1] if self._planned is not None and self.stage in (Stage.READY, Stage.TAKING) else None
        self.sheet.setVisible(self.sheet.count() > 1)
        self.sheet_title.setVisible(self.sheet.count() > 1)
        for shown, count, words in self._counts(outcome):
            shown.setText(words)
            shown.setVisible(count > 0)
        left_out = outcome.left_out if outcome is not None else 0
        self.leave_out.setVisible(left_out > 0)
        self.leave_out.setText(tr("Import", "Bring in the rest, without the {count} rows that are wrong", count=left_out))
        if self.stage is not Stage.PLANNING:
            self.faults.setVisible(left_out > 0)
        self.words.setText(self._sentence(outcome))
        allowed = outcome is not None and (not left_out or self.leave_out.isChecked()) and not self._lacks()
        self.take_button.setEnabled(self.stage is Stage.READY and allowed and self._does_something())

    def _does_something(self) -> bool:
        if self._planned is None:
            return False
        outcome = self._planned[1]
        return bool(outcome.new + outcome.changed) or (self.replace.isChecked() and self._kind.can_replace and bool(outcome.unchanged))

    def _counts(self, outcome: Outcome | None) -> Iterator[tuple[QLabel, int, str]]:
        counts = (outcome.new, outcome.changed, outcome.unchanged, outcome.left_out) if outcome is not None else (0, 0, 0, 0)
        yield self.new, counts[0], tr("Import", "{count} new", count=counts[0])
        yield self.changed, counts[1], tr("Import", "{count} changed", count=counts[1])
        yield self.same, counts[2], tr("Import", "{count} as they are", count=counts[2])
        yield self.wrong, counts[3], tr("Import", "{count} wrong", count=counts[3])

    def _lacks(self) -> str:
        return ", ".join(self._kind.lacks(self.view.header.matching(), self._desk.studio.show)) if self._table is not None else ""

    def _sentence(self, outcome: Outcome | None) -> str:
        if self.stage is Stage.EMPTY:
            return tr("Import", "Choose a table: XLSX or CSV, the first row with headings.")
        if self.stage is Stage.READING:
            return tr("Import", "The file is being read…")
        if self.stage is Stage.PLANNING:
            return tr("Import", "The rows are being looked at…")
        if self.stage is Stage.TAKING:
            return tr("Import", "Bringing it in…")
        if lacking := self._lacks():
            return tr("Import", "Choose the column for: {fields}.", fields=lacking)
        if outcome is not None and not self._does_something():
            return tr("Import", "There is nothing in it that the show does not have.") if not outcome.left_out else ""
        return ""

    # The file -------------------------------------------------------------------------------------------------------------

    def choose_file(self) -> bool:
        """Ask for a file and read it; False when none was chosen."""
        patterns = " ".join(f"*{suffix}" for suffix in self._desk.studio.tables.suffixes)
        folder = str(self._path.parent) if self._path is not None else ""
        path, _ = QFileDialog.getOpenFileName(self, self._kind.title(), folder, f"{tr('Import', 'Tables')} ({patterns})")
        if path:
            self.read_file(Path(path))
        return bool(path)

    def read_file(self, path: Path) -> None:
        """Read a file's first sheet."""
        self._path = path
        self.file_name.setText(path.name)
        self.sheet.clear()
        tables = self._desk.studio.tables
        self._set_stage(Stage.READING)

        def read() -> tuple[tuple[str, ...], Table]:
            grid = tables.read(path, watch=lambda _: True)
            return grid.sheets, headed(grid, likely_heading(grid, lambda _: False))

        def done(found: tuple[tuple[str, ...], Table]) -> None:
            self.sheet.addItems(list(found[0]))
            self._show_table(found[1])

        self.work.do(read, done)

    def _read(self, sheet: str) -> None:
        path, tables = self._path, self._desk.studio.tables
        if path is not None:
            self._set_stage(Stage.READING)

            def read() -> Table:
                grid = tables.read(path, sheet, watch=lambda _: True)
                return headed(grid, likely_heading(grid, lambda _: False))

            self.work.do(read, self._show_table)

    def _on_failed(self, error: AppError) -> None:
        self._table = self._planned = None
        self.view.rows.show_table(Table("", (), ()))
        self.view.header.show_uses((), ())
        self.faults.clear()
        self._set_stage(Stage.EMPTY)
        sentence = self._desk.wordings.sentence(error.code, error.data)
        self.words.setText(" ".join(part for part in (sentence.text, sentence.help) if part))

    def _show_table(self, table: Table) -> None:
        show = self._desk.studio.show
        matching = self._kind.match(table, show)
        self._table = table
        self.view.rows.show_table(table)
        self.view.header.show_uses(self._kind.uses(table, matching, show), table.header)
        self.view.header.choose(matching)
        self._plan()

    # The plan -------------------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Find out anew what would become of the show."""
        if self._table is None or self.stage is Stage.TAKING:
            return
        table, matching, show = self._table, self.view.header.matching(), self._desk.studio.show
        self._planned = None
        if self._kind.lacks(matching, show):
            self.work.cancel()
            self._show_faults(table, matching, ())
            self._set_stage(Stage.READY)
            return
        self._set_stage(Stage.PLANNING)

        def done(outcome: Outcome) -> None:
            self._planned = (show, outcome)
            self._show_faults(table, matching, outcome.faults)
            self._set_stage(Stage.READY)

        self.work.do(self._kind.plan(table, matching, show), done)

    def _show_faults(self, table: Table, matching: Matching, faults: tuple[Fault, ...]) -> None:
        words = [self._kind.words_of(fault) for fault in faults]
        self.view.mark(table, matching, faults, words)
        self.faults.clear()
        for fault, text in list(zip(faults, words, strict=True))[:FAULTS_LISTED]:
            self.faults.addItem(
                tr("Import", "Line {line}, {column}: {words}", line=fault.line, column=fault.column, words=text)
                if fault.column
                else tr("Import", "Line {line}: {words}", line=fault.line, words=text)
            )

    def _on_fault_chosen(self, place: int) -> None:
        if self._table is not None and self._planned is not None and 0 <= place < len(self._planned[1].faults):
            self.view.go_to(self._table, self._planned[1].faults[place])

    def _on_replace(self, on: bool) -> None:
        self._kind.replacing = on
        self._plan()

    def _on_show_changed(self) -> None:
        """An order, an undo: what was planned for another show holds no more."""
        if self.stage is Stage.READY and self._planned is not None and not self._holds(self._planned[0]):
            self._plan()

    def _holds(self, show: Show) -> bool:
        now = self._desk.studio.show
        same = now.products is show.products and now.segments is show.segments and now.markets is show.markets
        return same and now.desk == show.desk and now.project is show.project

    # Bringing it in -------------------------------------------------------------------------------------------------------

    def take(self) -> None:
        """Do what was planned, all of it, and close; many orders come in a few at a time, so that the window goes on."""
        if self._planned is None or not self.take_button.isEnabled():
            return
        outcome = self._planned[1]
        self._set_stage(Stage.TAKING)
        if len(outcome.steps) > 1:
            self.progress.setRange(0, len(outcome.steps))
        self._step(list(outcome.steps), outcome.told)

    def _step(self, steps: list[Callable[[], bool]], told: Notice) -> None:
        if steps and not steps[0]():
            self._set_stage(Stage.READY)
            self._plan()
            return
        if len(steps) > 1:
            self.progress.setValue(self.progress.maximum() - len(steps) + 1)
            QTimer.singleShot(0, self, lambda: self._step(steps[1:], told))
            return
        self._desk.bridge.tell(told)
        self.brought_in.emit()
        self.accept()

    def reject(self) -> None:
        if self.stage is not Stage.TAKING:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.stage is Stage.TAKING:
            event.ignore()
        else:
            super().closeEvent(event)
