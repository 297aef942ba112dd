"""The export dialog: writes the show's tables and handbooks to files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.catalogue.handbook import overall_percent
from app.domain.show import languages_of
from app.session.tables.show_tables import ExportKind
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.file_dialogs import EXPORTS
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.latest_task import LatestTask

SIZE = QSize(560, 480)
HANDBOOK = "handbook"
INDENT_PX = 26


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One thing to export: its id, its text, and its file types with their names."""

    id: str
    title: str
    text: str
    endings: Mapping[str, str]


def entries() -> tuple[ExportEntry, ...]:
    """Everything that can be exported."""
    table = {".xlsx": tr("Export", "Excel (XLSX)"), ".csv": tr("Export", "CSV")}
    return (
        ExportEntry(
            ExportKind.PRODUCTS.value,
            tr("Export", "Products"),
            tr("Export", "All product details in all languages. Can be imported again."),
            table,
        ),
        ExportEntry(
            ExportKind.RUNDOWN.value,
            tr("Export", "Rundown"),
            tr("Export", "Segments with products, minutes and cues. Can be imported again."),
            table,
        ),
        ExportEntry(ExportKind.ORDERS.value, tr("Export", "Orders"), tr("Export", "Orders received while this show was open."), table),
        ExportEntry(
            ExportKind.EVENTS.value, tr("Export", "Log"), tr("Export", "Everything that happened in this show, with times."), table
        ),
        ExportEntry(
            HANDBOOK,
            tr("Export", "Product handbook"),
            tr("Export", "For reading before the show: points, answers, comparisons, prices."),
            {".pdf": tr("Export", "PDF"), ".html": tr("Export", "Web page (HTML)")},
        ),
    )


class ExportDialog(QDialog):
    """Stays open, so that the user can export several files."""

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._entries = {entry.id: entry for entry in entries()}
        self.work = LatestTask(lambda error: None)
        self.setWindowTitle(tr("Export", "Export"))
        self.setMinimumSize(440, 420)
        self.resize(SIZE)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(6)
        outer.addWidget(label(tr("Export", "Export"), "title"))
        self.choice = QButtonGroup(self)
        self.radios: dict[str, QRadioButton] = {}
        for entry in self._entries.values():
            self._add_entry(outer, entry)
        outer.addSpacing(10)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(4)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.hide()
        outer.addWidget(self.progress)
        outer.addLayout(self._build_choices(), 1)
        self.choice.buttonToggled.connect(lambda _, on: self._on_chosen() if on else None)
        work = self.work
        self.finished.connect(lambda _: work.cancel())
        self.destroyed.connect(work.cancel)  # the main window may be rebuilt while this works
        self.radios[ExportKind.PRODUCTS.value].setChecked(True)

    def _add_entry(self, outer: QVBoxLayout, entry: ExportEntry) -> None:
        radio = QRadioButton(entry.title)
        radio.setAccessibleDescription(entry.text)
        self.choice.addButton(radio)
        self.radios[entry.id] = radio
        outer.addSpacing(4)
        outer.addWidget(radio)
        text: QLabel = label(entry.text, "hint", wrap=True)
        text.setContentsMargins(INDENT_PX, 0, 0, 0)
        outer.addWidget(text)

    def _build_choices(self) -> QVBoxLayout:
        choices, row = QHBoxLayout(), QHBoxLayout()
        for line in (choices, row):
            line.setSpacing(8)
        self.ending = QComboBox()
        self.ending.setAccessibleName(tr("Export", "File type"))
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Export", "Language"))
        show = self._context.studio.document.show
        for tag in languages_of(show):
            name = f"\u2068{self._context.formats.language_name(tag, self._context.language)}\u2069"
            percent = overall_percent(show.products, (tag,))
            self.language.addItem(tr("Export", "{language} · {percent} % complete", language=name, percent=percent), tag)
        self.ending.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        choices.addWidget(self.ending)
        choices.addWidget(self.language)
        choices.addStretch(1)
        row.addStretch(1)
        row.addWidget(push_button(tr("Export", "Close"), self.reject))
        self.save_button = push_button(tr("Export", "Save as…"), self.save, role="primary")
        self.save_button.setDefault(True)
        row.addWidget(self.save_button)
        both = QVBoxLayout()
        both.setSpacing(14)
        both.addLayout(choices)
        both.addStretch(1)
        both.addLayout(row)
        return both

    @property
    def chosen(self) -> ExportEntry:
        """Id of the selected export."""
        return next(self._entries[entry_id] for entry_id, radio in self.radios.items() if radio.isChecked())

    def choose(self, entry_id: str) -> None:
        """Select an export."""
        self.radios[entry_id].setChecked(True)

    def _on_chosen(self) -> None:
        entry = self.chosen
        if [self.ending.itemData(place) for place in range(self.ending.count())] != list(entry.endings):
            self.ending.clear()
            for suffix, words in entry.endings.items():
                self.ending.addItem(words, suffix)
        self.language.setVisible(entry.id == HANDBOOK)

    def save(self) -> None:
        """Ask for a file and write to it."""
        entry, suffix = self.chosen, str(self.ending.currentData())
        studio = self._context.studio
        what = f"{entry.title} {self.language.currentData()}" if entry.id == HANDBOOK else entry.title
        name = f"{studio.document.title} – {what}{suffix}"
        path = self._context.file_dialogs.save_file(self, EXPORTS, entry.title, name, f"{entry.endings[suffix]} (*{suffix})")
        if path:
            self.write(Path(path) if path.lower().endswith(suffix) else Path(path + suffix))

    def write(self, path: Path) -> None:
        """Write the selected export to this file; a notice reports the result."""
        studio, entry = self._context.studio, self.chosen
        if entry.id == HANDBOOK:
            self._waiting(lambda: studio.handbook.write(path, str(self.language.currentData())))
            return
        self._set_busy(True)
        self.work.run(lambda: studio.tables.export(ExportKind(entry.id), path), lambda _: self._set_busy(False))

    def _waiting(self, slow: Callable[[], object]) -> None:
        """Make the handbook on the window's thread: Qt lays out pages only there."""
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            slow()
        finally:
            QGuiApplication.restoreOverrideCursor()

    def _set_busy(self, busy: bool) -> None:
        self.progress.setVisible(busy)
        self.save_button.setEnabled(not busy)
