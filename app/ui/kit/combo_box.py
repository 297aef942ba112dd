"""Fills drop-down lists."""

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox


def fill_combo_box(box: QComboBox, entries: Sequence[tuple[str, object]], current: object) -> None:
    """Replace the entries (words, value) if they differ, and choose `current`; the first entry if that is missing."""
    if [(box.itemText(place), box.itemData(place)) for place in range(box.count())] != list(entries):
        box.clear()
        for words, value in entries:
            box.addItem(words, value)
    box.setCurrentIndex(next((place for place, (_, value) in enumerate(entries) if value == current), 0))
