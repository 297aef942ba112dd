"""Tests what fits into a day cell of the month."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from app.storage.paths import RESOURCES
from app.ui.kit.theme import load_theme
from app.ui.planning.months.month_cell import CellPainter, DayCell, DayMark, MonthItem

MARKS = (DayMark("festival", "Eid", ""), DayMark("clocks", "+1 hr", ""))


def lines(shows: int, height: int) -> int:
    items = tuple(MonthItem(str(number), "Tea", "20:00") for number in range(shows))
    return CellPainter(load_theme(RESOURCES / "themes", "dark")).mark_lines(DayCell(items, MARKS), QRect(0, 0, 130, height))


def test_a_low_cell_shows_airings_before_festivals(qt: QApplication) -> None:
    assert lines(2, 72) == lines(4, 72) == 0
    assert lines(1, 72) == lines(0, 72) == 1


def test_a_high_cell_has_room_for_airings_and_festivals(qt: QApplication) -> None:
    assert lines(2, 100) == lines(4, 100) == 1
    assert lines(0, 100) == 2
