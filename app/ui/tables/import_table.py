"""The import dialog: reads a table, asks what is unclear, previews the result and its faults, and imports after the user confirms."""

from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.show import Show
from app.domain.tables.heading_row import likely_heading
from app.domain.tables.product_import import FETCH_NEAR
from app.domain.tables.table import Grid, Table, headed
from app.domain.tables.table_profile import ProfileTable, likely_profile, prepared, table_of
from app.session.catalogue.picture_fetch import Fetched, PictureFetch
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.file_dialogs import TABLES
from app.ui.kit.labels import ElidedLabel, badge, label
from app.ui.kit.language import tr
from app.ui.kit.latest_task import LatestTask
from app.ui.tables.import_results import ImportResults
from app.ui.tables.table_kinds import Outcome, TableKind
from app.ui.tables.table_questions import TableQuestions
from app.ui.tables.table_source import TableSource

SIZE_PX, SMALLEST_PX = (1040, 690), (640, 440)
LOOK_MS = 150  # how often the count of rows read is updated


class ImportStage(Enum):
    """What the dialog is doing."""

    EMPTY = "empty"
    READING = "reading"
    PLANNING = "planning"
    READY = "ready"
    FETCHING = "fetching"
    IMPORTING = "importing"


class _TableReading:
    """One reading of a file on a thread: rows read so far, and whether the dialog still wants it."""

    def __init__(self) -> None:
        self.rows = 0
        self.wanted = True

    def watch(self, rows: int) -> bool:
        """Report rows read; False = stop. The reading thread calls it."""
        self.rows = rows
        return self.wanted


class ImportDialog(QDialog):
    """Imports one kind of table."""

    def __init__(self, context: WindowContext, kind: TableKind, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = kind
        self._path: Path | None = None
        self._grid: Grid | None = None
        self._table: Table | None = None
        self._rules: ProfileTable | None = None
        self._planned: tuple[Show, Outcome] | None = None
        self._reading = _TableReading()
        self.stage = ImportStage.EMPTY
        self.work = LatestTask(self._on_failed)
        self.setWindowTitle(kind.title())
        self.setMinimumSize(*SMALLEST_PX)
        self.resize(*SIZE_PX)
        self._build()
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._show_rows_read)
        context.bridge.show_changed.connect(self._on_show_changed)
        self.finished.connect(lambda _: self._stop())
        work = self.work
        self.destroyed.connect(work.cancel)  # the main window may be rebuilt while this works
        self._set_stage(ImportStage.EMPTY)

    # Building -------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 18, 24, 14)
        outer.setSpacing(8)
        outer.addWidget(label(self._kind.title(), "title"))
        outer.addWidget(label(self._kind.hint(), "muted", wrap=True))
        outer.addLayout(self._build_file_row())
        self.source = TableSource(self._context.studio.tables.encodings)
        self.sheet = self.source.sheet
        self.source.file_changed.connect(self._read_again)
        self.source.table_changed.connect(self._on_table_changed)
        outer.addWidget(self.source)
        self.questions = TableQuestions(self._kind.asked)
        self.questions.answered.connect(self._plan)
        outer.addWidget(self.questions)
        self.results = ImportResults(self._context.theme, self._context.icons, self._kind.words_of)
        self.results.view.header.chosen.connect(self._plan)
        outer.addWidget(self.results, 1)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        outer.addWidget(self.progress)
        outer.addLayout(self._build_counts())
        self.leave_out = QCheckBox("")
        self.leave_out.toggled.connect(lambda _: self._refresh())
        self.replace = QCheckBox(tr("Import", "Replace the current rundown"))
        self.replace.setChecked(self._kind.replacing)
        self.replace.setVisible(self._kind.can_replace)
        self.replace.toggled.connect(self._on_replace)
        for box in (self.leave_out, self.replace):
            outer.addWidget(box)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.cancel_button = push_button(tr("Import", "Cancel"), self.reject)
        self.import_button = push_button(tr("Import", "Import"), self.start_import, role="primary")
        self.import_button.setDefault(True)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.import_button)
        outer.addLayout(buttons)

    def _build_file_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.file_name = ElidedLabel("")
        row.addWidget(self.file_name, 1)
        self.file_button = push_button(tr("Import", "Choose another file…"), self.choose_file)
        row.addWidget(self.file_button)
        return row

    def _build_counts(self) -> QHBoxLayout:
        counts = QHBoxLayout()
        counts.setSpacing(6)
        self.new, self.changed, self.same, self.wrong = badge("", "good"), badge("", "accent"), badge(), badge("", "error")
        self.asks = badge("", "warning")
        for shown in (self.new, self.changed, self.same, self.wrong, self.asks):
            counts.addWidget(shown)
        self.words = label("", "muted", wrap=True)
        counts.addWidget(self.words, 1)
        return counts

    # Stage and counts -----------------------------------------------------------------------------------------------------

    def _set_stage(self, stage: ImportStage) -> None:
        self.stage = stage
        busy = stage in (ImportStage.READING, ImportStage.PLANNING, ImportStage.FETCHING, ImportStage.IMPORTING)
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        if stage is ImportStage.READING:
            self._look.start()
        else:
            self._look.stop()
        for widget in (self.file_button, self.source, self.questions, self.results.tabs, self.replace):
            widget.setEnabled(stage not in (ImportStage.READING, ImportStage.FETCHING, ImportStage.IMPORTING))
        self.cancel_button.setEnabled(stage is not ImportStage.IMPORTING)
        self._refresh()

    def _refresh(self) -> None:
        """Update texts, counts and buttons."""
        planned = self.stage in (ImportStage.READY, ImportStage.FETCHING, ImportStage.IMPORTING)
        outcome = self._planned[1] if self._planned is not None and planned else None
        for shown, count, words in self._counts(outcome):
            shown.setText(words)
            shown.setVisible(count > 0)
        left_out = outcome.left_out if outcome is not None else 0
        self.leave_out.setVisible(left_out > 0)
        one = tr("Import", "Skip 1 invalid row and import the rest")
        self.leave_out.setText(one if left_out == 1 else tr("Import", "Skip {count} invalid rows and import the rest", count=left_out))
        if self.stage is not ImportStage.PLANNING:
            self.results.faults.setVisible(self.results.faults.count() > 0)
        self.words.setText(self._sentence(outcome))
        answered = outcome is not None and not self.questions.open
        allowed = outcome is not None and (not left_out or self.leave_out.isChecked()) and not self._missing()
        self.import_button.setEnabled(self.stage is ImportStage.READY and allowed and answered and self._does_something())

    def _does_something(self) -> bool:
        if self._planned is None:
            return False
        outcome = self._planned[1]
        return bool(outcome.new + outcome.changed) or (self.replace.isChecked() and self._kind.can_replace and bool(outcome.unchanged))

    def _counts(self, outcome: Outcome | None) -> Iterator[tuple[QLabel, int, str]]:
        counts = (outcome.new, outcome.changed, outcome.unchanged, outcome.left_out) if outcome is not None else (0, 0, 0, 0)
        asks = self.questions.open if outcome is not None else 0
        yield self.new, counts[0], tr("Import", "{count} new", count=counts[0])
        yield self.changed, counts[1], tr("Import", "{count} changed", count=counts[1])
        yield self.same, counts[2], tr("Import", "{count} unchanged", count=counts[2])
        yield self.wrong, counts[3], tr("Import", "{count} invalid", count=counts[3])
        yield self.asks, asks, tr("Import", "{count} unanswered", count=asks)

    def _missing(self) -> str:
        show = self._context.studio.document.show
        return "" if self._table is None else ", ".join(self._kind.missing_fields(self.results.view.header.matching(), show))

    def _sentence(self, outcome: Outcome | None) -> str:
        if self.stage is ImportStage.READING:
            rows = self._reading.rows
            return tr("Import", "{count} rows read…", count=rows) if rows else tr("Import", "Reading the file…")
        if self.stage is not ImportStage.READY:
            return {
                ImportStage.EMPTY: tr("Import", "Choose an XLSX or CSV file with a header row."),
                ImportStage.PLANNING: tr("Import", "Checking rows…"),
                ImportStage.FETCHING: tr("Import", "Downloading pictures…"),
            }.get(self.stage, tr("Import", "Importing…"))
        if lacking := self._missing():
            return tr("Import", "Choose a column for: {fields}.", fields=lacking)
        if outcome is not None and self.questions.open:
            return tr("Import", "Answer the questions above first.")
        if outcome is not None and not self._does_something():
            return tr("Import", "The show already has everything in this file.") if not outcome.left_out else ""
        return ""

    # The file -------------------------------------------------------------------------------------------------------------

    def choose_file(self) -> bool:
        """Ask for a file and read it; False = the user cancelled."""
        patterns = " ".join(f"*{suffix}" for suffix in self._context.studio.tables.suffixes)
        path = self._context.file_dialogs.open_file(self, TABLES, self._kind.title(), f"{tr('Import', 'Spreadsheets')} ({patterns})")
        if path:
            self.read_file(Path(path))
        return bool(path)

    def read_file(self, path: Path) -> None:
        """Read a file; guess its encoding and sheet."""
        self._path = path
        self.file_name.setText(path.name)
        self._read(path, "", "")

    def _read_again(self) -> None:
        if self._path is not None and self._grid is not None:
            encoding = str(self.source.encoding.currentData() or "") if self._grid.encoding else ""
            self._read(self._path, self.sheet.currentText(), encoding)

    def _read(self, path: Path, sheet: str, encoding: str) -> None:
        self._reading.wanted = False
        reading = self._reading = _TableReading()
        tables, knows = self._context.studio.tables, self._kind.knows
        self._set_stage(ImportStage.READING)

        def read() -> tuple[Grid, int]:
            grid = tables.read(path, sheet, encoding, watch=reading.watch)
            return grid, likely_heading(grid, knows)

        self.work.run_in_thread(read, lambda found: self._show_grid(*found))

    def _show_rows_read(self) -> None:
        self.words.setText(self._sentence(None))

    def _on_failed(self, error: AppError) -> None:
        if self.stage is ImportStage.FETCHING:
            self._set_stage(ImportStage.READY)
            return
        self._grid = self._table = self._planned = None
        self.results.clear()
        self.questions.forget()
        self.source.hide()
        self._set_stage(ImportStage.EMPTY)
        sentence = self._context.wordings.sentence(error.code, error.data)
        self.words.setText(" ".join(part for part in (sentence.text, sentence.help) if part))

    def _show_grid(self, grid: Grid, line: int) -> None:
        self._grid = grid
        profiles = self._kind.profiles()
        found = likely_profile(profiles, self._kind.profile_kind, headed(grid, line).header) if profiles else None
        self.source.show_grid(grid, line)
        self.source.show_profiles(profiles, found)
        self._show_table()

    def _on_table_changed(self) -> None:
        if self._grid is not None:
            self.source.show_first(self._grid)
            self._show_table()

    def _show_table(self) -> None:
        """Take the rows below the header row, and match their columns by the chosen shop."""
        if self._grid is None:
            return
        table, show = headed(self._grid, self.source.heading.value()), self._context.studio.document.show
        if not table.header or not table.rows:
            self._show_nothing(table)
            return
        chosen = next((one for one in self._kind.profiles() if one.id == self.source.profile.currentData()), None)
        self._rules = table_of(chosen, self._kind.profile_kind, table.header) if chosen is not None else None
        self._table = prepared(table, self._rules) if self._rules is not None else table
        matching = self._kind.match(self._table, show, self._rules)
        self.questions.forget()
        self.results.view.rows.show_table(table)
        self.results.view.header.show_uses(self._kind.uses(table, matching, show), table.header)
        self.results.view.header.choose(matching)
        self._plan()

    def _show_nothing(self, table: Table) -> None:
        grid, self._grid = self._grid, None
        self._on_failed(AppError("table.empty", path=table.name))
        self._grid = grid
        self.source.show()  # another header row or sheet may have more

    # The plan -------------------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Work out again what the import would change."""
        if self._table is None or self.stage in (ImportStage.IMPORTING, ImportStage.FETCHING):
            return
        table, matching, show = self._table, self.results.view.header.matching(), self._context.studio.document.show
        self._planned = None
        if self._kind.missing_fields(matching, show):
            self.work.cancel()
            self.results.show_faults(table, matching, (), ())
            self.questions.show_questions(())
            self.results.preview.clear()
            self._set_stage(ImportStage.READY)
            return
        self._set_stage(ImportStage.PLANNING)

        def done(outcome: Outcome) -> None:
            self._planned = (show, outcome)
            self.questions.show_questions(outcome.questions)
            self.results.show_faults(table, matching, outcome.faults, outcome.notes)
            self.results.show_preview(outcome.preview_header, outcome.preview)
            self._set_stage(ImportStage.READY)

        self.work.run_in_thread(self._kind.plan(table, matching, show, self.questions.all_answers(), self._rules), done)

    def _on_replace(self, on: bool) -> None:
        self._kind.replacing = on
        self._plan()

    def _on_show_changed(self) -> None:
        """An order or an undo makes the plan stale."""
        if self.stage is ImportStage.READY and self._planned is not None and not self._is_current(self._planned[0]):
            self._plan()

    def _is_current(self, show: Show) -> bool:
        now = self._context.studio.document.show
        same = now.products is show.products and now.segments is show.segments and now.markets is show.markets
        return same and now.presentation == show.presentation and now.project is show.project

    # Importing ------------------------------------------------------------------------------------------------------------

    def start_import(self) -> None:
        """Import everything as planned, and close. Fetches pictures first; imports many orders in small batches."""
        if self._planned is None or not self.import_button.isEnabled():
            return
        outcome = self._planned[1]
        if outcome.addresses:
            self._fetch(outcome)
        else:
            self._import(outcome, outcome.notice)

    def _fetch(self, outcome: Outcome) -> None:
        addresses = [one for many in outcome.addresses.values() for one in many]
        private = self.questions.answers.get("pictures") == FETCH_NEAR
        fetch = PictureFetch(self._context.studio.pictures.add, private_hosts=private)
        self._set_stage(ImportStage.FETCHING)
        self.progress.setRange(0, len(addresses))

        def done(found: Fetched) -> None:
            outcome.fetched.update(found.by_product(outcome.addresses))
            self._import(outcome, outcome.notice)
            if found.failed:
                address, error = next(iter(found.failed.items()))
                why = self._context.wordings.sentence(error.code, error.data).text
                data: dict[str, Value] = {"count": len(found.failed), "text": address[:120], "reason": why}
                self._context.bridge.tell(Notice(Severity.WARNING, "table.pictures_failed", data, subject="pictures"))

        self.work.run(lambda: fetch.fetch(addresses, self.progress.setValue), done)

    def _import(self, outcome: Outcome, notice: Notice) -> None:
        self._set_stage(ImportStage.IMPORTING)
        if len(outcome.steps) > 1:
            self.progress.setRange(0, len(outcome.steps))
        self._step(list(outcome.steps), notice)

    def _step(self, steps: list[Callable[[], bool]], notice: Notice) -> None:
        if steps and not steps[0]():
            self._set_stage(ImportStage.READY)
            self._plan()
            return
        if len(steps) > 1:
            self.progress.setValue(self.progress.maximum() - len(steps) + 1)
            QTimer.singleShot(0, self, lambda: self._step(steps[1:], notice))
            return
        self._context.bridge.tell(notice)
        self.accept()

    def _stop(self) -> None:
        """Stop reading the file."""
        self._reading.wanted = False
        self._look.stop()
        self.work.cancel()

    def reject(self) -> None:
        if self.stage is ImportStage.FETCHING:
            self.work.cancel()
            self._set_stage(ImportStage.READY)
        elif self.stage is not ImportStage.IMPORTING:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.stage is ImportStage.IMPORTING:
            event.ignore()
        else:
            super().closeEvent(event)
