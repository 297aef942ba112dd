"""Chooses how to read a file: sheet or encoding, header row, and the shop that exported it. Starts with what was detected."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from app.domain.tables.table import Grid
from app.domain.tables.table_profile import TableProfile
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import tr

NO_PROFILE = ""


def encoding_titles() -> dict[str, str]:
    """Display names of the encodings."""
    return {
        "utf-8": tr("Import", "Unicode (UTF-8)"),
        "utf-16": tr("Import", "Unicode (UTF-16)"),
        "gb18030": tr("Import", "Chinese, simplified (GB 18030)"),
        "big5hkscs": tr("Import", "Chinese, traditional (Big5)"),
        "cp932": tr("Import", "Japanese (Shift JIS)"),
        "euc_jp": tr("Import", "Japanese (EUC)"),
        "cp949": tr("Import", "Korean (CP949)"),
        "cp1252": tr("Import", "Western (Windows-1252)"),
        "cp1250": tr("Import", "Central European (Windows-1250)"),
        "cp1251": tr("Import", "Cyrillic (Windows-1251)"),
        "cp1254": tr("Import", "Turkish (Windows-1254)"),
        "cp1256": tr("Import", "Arabic (Windows-1256)"),
        "cp1258": tr("Import", "Vietnamese (Windows-1258)"),
        "cp874": tr("Import", "Thai (Windows-874)"),
    }


class TableSource(QWidget):
    """Emits `file_changed` when the file must be read again, and `table_changed` when the user picks another header row or shop."""

    file_changed = Signal()
    table_changed = Signal()

    def __init__(self, encodings: Sequence[str]) -> None:
        super().__init__()
        titles = encoding_titles()
        self.sheet = self._box(tr("Import", "Sheet"))
        self.encoding = self._box(tr("Import", "Encoding"))
        for name in encodings:
            self.encoding.addItem(titles.get(name, name), name)
        self.heading = QSpinBox()
        self.heading.setAccessibleName(tr("Import", "Header row"))
        self.heading.setMinimum(1)
        self.profile = self._box(tr("Import", "Exported from"))
        self.first_line = ElidedLabel("", "muted")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._titles: dict[QWidget, QLabel] = {}
        for words, widget in (
            (tr("Import", "Sheet"), self.sheet),
            (tr("Import", "Encoding"), self.encoding),
            (tr("Import", "Header row"), self.heading),
            (tr("Import", "Exported from"), self.profile),
        ):
            title = label(words, "muted")
            title.setBuddy(widget)
            self._titles[widget] = title
            row.addWidget(title)
            row.addWidget(widget)
            row.addSpacing(6)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addLayout(row)
        outer.addWidget(self.first_line)
        self.sheet.activated.connect(lambda _: self.file_changed.emit())
        self.encoding.activated.connect(lambda _: self.file_changed.emit())
        self.profile.activated.connect(lambda _: self.table_changed.emit())
        self.heading.valueChanged.connect(lambda _: self.table_changed.emit())
        self.hide()

    def _box(self, words: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(words)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setMaximumWidth(230)
        return box

    def show_grid(self, grid: Grid, line: int) -> None:
        """Show the file's contents and the detected header row."""
        self.sheet.clear()
        self.sheet.addItems(list(grid.sheets))
        self.sheet.setCurrentText(grid.sheet)
        self.encoding.setCurrentIndex(self.encoding.findData(grid.encoding))
        for widget, wanted in ((self.sheet, len(grid.sheets) > 1), (self.encoding, bool(grid.encoding))):
            widget.setVisible(wanted)
            self._titles[widget].setVisible(wanted)
        self.heading.blockSignals(True)
        self.heading.setMaximum(max(1, min(len(grid.rows), 200)))
        self.heading.setValue(line)
        self.heading.blockSignals(False)
        self.show()
        self.show_first(grid)

    def show_first(self, grid: Grid) -> None:
        """Show the first lines, so that the user can recognise the header row."""
        above = [" · ".join(cell for cell in row if cell.strip()) for row in grid.rows[: self.heading.value() - 1]]
        words = "   |   ".join(line for line in above if line)
        self.first_line.setText(tr("Import", "Above the header row: {words}", words=words) if words else "")
        self.first_line.setVisible(bool(words))

    def show_profiles(self, profiles: Sequence[TableProfile], chosen: TableProfile | None) -> None:
        """List the shops to choose from."""
        self.profile.clear()
        self.profile.addItem(tr("Import", "Other"), NO_PROFILE)
        for profile in profiles:
            self.profile.addItem(profile.title, profile.id)
        self.profile.setCurrentIndex(max(0, self.profile.findData(chosen.id if chosen is not None else NO_PROFILE)))
        self.profile.setVisible(bool(profiles))
        self._titles[self.profile].setVisible(bool(profiles))
