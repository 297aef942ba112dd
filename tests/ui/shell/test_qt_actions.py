"""The actions: updated once per turn of the loop, and at once after an action runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.session.actions import Action
from app.storage.paths import RESOURCES
from app.ui.kit.qt_actions import QtActions
from app.ui.kit.theme import Icons, load_theme


class Lamp:
    """A state to toggle; counts how often it is read."""

    def __init__(self) -> None:
        self.lit = False
        self.looks = 0

    def switch(self) -> None:
        self.lit = not self.lit

    def can_be_lit(self) -> bool:
        self.looks += 1
        return not self.lit


@pytest.fixture
def lamp() -> Lamp:
    return Lamp()


@pytest.fixture
def table(qt: QApplication, lamp: Lamp) -> Iterator[QtActions]:
    owner = QObject()
    icons = Icons(Path(RESOURCES) / "icons", load_theme(RESOURCES / "themes", "dark"))
    yield QtActions(
        (
            Action("light", "Light…", "Ctrl+L", "", lamp.switch, lamp.can_be_lit),
            Action("lamp", "Lamp", run=lamp.switch, checked=lambda: lamp.lit),
        ),
        icons,
        owner,
        failed=lambda error: None,
        titles={"lamp": lambda: "Lit" if lamp.lit else "Dark"},
    )
    owner.deleteLater()


def test_changes_in_one_turn_are_read_once(table: QtActions, lamp: Lamp) -> None:
    before = lamp.looks
    for _ in range(5):
        lamp.switch()
        table.refresh()
    assert table.by_id["light"].isEnabled(), "not before the end of the turn"
    QApplication.processEvents()
    assert lamp.looks == before + 1
    assert not table.by_id["light"].isEnabled()
    assert (table.by_id["lamp"].text(), table.by_id["lamp"].isChecked()) == ("Lit", True)
    QApplication.processEvents()
    assert lamp.looks == before + 1


def test_a_command_leaves_the_table_as_things_are(table: QtActions, lamp: Lamp) -> None:
    assert table.by_id["light"].toolTip() == "Light (Ctrl+L)"
    table.refresh()
    table.by_id["lamp"].trigger()
    assert (table.by_id["light"].isEnabled(), table.by_id["lamp"].isChecked()) == (False, True), "the next key finds it so"
    table.by_id["lamp"].trigger()
    assert (table.by_id["lamp"].text(), table.titles()) == ("Lit", {"light": "Light…", "lamp": "Dark"}), "nothing asked for a look"
