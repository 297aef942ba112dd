"""Tests the list of problems in the import dialog."""

from PySide6.QtWidgets import QApplication

from app.domain.tables.table import Fault, Table, Use
from app.storage.paths import RESOURCES
from app.ui.kit.theme import Icons, load_theme
from app.ui.tables.import_results import FAULTS_LISTED, ImportResults


def test_a_long_list_of_problems_keeps_the_notes_apart(qt: QApplication) -> None:
    theme = load_theme(RESOURCES / "themes", "dark")
    results = ImportResults(theme, Icons(RESOURCES / "icons", theme), lambda fault: fault.code)
    rows = FAULTS_LISTED + 100
    table = Table("shop.csv", ("Price",), (("x",),) * rows)
    faults = tuple(Fault(table.first_line + row, "Price", f"wrong {row}") for row in range(rows))
    note = Fault(table.first_line, "Price", "a note")
    results.view.rows.show_table(table)
    results.show_faults(table, (Use("price"),), faults, (note,))
    texts = [results.faults.item(place).text() for place in range(results.faults.count())]
    assert texts[0] == f"Row {table.first_line}, Price: wrong 0"
    assert texts[-2:] == [f"Row {faults[FAULTS_LISTED - 1].line}, Price: wrong {FAULTS_LISTED - 1}", f"Row {note.line}, Price: a note"]
    results.faults.setCurrentRow(FAULTS_LISTED)
    assert results.view.currentIndex().row() == 0
    results.close()
