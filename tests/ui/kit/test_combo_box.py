"""Tests how drop-down lists are filled."""

from enum import Enum

from PySide6.QtWidgets import QApplication, QComboBox

from app.ui.kit.combo_box import fill_combo_box


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


def test_filling_a_box_keeps_a_choice_that_is_still_there(qt: QApplication) -> None:
    del qt
    box = QComboBox()
    resets: list[bool] = []
    fill_combo_box(box, [("Small", Size.SMALL), ("Large", Size.LARGE)], Size.LARGE)
    box.model().modelReset.connect(lambda: resets.append(True))
    box.model().rowsRemoved.connect(lambda: resets.append(True))
    assert (box.currentText(), box.currentData()) == ("Large", Size.LARGE)
    fill_combo_box(box, [("Small", Size.SMALL), ("Large", Size.LARGE)], box.currentData())
    assert box.currentText() == "Large"
    assert resets == [], "equal entries are left alone"
    fill_combo_box(box, [("Large", Size.LARGE), ("Tiny", "tiny")], box.currentData())
    assert (box.count(), box.currentText()) == (2, "Large")
    assert resets
    fill_combo_box(box, [("Tiny", "tiny"), ("Huge", "huge")], box.currentData())
    assert box.currentText() == "Tiny", "the first entry takes the place of a missing one"
    fill_combo_box(box, [], "tiny")
    assert box.count() == 0
